"""复制模式: what must be typed into the national system, one field after the other."""
