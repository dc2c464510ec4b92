"""A streaming look into the zip container of a workbook, before a reader sees it.

Every member is unpacked once, in pieces, and thrown away: real sizes, the largest cell
reference, hidden rows, cells that hold an error. Sizes in the zip directory and ``<dimension>``
are not believed.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import Where
from app.excel.errors import (
    EncryptedTableError,
    MacroTableError,
    TableDamagedError,
    TableTooLargeError,
    UnsafeTableError,
)

MAX_MEMBERS = 2000
MAX_TOTAL = 800 << 20
MAX_OTHER_PART = 128 << 20  # shared strings, styles …: these a reader keeps whole
MAX_RATIO = 100
MAX_COLUMNS = 300
MAX_ROWS = 300_000
_FREE = 16 << 20  # below this no ratio is suspicious
_BLOCK = 1 << 18
_MAX_TAG = 1 << 16
_SPARSE_FROM = 2_000_000  # cells of the bounding box
_SPARSE_SHARE = 20

_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Patterns begin with fixed text, which makes them fast: a county's sheet has 235 MB.
_ROW = re.compile(rb'<row r="(\d+)"([^>]*)>')
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_CELL_ROW = re.compile(rb'<c r="[A-Za-z]+(\d+)"')
_CELL_COLUMN = re.compile(rb'<c r="([A-Za-z]{2,})')
_ERROR_CELL = re.compile(rb'<c r="([A-Za-z]+)(\d+)"[^>]*\st="e"')
_TAG_ENDS = (b" ", b">", b"/", b"\t", b"\n", b"\r")
_SHEET_DATA = b"sheetData"


@dataclass(slots=True)
class SheetScan:
    """What the scan saw of one sheet; rows count from 1, columns from 0."""

    rows: int = 0
    columns: int = 0
    tags: int = 0
    placed_tags: int = 0
    cells: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    error_cells: set[tuple[int, int]] = field(default_factory=set)

    @property
    def is_bounded(self) -> bool:
        """Every row and cell tells its place in the usual way: a reader will see no more."""
        return self.tags == self.placed_tags


def scan_package(path: Path) -> dict[str, SheetScan]:
    """Unpack every member in pieces and return what was seen of each sheet, by member name.

    Raises:
        TableError: damaged, encrypted, with macros, unsafe, or too large to read.
    """
    where = Where(file=path.name)
    try:
        with zipfile.ZipFile(path) as package:
            return _scan_members(package, path, where)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise TableDamagedError(type(error).__name__, where=where) from error


def column_number(letters: str) -> int:
    """Return the 0-based number of a column: A → 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _scan_members(package: zipfile.ZipFile, path: Path, where: Where) -> dict[str, SheetScan]:
    infos = package.infolist()
    names = [info.filename.lower() for info in infos]
    if len(infos) > MAX_MEMBERS or len(set(names)) != len(names):
        raise TableTooLargeError(where=where, reason="内部文件个数不对")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise MacroTableError(where=where)
    if any(info.flag_bits & 1 for info in infos):
        raise EncryptedTableError(where=where)
    if not any(name.endswith(("workbook.xml", "content.xml", "workbook.bin")) for name in names):
        raise TableDamagedError("no workbook part", where=where)
    limit = max(_FREE, path.stat().st_size * MAX_RATIO)
    total = 0
    sheets: dict[str, SheetScan] = {}
    for info in infos:
        scanner = _Scanner(where)
        with package.open(info) as member:
            while block := member.read(_BLOCK):
                total += len(block)
                if total > min(limit, MAX_TOTAL):
                    raise TableTooLargeError(where=where, reason="解开后太大")
                scanner.feed(block)
        if scanner.is_sheet:
            sheets[info.filename] = scanner.finish()
    return sheets


class _Scanner:
    """Looks at one member, piece by piece."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._tail = b""
        self._size = 0
        self._scan = SheetScan()
        self.is_sheet = False
        self._is_xml = False

    def feed(self, block: bytes) -> None:
        """Look at the next piece; patterns may lie across the border of two pieces."""
        if self._size == 0:
            self._is_xml = block.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
            if block[:2] in (b"\xff\xfe", b"\xfe\xff") or block[:4] in (b"<\0?\0", b"\0<\0?"):
                raise UnsafeTableError("UTF-16 part", where=self._where)
        self._size += len(block)
        if not self._is_xml:
            return
        text = self._tail + block
        if b"<!" in text and _DTD.search(text):
            raise UnsafeTableError("DTD", where=self._where)
        # A tag that is not yet closed waits for its rest: nothing counts twice.
        start = text.rfind(b"<")
        self._tail = text[start:] if start >= 0 and b">" not in text[start:] else b""
        if len(self._tail) > _MAX_TAG:
            raise UnsafeTableError("endless tag", where=self._where)
        whole = text[: len(text) - len(self._tail)]
        self.is_sheet = self.is_sheet or _SHEET_DATA in whole
        if self.is_sheet:
            self._look(whole)
        elif self._size > MAX_OTHER_PART:
            raise TableTooLargeError(where=self._where, reason="内部文件太大")

    def finish(self) -> SheetScan:
        """Check the area that a reader would have to hold."""
        scan = self._scan
        area = scan.rows * max(scan.columns, 1)
        if area > _SPARSE_FROM and scan.cells * _SPARSE_SHARE < area:
            raise TableTooLargeError(where=self._where, reason="有大片空白的格子")
        return scan

    def _look(self, text: bytes) -> None:
        scan = self._scan
        rows = list(_ROW.finditer(text))
        for row in rows:
            number = _small(row[1])
            scan.rows = max(scan.rows, number)
            if b"hidden" in row[2] and _HIDDEN.search(row[2]):
                scan.hidden_rows.add(number)
        cell_rows = _CELL_ROW.findall(text)
        scan.rows = max(scan.rows, *map(_small, set(cell_rows)), 0)
        wide = {name.decode() for name in set(_CELL_COLUMN.findall(text))}
        scan.columns = max(scan.columns, 26, *(column_number(name) + 1 for name in wide))
        scan.cells += len(cell_rows)
        scan.placed_tags += len(rows) + len(cell_rows)
        scan.tags += _count_tags(text)
        self._check_bounds()
        if b't="e"' in text:
            for cell in _ERROR_CELL.finditer(text):
                scan.error_cells.add((int(cell[2]), column_number(cell[1].decode())))

    def _check_bounds(self) -> None:
        if self._scan.rows > MAX_ROWS:
            raise TableTooLargeError(where=self._where, reason="行数超过30万")
        if self._scan.columns > MAX_COLUMNS:
            raise TableTooLargeError(where=self._where, reason="列数超过300")


def _count_tags(text: bytes) -> int:
    """Count every row and cell, also those with a namespace or odd blanks."""
    usual = text.count(b"<c ") + text.count(b"<row ")
    has_other = text.count(b"<c") + text.count(b"<row") != usual or b":c" in text or b":row" in text
    if not has_other:
        return usual
    return sum(
        text.count(start + name + end)
        for name in (b"c", b"row")
        for start in (b"<", b":")
        for end in _TAG_ENDS
    )


def _small(digits: bytes) -> int:
    """Return a row number; an absurdly long one is only told to be too large."""
    return int(digits) if len(digits) < 9 else MAX_ROWS + 1
