"""Backups on the screen."""
