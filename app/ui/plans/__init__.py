"""一户一策: list, editor and preview."""
