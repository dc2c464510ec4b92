"""What stands before every reader: is this file what it says, and can it be read within bounds?

A workbook of 134 KB can make a reader take 10 GB; nothing declared inside a file is believed.
The checks look at bytes and at real, streamed sizes, and take neither much memory nor time.
"""

import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.errors import Where
from app.excel.errors import (
    EncryptedTableError,
    HtmlTableError,
    MacroTableError,
    NoTableError,
    TableEmptyError,
    TableMissingError,
    TableTooLargeError,
    UnknownFormatError,
    WrongExtensionError,
)
from app.excel.zipscan import SheetScan, scan_package

MAX_FILE_BYTES = 200 * 1024 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_ZIP = b"PK\x03\x04"
_MACRO_ENDINGS = frozenset((".xlsm", ".xltm", ".xlam", ".xla"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML_SIGNS = (b"<html", b"<!doctype html", b"<!--", b"<table", b"mime-version", b"from:", b"<meta",
               b"<head", b"<body", b"<div", b"<style")  # fmt: skip


_ARCHIVE = ("压缩包", "请先解压，再选里面的表格（.xlsx）。")
_PICTURE = ("图片", "图片里的表不能导入，请向发表的人要Excel表格（.xlsx）。")
_PAPER = ("PDF文档", "PDF里的表不能导入，请向发表的人要Excel表格（.xlsx）。")
_WORDS = (
    "Word（文字）文档",
    "请把里面的表复制到WPS表格，保存为“Excel 工作簿（.xlsx）”，再选一次。",
)
_UNKNOWN = ("认不出的内容", "请向发表的人重新要一份。")
_FOREIGN = (  # how the content of other files begins
    (b"%PDF", _PAPER), (b"\xff\xd8\xff", _PICTURE), (b"\x89PNG", _PICTURE), (b"GIF8", _PICTURE),
    (b"BM", _PICTURE), (b"Rar!", _ARCHIVE), (b"7z\xbc\xaf", _ARCHIVE), (b"\x1f\x8b", _ARCHIVE),
    (b"{\\rtf", _WORDS),
)  # fmt: skip
_FOREIGN_ENDINGS = {
    **dict.fromkeys((".doc", ".docx", ".wps", ".rtf"), _WORDS),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz"), _ARCHIVE),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".bmp", ".gif"), _PICTURE),
    ".pdf": _PAPER,
}
_WORD_STREAM = "WordDocument".encode("utf-16-le")


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
    _refuse_foreign(path, head, where)
    if expected is None:
        raise UnknownFormatError(where=where, ending=ending or "没有结尾")
    _refuse_html(head, where)
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


def _refuse_foreign(path: Path, head: bytes, where: Where) -> None:
    """Refuse what is no table at all, by its content, else by its ending."""
    found = next((what for sign, what in _FOREIGN if head.startswith(sign)), None)
    if found is None and path.suffix.lower() not in _ENDINGS:
        found = _FOREIGN_ENDINGS.get(path.suffix.lower())
    if found is None and head.startswith(_ZIP) and _has_words(path):
        found = _WORDS
    if found is None and head.startswith(_OLE) and _holds(path, _WORD_STREAM):
        found = _WORDS
    is_text = _ENDINGS.get(path.suffix.lower()) is Format.CSV
    is_known = is_text or head.startswith((_OLE, b"PK", *_BIFF))
    if found is None and b"\0" in head and not is_known:
        found = _UNKNOWN
    if found is not None:
        raise NoTableError(where=where, content=found[0], advice=found[1])


def _has_words(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            return "word/document.xml" in package.namelist()
    except (zipfile.BadZipFile, OSError):
        return False  # damaged: the scan says so


def _refuse_html(head: bytes, where: Where) -> None:
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
    if head.startswith(_BIFF):  # bare, in no container: older than any reader
        raise UnknownFormatError(where=where, ending="Excel 95以前的旧格式")
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
