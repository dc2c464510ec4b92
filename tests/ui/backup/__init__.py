"""Tests of backups on the screen."""
