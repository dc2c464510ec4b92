"""Tests of the plan page."""
