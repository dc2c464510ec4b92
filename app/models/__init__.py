"""Tables, journal and the encrypted store."""
