"""Copy mode."""
