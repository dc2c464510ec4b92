"""The domain: plain values and pure functions; standard library only."""
