"""Pages of any shape: rows of tables and drawings in a frame, drawn, written whole.

Household papers stand upright (``pdf`` adds leaves and page numbers), lists lie on their side,
official texts have the standard's frame. All are filled and drawn here.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.reports.errors import PaperNotSavedError
from app.reports.fonts import HEADING, typeface
from app.reports.table import Align, LaidRow, Layout, Row, Table, Text

rl_config.useA85 = 0  # pages as bytes, not as letters: smaller files, made faster
THIN, THICK = 0.5, 1.0  # old lasers lose anything thinner than half a point
_SLACK = 1e-6

Draw = Callable[[Canvas, float, float], None]  # canvas, left and top of the place
Margin = Callable[[Canvas, int, int], None]  # canvas, number of the page, pages of the file


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page and the frame on it, in points."""

    width: float
    height: float
    left: float
    top: float
    frame_width: float
    frame_height: float


# Both sides of an upright sheet: the binding edge changes sides when printed on both sides.
UPRIGHT = Geometry(A4[0], A4[1], 25 * mm, 17 * mm, A4[0] - 50 * mm, A4[1] - 34 * mm)
LANDSCAPE = Geometry(A4[1], A4[0], 20 * mm, 25 * mm, 257 * mm, 166 * mm)
OFFICIAL = Geometry(A4[0], A4[1], 28 * mm, 37 * mm, 156 * mm, 225 * mm)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What draws itself in its place among the rows; it has no texts and lines of its own."""

    height: float
    draw: Draw
    texts: tuple[Text, ...] = ()
    verticals: tuple[float, ...] = ()
    joined: tuple[float, ...] = ()


class Placed(NamedTuple):
    """A row or drawing and where it stands: ``y`` down from the frame's top."""

    y: float
    row: LaidRow | Drawing


Page = list[Placed]


@dataclass(slots=True)
class Pages:
    """Fills pages from top to bottom; rows are never split, heads stand on every page."""

    geometry: Geometry
    layout: Layout = field(default_factory=Layout)
    pages: list[Page] = field(default_factory=lambda: [[]])
    marks: list[tuple[str, int]] = field(default_factory=list)
    _y: float = 0.0

    @property
    def room(self) -> float:
        """Points that are left on the page."""
        return self.geometry.frame_height - self._y

    def start(self, bookmark: str) -> None:
        """Begin a new page, with a bookmark."""
        if self.pages[-1]:
            self.pages.append([])
            self._y = 0.0
        self.marks.append((bookmark, len(self.pages) - 1))

    def add(self, item: "Table | Drawing | tuple[Table, ...]") -> None:
        """Add a table, a drawing, or a table with what never stands without it (``signed``)."""
        if isinstance(item, Drawing):
            self.drawing(item.height, item.draw)
        elif isinstance(item, Table):
            self.table(item)
        else:
            self.signed(*item)

    def signed(self, table: Table, *below: Table) -> None:
        """Add a table, and below it what never stands on a page alone: notes, a place to sign."""
        limit = self.geometry.frame_height
        heights = [
            laid.height
            for one in below
            for row in (*one.head, *one.rows)
            for laid in self._laid(row, one, limit)
        ]
        self.table(table, sum(heights))
        for one in below:
            self.table(one)

    def table(self, table: Table, below: float = 0.0) -> None:
        """Add a table; one that is kept together moves to the next page where it must.

        ``below``: room that must be left under the last row, where a page has so much.
        """
        limit = self.geometry.frame_height
        head = [laid for row in table.head for laid in self.layout.rows(row, table, limit)]
        head_height = sum(row.height for row in head)
        rows = [r for row in table.rows for r in self._laid(row, table, limit - head_height)]
        needed = [row.height for row in rows]
        if needed and head_height + needed[-1] + below <= limit:
            needed[-1] += below
        if head_height + sum(needed if table.keep else needed[:1]) > self.room + _SLACK:
            self._turn()
        self._place(head)
        for row, height in zip(rows, needed, strict=True):
            if height > self.room + _SLACK:
                self._turn()
                self._place(head)
            self._place([row])

    def drawing(self, height: float, draw: Draw) -> None:
        """Add a drawing of a fixed height."""
        if height > self.room + _SLACK:
            self._turn()
        self._place([Drawing(height, draw)])

    def gap(self, height: float) -> None:
        """Leave room below what stands there."""
        self._y = min(self._y + height, self.geometry.frame_height)

    def _laid(self, row: Row, table: Table, limit: float) -> Iterable[LaidRow]:
        return self.layout.rows(row, table, limit)

    def _turn(self) -> None:
        if self.pages[-1]:
            self.pages.append([])
        self._y = 0.0

    def _place(self, rows: Sequence[LaidRow | Drawing]) -> None:
        for row in rows:
            self.pages[-1].append(Placed(self._y, row))
            self._y += row.height


