"""A list as a table of the paper: heads on every page, rows never split."""

from collections.abc import Iterator

from reportlab.lib.units import mm

from app.domain.listing import Listing
from app.reports.fonts import BODY, BOLD, HEADING
from app.reports.table import Cell, Row, Table
from app.reports.text import Style

_TITLE = Style(BOLD, 11, 16)
_HEAD = Style(HEADING, 9, 12)
_VALUE = Style(BODY, 9, 12)
_ROW = 7 * mm
_NOTHING = "没有"


def tables(listing: Listing, width: float) -> Iterator[Table]:
    """Yield the tables of a list in ``width`` points."""
    wishes = sum(column.width for column in listing.columns)
    widths = tuple(column.width * width / wishes for column in listing.columns)
    heads = tuple(Cell(column.heading, _HEAD, "center") for column in listing.columns)
    title = Row((Cell(listing.title, _TITLE, span=len(widths)),))
    rows = tuple(
        Row(
            tuple(
                Cell(text, _VALUE, "center" if column.is_centred else "left")
                for text, column in zip(values, listing.columns, strict=True)
            ),
            _ROW,
        )
        for values in listing.rows
    )
    if not rows:
        rows = (Row((Cell(_NOTHING, _VALUE, "center", len(widths)),), _ROW),)
    yield Table(widths, rows, (title, Row(heads, _ROW)))
    if listing.note:
        yield Table((width,), (Row((Cell(listing.note, _HEAD),)),), is_ruled=False)
