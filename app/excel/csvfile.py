"""Text tables: comma, semicolon or tab; UTF-8 with or without BOM, GBK, GB18030."""

import csv
import io
import re
from pathlib import Path

from app.errors import Where
from app.excel.errors import TableDamagedError, TableTooLargeError, TextEncodingError
from app.excel.zipscan import MAX_COLUMNS, MAX_ROWS

_GUARDED = re.compile(r'="([^"]*)"')  # ="0123": a number kept as text
_MAX_BYTES = 100 << 20


def read_text_table(path: Path) -> tuple[list[list[object]], list[int]]:
    """Return the rows of a text table and the line on which each begins.

    Raises:
        TableError: no text, of unknown encoding, or too large.
    """
    where = Where(file=path.name)
    data = path.read_bytes()
    if len(data) > _MAX_BYTES:
        raise TableTooLargeError(where=where, reason="文本超过100MB")
    text = _decode(data, where)
    lines = io.StringIO(text, newline="")  # ends of lines inside quotes stay as they are
    reader = csv.reader(lines, delimiter=_delimiter(text[:20_000]))
    rows: list[list[object]] = []
    numbers: list[int] = []
    begins = 1
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS:
                raise TableTooLargeError(where=where, reason="列数超过300")
            if len(rows) >= MAX_ROWS:
                raise TableTooLargeError(where=where, reason="行数超过30万")
            rows.append([_cell(value) for value in row])
            numbers.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise TableDamagedError("csv", where=where) from error
    return rows, numbers


def _decode(data: bytes, where: Where) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TextEncodingError(where=where)


def _delimiter(sample: str) -> str:
    """Return the separator that the first lines use most; a tab before a number is none."""
    counts = {mark: sample.count(mark) for mark in (",", ";", "\t")}
    return max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ","


def _cell(value: str) -> str:
    found = _GUARDED.fullmatch(value.strip())
    return found[1] if found else value
