"""Tests of app.excel."""
