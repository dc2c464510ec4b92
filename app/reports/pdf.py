"""A4 pages: sections of tables become one PDF file, written whole or not at all."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.reports.errors import PaperNotSavedError, PrintCancelledError
from app.reports.fonts import HEADING, clean
from app.reports.table import PAD_X, Cell, LaidRow, Layout, Row, Table
from app.reports.text import Style

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN_X = 25 * mm  # both sides: the binding edge changes sides when printed on both sides
MARGIN_TOP, MARGIN_BOTTOM = 17 * mm, 17 * mm
FRAME_WIDTH = PAGE_WIDTH - 2 * MARGIN_X
FRAME_HEIGHT = PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM
THIN, THICK = 0.5, 1.0  # old lasers lose anything thinner than half a point

_SMALL = Style(HEADING, 8, 10)
_FOOT = Style(HEADING, 9, 11)

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Section:
    """One paper: it starts on a new leaf, has its own page numbers and one bookmark.

    ``running`` stands above its second and further pages, ``note`` at the foot of each.
    """

    bookmark: str
    tables: tuple[Table, ...]
    running: str = ""
    note: str = ""


class Placed(NamedTuple):
    """A row and where it stands: ``y`` down from the frame's top."""

    y: float
    row: LaidRow


Page = list[Placed]


@dataclass(frozen=True, slots=True)
class Paper:
    """A section laid out: its pages, with what stands in their margins."""

    bookmark: str
    pages: list[Page]


@dataclass(frozen=True, slots=True)
class PrintedPapers:
    """What was printed; ``unknown`` are the characters that stand as 〓."""

    pages: int
    households: int
    unknown: tuple[str, ...]


def build(
    papers: Iterable[Paper],
    path: Path,
    title: str,
    total: int,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
) -> int:
    """Write ``papers`` (``total`` of them) to ``path``; return the pages, blank backs included.

    The same papers give the same bytes. Papers are taken one by one, so that a whole village
    need not be laid out at once.

    Raises:
        PrintCancelledError: ``cancelled`` said so between two papers.
        PaperNotSavedError: the file cannot be written.
        In both cases an older file at ``path`` is untouched and nothing else is left.
    """
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("驻村")
    pages = 0
    for number, paper in enumerate(papers, 1):
        if cancelled():
            raise PrintCancelledError
        pages = _start_leaf(canvas, pages)
        _draw_paper(canvas, paper, f"paper{number}")
        pages += len(paper.pages)
        progress(number, total)
    canvas.showOutline()
    canvas.save()
    _write(path, buffer.getvalue())
    return pages


def _start_leaf(canvas: Canvas, pages: int) -> int:
    """Leave the back of the last leaf blank if it is unused; return the pages so far."""
    if pages % 2:
        canvas.showPage()
        return pages + 1
    return pages


def _write(path: Path, data: bytes) -> None:
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


def compose(section: Section, layout: Layout) -> Paper:
    """Return a section as pages: no row is split, heads stand on every page."""
    pages = _paginate(section, layout)
    for place, page in enumerate(pages, 1):
        page.extend(_margins(section, place, len(pages), layout))
    return Paper(" ".join(clean(section.bookmark).split()), pages)


def _paginate(section: Section, layout: Layout) -> list[Page]:
    pages: list[Page] = [[]]
    y = 0.0
    for table in section.tables:
        head = [laid for row in table.head for laid in layout.rows(row, table, FRAME_HEIGHT)]
        head_height = sum(row.height for row in head)
        limit = FRAME_HEIGHT - head_height
        body = [laid for row in table.rows for laid in layout.rows(row, table, limit)]
        needed = head_height + (sum(r.height for r in body) if table.keep else _first(body))
        if y + needed > FRAME_HEIGHT and pages[-1]:
            pages.append([])
            y = 0.0
        y = _place(pages, head, y)
        for row in body:
            if y + row.height > FRAME_HEIGHT + 1e-6:
                pages.append([])
                y = _place(pages, head, 0.0)
            y = _place(pages, [row], y)
    return pages


