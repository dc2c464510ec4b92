"""Papers of households: sections of tables on A4 upright, a leaf each, numbered, in one file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.reports.errors import PrintCancelledError
from app.reports.fonts import HEADING, clean
from app.reports.pages import UPRIGHT, Drawing, Page, Pages, Placed, draw_page, save
from app.reports.table import PAD_X, Cell, LaidRow, Layout, Row, Table
from app.reports.text import Style

FRAME_WIDTH, FRAME_HEIGHT = UPRIGHT.frame_width, UPRIGHT.frame_height

NUMBER_AT = FRAME_HEIGHT + 2 * mm  # where the number of a page stands
_NOTE_AT = FRAME_HEIGHT + 6 * mm  # lasers print nothing in the last five millimetres
_SMALL = Style(HEADING, 9, 11)
_FOOT = Style(HEADING, 9, 11)

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Section:
    """One paper: it starts on a new leaf, has its own page numbers and one bookmark.

    ``running`` stands above its second and further pages, ``note`` at the foot of each. Several
    tables in one place: the first, and below it places to sign that never stand on a page alone.
    """

    bookmark: str
    tables: tuple[Table | Drawing | tuple[Table, ...], ...]
    running: str = ""
    note: str = ""


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
    save(path, buffer.getvalue())
    return pages


def _start_leaf(canvas: Canvas, pages: int) -> int:
    """Leave the back of the last leaf blank if it is unused; return the pages so far."""
    if pages % 2:
        canvas.showPage()
        return pages + 1
    return pages


def compose(section: Section, layout: Layout) -> Paper:
    """Return a section as pages: no row is split, heads stand on every page."""
    filled = Pages(UPRIGHT, layout)
    for item in section.tables:
        filled.add(item)
    pages = filled.pages
    for place, page in enumerate(pages, 1):
        page.extend(_margins(section, place, len(pages), layout))
    return Paper(" ".join(clean(section.bookmark).split()), pages)


def _draw_paper(canvas: Canvas, paper: Paper, key: str) -> None:
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(paper.bookmark, key, level=0)
    for page in paper.pages:
        draw_page(canvas, UPRIGHT, page)
        canvas.showPage()


def _margins(section: Section, place: int, total: int, layout: Layout) -> Iterator[Placed]:
    """Yield what stands outside the frame, as rows with their y."""
    number = Cell(f"第 {place} 页　共 {total} 页", _FOOT, "center")
    yield Placed(NUMBER_AT, _single(number, layout))
    if section.note:
        note = Cell(section.note, _SMALL, "center")
        yield Placed(_NOTE_AT, _single(note, layout))
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
