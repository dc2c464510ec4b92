"""预警: list of matters, the card of one, and its steps."""
