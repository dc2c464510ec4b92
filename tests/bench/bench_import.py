"""A county's roster into the encrypted database, against the least that this can take.

Run with ``python -m tests.bench.bench_import [persons]``; prints, asserts nothing. The bound is
reading the workbook's cells into lists and inserting the same rows and the same journal with
``executemany`` into an equally encrypted file. Each part runs in a process of its own, so that the
peak of memory is its own.
"""

import multiprocessing
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count, islice
from pathlib import Path

import python_calamine
import xlsxwriter

from app.bench.bare import copied_schema
from app.demo import people
from app.domain.ownership import Actor
from app.models.engine import connect
from app.ops import roster
from tests.conftest import VILLAGE, make_store

PERSONS = 168_079
COLUMNS = 40
TODAY = date(2025, 10, 31)
_TABLES = ("household", "member", "annual_income", "monitored_case", "changeset", "change")
_KEY = bytes(32)


def rows() -> Iterator[tuple[str | int, ...]]:
    """Yield people without end: villages one after the other, numbers of their own."""
    for village in count(1):
        for row in people.rows(people.village(400, village)):
            number = f"{village:04d}{row[1]}"
            yield (row[0], number, *row[2:], *("",) * (COLUMNS - len(row)))


def make(path: Path, persons: int) -> None:
    """Write the roster in one sheet; identity numbers that come again get lost on purpose."""
    seen: set[str | int] = set()
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    blanks = [f"其他{n}" for n in range(COLUMNS - len(people.HEADINGS))]
    sheet.write_row(0, 0, [*people.HEADINGS, *blanks])
    number = people.HEADINGS.index("证件号码")
    for index, row in enumerate(islice(rows(), persons), 1):
        cells = list(row)
        if cells[number] in seen:
            cells[number] = ""
        seen.add(cells[number])
        sheet.write_row(index, 0, cells)
    book.close()


def whole(folder: Path) -> None:
    """Import as the product does, journal included."""
    store = make_store(folder / "replica", "village", VILLAGE, "兴源村")
    start, begun = time.perf_counter(), time.process_time()
    preview = roster.preview_import(store, [folder / "roster.xlsx"], TODAY)
    middle = time.perf_counter()
    done = roster.apply_import(store, Actor("张卫东", "administrator"), preview)
    end = time.perf_counter()
    used = time.process_time() - begun
    print(f"preview {middle - start:.1f} s, write {end - middle:.1f} s, {_peak()}")  # noqa: T201
    print(f"of the processor {used:.1f} s")  # noqa: T201
    raw = store.raw()
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.execute(f"ATTACH '{folder / 'plain.db'}' AS plain KEY ''")
    for table in _TABLES:
        raw.execute(f"CREATE TABLE plain.{table} AS SELECT * FROM main.{table}")  # noqa: S608
    raw.close()
    store.close()
    print(f"whole {end - start:.1f} s for {done.counts.created} persons")  # noqa: T201


def bound(folder: Path) -> None:
    """Read the cells and insert the same rows, nothing else."""
    source = sqlite3.connect(folder / "plain.db")
    start, begun = time.perf_counter(), time.process_time()
    book = python_calamine.load_workbook(str(folder / "roster.xlsx"))
    cells = sum(len(row) for row in book.get_sheet_by_index(0).iter_rows())
    read = time.perf_counter() - start
    target = connect(folder / "bound.db", _KEY)
    target.execute("PRAGMA synchronous=FULL")
    for statement in _schema(folder):
        target.execute(statement)
    target.execute("BEGIN")
    write = 0.0
    for table in _TABLES:
        found = source.execute(f"SELECT * FROM {table}")  # noqa: S608
        marks = ", ".join("?" * len(found.description))
        while portion := found.fetchmany(2000):
            begin = time.perf_counter()
            target.executemany(f"INSERT INTO {table} VALUES ({marks})", portion)  # noqa: S608
            write += time.perf_counter() - begin
    begin = time.perf_counter()
    target.execute("COMMIT")
    write += time.perf_counter() - begin
    print(f"of the processor, the copy's reading included, {time.process_time() - begun:.1f} s")  # noqa: T201
    print(f"bound {read + write:.1f} s: {cells} cells {read:.1f}, rows {write:.1f}, {_peak()}")  # noqa: T201


def _schema(folder: Path) -> list[str]:
    store = make_store(folder / "schema", "village", VILLAGE, "兴源村")
    raw = store.raw()
    found = list(copied_schema(raw, _TABLES))
    raw.close()
    store.close()
    return found


def _peak() -> str:
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"


def main() -> None:
    """Make the data, then run both parts."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else PERSONS
    folder = Path(tempfile.mkdtemp())
    context = multiprocessing.get_context("spawn")
    try:
        make(folder / "roster.xlsx", persons)
        parts: tuple[Callable[[Path], None], ...] = (whole, bound)
        for part in parts:
            process = context.Process(target=part, args=(folder,))
            process.start()
            process.join()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
