"""措施: what answers the warnings of a card, led along its life, and the 回访 that proves it."""
