"""Doubts and negative checks."""
