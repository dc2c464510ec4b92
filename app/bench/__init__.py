"""Figures of the program beside raw lower bounds of the same run."""
