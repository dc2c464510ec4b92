"""The review queue: keys, batch, packages."""
