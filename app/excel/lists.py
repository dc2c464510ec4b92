"""Lists from above as rows: 部门预警清单, 疑点清单. What they mean is for the domain to say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.roster import ReadRow
from app.domain.roster_list import ListRow
from app.domain.roster_values import ValueReader, folded, is_blank, plain, read_amount, read_day
from app.errors import Where
from app.excel.errors import HeaderNotFoundError
from app.excel.headings import (
    HeadingList,
    TableKind,
    chapter_words,
    heading_list,
    heading_text,
    vocabulary,
)
from app.excel.judge import ColumnJudge
from app.excel.layout import FEWEST_FIELDS, MIN_FIELDS, Column, Layout, find_layout
from app.excel.reader import RawSheet, RawTable, cell_at, read_table
from app.excel.roster import SheetParser, SkippedRow

LIST_KINDS = frozenset(("department_list", "doubt_list", "doubt_rule_file"))
_DASH = re.compile(r"(?<=\d)[-—](?=\d)")
_RULE = re.compile(r"(?<!\d)\d{1,2}[-_]\d{1,2}[-_]\d{3,4}(?!\d)")  # in a file's name
_OFFICE = re.compile(r".*(?:局|委|会|办|中心|院|厅)")
_TEXTS = ("department", "warning_type", "township", "village", "doubt_type")
_TYPES = {  # field → the columns that say so where it has none of its own
    "warning_type": ("main_cause", "warning_text"),
    "doubt_type": ("doubt_text",),
}


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as read: its kind, rows in order, rows that are nobody."""

    path: Path
    kind: TableKind
    rows: tuple[ListRow, ...]
    skipped: tuple[SkippedRow, ...]


def read_list(path: Path) -> ListFile:
    """Read a list of warnings or doubts.

    Raises:
        TableError: the file cannot be read, or is no such list.
    """
    return parse_list(read_table(path))


def parse_list(table: RawTable) -> ListFile:
    """Find the sheets and rows of a list in a table that has been read."""
    headings = heading_list().within(frozenset(sheet.name for sheet in table.sheets))
    reader = ValueReader(vocabulary())
    judge = ColumnJudge(reader, vocabulary())
    rows: list[ListRow] = []
    skipped: list[SkippedRow] = []
    kind: TableKind | None = None
    for sheet, layout in _layouts(table, headings, judge):
        kind = kind or layout.kind
        parser = SheetParser(table.path.name, sheet, layout, reader)
        rows += _rows(table.path, sheet, layout, parser.rows())
        skipped += parser.skipped
    if kind is None:
        raise HeaderNotFoundError(where=Where(file=table.path.name))
    return ListFile(table.path, kind, tuple(rows), tuple(skipped))


def _layouts(
    table: RawTable, headings: HeadingList, judge: ColumnJudge
) -> list[tuple[RawSheet, Layout]]:
    """Return the sheets that hold a list; few headings make one only where no sheet has more."""
    sheets = [sheet for sheet in table.sheets if not sheet.is_hidden]
    for fewest in (MIN_FIELDS, FEWEST_FIELDS):
        found = [(sheet, find_layout(sheet, headings, judge, fewest)) for sheet in sheets]
        lists = [
            (sheet, _with_types(sheet, layout))
            for sheet, layout in found
            if layout is not None and layout.kind.kind in LIST_KINDS
        ]
        if lists:
            return lists
    return []


def _with_types(sheet: RawSheet, layout: Layout) -> Layout:
    """Let a column that says the type in its own words stand for the one of that name.

    Of several the one that says least: descriptions differ from row to row.
    """
    name = next(iter(layout.of("name")), None)
    rows = [row for row in sheet.rows[layout.first_data :] if not is_blank(cell_at(row, name))]
    for field, others in _TYPES.items():
        likely = [c for c in layout.columns if _means(c) in others]
        if layout.of(field) or not likely:
            continue
        chosen = min(likely, key=lambda c: _variety(rows, c.index))
        columns = (replace(c, field=field) if c is chosen else c for c in layout.columns)
        layout = replace(layout, columns=tuple(columns))
    return layout


def _variety(rows: list[list[object]], index: int) -> tuple[int, int]:
    """Return how many texts a column holds, and how long they are."""
    texts = {folded(cell_at(row, index)) for row in rows}
    return len(texts), sum(map(len, texts))


def _means(column: Column) -> str:
    return heading_list().match(heading_text(column.heading))[0]


def _rows(path: Path, sheet: RawSheet, layout: Layout, found: list[ReadRow]) -> Iterator[ListRow]:
    named = _RULE.search(path.stem)
    rule = _rule_number(named[0]) if named else ""
    indexes = {sheet.number(index): index for index in range(len(sheet.rows))}
    for row in found:
        cells = sheet.rows[indexes[row.place.row]]
        details = _details(layout, cells)
        if _OFFICE.fullmatch(sheet.name):  # one sheet a department, and no column for it
            details.setdefault("department", sheet.name)
        if rule and layout.kind.kind == "doubt_rule_file":
            details.setdefault("rule_code", rule)
        subject = details.get("warning_type") or details.get("rule_code") or path.stem
        yield ListRow(
            place=row.place,
            name=str(row.value("name") or ""),
            identity=row.identity,
            household_no=str(row.value("household_no") or ""),
            village=details.get("village", ""),
            subject=f"{details.get('department', '')}/{subject}",
            chapter=_chapter(details.get("warning_type", "")),
            details=details,
        )


def _details(layout: Layout, cells: list[object]) -> dict[str, str]:
    """Return what a list says beside the person, as text: dates ISO, amounts plain."""
    details: dict[str, str] = {}
    for column in layout.columns:
        raw = cell_at(cells, column.index)
        if is_blank(raw):
            continue
        if column.field in _TEXTS:
            details[column.field] = plain(raw)
        elif column.field == "rule_code":
            details[column.field] = _rule_number(plain(raw))
        elif column.field in ("data_on", "reply_by"):
            details[column.field] = str(read_day(raw).value or "")
        elif column.field == "amount":
            amount = read_amount(raw).value
            details[column.field] = "" if amount is None else str(amount)
    return details


def _rule_number(text: str) -> str:
    return _DASH.sub("_", text)


def _chapter(warning_type: str) -> str:
    """Return the chapter of the checklist that a type of warning belongs to; "" if unknown."""
    for chapter, words in chapter_words().items():
        if any(word in warning_type for word in words):
            return chapter
    return ""