def _first(rows: list[LaidRow]) -> float:
    return rows[0].height if rows else 0.0


def _place(pages: list[Page], rows: list[LaidRow], y: float) -> float:
    for row in rows:
        pages[-1].append(Placed(y, row))
        y += row.height
    return y


def _draw_paper(canvas: Canvas, paper: Paper, key: str) -> None:
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(paper.bookmark, key, level=0)
    for page in paper.pages:
        _draw_page(canvas, page)
        canvas.showPage()


def _margins(section: Section, place: int, total: int, layout: Layout) -> Iterator[Placed]:
    """Yield what stands outside the frame, as rows with their y."""
    number = Cell(f"第 {place} 页　共 {total} 页", _FOOT, "center")
    yield Placed(FRAME_HEIGHT + 4 * mm, _single(number, layout))
    if section.note:
        note = Cell(section.note, _SMALL, "center")
        yield Placed(FRAME_HEIGHT + 9 * mm, _single(note, layout))
    if section.running and place > 1:
        running = _one_line(section.running, layout)
        yield Placed(-6 * mm, _single(Cell(running, _SMALL), layout))


def _one_line(text: str, layout: Layout) -> str:
    """Return ``text``, or its beginning and … where it is wider than the frame."""
    if len(layout.lines(text, _SMALL, FRAME_WIDTH - 2 * PAD_X)) == 1:
        return text
    first = layout.lines(text, _SMALL, FRAME_WIDTH - 2 * PAD_X - _SMALL.size)[0]
    return "".join(run.text for run in first.runs) + "…"


def _single(cell: Cell, layout: Layout) -> LaidRow:
    table = Table((FRAME_WIDTH,), (), is_ruled=False)
    return next(layout.rows(Row((cell,)), table, FRAME_HEIGHT))


def _draw_page(canvas: Canvas, page: Page) -> None:
    _draw_lines(canvas, page)
    texts: Any = canvas.beginText()
    current: tuple[str, float] = ("", 0.0)
    for y, row in page:
        top = PAGE_HEIGHT - MARGIN_TOP - y
        for font, size, x, down, text in row.texts:
            if current != (font, size):
                texts.setFont(font, size)
                current = (font, size)
            texts.setTextOrigin(MARGIN_X + x, top - down)
            texts.textLine(text)
    canvas.drawText(texts)


def _draw_lines(canvas: Canvas, page: Page) -> None:
    """Draw the lines of the ruled rows: thin inside, thick round each pile of rows."""
    thin: list[_Segment] = []
    thick: list[_Segment] = []
    for is_ruled, rows in groupby(page, lambda placed: bool(placed.row.verticals)):
        if is_ruled:
            pile = list(rows)
            thick += _outer_lines(pile)
            thin += _inner_lines(pile)
    for width, segments in ((THIN, thin), (THICK, thick)):
        canvas.setLineWidth(width)
        canvas.lines(segments)


_Segment = tuple[float, float, float, float]
_EDGE = PAGE_HEIGHT - MARGIN_TOP


def _outer_lines(pile: Page) -> list[_Segment]:
    last = pile[-1]
    top, bottom = _EDGE - pile[0].y, _EDGE - last.y - last.row.height
    left, right = MARGIN_X + last.row.verticals[0], MARGIN_X + last.row.verticals[-1]
    return [
        (left, top, right, top),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
        (right, top, right, bottom),
    ]


def _inner_lines(pile: Page) -> list[_Segment]:
    segments: list[_Segment] = []
    for y, row in pile:
        top, bottom = _EDGE - y, _EDGE - y - row.height
        if y > pile[0].y:
            left, right = MARGIN_X + row.verticals[0], MARGIN_X + row.verticals[-1]
            segments.append((left, top, right, top))
        segments += [(MARGIN_X + x, top, MARGIN_X + x, bottom) for x in row.verticals[1:-1]]
    return segments
