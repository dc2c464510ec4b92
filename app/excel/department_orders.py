"""A 交办单 as a workbook: what a department shall do, four columns to fill in, and read back.

A hidden column holds what each row is, so that rows may be sorted, filtered and copied: a copy
of a row without a measure is a further measure of the same warning.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from app.domain.household import NOTHING
from app.errors import Where
from app.excel.errors import TableError
from app.excel.fill_sheet import KEY, clean, set_up
from app.excel.layout import column_letter
from app.excel.reader import RawSheet, cell_at, read_table
from app.excel.replacing import replacing

FILLED = ("措施", "责任人", "完成日", "结果")
HEADINGS = (
    "序号", "村", "户编号", "户主", "对象", "事项", "级别", "限期", *FILLED, KEY,
)  # fmt: skip
_WIDTHS = (5, 12, 8, 9, 9, 34, 6, 11, 28, 10, 12, 28, 5)
_SEARCH_ROWS = 20


class NotAnOrderError(TableError):
    """No sheet of the file has the columns that the program writes."""

    code = "E217"
    message = (
        "这个文件不是程序存出的交办单（找不到“措施、责任人、完成日、结果、编号（勿改）”几列）。"
        "数据没有变。"
    )
    hint = "请用“部门交办单”存出的那个文件，填好以后再读回。"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row to write. ``told``: the columns before the four; ``filled``: what is known there."""

    told: tuple[str, ...]
    filled: tuple[str, str, str, str]
    key: str


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as it came back: heading → cell, with the place of each."""

    key: str
    cells: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    places: Mapping[str, Where] = field(default_factory=lambda: NOTHING)


def write_order(path: Path, title: str, rows: Iterable[OrderRow]) -> int:
    """Write the rows; a file that exists is replaced only when all is written. Returns the rows.

    Raises:
        OSError: disk full or not writable; what stood there before is untouched.
    """
    with replacing(path) as part:
        return _write(part, title, rows)


def _write(path: Path, title: str, rows: Iterable[OrderRow]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        sheet = book.add_worksheet(title[:31])
        set_up(book, sheet, HEADINGS, _WIDTHS)
        base = {"num_format": "@", "border": 1, "text_wrap": True, "valign": "vcenter"}
        told = book.add_format({**base, "quote_prefix": True})
        blank = book.add_format({**base, "bg_color": "#FFFFE0"})
        count = 0
        for count, row in enumerate(rows, 1):
            texts = (str(count), *row.told)
            for index, text in enumerate(texts):
                sheet.write_string(count, index, clean(text), told)
            for index, text in enumerate(row.filled, len(texts)):
                sheet.write_string(count, index, clean(text), blank)
            sheet.write_string(count, len(HEADINGS) - 1, row.key, told)
        sheet.autofilter(0, 0, max(count, 1), len(HEADINGS) - 2)
    finally:
        book.close()
    return count


def read_order(path: Path) -> list[FilledRow]:
    """Return every row in which one of the four columns says something.

    Raises:
        TableError: the file cannot or must not be read, or is no 交办单.
    """
    table = read_table(path)
    found = [(sheet, head) for sheet in table.sheets if (head := _head(sheet)) is not None]
    if not found:
        raise NotAnOrderError(where=Where(file=path.name))
    return [row for sheet, head in found for row in _rows(path, sheet, head)]


def _head(sheet: RawSheet) -> int | None:
    for index, row in enumerate(sheet.rows[:_SEARCH_ROWS]):
        if {*FILLED, KEY} <= {str(cell).strip() for cell in row}:
            return index
    return None


def _rows(path: Path, sheet: RawSheet, head: int) -> Iterator[FilledRow]:
    texts = [str(cell).strip() for cell in sheet.rows[head]]
    columns = {heading: texts.index(heading) for heading in (*FILLED, KEY)}
    for index, row in enumerate(sheet.rows[head + 1 :], head + 1):
        cells = {heading: cell_at(row, columns[heading]) for heading in FILLED}
        if all(value is None or not str(value).strip() for value in cells.values()):
            continue
        number = sheet.number(index)
        places = {
            heading: Where(path.name, sheet.name, number, column_letter(column))
            for heading, column in columns.items()
        }
        yield FilledRow(str(cell_at(row, columns[KEY]) or "").strip(), cells, places)
