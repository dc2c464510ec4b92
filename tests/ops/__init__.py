"""Tests of app.ops."""
