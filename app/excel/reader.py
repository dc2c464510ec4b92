"""Workbooks and text tables → sheets of raw rows with their row numbers.

Every reader stands behind :mod:`app.excel.guard`. What cannot be bounded beforehand (.xls, .ods,
workbooks whose cells do not tell their place) is read in a child process with limits.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import defusedxml.ElementTree as SafeTree  # type: ignore[import-untyped]
import python_calamine

from app.domain.roster_values import ErrorCell
from app.errors import Where
from app.excel.child import stream_from_child
from app.excel.csvfile import read_text_table
from app.excel.errors import EncryptedTableError, TableDamagedError, TableTooLargeError
from app.excel.guard import CheckedFile, Format, check_file
from app.excel.zipscan import MAX_COLUMNS, MAX_ROWS, SheetScan

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0


@dataclass(slots=True)
class RawSheet:
    """One sheet: row ``i`` of ``rows`` is line ``i + 1`` of the sheet.

    ``row_numbers`` differs from that only for text files, where a value may hold line breaks.
    """

    name: str
    rows: list[list[object]]
    is_hidden: bool = False
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    row_numbers: list[int] | None = None

    def number(self, index: int) -> int:
        """Return the line number of a row."""
        return self.row_numbers[index] if self.row_numbers else index + 1


def cell_at(row: Sequence[object], index: int | None) -> object:
    """Return a cell of a row; None where the row is shorter, or there is no such column."""
    return row[index] if index is not None and index < len(row) else None


Part = RawSheet | list[list[object]]
Progress = Callable[[int, int], None]
_PORTION = 2000
_MAX_PART = 2 << 20


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file as read."""

    path: Path
    sheets: tuple[RawSheet, ...]


def read_table(path: Path, progress: Progress | None = None) -> RawTable:
    """Read every sheet of a file.

    ``progress`` (rows read, 0: nobody knows how many there are); an error from it ends the reading.

    Raises:
        TableError: the file cannot or must not be read; the text says what to do.
    """
    checked = check_file(path)
    if checked.format is Format.CSV:
        rows, numbers = read_text_table(path)
        return RawTable(path, (RawSheet("", rows, row_numbers=numbers),))
    if checked.format is Format.XLSX and all(s.is_bounded for s in checked.sheets.values()):
        parts = _read_workbook(path)
    else:
        parts = stream_from_child(path, _read_workbook)
    return RawTable(path, tuple(_with_scan(checked, _assembled(parts, progress))))


def _read_workbook(path: Path) -> Iterator[Part]:
    """Yield each sheet without its rows, then its rows in portions."""
    where = Where(file=path.name)
    try:
        workbook = python_calamine.load_workbook(str(path))
        for meta in workbook.sheets_metadata:
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
                yield from _read_sheet(workbook, meta, where)
    except python_calamine.PasswordError as error:
        raise EncryptedTableError(where=where) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise TableDamagedError(type(error).__name__, where=where) from error


def _read_sheet(
    workbook: python_calamine.CalamineWorkbook, meta: python_calamine.SheetMetadata, where: Where
) -> Iterator[Part]:
    sheet = workbook.get_sheet_by_name(meta.name)
    merges = [(a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or []]
    is_hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
    yield RawSheet(meta.name, [], is_hidden, merges)
    if sheet.start is None or sheet.end is None:
        return
    _check_size(sheet.end[0] + 1, sheet.end[1] + 1, where)
    left = sheet.start[1]
    margin: list[object] = [""] * left  # rows begin at the top, columns at the first used one
    portion: list[list[object]] = []
    same: dict[str, str] = {}  # a roster repeats most of its values: keep each once
    keep = same.setdefault
    for row in sheet.iter_rows():
        cells: list[object] = [keep(c, c) if c.__class__ is str else c for c in row]
        portion.append([*margin, *cells] if left else cells)
        if len(portion) == _PORTION:
            yield portion
            portion = []
    yield portion


def _check_size(rows: int, columns: int, where: Where) -> None:
    """Refuse what the scan before could not see (.xls, .ods): the rows would be mostly air."""
    if rows > MAX_ROWS:
        raise TableTooLargeError(where=where, reason="行数超过30万")
    if columns > MAX_COLUMNS:
        raise TableTooLargeError(where=where, reason="列数超过300")


def _assembled(parts: Iterable[Part], progress: Progress | None) -> list[RawSheet]:
    sheets: list[RawSheet] = []
    count = 0
    for part in parts:
        if isinstance(part, RawSheet):
            sheets.append(part)
        else:
            sheets[-1].rows.extend(part)
            count += len(part)
            if progress is not None:
                progress(count, 0)
    return sheets


def _with_scan(checked: CheckedFile, sheets: list[RawSheet]) -> Iterator[RawSheet]:
    """Add what only the XML tells: hidden rows, and cells whose formula failed."""
    of_sheet = members(checked) if checked.sheets else {}
    for sheet in sheets:
        scan = checked.sheets.get(of_sheet.get(sheet.name, ""))
        if scan is not None:
            sheet.hidden_rows = frozenset(scan.hidden_rows)
            _mark_errors(sheet, scan)
        yield sheet


def _mark_errors(sheet: RawSheet, scan: SheetScan) -> None:
    """Put error cells back: the reader delivers them as empty."""
    for row, column in scan.error_cells:
        if row <= len(sheet.rows) and column < len(sheet.rows[row - 1]):
            sheet.rows[row - 1][column] = ErrorCell()


def _part(package: ZipFile, name: str, where: Where) -> bytes:
    """Return a small part of a package; as a tree it takes twenty times its size."""
    with package.open(name) as member:
        data = member.read(_MAX_PART + 1)
    if len(data) > _MAX_PART:
        raise TableTooLargeError(where=where, reason="内部文件太大")
    return data


def members(checked: CheckedFile) -> dict[str, str]:
    """Return the zip member of each sheet name, as the workbook's relations say."""
    where = Where(file=checked.path.name)
    with ZipFile(checked.path) as package:
        names = set(package.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = SafeTree.fromstring(_part(package, "xl/_rels/workbook.xml.rels", where))
        workbook = SafeTree.fromstring(_part(package, "xl/workbook.xml", where))
    targets = {r.get("Id"): str(r.get("Target", "")) for r in relations}
    members = {}
    for element in workbook.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            key = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            target = targets.get(key, "")
            members[element.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )
    return members
