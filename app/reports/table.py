"""Tables as values, and their layout: every paper is a pile of tables, ruled or not.

Own layout instead of platypus: rows are never split, heads are repeated, Chinese lines are
broken correctly, and a page costs little more than drawing its text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from reportlab.lib.units import mm

from app.reports.fonts import BODY, Typeface, typeface
from app.reports.text import Line, Style, lay_out

Align = Literal["left", "center", "right"]
PLAIN = Style(BODY, 10, 13)
PAD_X: float = 1.2 * mm
PAD_Y: float = 0.9 * mm
_CACHE_LIMIT = 20_000  # laid-out texts kept: labels repeat on every sheet, names do not


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: ``span`` columns wide; ``foot`` stands at its lower edge (a date to sign).

    ``lift``: the cell is one with the empty one above, and its text stands so much higher.
    """

    text: str = ""
    style: Style = PLAIN
    align: Align = "left"
    span: int = 1
    foot: str = ""
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row, never split over pages; ``height`` is the least one, in points."""

    cells: tuple[Cell, ...]
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a ``head`` that is repeated on every page; ``keep`` holds all on one page.

    ``widths`` are those of the columns, in points; a table without ``is_ruled`` has no lines.
    """

    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    head: tuple[Row, ...] = ()
    keep: bool = False
    is_ruled: bool = True


class Text(NamedTuple):
    """A run at its place: ``x`` from the frame's left, ``y`` down from the row's top."""

    font: str
    size: float
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class LaidRow:
    """A row with its final height, its texts and the places of its vertical lines.

    ``joined``: the verticals from which to the next it has no line above.
    """

    height: float
    texts: tuple[Text, ...]
    verticals: tuple[float, ...]  # empty for a row without lines
    joined: tuple[float, ...] = ()


@dataclass(slots=True)
class Layout:
    """Lays out rows for one paper job; remembers texts and the characters nobody can draw."""

    unknown: set[str] = field(default_factory=set)
    _lines: dict[tuple[str, Style, float], tuple[Line, ...]] = field(default_factory=dict)

    def lines(self, text: str, style: Style, width: float) -> tuple[Line, ...]:
        """Return ``text`` broken into lines of ``width`` points."""
        key = (text, style, width)
        found = self._lines.get(key)
        if found is None:
            face = typeface(style.face)
            found = lay_out(text, face, style.size, width)
            self._note_unknown(text, face)
            if len(self._lines) < _CACHE_LIMIT:
                self._lines[key] = found
        return found

    def _note_unknown(self, text: str, face: Typeface) -> None:
        if face.unknown:
            self.unknown |= face.unknown.intersection(text)

    def rows(self, row: Row, table: Table, limit: float) -> Iterator[LaidRow]:
        """Yield ``row`` laid out: one piece, or several if it is higher than ``limit``.

        Only a text longer than a whole page is ever cut, and then between two lines.
        """
        cells = [
            (cell, place, width, self._inner_lines(cell, width))
            for cell, place, width in _placed(row, table.widths)
        ]
        start = 0
        while True:
            parts = [
                (cell, place, width, lines[start : start + _capacity(cell, limit)])
                for cell, place, width, lines in cells
            ]
            yield _laid(row, table, parts)
            start += min((_capacity(cell, limit) for cell, *_ in cells), default=1)
            if all(start >= len(lines) for *_, lines in cells):
                return

    def _inner_lines(self, cell: Cell, width: float) -> tuple[Line, ...]:
        return self.lines(cell.text, cell.style, width - 2 * PAD_X)


_Placed = tuple[Cell, float, float, tuple[Line, ...]]


def _capacity(cell: Cell, limit: float) -> int:
    return max(1, int((limit - 2 * PAD_Y) / cell.style.leading))


def _placed(row: Row, widths: tuple[float, ...]) -> Iterator[tuple[Cell, float, float]]:
    place, column = 0.0, 0
    for cell in row.cells:
        width = sum(widths[column : column + cell.span])
        yield cell, place, width
        place, column = place + width, column + cell.span


def _laid(row: Row, table: Table, cells: list[_Placed]) -> LaidRow:
    needed = [2 * PAD_Y + len(lines) * cell.style.leading for cell, _, _, lines in cells]
    height = max([row.height, *needed])
    texts = [text for cell in cells for text in _texts(cell, height)]
    verticals: tuple[float, ...] = ()
    if table.is_ruled:
        verticals = (*(place for _, place, _, _ in cells), sum(table.widths))
    joined = tuple(place for cell, place, _, _ in cells if cell.lift)
    return LaidRow(height, tuple(texts), verticals, joined)


def _texts(placed: _Placed, height: float) -> Iterator[Text]:
    cell, place, width, lines = placed
    size, leading = cell.style.size, cell.style.leading
    block = len(lines) * leading
    top = PAD_Y if cell.foot else (height - block) / 2 - cell.lift
    ascent = (leading - size) / 2 + size * 0.86  # Chinese glyphs stand on a line at 86 %
    for number, line in enumerate(lines):
        yield from _line_texts(cell, line, place, width, top + number * leading + ascent)
    if cell.foot:
        face = typeface(cell.style.face)
        foot = lay_out(cell.foot, face, size, width - 2 * PAD_X)[-1]
        yield from _line_texts(cell, foot, place, width, height - PAD_Y - leading + ascent)


def _line_texts(cell: Cell, line: Line, place: float, width: float, y: float) -> Iterator[Text]:
    x = place + PAD_X
    if cell.align == "center":
        x = place + (width - line.width) / 2
    elif cell.align == "right":
        x = place + width - PAD_X - line.width
    size = cell.style.size
    for run in line.runs:
        if run.text:
            yield Text(run.font, size, x + run.x * size / 1000, y, run.text)
