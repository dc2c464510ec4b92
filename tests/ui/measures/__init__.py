"""Measures from the card of a warning."""
