"""户台账: the list, a household, and import of a roster."""
