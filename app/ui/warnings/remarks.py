"""The township's ready remarks for a return: a digit puts one into the field, to be completed."""

from app.ui.review.remarks import remarks

REMARKS = remarks()
