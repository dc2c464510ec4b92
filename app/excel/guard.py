"""What stands before every reader: is this file what it says, and can it be read within bounds?

A workbook of 134 KB can make a reader take 10 GB; nothing declared inside a file is believed.
The checks look at bytes and at real, streamed sizes, and take neither much memory nor time.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.errors import Where
from app.excel.errors import (
    EncryptedTableError,
    HtmlTableError,
    MacroTableError,
    TableEmptyError,
    TableMissingError,
    TableTooLargeError,
    UnknownFormatError,
    WrongExtensionError,
)
from app.excel.zipscan import SheetScan, scan_package

MAX_FILE_BYTES = 200 * 1024 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
_MACRO_ENDINGS = frozenset((".xlsm", ".xltm", ".xlam", ".xla"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML_SIGNS = (b"<html", b"<!doctype html", b"<table", b"mime-version", b"<meta", b"<head")


class Format(StrEnum):
    """The formats that are read."""

    XLSX = ".xlsx"
    XLS = ".xls"
    CSV = ".csv"
    ODS = ".ods"


_ENDINGS = {".xlsx": Format.XLSX, ".xls": Format.XLS, ".csv": Format.CSV, ".ods": Format.ODS,
            ".txt": Format.CSV, ".et": Format.XLS}  # fmt: skip
_NAMES = {
    Format.XLSX: "Excel 工作簿（.xlsx）",
    Format.XLS: "97-2003 表格（.xls）",
    Format.CSV: "纯文本",
    Format.ODS: "OpenDocument 表格（.ods）",
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be read, and what the scan saw of its sheets (workbooks of .xlsx only)."""

    path: Path
    format: Format
    sheets: dict[str, SheetScan]


def check_file(path: Path) -> CheckedFile:
    """Return the file if a reader may open it.

    Raises:
        TableError: a subclass says in Chinese what is wrong; the file has not been read further.
    """
    where = Where(file=path.name)
    head = _head(path, where)
    ending = path.suffix.lower()
    if ending in _MACRO_ENDINGS:
        raise MacroTableError(where=where)
    expected = _ENDINGS.get(ending)
    if expected is None:
        raise UnknownFormatError(where=where, ending=ending or "没有结尾")
    _refuse_html(head, expected, where)
    content = _content(path, head, where)
    if content is not expected and not (ending == ".et" and content is Format.XLSX):
        raise WrongExtensionError(where=where, ending=ending, content=_NAMES[content])
    sheets: dict[str, SheetScan] = {}
    if content in (Format.XLSX, Format.ODS):
        sheets = scan_package(path)
    return CheckedFile(path, content, sheets)


def _head(path: Path, where: Where) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise TableMissingError(type(error).__name__, where=where) from error
    if not head:
        raise TableEmptyError(where=where)
    if size > MAX_FILE_BYTES:
        raise TableTooLargeError(where=where, reason="文件超过200MB")
    return head


def _refuse_html(head: bytes, expected: Format, where: Where) -> None:
    if expected is Format.CSV:
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith(_HTML_SIGNS) or (start.startswith(b"<?xml") and b"<" in start[5:]):
        raise HtmlTableError(where=where)


def _content(path: Path, head: bytes, where: Where) -> Format:
    """Return what the bytes are; a workbook inside an OLE container may be an encrypted one."""
    if head.startswith(_OLE):
        if _holds(path, _ENCRYPTED):
            raise EncryptedTableError(where=where)
        return Format.XLS
    if head.startswith(b"PK"):
        is_ods = b"opendocument.spreadsheet" in head
        return Format.ODS if is_ods else Format.XLSX
    if head[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        return Format.XLS  # a bare BIFF stream
    return Format.CSV


def _holds(path: Path, needle: bytes) -> bool:
    """Search a file in pieces."""
    tail = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if needle in tail + block:
                return True
            tail = block[-len(needle) :]
    return False
