"""Tests of the rules, one table a rule."""
