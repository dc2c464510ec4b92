"""Plain tables to Excel, for what has no fixed template."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.excel.writer import Template, Written, write_table


def write_rows(
    path: Path, title: str, headings: Sequence[str], rows: Iterable[Sequence[str | int]]
) -> Written:
    """Write rows under one heading row; every cell is text, so that long numbers stay whole.

    Raises:
        OSError: not writable; what stood there before is untouched.
    """
    columns = Template(title, tuple((heading, heading) for heading in headings))
    records = (dict(zip(headings, map(str, row), strict=True)) for row in rows)
    return write_table(path, columns, records)
