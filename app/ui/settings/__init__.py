"""设置: people, parameters, fonts, passphrase, prints, about."""
