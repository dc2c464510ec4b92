"""Tests of photos and scans on screen."""
