"""公示, 公告 and 批复 on paper: 2号 title, 3号 body, list, author and date over the seal."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.papers import OpenText, day_words
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, HEADING, typeface
from app.reports.official import (
    BODY_SIZE,
    PITCH,
    TITLE_SIZE,
    body_line,
    page_number,
    paragraph_lines,
    title_line,
    title_lines,
)
from app.reports.pages import OFFICIAL, Pages, draw_text, text_width, write
from app.reports.pdf import PrintedPapers
from app.reports.table import Cell, Row, Table
from app.reports.text import Line, Style

_WIDTH = OFFICIAL.frame_width
_HEAD, _VALUE = Style(HEADING, 14, 20), Style(BODY, 14, 20)
_COLUMNS = (("序号", 16), ("户主姓名", 40), ("户人数", 20), ("村民小组", 36), ("原因类别", 44))
_SEAL = 40 * mm
_DATE_INSET = 4 * BODY_SIZE
_GAP = PITCH / 3  # above and below the list


def render(texts: Sequence[OpenText], path: Path) -> PrintedPapers:
    """Write official texts to one PDF, each on a new page.

    Raises:
        NothingToPrintError: there is none.
        PaperNotSavedError: the file cannot be written; an older one is untouched.
    """
    if not texts:
        raise NothingToPrintError
    pages = Pages(OFFICIAL)
    for text in texts:
        pages.start(text.title)
        _add(pages, text)
    count = write(pages, path, texts[0].title, page_number)
    households = sum(len(text.rows) for text in texts)
    return PrintedPapers(count, households, tuple(sorted(_unknown(pages, texts))))


def _unknown(pages: Pages, texts: Sequence[OpenText]) -> set[str]:
    """Return the characters that stand as 〓, in tables and in lines."""
    unknown = set().union(*(typeface(face).unknown for face in (BODY, HEADING)))
    said = (
        part
        for text in texts
        for part in (
            text.title, text.author, text.document_no, text.addressee,
            *text.paragraphs, *text.closing,
        )
    )  # fmt: skip
    return pages.layout.unknown | unknown.intersection(chain.from_iterable(said))


def _add(pages: Pages, text: OpenText) -> None:
    pages.gap(PITCH)
    for line in title_lines(text.title_parts, _WIDTH - 2 * TITLE_SIZE):
        pages.drawing(PITCH, title_line(line))
    if text.document_no:
        pages.drawing(PITCH, _number_line(text.document_no))
    pages.gap(PITCH)
    greeting = paragraph_lines(f"{text.addressee}：", indent="") if text.addressee else ()
    for laid in (*greeting, *_lines(text.paragraphs)):
        pages.drawing(PITCH, body_line(laid))
    closing = list(_lines(text.closing))
    if text.rows:  # the last row goes with the signature: no page carries a seal alone
        pages.gap(_GAP)
        pages.table(_table(text), _GAP + len(closing) * PITCH + PITCH + _SEAL)
        pages.gap(_GAP)
    _close(pages, closing, text)


def _close(pages: Pages, closing: Sequence[Line], text: OpenText) -> None:
    for line in closing:
        pages.drawing(PITCH, body_line(line))
    pages.gap(PITCH)
    pages.drawing(_SEAL, _signature(text))


def _table(text: OpenText) -> Table:
    wishes = sum(width for _, width in _COLUMNS)
    widths = tuple(width * _WIDTH / wishes for _, width in _COLUMNS)
    head = Row(tuple(Cell(heading, _HEAD, "center") for heading, _ in _COLUMNS), PITCH)
    rows = tuple(
        Row(
            tuple(
                Cell(value, _VALUE, "center")
                for value in (
                    str(number), one.head_name, f"{one.persons}人", one.hamlet_group,
                    one.reason_group,
                )
            ),
            PITCH,
        )
        for number, one in enumerate(text.rows, 1)
    )  # fmt: skip
    return Table(widths, rows, (head,))


def _lines(paragraphs: Sequence[str]) -> Iterator[Line]:
    for words in paragraphs:
        yield from paragraph_lines(words)


def _number_line(text: str) -> Any:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        at = (left + _WIDTH / 2, top - PITCH + (PITCH - BODY_SIZE) / 2)
        draw_text(canvas, at, text, BODY, BODY_SIZE, "center")

    return draw


def _signature(text: OpenText) -> Any:
    """The date stands four characters in; the author is centred over it, or as far as it goes."""
    author, day = f"{text.author}（盖章）", day_words(text.signed_on)

    def draw(canvas: Canvas, left: float, top: float) -> None:
        edge = left + _WIDTH - _DATE_INSET
        half = text_width(author, BODY, BODY_SIZE) / 2
        middle = min(edge - text_width(day, BODY, BODY_SIZE) / 2, left + _WIDTH - half)
        draw_text(canvas, (middle, top - _SEAL / 2), author, BODY, BODY_SIZE, "center")
        draw_text(canvas, (edge, top - _SEAL / 2 - PITCH), day, BODY, BODY_SIZE, "right")

    return draw
