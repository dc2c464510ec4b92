"""Invented people and the scripted month."""
