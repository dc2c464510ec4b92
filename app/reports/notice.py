"""公示 on paper: 2号 title, 3号 body, list, signature with room for the seal (GB/T 9704)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.public_notice import PublicNotice
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, BOLD, HEADING, typeface
from app.reports.official import BODY_SIZE, NUMBER_SIZE, PITCH, TITLE_SIZE, balanced
from app.reports.pages import OFFICIAL, Pages, draw_text, write
from app.reports.pdf import PrintedPapers
from app.reports.table import Cell, Row, Table
from app.reports.text import Style, lay_out

_WIDTH = OFFICIAL.frame_width
_HEAD, _VALUE = Style(HEADING, 14, 20), Style(BODY, 14, 20)
_COLUMNS = (("序号", 16), ("户主姓名", 40), ("户人数", 20), ("村民小组", 36), ("原因类别", 44))
_INDENT = "　　"
_SEAL = 40 * mm
_DATE_INSET = 4 * BODY_SIZE


def render(notices: Sequence[PublicNotice], path: Path) -> PrintedPapers:
    """Write the notices to one PDF, each on a new page.

    Raises:
        NothingToPrintError: there is none.
        PaperNotSavedError: the file cannot be written.
    """
    if not notices:
        raise NothingToPrintError
    pages = Pages(OFFICIAL)
    for notice in notices:
        pages.start(notice.title)
        _add(pages, notice)
    count = write(pages, path, notices[0].title, _margin)
    households = sum(len(notice.rows) for notice in notices)
    return PrintedPapers(count, households, tuple(sorted(pages.layout.unknown)))


def _add(pages: Pages, notice: PublicNotice) -> None:
    pages.gap(PITCH)
    for line in balanced(notice.title, _WIDTH - 2 * TITLE_SIZE):
        pages.drawing(TITLE_SIZE * 1.6, _title_line(line))
    pages.gap(PITCH)
    for line in _lines(notice.paragraphs):
        pages.drawing(PITCH, _body_line(line))
    pages.gap(PITCH / 3)
    pages.table(_table(notice))
    pages.gap(PITCH / 3)
    closing = list(_lines(notice.closing))
    # The last words go with the signature: no page carries a seal alone.
    needed = len(closing) * PITCH + _SEAL + 2 * PITCH
    if needed > pages.room:
        pages.drawing(pages.room, lambda _canvas, _left, _top: None)
    for line in closing:
        pages.drawing(PITCH, _body_line(line))
    pages.drawing(_SEAL, _signature(notice))


def _table(notice: PublicNotice) -> Table:
    wishes = sum(width for _, width in _COLUMNS)
    widths = tuple(width * _WIDTH / wishes for _, width in _COLUMNS)
    head = Row(tuple(Cell(heading, _HEAD, "center") for heading, _ in _COLUMNS), PITCH)
    rows = tuple(
        Row(
            tuple(
                Cell(text, _VALUE, "center")
                for text in (
                    str(number), one.head_name, f"{one.persons}人", one.hamlet_group,
                    one.reason_group,
                )
            ),
            PITCH,
        )
        for number, one in enumerate(notice.rows, 1)
    )  # fmt: skip
    return Table(widths, rows, (head,))


def _lines(paragraphs: Sequence[str]) -> Iterator[str]:
    face = typeface(BODY)
    for words in paragraphs:
        for line in lay_out(_INDENT + words, face, BODY_SIZE, _WIDTH):
            yield "".join(run.text for run in line.runs)


def _title_line(text: str) -> Any:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        at = (left + _WIDTH / 2, top - TITLE_SIZE * 1.2)
        draw_text(canvas, at, text, BOLD, TITLE_SIZE, "center")

    return draw


def _body_line(text: str) -> Any:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        draw_text(canvas, (left, top - PITCH + (PITCH - BODY_SIZE) / 2 + 2), text, BODY, BODY_SIZE)

    return draw


def _signature(notice: PublicNotice) -> Any:
    day = notice.signed_on

    def draw(canvas: Canvas, left: float, top: float) -> None:
        edge = left + _WIDTH - _DATE_INSET
        author = f"{notice.village}村民委员会（盖章）"
        draw_text(canvas, (edge, top - _SEAL / 2), author, BODY, BODY_SIZE, "right")
        words = f"{day.year}年{day.month}月{day.day}日"
        draw_text(canvas, (edge, top - _SEAL / 2 - PITCH), words, BODY, BODY_SIZE, "right")

    return draw


def _margin(canvas: Canvas, page: int, _total: int) -> None:
    middle = OFFICIAL.left + _WIDTH / 2
    y = OFFICIAL.height - OFFICIAL.top - OFFICIAL.frame_height - 7 * mm - NUMBER_SIZE
    draw_text(canvas, (middle, y), f"— {page} —", BODY, NUMBER_SIZE, "center")
