"""The report of an import as a workbook: the original layout again, faulty cells marked.

A table is copied with its looks as far as they are known, a very large one as bare rows. Either
way nothing that acts survives.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.roster_values import ErrorCell
from app.excel.copies import copy_table, set_text
from app.excel.headings import FEEDS
from app.excel.reader import read_table
from app.excel.replacing import replacing
from app.excel.roster import RosterFile
from app.excel.writer import cell_text

SHEET = "导入报告"
_HEADINGS = ("工作表", "行", "列", "结果", "原因")
_WIDTHS = (16, 7, 6, 10, 60)
_RESULTS = {"error": "没有导入", "warn": "请核对", "ok": "请核对"}
_COLOURS = {"error": "F8B4B4", "warn": "FFE08A", "ok": "FFE08A"}
_COPIED_ROWS = 20_000  # beyond, copying the looks takes too much memory
_AUTHOR = "驻村"


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell that somebody should look at; ``column`` from 0, None for the whole row."""

    sheet: str
    row: int
    column: int | None
    letter: str
    row_class: str
    words: str


def marks_of(file: RosterFile, words: Callable[[str], str]) -> list[Mark]:
    """Return the marks of an import, in the order of the file."""
    columns = {
        (sheet.sheet, FEEDS.get(column.field, column.field)): column
        for sheet in file.sheets
        for column in reversed(sheet.columns)
    }
    found = []
    for row in file.table.rows:
        for reason in row.reasons:
            column = columns.get((row.place.sheet, reason.field))
            found.append(
                Mark(
                    row.place.sheet,
                    row.place.row,
                    column.index if column else None,
                    column.letter if column else "",
                    row.row_class if reason.code.startswith("E_") else "warn",
                    words(reason.code),
                )
            )
    return found


def write_import_report(file: RosterFile, path: Path, words: Callable[[str], str]) -> int:
    """Write the report; return the number of marks. A file that exists is replaced at the end.

    Raises:
        TableError: the original can no longer be read.
        OSError: the report cannot be written; what stood there before is untouched.
    """
    marks = marks_of(file, words)
    if len(file.table.rows) <= _COPIED_ROWS:
        _write_copy(file.path, path, marks)
    else:
        with replacing(path) as part:
            _write_table(file.path, part, marks)
    return len(marks)


def _by_cell(marks: Iterable[Mark]) -> dict[tuple[str, int, int], list[Mark]]:
    found: dict[tuple[str, int, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.sheet, mark.row, mark.column or 0].append(mark)
    return found


def _worst(marks: Sequence[Mark]) -> str:
    return min((mark.row_class for mark in marks), key=("error", "warn", "ok").index)


def _write_copy(source: Path, target: Path, marks: Sequence[Mark]) -> None:
    copy = copy_table(source)
    for (name, row, column), found in _by_cell(marks).items():
        cell = copy.sheet(name).cell(copy.row(name, row), column + 1)
        colour = _COLOURS[_worst(found)]
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        if not isinstance(cell, MergedCell):
            cell.comment = Comment("\n".join(m.words for m in found), _AUTHOR)
    book = copy.book
    _report_sheet(book.create_sheet(_free_name(book.sheetnames), 0), marks)
    book.active = 0
    copy.save(target)


def _report_sheet(sheet: Worksheet, marks: Sequence[Mark]) -> None:
    for index, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), 1):
        cell = sheet.cell(1, index, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for number, mark in enumerate(marks, 2):
        for index, value in enumerate(_line(mark), 1):
            if isinstance(value, str):
                set_text(sheet.cell(number, index), value)
            else:
                sheet.cell(number, index, mark.row)
    sheet.freeze_panes = "A2"


def _line(mark: Mark) -> tuple[str, int, str, str, str]:
    return mark.sheet, mark.row, mark.letter, _RESULTS[mark.row_class], mark.words


def _free_name(taken: Iterable[str]) -> str:
    names = {name.lower() for name in taken}
    return next(n for n in (SHEET, *(f"{SHEET}{i}" for i in range(2, 99))) if n not in names)


def _write_table(source: Path, target: Path, marks: Sequence[Mark]) -> None:
    """Write the rows as they were read, in the same places, without the looks."""
    table = read_table(source)
    cells = _by_cell(marks)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(target), options)
    try:
        text = {"num_format": "@", "quote_prefix": True}
        plain = book.add_format(text)
        colours = {c: book.add_format(text | {"bg_color": f"#{v}"}) for c, v in _COLOURS.items()}
        names = [sheet.name or "数据" for sheet in table.sheets]
        _table_report(book.add_worksheet(_free_name(names)), marks, plain)
        for name, sheet in zip(names, table.sheets, strict=True):
            copied = book.add_worksheet(name)
            for index, row in enumerate(sheet.rows):
                number = sheet.number(index)
                for column, value in enumerate(row):
                    found = cells.get((sheet.name, number, column))
                    style = colours[_worst(found)] if found else plain
                    if found or value not in (None, ""):
                        copied.write_string(index, column, _cell(value), style)
    finally:
        book.close()


def _cell(value: object) -> str:
    if isinstance(value, ErrorCell):
        return value.text
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    text = "" if value is None else str(value)
    return cell_text(text)


def _table_report(sheet: Any, marks: Sequence[Mark], plain: Mapping[str, Any]) -> None:
    for index, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, heading, plain)
    for number, mark in enumerate(marks, 1):
        for index, value in enumerate(_line(mark)):
            if isinstance(value, str):
                sheet.write_string(number, index, cell_text(value), plain)
            else:
                sheet.write_number(number, index, mark.row)
