"""Spreadsheets to values and back."""
