"""The checklist as a workbook: last month in grey, a blank column, and cells that know themselves.

A hidden column holds what each row is, so that rows may be sorted, filtered, moved and removed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from app.errors import Where
from app.excel.errors import TableError
from app.excel.fill_sheet import KEY, clean, set_up
from app.excel.layout import column_letter
from app.excel.reader import RawSheet, cell_at, read_table
from app.excel.replacing import replacing

HEADINGS = (
    "村民小组", "户编号", "户主", "章", "题号", "题目", "谁", "填法", "上次", "本次",
    "编号（勿改）",
)  # fmt: skip
ANSWER = "本次"
_WIDTHS = (8, 8, 8, 9, 7, 34, 10, 40, 18, 16, 5)
_SEARCH_ROWS = 20


class NotAChecklistError(TableError):
    """No sheet of the file has the columns that the program writes."""

    code = "E216"
    message = "这个文件不是程序打印的走访登记表（找不到“本次”和“编号（勿改）”两列）。数据没有变。"
    hint = "请用“打印走访登记表”存出的那个文件，填在“本次”一列。"


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """One row to print. ``key``: what the row is, for reading it back."""

    texts: tuple[str, ...]  # the columns before the blank one
    key: str
    starts_household: bool = False


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A cell that somebody filled in, with its place. ``key`` is "" where the row has lost it."""

    key: str
    value: object
    where: Where


def write_checklist(path: Path, title: str, rows: Iterable[ChecklistRow]) -> int:
    """Write the rows; a file that exists is replaced only when all is written. Returns the rows.

    Raises:
        OSError: disk full or not writable; what stood there before is untouched.
    """
    with replacing(path) as part:
        return _write(part, title, rows)


def _write(path: Path, title: str, rows: Iterable[ChecklistRow]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        sheet = book.add_worksheet(title)
        set_up(book, sheet, HEADINGS, _WIDTHS)
        formats = _formats(book)
        count = 0
        for count, row in enumerate(rows, 1):
            look = formats["first" if row.starts_household else "row"]
            for index, text in enumerate(row.texts):
                style = look["before" if index == len(row.texts) - 1 else "text"]
                sheet.write_string(count, index, clean(text), style)
            sheet.write_blank(count, len(row.texts), None, look["blank"])
            sheet.write_string(count, len(row.texts) + 1, row.key, look["text"])
        sheet.autofilter(0, 0, max(count, 1), len(HEADINGS) - 2)
    finally:
        book.close()
    return count


def _formats(book: Any) -> dict[str, dict[str, Any]]:
    """Text everywhere: ``+`` and 18 digits stay what they are; grey for what was before."""
    base = {"num_format": "@", "border": 1, "text_wrap": True, "valign": "vcenter"}
    looks = {}
    for name, line in (("row", {}), ("first", {"top": 2})):
        plain = {**base, "quote_prefix": True, **line}
        looks[name] = {
            "text": book.add_format(plain),
            "before": book.add_format({**plain, "font_color": "#808080"}),
            "blank": book.add_format({**base, "bg_color": "#FFFFE0", **line}),
        }
    return looks


def read_checklist(path: Path) -> list[FilledCell]:
    """Return the cells that were filled in, on every sheet that has the columns.

    Raises:
        TableError: the file cannot or must not be read, or is no checklist.
    """
    table = read_table(path)
    found = [(sheet, columns) for sheet in table.sheets if (columns := _columns(sheet))]
    if not found:
        raise NotAChecklistError(where=Where(file=path.name))
    return [cell for sheet, columns in found for cell in _filled(path, sheet, *columns)]


def _columns(sheet: RawSheet) -> tuple[int, int, int] | None:
    """Return heading row, blank column and key column, wherever they were moved to."""
    for index, row in enumerate(sheet.rows[:_SEARCH_ROWS]):
        texts = [str(cell).strip() for cell in row]
        if ANSWER in texts and KEY in texts:
            return index, texts.index(ANSWER), texts.index(KEY)
    return None


def _filled(path: Path, sheet: RawSheet, head: int, answer: int, key: int) -> Iterator[FilledCell]:
    for index, row in enumerate(sheet.rows[head + 1 :], head + 1):
        value = cell_at(row, answer)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        where = Where(path.name, sheet.name, sheet.number(index), column_letter(answer))
        yield FilledCell(str(cell_at(row, key) or "").strip(), value, where)
