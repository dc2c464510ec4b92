"""一户一策 帮扶计划表: two pages A4 for a household, one file for as many as wanted."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from reportlab.lib.units import mm

from app.domain.plan import Block, Edition, Item, PlanDocument
from app.domain.plan_cover import PlanCover
from app.reports import plan_cover
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, BOLD, HEADING, typeface
from app.reports.pdf import (
    FRAME_WIDTH,
    Cancelled,
    Paper,
    PrintedPapers,
    Progress,
    Section,
    build,
    compose,
)
from app.reports.table import PAD_X, Align, Cell, Layout, Row, Table
from app.reports.text import Style, measure

PAGES = 2  # more only if a smaller type does not help
SEAL_HEIGHT = 52 * mm  # label and date, and a circle of 40 mm between them that stays free
SEAL_WIDTH = 41.5 * mm
HAND_HEIGHT = 8.5 * mm  # a line to write on

_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_TITLE = Style(BOLD, 18, 26)


class Look(NamedTuple):
    """Type sizes, and how much stands side by side: items in a row, columns of short tables."""

    label: Style
    value: Style
    title: Style = Style(BOLD, 10, 13)
    small: Style = Style(HEADING, 9, 12)
    items: int = 3
    columns: int = 8


_LOOKS = {
    Edition.ARCHIVE: (
        Look(Style(HEADING, 9, 12), Style(BODY, 10, 13)),
        Look(Style(HEADING, 8.5, 10.5), Style(BODY, 9, 11)),
    ),
    # Read from the wall, by old people too: never smaller than 16 points.
    Edition.WALL: (
        Look(
            Style(HEADING, 16, 20), Style(BODY, 16, 20), Style(BOLD, 16, 22),
            Style(HEADING, 12, 16), 2, 4,
        ),
    ),
}  # fmt: skip

_WIDTHS = {  # in millimetres of the archive edition; scaled to the frame where columns are fewer
    "members": {"name": 24, "relation": 13, "sex": 9, "age": 9, "labor_skill": 23,
                "occupation": 22, "health": 25, "disability": 18, "support": 17},
    "warnings": {"item": 65, "severity": 11, "opened_on": 23, "due_on": 23, "department": 38},
    "measures": {"number": 9, "category": 18, "content": 29, "kind": 29, "beneficiary": 15,
                 "department": 17, "responsible_person": 15, "span": 26, "amount": 16,
                 "state": 17},
    "helpers": {"duty": 22, "name": 22, "organisation": 40, "post": 17, "span": 33, "phone": 26,
                "public_phone": 26},
    "visits": {"visited_on": 21, "visitor": 16, "way": 17, "content": 26},
    "results": {"number": 18, "is_done": 18, "done_on": 22, "closed_on": 22},
}  # fmt: skip
_BESIDE = {"members", "visits", "results"}  # stand beside themselves where columns are few
_SHORT = {"helpers", "results"}  # stay on one page as a whole
_STRIPS = {"guarantees", "income"}  # labels over values, all in one row
_WIDE_ITEMS = {
    "head_id_no",
    "bank_account",
    "causes",
    "removal_target",
    "guarantee_target",
    "needs",
}
_LEFT = {"item", "content", "department", "organisation"}
_RIGHT = {"amount"}


def render(
    documents: Sequence[PlanDocument],
    path: Path,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
    cover: PlanCover | None = None,
) -> PrintedPapers:
    """Write the sheets to one PDF: a bookmark and a new leaf for every household.

    A ``cover`` lies on top of them, on a leaf of its own.

    Raises:
        NothingToPrintError: no documents.
        PrintCancelledError, PaperNotSavedError: see ``pdf.build``; no file has been made.
    """
    if not documents:
        raise NothingToPrintError
    layout = Layout()
    total = len(documents)
    papers = chain(
        [] if cover is None else [plan_cover.paper(cover, layout)],
        (paper(document, layout) for document in documents),
    )
    title = "一户一策帮扶计划表"

    def households_done(done: int, _total: int) -> None:
        progress(done if cover is None else done - 1, total)

    pages = build(papers, path, title, total, households_done, cancelled)
    return PrintedPapers(pages, len(documents), tuple(sorted(layout.unknown)))


def paper(document: PlanDocument, layout: Layout) -> Paper:
    """Return one sheet laid out: in the larger type if it then fits on its pages."""
    best = compose(section(document, _LOOKS[document.edition][0]), layout)
    for look in _LOOKS[document.edition][1:]:
        if len(best.pages) <= PAGES:
            break
        smaller = compose(section(document, look), layout)
        best = smaller if len(smaller.pages) < len(best.pages) else best
    return best


def section(document: PlanDocument, look: Look) -> Section:
    """Return the tables of one sheet."""
    name = f"{document.household_no}　{document.head_name}".strip("　")
    blocks = (
        table
        for numeral, block in zip(_NUMERALS, document.blocks, strict=False)
        for table in _block_tables(block, numeral, look)
    )
    return Section(
        bookmark=name,
        tables=(
            *_title(document, look),
            *blocks,
            _signatures(document, _NUMERALS[len(document.blocks)], look),
        ),
        running=f"{document.area}　户编号：{name}",
        note="　".join(filter(None, (document.note, document.reprint))),
    )


def _title(document: PlanDocument, look: Look) -> Iterator[Table]:
    whole = f"{document.area} {document.title}"
    fits = _width(whole, _TITLE) <= FRAME_WIDTH
    lines = whole if fits else f"{document.area}\n{document.title}"
    yield Table((FRAME_WIDTH,), (Row((Cell(lines, _TITLE, "center"),)),), is_ruled=False)
    small = look.small
    cells = (
        Cell(f"户编号：{document.household_no}", small),
        Cell(f"制表日期：{document.printed_on.isoformat()}", small, "center"),
        Cell(f"参数版本：{document.policy_version}", small, "right"),
    )
    yield Table((FRAME_WIDTH / 3,) * 3, (Row(cells),), is_ruled=False)
    if document.reprint:
        mark = Cell(f"（{document.reprint}）", small, "center")
        yield Table((FRAME_WIDTH,), (Row((mark,)),), is_ruled=False)


def _block_tables(block: Block, numeral: str, look: Look) -> Iterator[Table]:
    title = f"{numeral}、{block.title}"
    if block.key in _STRIPS:
        yield _strip_table(block, title, look)
    elif block.items:
        yield _items_table(block, title, look)
    if block.columns:
        yield _columns_table(block, title, look)


def _items_table(block: Block, title: str, look: Look) -> Table:
    label_width = max(_width(item.label, look.label) for item in block.items)
    value_width = FRAME_WIDTH / look.items - label_width
    widths = (label_width, value_width) * look.items
    rows = tuple(_items_row(line, look) for line in _item_lines(block.items, look.items))
    return Table(widths, rows, (_title_row(title, len(widths), look),), keep=True)


def _strip_table(block: Block, title: str, look: Look) -> Table:
    count = len(block.items)
    labels = Row(tuple(Cell(item.label, look.label, "center") for item in block.items))
    values = Row(tuple(Cell(item.value, look.value, "center") for item in block.items))
    head = (_title_row(title, count, look), labels)
    return Table((FRAME_WIDTH / count,) * count, (values,), head)


def _width(text: str, style: Style) -> float:
    """Return the width of a cell that holds ``text`` in one line."""
    return measure(text, typeface(style.face)) * style.size / 1000 + 2 * PAD_X + 0.1


def _item_lines(items: Sequence[Item], count: int) -> Iterator[list[Item]]:
    """Yield the items of each row: so many, a wide one counting twice."""
    line: list[Item] = []
    used = 0
    for item in items:
        size = 2 if item.key in _WIDE_ITEMS else 1
        if used + size > count:
            yield line
            line, used = [], 0
        line.append(item)
        used += size
    if line:
        yield line


def _items_row(line: list[Item], look: Look) -> Row:
    columns = 2 * look.items
    cells: list[Cell] = []
    for item in line:
        span = 3 if item.key in _WIDE_ITEMS else 1
        cells += [Cell(item.label, look.label, "center"), Cell(item.value, look.value, span=span)]
    missing = columns - sum(cell.span for cell in cells)
    last = cells[-1]
    cells[-1] = Cell(last.text, last.style, last.align, last.span + missing)
    return Row(tuple(cells))


def _columns_table(block: Block, title: str, look: Look) -> Table:
    beside = max(1, look.columns // len(block.columns)) if block.key in _BESIDE else 1
    known = _WIDTHS[block.key]
    wishes = [known[key] for key, _ in block.columns] * beside
    widths = tuple(wish * FRAME_WIDTH / sum(wishes) for wish in wishes)
    heads = tuple(Cell(label, look.label, "center") for _, label in block.columns)
    head = (_title_row(title, len(widths), look), Row(heads * beside))
    rows = tuple(_body_rows(block, beside, look))
    return Table(widths, rows, head, keep=block.key in _SHORT)


def _body_rows(block: Block, beside: int, look: Look) -> Iterator[Row]:
    empty = ("",) * len(block.columns)
    if not block.rows and not block.blank_rows:
        yield Row((Cell("无", look.value, "center", len(block.columns) * beside),))
    for _ in range(block.blank_rows if not block.rows else 0):
        yield Row(tuple(Cell(style=look.value) for _ in empty * beside), HAND_HEIGHT)
    for start in range(0, len(block.rows), beside):
        group = [*block.rows[start : start + beside], *[empty] * beside][:beside]
        yield Row(
            tuple(
                _value(key, text, look)
                for row in group
                for (key, _), text in zip(block.columns, row, strict=True)
            )
        )


def _value(key: str, text: str, look: Look) -> Cell:
    align: Align = "left" if key in _LEFT else "right" if key in _RIGHT else "center"
    return Cell(text, look.value, align)


def _title_row(title: str, columns: int, look: Look) -> Row:
    return Row((Cell(title, look.title, span=columns),))


def _signatures(document: PlanDocument, numeral: str, look: Look) -> Table:
    """Return the block to sign: never split, with a free circle for each seal."""
    labels = document.signatures
    seals = sum("章" in label for label in labels)
    plain = (FRAME_WIDTH - seals * SEAL_WIDTH) / max(1, len(labels) - seals)
    widths = tuple(SEAL_WIDTH if "章" in label else plain for label in labels)
    cells = tuple(Cell(f"{label}：", look.label, "left", foot="　年　月　日") for label in labels)
    rows = [_title_row(f"{numeral}、签字", len(labels), look), Row(cells, SEAL_HEIGHT)]
    if document.edition is Edition.ARCHIVE:
        rows.append(Row((Cell("代签原因：", look.label, span=len(labels)),), HAND_HEIGHT))
    return Table(widths, tuple(rows), keep=True)
