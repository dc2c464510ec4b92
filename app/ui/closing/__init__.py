"""核对并关账: what stands between a month and its close, the close, and corrections after it."""
