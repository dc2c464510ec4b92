"""Tables as workbooks that WPS and Excel keep as they are.

Every text is a text cell marked with the leading apostrophe (quotePrefix): numbers of 18 digits
stay whole, and nothing that begins with ``=``, ``+``, ``-`` or ``@`` is ever taken for a formula,
not even when somebody edits the cell. Only amounts and counts are numbers.
"""

import hashlib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from app.domain.roster_values import Value
from app.paths import RESOURCES

MAX_TEXT = 32767  # characters that a cell may hold
_WIDTHS = {"id_no": 21, "disability_cert_no": 23, "phone": 13, "household_no": 13, "name": 12}
_CONTROL = dict.fromkeys(c for c in range(0x20) if c not in (0x09, 0x0A))


@dataclass(frozen=True, slots=True)
class Template:
    """An export: name of the sheet, and (heading, field) of each column."""

    title: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    rows: int
    sha256: str


def template(kind: str) -> Template:
    """Return the columns of an export kind (household, member, object)."""
    table = _templates()[kind]
    return Template(table["title"], tuple((heading, field) for heading, field in table["columns"]))


def write_table(path: Path, columns: Template, rows: Iterable[Mapping[str, Value]]) -> Written:
    """Write rows below one heading row; a file that exists is replaced only when all is written.

    Raises:
        OSError: disk full or not writable; what stood there before is untouched.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        count = _write(part, columns, rows)
        digest = hashlib.sha256(part.read_bytes()).hexdigest()
        os.replace(part, path)  # noqa: PTH105  atomic
    finally:
        part.unlink(missing_ok=True)
    return Written(count, digest)


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
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"})
        for index, (heading, field) in enumerate(columns.columns):
            sheet.set_column(index, index, _WIDTHS.get(field, 10))
            sheet.write_string(0, index, heading, head)
        sheet.freeze_panes(1, 0)
        count = 0
        for count, row in enumerate(rows, 1):
            for index, (_, field) in enumerate(columns.columns):
                value = count if field == "row_no" else row.get(field)
                _write_cell(sheet, (count, index), value, text)
    finally:
        book.close()
    return count


def _write_cell(sheet: Any, at: tuple[int, int], value: Value, text: Any) -> None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        sheet.write_number(*at, float(value))
    elif value is not None:
        sheet.write_string(*at, cell_text(value), text)


@cache
def _templates() -> dict[str, Any]:
    with (RESOURCES / "columns" / "export.toml").open("rb") as file:
        return tomllib.load(file)
