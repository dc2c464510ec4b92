"""一户一策 帮扶计划表: two pages A4 for a household, one file for as many as wanted."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from reportlab.lib.units import mm

from app.domain.plan import Block, Edition, Item, PlanDocument
from app.domain.plan_cover import PlanCover
from app.reports import plan_cover
from app.reports.columns import fitted, good_of, least_of, width_of
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, BOLD, HEADING
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
from app.reports.table import PAD_Y, Align, Cell, Layout, Row, Table
from app.reports.text import Style

SEAL = 40 * mm  # the circle that stays free between label and date
SEAL_WIDTH = 41.5 * mm
HAND_HEIGHT = 8.5 * mm  # a line to write on

_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_TITLE = Style(BOLD, 18, 26)
_SIGN = Style(HEADING, 10.5, 13.5)
_WIDEST, _WIDE = 0.45 * FRAME_WIDTH, 0.24 * FRAME_WIDTH  # of a column of sentences, of words
_MOST_BESIDE = 4
_A_DAY = "2025-12-31"  # room for a date that is still to be written


class Look(NamedTuple):
    """Type sizes, and how many items stand in a row."""

    label: Style
    value: Style
    title: Style
    sign: Style
    small: Style = Style(HEADING, 10.5, 14)
    items: int = 3


_LOOKS = {
    Edition.ARCHIVE: (  # 小四, 五号, 小五: the first that fits
        Look(Style(HEADING, 12, 15), Style(BODY, 12, 15), Style(BOLD, 12, 15), _SIGN),
        Look(Style(HEADING, 10.5, 13.5), Style(BODY, 10.5, 13.5), Style(BOLD, 10.5, 13.5), _SIGN),
        Look(Style(HEADING, 9, 11), Style(BODY, 9, 11), Style(BOLD, 10, 12), _SIGN),
    ),
    # Read from the wall, by old people too: never smaller than 16 points.
    Edition.WALL: (
        Look(
            Style(HEADING, 16, 20), Style(BODY, 16, 20), Style(BOLD, 16, 22),
            Style(HEADING, 16, 20), Style(HEADING, 12, 16), 2,
        ),
        Look(
            Style(HEADING, 16, 17), Style(BODY, 16, 17), Style(BOLD, 16, 17),
            Style(HEADING, 16, 17), Style(HEADING, 12, 14),
        ),
    ),
}  # fmt: skip
_PAGES = {Edition.ARCHIVE: 2, Edition.WALL: 1}  # more only if a closer look does not help

_WISHES = {  # of tables that are filled in by hand, in millimetres; scaled to the frame
    "measures": {"number": 9, "category": 18, "content": 29, "kind": 29, "beneficiary": 15,
                 "department": 17, "responsible_person": 15, "span": 26, "amount": 16,
                 "state": 17},
}  # fmt: skip
_BESIDE = {"members", "visits", "results"}  # stand beside themselves where they are narrow
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
    """Return one sheet laid out: in the largest look that takes no page more than it must."""
    best = compose(section(document, _LOOKS[document.edition][0]), layout)
    for look in _LOOKS[document.edition][1:]:
        if len(best.pages) <= _PAGES[document.edition]:
            break
        smaller = compose(section(document, look), layout)
        best = smaller if len(smaller.pages) < len(best.pages) else best
    return best


def section(document: PlanDocument, look: Look) -> Section:
    """Return the tables of one sheet."""
    name = f"{document.household_no}　{document.head_name}".strip("　")
    *blocks, last = (
        table
        for numeral, block in zip(_NUMERALS, document.blocks, strict=False)
        for table in _block_tables(block, numeral, look)
    )
    return Section(
        bookmark=name,
        tables=(
            *_title(document, look),
            *blocks,
            (last, _signatures(document, _NUMERALS[len(document.blocks)], look)),
        ),
        running=f"{document.area}　户编号：{name}",
        note="　".join(filter(None, (document.note, document.reprint))),
    )


def _title(document: PlanDocument, look: Look) -> Iterator[Table]:
    whole = f"{document.area} {document.title}"
    fits = width_of(whole, _TITLE) <= FRAME_WIDTH
    lines = whole if fits else f"{document.area}\n{document.title}"
    yield Table((FRAME_WIDTH,), (Row((Cell(lines, _TITLE, "center"),)),), is_ruled=False)
    small = look.small
    cells = (
        Cell(f"户编号：{document.household_no}", small),
        Cell(f"制表日期：{document.printed_on.isoformat()}", small, "center"),
        Cell(f"参数版本：{document.policy_version}", small, "right"),
    )
    widths = fitted([[width_of(cell.text, small) for cell in cells]], FRAME_WIDTH)
    yield Table(widths, (Row(cells),), is_ruled=False)
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
    lines = list(_item_lines(block.items, look.items))
    widths = _item_widths(lines, look)
    rows = tuple(_items_row(line, look) for line in lines)
    return Table(widths, rows, (_title_row(title, len(widths), look),), keep=True)


def _item_widths(lines: Sequence[Sequence[Item]], look: Look) -> tuple[float, ...]:
    """Return the widths of labels and values, by the items that take one place each."""
    labels, wished, least = ([0.0] * look.items for _ in range(3))
    for line in lines:
        place = 0
        for item in line:
            labels[place] = max(labels[place], width_of(item.label, look.label))
            if item.key not in _WIDE_ITEMS:
                wished[place] = max(wished[place], width_of(item.value, look.value))
                least[place] = max(least[place], least_of(item.value, look.value))
            place += _places(item)
    equal = (FRAME_WIDTH - sum(labels)) / look.items
    wished = [max(equal, min(one, _WIDEST)) for one in wished]
    values = fitted([wished, [min(one, equal) for one in least]], FRAME_WIDTH - sum(labels))
    return tuple(chain.from_iterable(zip(labels, values, strict=True)))


def _places(item: Item) -> int:
    return 2 if item.key in _WIDE_ITEMS else 1


def _strip_table(block: Block, title: str, look: Look) -> Table:
    pairs = [(width_of(i.label, look.label), width_of(i.value, look.value)) for i in block.items]
    count = len(block.items)
    widths = fitted([[max(pair) for pair in pairs], [FRAME_WIDTH / count] * count], FRAME_WIDTH)
    labels = Row(tuple(Cell(item.label, look.label, "center") for item in block.items))
    values = Row(tuple(Cell(item.value, look.value, "center") for item in block.items))
    head = (_title_row(title, count, look), labels)
    return Table(widths, (values,), head)


def _item_lines(items: Sequence[Item], count: int) -> Iterator[list[Item]]:
    """Yield the items of each row: so many, a wide one counting twice."""
    line: list[Item] = []
    used = 0
    for item in items:
        if used + _places(item) > count:
            yield line
            line, used = [], 0
        line.append(item)
        used += _places(item)
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
    levels = _column_levels(block, look)
    beside = _beside(block, sum(levels[1]))
    widths = fitted([level * beside for level in levels], FRAME_WIDTH)
    heads = tuple(Cell(label, look.label, "center") for _, label in block.columns)
    head = (_title_row(title, len(widths), look), Row(heads * beside))
    rows = tuple(_body_rows(block, beside, look))
    return Table(widths, rows, head, keep=block.key in _SHORT)


def _column_levels(block: Block, look: Look) -> tuple[list[float], ...]:
    """Return the widths of the columns: all in one line, heads in two, good ones, the least."""
    label, value = look.label, look.value
    if not block.rows and block.key in _WISHES:
        return ([_WISHES[block.key][key] * mm for key, _ in block.columns],) * 4
    levels: tuple[list[float], ...] = ([], [], [], [])
    for number, (key, head) in enumerate(block.columns):
        texts = [row[number] for row in block.rows] + [_A_DAY] * key.endswith("_on")
        half = head[: (len(head) + 1) // 2]
        once = set(texts)
        kinds = ((width_of, head), (width_of, half), (good_of, half), (least_of, half))
        for level, (of, heading) in zip(levels, kinds, strict=True):
            wide = [of(heading, label), *(of(text, value) for text in once)]
            level.append(min(max(wide), _WIDEST if key in _LEFT else _WIDE))
    return levels


def _beside(block: Block, needed: float) -> int:
    if block.key not in _BESIDE or not block.rows:
        return 1
    return max(1, min(int(FRAME_WIDTH / needed), _MOST_BESIDE, len(block.rows)))


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
    labels = [f"{label}：" for label in document.signatures]
    sealed = [label for label in labels if "章" in label]
    seals = {label: max(SEAL_WIDTH, width_of(label, look.sign)) for label in sealed}
    plain = (FRAME_WIDTH - sum(seals.values())) / max(1, len(labels) - len(seals))
    widths = tuple(seals.get(label, plain) for label in labels)
    cells = tuple(Cell(label, look.sign, foot="年　月　日") for label in labels)
    height = SEAL + 2 * look.sign.leading + 2 * PAD_Y
    rows = [_title_row(f"{numeral}、签字", len(labels), look), Row(cells, height)]
    if document.edition is Edition.ARCHIVE:
        rows.append(Row((Cell("代签原因：", look.sign, span=len(labels)),), HAND_HEIGHT))
    return Table(widths, tuple(rows), keep=True)
