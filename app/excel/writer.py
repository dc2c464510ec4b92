"""Tables as workbooks that WPS and Excel keep as they are.

Every text is a text cell marked with the leading apostrophe (quotePrefix): numbers of 18 digits
stay whole, and nothing that begins with ``=``, ``+``, ``-`` or ``@`` is ever taken for a formula,
not even when somebody edits the cell. Only amounts and counts are numbers.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from app.domain.roster_values import Value
from app.excel.forms import formed
from app.excel.replacing import replacing
from app.paths import RESOURCES

MAX_TEXT = 32767  # characters that a cell may hold
_WIDTHS = {"id_no": 21, "disability_cert_no": 23, "phone": 13, "household_no": 13, "name": 12}
_CONTROL = dict.fromkeys(c for c in range(0x20) if c not in (0x09, 0x0A))
_CONTROL |= dict.fromkeys((0xFFFE, 0xFFFF))  # no XML may hold them


@dataclass(frozen=True, slots=True)
class Template:
    """An export: name of the sheet, and (heading, field) of each column.

    Attributes:
        forms: how a column writes its values, by its index (see ``resources/columns``).
        above: rows that stand above the headings.
        has_headings: the row of headings is written; a template may have its own above.
    """

    title: str
    columns: tuple[tuple[str, str], ...]
    forms: Mapping[int, str] = field(default_factory=dict)
    above: tuple[tuple[str, ...], ...] = ()
    has_headings: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    rows: int
    sha256: str


def template(kind: str) -> Template:
    """Return the columns of an export kind (household, member, object, warning …)."""
    table = _templates()[kind]
    forms = {i: column[2] for i, column in enumerate(table["columns"]) if len(column) > 2}
    return Template(table["title"], tuple((c[0], c[1]) for c in table["columns"]), forms)


def export_kinds() -> list[str]:
    """Return the kinds of export that have columns of their own."""
    return [kind for kind, table in _templates().items() if "columns" in table]


def codes(field: str) -> Mapping[str, str]:
    """Return word → code of a field that a superior's system wants as a code."""
    found: Mapping[str, str] = _templates()["codes"].get(field, {})
    return found


def write_table(path: Path, columns: Template, rows: Iterable[Mapping[str, Value]]) -> Written:
    """Write rows below one heading row; a file that exists is replaced only when all is written.

    Raises:
        OSError: disk full or not writable; what stood there before is untouched.
    """
    with replacing(path) as part:
        count = _write(part, columns, rows)
        return Written(count, hashlib.sha256(part.read_bytes()).hexdigest())


def cell_text(value: Value) -> str:
    """Return a value as a cell says it: 是/否, lists with 、, no control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(value)
    return str(value).translate(_CONTROL)[:MAX_TEXT]


def _write(path: Path, columns: Template, rows: Iterable[Mapping[str, Value]]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        sheet = book.add_worksheet(columns.title)
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        top = _write_top(book, sheet, columns)
        shape = [
            (index, name, columns.forms.get(index, ""))
            for index, (_, name) in enumerate(columns.columns)
        ]
        count = 0
        for count, row in enumerate(rows, 1):
            for index, name, form in shape:
                value = count if name == "row_no" else row.get(name)
                shown = formed(name, value, form, codes(name)) if form else value
                _write_cell(sheet, (top + count - 1, index), shown, text)
    finally:
        book.close()
    return count


def _write_top(book: Any, sheet: Any, columns: Template) -> int:
    """Write what stands above the data; return the first row of data."""
    text = book.add_format({"num_format": "@", "quote_prefix": True})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"})
    for index, (_, name) in enumerate(columns.columns):
        sheet.set_column(index, index, _WIDTHS.get(name, 10))
    for number, row in enumerate(columns.above):
        for index, words in enumerate(row):
            if words:
                sheet.write_string(number, index, cell_text(words), text)
    top = len(columns.above)
    if columns.has_headings:
        for index, (heading, _) in enumerate(columns.columns):
            sheet.write_string(top, index, cell_text(heading), head)
        top += 1
    sheet.freeze_panes(top, 0)
    return top


def _write_cell(sheet: Any, at: tuple[int, int], value: Value, text: Any) -> None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        sheet.write_number(*at, float(value))
    elif value is not None:
        sheet.write_string(*at, cell_text(value), text)


@cache
def _templates() -> dict[str, Any]:
    with (RESOURCES / "columns" / "export.toml").open("rb") as file:
        return tomllib.load(file)
