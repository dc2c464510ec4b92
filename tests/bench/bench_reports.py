"""Seconds for a county's yearly report: tables, PDF, workbook; and from a real database.

Run with ``python -m tests.bench.bench_reports [households]``; prints, asserts nothing.
"""

import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from app.domain.ownership import Actor
from app.domain.statistics import records as r
from app.domain.statistics import report as reports
from app.excel import report_writer
from app.ops import statistics
from app.reports import tables as paper
from tests.conftest import COUNTY, make_store
from tests.domain.statistics.build import YEAR, Chance, context
from tests.ops.statistics_village import fill

VILLAGES = 88


def villages(count: int) -> tuple[r.Village, ...]:
    return tuple(r.Village(f"5399011{n // 10:02d}2{n % 10:02d}", f"第{n}村") for n in range(count))


Moment = tuple[float, float]  # by the wall, and of this process alone


def now() -> Moment:
    return time.perf_counter(), time.process_time()


def told(what: str, start: Moment) -> Moment:
    wall, own = (after - before for after, before in zip(now(), start, strict=True))
    sys.stdout.write(f"{what}: {wall:.2f} s, of the processor {own:.2f} s\n")
    return now()


def tables(households: int, folder: Path) -> None:
    """Time the pure part on records by chance."""
    records = Chance(1, households, villages(VILLAGES)).records()
    start = now()
    found = replace(context(YEAR), records=records)
    report = reports.build(found, reports.YEARLY, "county", "年报")
    start = told(f"{households} households, {len(records.warnings)} warnings: tables", start)
    printed = paper.render(report, folder / "a.pdf")
    start = told(f"PDF, {printed.pages} pages", start)
    report_writer.write(report, folder / "a.xlsx")
    told("workbook", start)


def database(households: int, folder: Path) -> None:
    """Time the whole way from an encrypted database."""
    store = make_store(folder / "county", "county", COUNTY, "云山县")
    start = now()
    places = villages(VILLAGES)
    for number, village in enumerate(places):
        fill(store, village.code, number, households // VILLAGES)
    start = told(f"{households} households written", start)
    report = statistics.yearly_report(store, 2025, date(2026, 1, 5))
    start = told("yearly report from the database", start)
    statistics.print_report(store, Actor("测速", "reviewer"), report, folder / "b.pdf")
    told("PDF", start)
    store.close()


def main(households: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        tables(households, Path(name))
        database(households, Path(name))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 39_675)
