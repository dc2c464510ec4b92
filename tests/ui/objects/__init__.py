"""Clues and monitored objects."""
