"""Guided natural changes."""
