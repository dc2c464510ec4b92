"""Official texts on paper by GB/T 9704: 2号 title, 3号 body, 22 lines of 28 characters a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.annual_report import HEADING as HEAD_LEVEL
from app.domain.annual_report import OfficialText
from app.reports.fonts import BODY, HEADING, typeface
from app.reports.pages import OFFICIAL, Draw, Pages, draw_text, text_width, write
from app.reports.pdf import PrintedPapers
from app.reports.text import Line, lay_out

LINES, CHARACTERS = 22, 28
TITLE_SIZE, BODY_SIZE, NUMBER_SIZE = 22.0, 16.0, 14.0  # 2号, 3号, 4号
PITCH = OFFICIAL.frame_height / LINES
_ROOM = CHARACTERS * BODY_SIZE + 0.01
_SPACING = (OFFICIAL.frame_width - CHARACTERS * BODY_SIZE) / CHARACTERS  # 3号 is a little wide
_INDENT = "　　"
_DATE_INSET = 4  # characters that the date stands in from the right
_KEPT = 2  # lines of the body that go with the signature
_BLANK_BEFORE_AUTHOR = 3  # room for the seal
_EMBOLDEN = 0.5  # points of outline: there is no free 小标宋


@dataclass(frozen=True, slots=True)
class _Placed:
    """One line of the text: how it is drawn in its place of the grid."""

    line: Line | None = None
    face: str = BODY
    size: float = BODY_SIZE
    align: str = "left"
    text: str = ""

    @property
    def is_heading(self) -> bool:
        """Whether the line must stand above another one."""
        return self.face == HEADING and self.line is not None


def render(text: OfficialText, path: Path) -> PrintedPapers:
    """Write an official text to a PDF.

    Raises:
        PaperNotSavedError: the file cannot be written.
    """
    count = write(filled(text), path, text.title, page_number)
    return PrintedPapers(count, 0, tuple(sorted(unknown_in(text))))


def filled(text: OfficialText) -> Pages:
    """Return the pages of an official text."""
    pages = Pages(OFFICIAL)
    for page in paginate(text):
        pages.start(text.title)
        for line in page:
            pages.drawing(PITCH, _drawer(line))
    pages.marks = pages.marks[:1]
    return pages


def unknown_in(text: OfficialText) -> set[str]:
    """Return the characters of a text that stand as 〓."""
    unknown = set().union(*(typeface(face).unknown for face in (BODY, HEADING)))
    said = (
        *(paragraph.text for paragraph in text.paragraphs),
        *text.notes,
        text.title,
        text.author,
    )
    return unknown.intersection(chain.from_iterable(said))


def paginate(text: OfficialText) -> list[list[_Placed]]:
    """Return the pages of at most 22 lines; the signature never stands alone."""
    signature = list(_signature(text))
    pages = _filled([*_title(text), *_body(text)])
    if len(pages[-1]) + len(signature) <= LINES:
        pages[-1] += signature
        return pages
    last = pages[-1]
    start = len(last) - _KEPT
    while start > 1 and last[start - 1].is_heading:
        start -= 1
    return [*pages[:-1], last[:start], [*last[start:], *signature]]


def _filled(lines: list[_Placed]) -> list[list[_Placed]]:
    """Return the lines on pages; a heading goes to the page of the text below it."""
    pages: list[list[_Placed]] = []
    start = 0
    while start < len(lines):
        end = min(start + LINES, len(lines))
        while end < len(lines) and end > start + 1 and lines[end - 1].is_heading:
            end -= 1
        pages.append(lines[start:end])
        start = end
    return pages or [[]]


def title_lines(parts: tuple[str, str], width: float) -> list[str]:
    """Return a title in few lines: turned between its parts where one line is not enough."""
    whole = "".join(parts)
    if text_width(whole, BODY, TITLE_SIZE) <= width:
        return [whole]
    return [line for part in parts if part for line in balanced(part, width)]


def balanced(title: str, width: float) -> list[str]:
    """Return a title in as few lines as fit, all of about the same length."""
    face = typeface(BODY)
    count = len(lay_out(title, face, TITLE_SIZE, width))
    if count == 1:
        return [title]
    room = text_width(title, BODY, TITLE_SIZE) / count
    while True:
        lines = lay_out(title, face, TITLE_SIZE, min(room, width))
        if len(lines) <= count or room >= width:
            return ["".join(run.text for run in line.runs) for line in lines]
        room += TITLE_SIZE / 4


def _title(text: OfficialText) -> Iterator[_Placed]:
    yield _Placed()
    for line in title_lines(text.title_parts, OFFICIAL.frame_width - 2 * TITLE_SIZE):
        yield _Placed(face=BODY, size=TITLE_SIZE, align="center", text=line)
    yield _Placed()


def _body(text: OfficialText) -> Iterator[_Placed]:
    for paragraph in text.paragraphs:
        yield from _paragraph(paragraph.text, HEADING if paragraph.level == HEAD_LEVEL else BODY)
    if text.notes:
        yield from _paragraph("附：本报告的核对情况", HEADING)
        for note in text.notes:
            yield from _paragraph(note, BODY)


def _paragraph(words: str, face: str) -> Iterator[_Placed]:
    for line in paragraph_lines(words, face):
        yield _Placed(line, face)


def paragraph_lines(words: str, face: str = BODY, indent: str = _INDENT) -> tuple[Line, ...]:
    """Return the lines of a paragraph, of 28 characters at most."""
    return lay_out(indent + words, typeface(face), BODY_SIZE, _ROOM)


def body_line(line: Line) -> Draw:
    """Return what draws a line of the body in its place of the grid."""
    return _drawer(_Placed(line))


def title_line(text: str) -> Draw:
    """Return what draws a line of the title in its place of the grid."""
    return _drawer(_Placed(size=TITLE_SIZE, align="center", text=text))


def _signature(text: OfficialText) -> Iterator[_Placed]:
    for _ in range(_BLANK_BEFORE_AUTHOR):
        yield _Placed()
    day = text.signed_on
    date_text = f"{day.year}年{day.month}月{day.day}日"
    yield _Placed(align="author", text=f"{text.author}\n{date_text}")
    yield _Placed(align="date", text=date_text)


def _drawer(placed: _Placed) -> Draw:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        baseline = top - PITCH + (PITCH - placed.size) / 2 + placed.size * 0.14
        if placed.line is not None:
            _draw_line(canvas, placed.line, left, baseline)
        elif placed.align == "center":
            _draw_title(canvas, placed, left + OFFICIAL.frame_width / 2, baseline)
        elif placed.text:
            _draw_signed(canvas, placed, left + OFFICIAL.frame_width, baseline)

    return draw


def _draw_line(canvas: Any, line: Line, left: float, baseline: float) -> None:
    """Draw a body line on the grid: 28 characters fill the frame."""
    position = 0
    for run in line.runs:
        x = left + run.x * BODY_SIZE / 1000 + position * _SPACING
        canvas.setFont(run.font, BODY_SIZE)
        canvas.drawString(x, baseline, run.text, charSpace=_SPACING)
        position += len(run.text)


def _draw_title(canvas: Any, placed: _Placed, middle: float, baseline: float) -> None:
    canvas.saveState()
    canvas.setLineWidth(_EMBOLDEN)
    canvas._code.append("2 Tr")  # noqa: SLF001  fill and outline; drawString has no mode that lasts
    draw_text(canvas, (middle, baseline), placed.text, BODY, TITLE_SIZE, "center")
    canvas.restoreState()


def _draw_signed(canvas: Any, placed: _Placed, right: float, baseline: float) -> None:
    """Draw the date four characters in; the author is centred over it."""
    author, _, day = placed.text.partition("\n")
    wide = text_width(day or author, BODY, BODY_SIZE)
    edge = right - _DATE_INSET * BODY_SIZE
    if placed.align == "date":
        draw_text(canvas, (edge, baseline), placed.text, BODY, BODY_SIZE, "right")
        return
    own = text_width(author, BODY, BODY_SIZE)
    middle = min(edge - wide / 2, right - own / 2)
    draw_text(canvas, (middle, baseline), author, BODY, BODY_SIZE, "center")


def page_number(canvas: Canvas, page: int, _total: int) -> None:
    """Page number in 4号 with dashes: odd ones right, even ones left, one character in."""
    words = f"— {page} —"
    y = OFFICIAL.height - OFFICIAL.top - OFFICIAL.frame_height - 7 * mm - NUMBER_SIZE
    if page % 2:
        x = OFFICIAL.left + OFFICIAL.frame_width - NUMBER_SIZE
        draw_text(canvas, (x, y), words, BODY, NUMBER_SIZE, "right")
    else:
        draw_text(canvas, (OFFICIAL.left + NUMBER_SIZE, y), words, BODY, NUMBER_SIZE)
