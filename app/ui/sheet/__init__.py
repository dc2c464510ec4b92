"""The monthly form: pure controller, words, and thin views."""
