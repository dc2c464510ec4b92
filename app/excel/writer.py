"""Tables as workbooks that WPS and Excel keep as they are.

Every text is a text cell marked with the leading apostrophe (quotePrefix): numbers of 18 digits
stay whole, and nothing that begins with ``=``, ``+``, ``-`` or ``@`` is ever taken for a formula,
not even when somebody edits the cell. Only amounts and counts are numbers.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from app.domain.roster_values import Value
from app.excel.forms import formed
from app.excel.replacing import replacing
from app.paths import RESOURCES

MAX_TEXT = 32767  # characters that a cell may hold
_WIDTHS = {"id_no": 21, "disability_cert_no": 23, "phone": 13, "household_no": 13, "name": 12}
_SPREAD = ("causes",)
_INSURED = {  # one answer in the roster, two in the national system
    "insured_resident": ("居民", "居民+职工"),
    "insured_employee": ("职工", "居民+职工"),
}
_INSURED_OTHERWISE = ("军人或其他法定保障",)
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
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


def cells_of(columns: Template) -> Callable[[Mapping[str, Value]], Iterator[Value]]:
    """Return what makes the cells of a row, in order, each in the form that its column wants.

    A list with several columns is spread over them, the rest in the last; one answer about
    insurance becomes yes and no in two.
    """
    names = [name for _, name in columns.columns]
    lists = {name: names.count(name) for name in _SPREAD}
    seen: Counter[str] = Counter()
    shape = []
    for index, name in enumerate(names):
        place = (seen[name], lists[name]) if lists.get(name, 0) > 1 else None
        shape.append((name, columns.forms.get(index, ""), place))
        seen[name] += 1

    def cells(row: Mapping[str, Value]) -> Iterator[Value]:
        for name, form, place in shape:
            value = _insured(name, row) if name in _INSURED else row.get(name)
            if place is not None:
                value = _part(value, *place)
            yield formed(name, value, form, codes(name)) if form else value

    return cells


def _part(value: Value, place: int, count: int) -> Value:
    """Return the part of a list that belongs to one of its columns."""
    if not isinstance(value, tuple):
        return value if place == 0 else None
    return (
        value[place:] or None if place == count - 1 else next(iter(value[place : place + 1]), None)
    )


def _insured(name: str, row: Mapping[str, Value]) -> Value:
    """Return whether somebody is insured in this way; another way keeps its word."""
    kind = row.get("medical_insurance")
    return kind if kind is None or kind in _INSURED_OTHERWISE else kind in _INSURED[name]


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
    count = 0
    with _book(path) as book:
        sheet = book.add_worksheet(columns.title)
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        top = _write_top(book, sheet, columns)
        cells = cells_of(columns)
        for count, row in enumerate(rows, 1):
            for index, shown in enumerate(cells({**row, "row_no": count})):
                _write_cell(sheet, (top + count - 1, index), shown, text)
    return count


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    """Yield a workbook that is written when the block succeeds.

    The library keeps rows in plain files until then; they lie in a folder of their own that goes
    whatever happens.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": scratch})
        try:
            yield book
            book.close()
        except FileCreateError as error:  # the library's own class hides what the system said
            raise error.args[0] from error
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()  # an open file cannot be removed everywhere


def _write_top(book: Any, sheet: Any, columns: Template) -> int:
    """Write what stands above the data; return the first row of data."""
    text = book.add_format({"num_format": "@", "quote_prefix": True})
    head = book.add_format({
        "bold": True, "border": 1, "text_wrap": True, "align": "center", "quote_prefix": True,
    })  # fmt: skip
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
