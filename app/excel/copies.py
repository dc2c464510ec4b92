"""A table of any format as a workbook that can be marked or filled in: values, no more.

An .xlsx keeps its looks; of the others there are the sheets, the cells in their places and what
is merged. Either way no formula, link, rule, macro or outside reference survives, and text that a
spreadsheet would take for a formula is marked as text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.roster_values import ErrorCell
from app.excel.guard import Format, check_file
from app.excel.reader import RawSheet, read_table
from app.excel.replacing import replacing
from app.excel.writer import cell_text

_TEXT_SHEET = "数据"  # the one sheet of a text file
_WIDEST, _SAMPLE = 24, 200
_EXACT = 10**11  # from here on a spreadsheet would show 5.4E+17


@dataclass(frozen=True, slots=True)
class TableCopy:
    """The workbook, and where the rows of the table stand in it."""

    book: Workbook
    _rows: Mapping[str, Mapping[int, int]]

    def sheet(self, name: str) -> Worksheet:
        """Return a sheet by its name in the table."""
        found: Worksheet = self.book[name or _TEXT_SHEET]
        return found

    def row(self, sheet: str, number: int) -> int:
        """Return where a row stands; only text files have values over several lines."""
        return self._rows.get(sheet, {}).get(number, number)

    def save(self, target: Path) -> None:
        """Write the workbook; what stood there is replaced only when all is written.

        Raises:
            OSError: it cannot be written.
        """
        with replacing(target) as part:
            self.book.save(part)


def copy_table(source: Path) -> TableCopy:
    """Return a copy of a table.

    Raises:
        TableError: it can no longer be read.
    """
    if check_file(source).format is Format.XLSX:
        book = openpyxl.load_workbook(source, data_only=True, keep_links=False, keep_vba=False)
        book.defined_names.clear()
        for sheet in book.worksheets:
            _defuse(sheet)
        return TableCopy(book, {})
    book = Workbook()
    book.remove(book.worksheets[0])
    table = read_table(source)
    for raw in table.sheets:
        _fill(book.create_sheet(raw.name or _TEXT_SHEET), raw)
    return TableCopy(
        book,
        {raw.name: {n: i for i, n in enumerate(raw.row_numbers or (), 1)} for raw in table.sheets},
    )


def set_text(cell: Any, text: str) -> None:
    """Put a text into a cell so that no program ever takes it for a formula."""
    cell.value = cell_text(text)
    cell.data_type = "s"  # openpyxl would take a leading "=" for a formula
    cell.quotePrefix = True


def _fill(sheet: Worksheet, raw: RawSheet) -> None:
    for number, row in enumerate(raw.rows, 1):
        for column, value in enumerate(row, 1):
            if value not in (None, ""):
                _put(sheet.cell(number, column), value)
    for top, left, bottom, right in raw.merges:
        sheet.merge_cells(
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        )
    sheet.sheet_state = "hidden" if raw.is_hidden else "visible"
    for column in range(max(map(len, raw.rows), default=0)):
        shown = [_width(row[column]) for row in raw.rows[:_SAMPLE] if column < len(row)]
        letter = get_column_letter(column + 1)
        sheet.column_dimensions[letter].width = min(max([*shown, 6]) + 2, _WIDEST)


def _put(cell: Any, value: object) -> None:
    if isinstance(value, ErrorCell):
        set_text(cell, value.text)
    elif isinstance(value, str):
        set_text(cell, value)
    elif isinstance(value, int | float | date):
        cell.value = int(value) if isinstance(value, float) and value == int(value) else value
        if not isinstance(value, date) and abs(value) >= _EXACT:
            cell.number_format = "0"
    else:
        set_text(cell, str(value))


def _width(value: object) -> int:
    text = str(value or "")
    return sum(1 + (not character.isascii()) for character in text[:_WIDEST])


def _defuse(sheet: Worksheet) -> None:
    """Leave only values: no link, no rule with a formula, no text that looks like a formula."""
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.data_validations = DataValidationList()
    sheet.print_title_rows = sheet.print_title_cols = None
    cells: Iterable[Any] = (cell for row in sheet.iter_rows() for cell in row)
    for cell in cells:
        if isinstance(cell, MergedCell):
            continue
        cell.hyperlink, cell.comment = None, None
        if isinstance(cell.value, str):
            set_text(cell, cell.value)
