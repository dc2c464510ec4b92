"""审核队列: what waits for township or county, decided by one key, answered by one package each."""
