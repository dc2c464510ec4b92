"""Rows that somebody copied in WPS or Excel: they stay in memory and are read like a sheet.

A clipboard carries a table as tab-separated text, with cells that hold line breaks in quotes, and
mostly as HTML too; the HTML is read only where there is no text.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from app.excel.errors import TableEmptyError, TableTooLargeError
from app.excel.reader import Merge, RawSheet, RawTable
from app.excel.zipscan import MAX_COLUMNS, MAX_ROWS

NAME = "粘贴的表"
_MAX_CHARACTERS = 50_000_000
_WIDEST = 300  # columns or rows that one HTML cell may claim


@dataclass(frozen=True, slots=True)
class Pasted:
    """What the clipboard held. It is never shown as a whole: it is full of names."""

    text: str = field(repr=False)
    html: str = field(default="", repr=False)

    @property
    def sha256(self) -> str:
        """Return the digest of the content, by which the same rows are known again."""
        return hashlib.sha256((self.text or self.html).encode()).hexdigest()

    def table(self) -> RawTable:
        """Return the rows as a table of one sheet.

        Raises:
            TableEmptyError: there is no table on the clipboard.
            TableTooLargeError: more than any roster needs.
        """
        if len(self.text) + len(self.html) > _MAX_CHARACTERS:
            raise TableTooLargeError(reason="粘贴的内容超过5000万字")
        sheet = _of_text(self.text) if self.text.strip() else _of_html(self.html)
        if not any(any(row) for row in sheet.rows):
            raise TableEmptyError
        if len(sheet.rows) > MAX_ROWS or max(map(len, sheet.rows)) > MAX_COLUMNS:
            raise TableTooLargeError(reason="行数超过30万或列数超过300")
        return RawTable(Path(NAME), (sheet,))


def as_csv(pasted: Pasted) -> str:
    """Return the rows as comma-separated text, for a report that marks them."""
    lines = io.StringIO()
    csv.writer(lines).writerows(pasted.table().sheets[0].rows)
    return lines.getvalue()


def _of_text(text: str) -> RawSheet:
    try:
        return RawSheet(
            "", _rows(csv.reader(io.StringIO(text, newline=""), "excel-tab", strict=True))
        )
    except csv.Error:  # a quotation mark that nobody closed is a character like others
        plain = csv.reader(io.StringIO(text, newline=""), "excel-tab", quoting=csv.QUOTE_NONE)
        return RawSheet("", _rows(plain))


def _rows(read: Iterable[list[str]]) -> list[list[object]]:
    return [list(row) for row in read]


def _of_html(html: str) -> RawSheet:
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    return RawSheet("", reader.rows, merges=reader.merges)


class _TableReader(HTMLParser):
    """Collects the cells of all tables; merged ones stand where they begin."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[object]] = []
        self.merges: list[Merge] = []
        self._taken: set[tuple[int, int]] = set()
        self._cell: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._end_cell()
            given = dict(attrs)
            self._cell, self._span = [], (_span(given, "rowspan"), _span(given, "colspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(" ".join(data.split()) if "\n" in data else data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text, self._cell = "".join(self._cell).strip(), None
        row, line = len(self.rows) - 1, self.rows[-1]
        while (row, len(line)) in self._taken:
            line.append("")
        first, (down, right) = len(line), self._span
        line += [text, *[""] * (right - 1)]
        if down > 1 or right > 1:
            self.merges.append((row, first, row + down - 1, first + right - 1))
            self._taken |= {(row + y, first + x) for y in range(1, down) for x in range(right)}


def _span(attributes: dict[str, str | None], name: str) -> int:
    text = attributes.get(name) or ""
    return max(1, min(int(text), _WIDEST)) if text.isascii() and text.isdigit() else 1
