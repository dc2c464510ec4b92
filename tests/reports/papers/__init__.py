"""Tests of the papers of the life cycles."""
