"""Tests of app.sync."""
