"""The one layout of every form: title, head line, field grid, tables, boxes, places to sign.

Blocks become tables; rows are never split, places to sign and seals stay whole on a page, and
they never stand alone: the block before them goes along.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.papers import (
    Block,
    Box,
    Grid,
    Opinion,
    PaperForm,
    Roll,
    Signing,
    Words,
)
from app.reports.fonts import BODY, BOLD, HEADING
from app.reports.pages import LANDSCAPE, Pages, draw_text, write
from app.reports.pdf import FRAME_WIDTH, PrintedPapers, Section, build, compose
from app.reports.table import PAD_Y, Cell, Layout, Row, Table
from app.reports.text import Style

SEAL = 40 * mm
_TITLE = Style(BOLD, 18, 27)
_CAPTION = Style(BOLD, 11, 16)
_LABEL = Style(HEADING, 10.5, 14)
_VALUE = Style(BODY, 10.5, 15)
_PROSE = Style(BODY, 14, 25)
_SMALL = Style(HEADING, 9, 13)
_LINE = 9 * mm
_LABEL_WIDTH = 28 * mm
_SIGNED = "　　　年　　月　　日"
_CROWDED = 4  # columns of a table that still take the large letters
_SHORT = 4  # rows of a table that is not split at all
_DENSE_LABEL, _DENSE = Style(HEADING, 9, 12), Style(BODY, 9, 12)


def render(form: PaperForm, path: Path) -> PrintedPapers:
    """Write one form to a PDF.

    Raises:
        PaperNotSavedError: the file cannot be written; an older one is untouched.
    """
    return _lying(form, path) if form.is_lying else _upright(form, path)


def _upright(form: PaperForm, path: Path) -> PrintedPapers:
    layout = Layout()
    tables = tuple(_tables(form, FRAME_WIDTH))
    running = f"{form.area}　{form.title}"
    section = Section(form.title, tables, running, form.note)
    pages = build([compose(section, layout)], path, form.title, 1)
    return PrintedPapers(pages, 1, tuple(sorted(layout.unknown)))


def _lying(form: PaperForm, path: Path) -> PrintedPapers:
    pages = Pages(LANDSCAPE)
    pages.start(form.title)
    for item in _tables(form, LANDSCAPE.frame_width):
        pages.add(item)
    count = write(pages, path, form.title, partial(_margin, form))
    return PrintedPapers(count, 1, tuple(sorted(pages.layout.unknown)))


def _margin(form: PaperForm, canvas: Canvas, page: int, total: int) -> None:
    middle = LANDSCAPE.left + LANDSCAPE.frame_width / 2
    draw_text(canvas, (middle, 11 * mm), f"第 {page} 页　共 {total} 页", HEADING, 9, "center")
    if form.note:
        draw_text(canvas, (middle, 6 * mm), form.note, HEADING, 8, "center")
    if page > 1:
        y = LANDSCAPE.height - LANDSCAPE.top + 3 * mm
        draw_text(canvas, (LANDSCAPE.left, y), f"{form.area}　{form.title}", HEADING, 8)


def _tables(form: PaperForm, width: float) -> Iterator[Table | tuple[Table, ...]]:
    yield Table((width,), (Row((Cell(form.title, _TITLE, "center"),)),), is_ruled=False)
    left, middle, right = form.head
    cells = (Cell(left, _SMALL), Cell(middle, _SMALL, "center"), Cell(right, _SMALL, "right"))
    yield Table((width * 0.46, width * 0.24, width * 0.3), (Row(cells),), is_ruled=False)
    waiting: tuple[Table, ...] = ()
    is_whole = False  # what waits is one row that goes with the places to sign as one
    for block in form.blocks:
        for table in _block(block, width):
            if waiting and isinstance(block, Signing):
                waiting = (joined(waiting[0], table),) if is_whole else (*waiting, table)
            else:
                if waiting:
                    yield waiting
                waiting = (table,)
        is_whole = isinstance(block, Box | Opinion)
    if waiting:
        yield waiting


def joined(above: Table, below: Table) -> Table:
    """Return two ruled tables as one that stays on a page: nobody signs an empty page."""
    first, second = (list(accumulate(table.widths, initial=0.0)) for table in (above, below))
    edges = sorted({round(edge, 3) for edge in (*first, *second)})
    widths = tuple(right - left for left, right in pairwise(edges))
    rows = (*(_spread(row, first, edges) for row in above.rows),
            *(_spread(row, second, edges) for row in below.rows))  # fmt: skip
    return Table(widths, rows, keep=True)


def _spread(row: Row, own: list[float], edges: list[float]) -> Row:
    """Return a row of one table on the finer columns of both."""
    cells, column = [], 0
    for cell in row.cells:
        left, right = round(own[column], 3), round(own[column + cell.span], 3)
        cells.append(replace(cell, span=edges.index(right) - edges.index(left)))
        column += cell.span
    return Row(tuple(cells), row.height)


def _block(block: Block, width: float) -> Iterator[Table]:
    match block:
        case Grid():
            yield _grid(block, width)
        case Roll():
            yield _roll(block, width)
        case Box():
            yield _box(block, width)
        case Words():
            yield _words(block, width)
        case Opinion():
            yield _opinion(block, width)
        case Signing():
            yield places(block, width)


def _words(words: Words, width: float) -> Table:
    lines = [f"{words.addressee}："] if words.addressee else []
    lines += [f"　　{text}" for text in words.paragraphs]
    return Table((width,), tuple(Row((Cell(line, _PROSE),)) for line in lines), is_ruled=False)


def _grid(grid: Grid, width: float) -> Table:
    half = width / 2 - _LABEL_WIDTH
    widths = (_LABEL_WIDTH, half, _LABEL_WIDTH, half)
    head = (Row((Cell(grid.title, _CAPTION, span=4),)),) if grid.title else ()
    rows: list[Row] = []
    waiting: list[Cell] = []
    for entry in grid.entries:
        label = Cell(entry.label, _LABEL, "center")
        if entry.is_wide:
            rows += [_filled(waiting)] if waiting else []
            rows.append(Row((label, Cell(entry.value, _VALUE, span=3)), _LINE))
            waiting = []
            continue
        waiting += [label, Cell(entry.value, _VALUE)]
        if len(waiting) == 4:
            rows.append(Row(tuple(waiting), _LINE))
            waiting = []
    rows += [_filled(waiting)] if waiting else []
    return Table(widths, tuple(rows), head)


def _filled(cells: list[Cell]) -> Row:
    """Return a row of one entry: its value takes what is left."""
    label, value = cells
    return Row((label, Cell(value.text, value.style, span=3)), _LINE)


def _roll(roll: Roll, width: float) -> Table:
    wishes = sum(column.width for column in roll.columns)
    widths = tuple(column.width * width / wishes for column in roll.columns)
    is_dense = len(roll.columns) > _CROWDED
    label, value = (_DENSE_LABEL, _DENSE) if is_dense else (_LABEL, _VALUE)
    title = (Row((Cell(roll.title, _CAPTION, span=len(widths)),)),) if roll.title else ()
    heads = tuple(Cell(column.heading, label, "center") for column in roll.columns)
    rows = [
        Row(
            tuple(
                Cell(text, value, "center" if column.is_centred else "left")
                for text, column in zip(values, roll.columns, strict=True)
            ),
            _LINE,
        )
        for values in roll.rows
    ]
    rows += [Row(tuple(Cell() for _ in widths), _LINE)] * roll.blank_rows
    return Table(widths, tuple(rows), (*title, Row(heads, _LINE)), keep=len(rows) <= _SHORT)


def _box(box: Box, width: float) -> Table:
    height = box.lines * _VALUE.leading + 4 * mm
    cells = (Cell(box.label, _LABEL, "center"), Cell(box.text, _VALUE))
    return Table((_LABEL_WIDTH, width - _LABEL_WIDTH), (Row(cells, height),))


def _opinion(opinion: Opinion, width: float) -> Table:
    """The seal stands over the date at the lower right, as it is stamped."""
    height = SEAL if opinion.has_seal else SEAL / 2
    seal = "（盖章）" if opinion.has_seal else ""
    foot = f"{opinion.signer}签字：　　　　　　　　{seal}　{_SIGNED}"
    text = f"{opinion.text}\n\n" if opinion.text else ""  # a long opinion leaves the foot free
    cells = (Cell(opinion.office, _LABEL, "center"), Cell(text, _VALUE, foot=foot))
    return Table((_LABEL_WIDTH, width - _LABEL_WIDTH), (Row(cells, height),), keep=True)


def places(signing: Signing, width: float) -> Table:
    """Return the places to sign side by side, never split, with a free circle for each seal."""
    count = len(signing.places)
    widths = (width / count,) * count
    with_seal = SEAL + 2 * _LABEL.leading + 2 * PAD_Y  # the circle stays free of label and date
    height = with_seal if any(place.has_seal for place in signing.places) else SEAL / 2
    cells = tuple(
        Cell(place.who + ("（盖章）" if place.has_seal else "") + "：", _LABEL, foot=_SIGNED)
        for place in signing.places
    )
    return Table(widths, (Row(cells, height),), keep=True)
