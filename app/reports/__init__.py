"""Values to paper (PDF)."""
