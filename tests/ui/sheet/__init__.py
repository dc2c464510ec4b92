"""Tests of the monthly form."""
