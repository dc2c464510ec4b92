"""Killing the program at every write: a shim below the C library's calls, and what runs on it."""