def write(pages: Pages, path: Path, title: str, margin: Margin) -> int:
    """Write the pages to ``path``; ``margin`` draws what stands outside the frame of page n of m.

    The same pages give the same bytes.

    Raises:
        PaperNotSavedError: the file cannot be written; an older one is untouched.
    """
    return write_parts([(pages, margin)], path, title)


def write_parts(parts: Sequence[tuple[Pages, Margin]], path: Path, title: str) -> int:
    """Write pages of several shapes to one file, numbered through; see ``write``.

    Raises:
        PaperNotSavedError: see ``write``.
    """
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("驻村")
    total = sum(len(pages.pages) for pages, _ in parts)
    number = 0
    for pages, margin in parts:
        geometry = pages.geometry
        canvas.setPageSize((geometry.width, geometry.height))
        marks: dict[int, list[str]] = {}
        for name, place in pages.marks:
            marks.setdefault(place, []).append(name)
        for place, placed in enumerate(pages.pages):
            for name in marks.get(place, []):
                key = f"page{number}"
                canvas.bookmarkPage(key)
                canvas.addOutlineEntry(name, key, level=0)
            draw_page(canvas, geometry, placed)
            number += 1
            margin(canvas, number, total)
            canvas.showPage()
    if any(pages.marks for pages, _ in parts):
        canvas.showOutline()
    canvas.save()
    save(path, buffer.getvalue())
    return total


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        PaperNotSavedError: it cannot be written; an older one is untouched.
    """
    temporary = path.with_name(f".{os.getpid()}-{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise PaperNotSavedError(type(error).__name__) from error


def draw_text(
    canvas: Any, at: tuple[float, float], text: str, face: str, size: float, align: Align = "left"
) -> None:
    """Draw one line of text, each character in a font that has it."""
    runs = typeface(face).runs(text)
    width = sum(typeface(face)[char][0] for char in text) * size / 1000
    x = at[0] - {"left": 0.0, "center": width / 2, "right": width}[align]
    for run in runs:
        if run.text:
            canvas.setFont(run.font, size)
            canvas.drawString(x + run.x * size / 1000, at[1], run.text)


def lying_margin(title: str, canvas: Canvas, page: int, total: int) -> None:
    """Draw the number of a lying page, and from the second on what the whole is called."""
    middle = LANDSCAPE.left + LANDSCAPE.frame_width / 2
    draw_text(canvas, (middle, 9 * mm), f"第 {page} 页　共 {total} 页", HEADING, 9, "center")
    if page > 1:
        y = LANDSCAPE.height - LANDSCAPE.top + 3 * mm
        draw_text(canvas, (LANDSCAPE.left, y), title, HEADING, 8)


def text_width(text: str, face: str, size: float) -> float:
    """Return the width of a line of text in points."""
    return sum(typeface(face)[char][0] for char in text) * size / 1000


def draw_page(canvas: Canvas, geometry: Geometry, page: Page) -> None:
    """Draw what stands on a page: lines, drawings, then all texts in one go."""
    edge = geometry.height - geometry.top
    _draw_lines(canvas, geometry.left, edge, page)
    texts: Any = canvas.beginText()
    current: tuple[str, float] = ("", 0.0)
    for y, row in page:
        top = edge - y
        if isinstance(row, Drawing):
            canvas.saveState()
            row.draw(canvas, geometry.left, top)
            canvas.restoreState()
        for font, size, x, down, text in row.texts:
            if current != (font, size):
                texts.setFont(font, size)
                current = (font, size)
            texts.setTextOrigin(geometry.left + x, top - down)
            texts.textLine(text)
    canvas.drawText(texts)


_Segment = tuple[float, float, float, float]


def _draw_lines(canvas: Canvas, left: float, edge: float, page: Page) -> None:
    """Draw the lines of the ruled rows: thin inside, thick round each pile of rows."""
    thin: list[_Segment] = []
    thick: list[_Segment] = []
    for is_ruled, rows in groupby(page, lambda placed: bool(placed.row.verticals)):
        if is_ruled:
            pile = list(rows)
            thick += _outer_lines(left, edge, pile)
            thin += _inner_lines(left, edge, pile)
    for width, segments in ((THIN, thin), (THICK, thick)):
        canvas.setLineWidth(width)
        canvas.lines(segments)


def _outer_lines(left: float, edge: float, pile: Page) -> list[_Segment]:
    last = pile[-1]
    top, bottom = edge - pile[0].y, edge - last.y - last.row.height
    first, right = left + last.row.verticals[0], left + last.row.verticals[-1]
    return [
        (first, top, right, top),
        (first, bottom, right, bottom),
        (first, top, first, bottom),
        (right, top, right, bottom),
    ]


def _inner_lines(left: float, edge: float, pile: Page) -> Iterator[_Segment]:
    for y, row in pile:
        top, bottom = edge - y, edge - y - row.height
        if y > pile[0].y:
            for x, end in pairwise(row.verticals):
                if x not in row.joined:
                    yield left + x, top, left + end, top
        for x in row.verticals[1:-1]:
            yield left + x, top, left + x, bottom
