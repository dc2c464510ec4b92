"""The program's own benchmark: each figure beside a raw lower bound measured in the same run."""

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from app.bench import bare
from app.bench.village import write_roster
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.store import Store
from app.ops import months, roster, setup, sheets

PERIOD, TODAY = Period(2025, 10), date(2025, 10, 20)
_ME = Actor("测速", "administrator")
_PLAN = setup.ReplicaPlan("village", "539901101201", "测速村")
_TABLES = ("household", "member", "annual_income", "sheet", "answer", "step")
_REPEATS = 9


@dataclass(frozen=True, slots=True)
class Figure:
    """Seconds of the program and of the bound (median where it is short)."""

    seconds: float
    bound_seconds: float

    @property
    def ratio(self) -> float:
        """How many times the bound."""
        return self.seconds / self.bound_seconds


def measure(households: int, tell: Callable[[str], None]) -> dict[str, Figure]:
    """Return the figures of an invented village in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="zhucun-bench-") as name:
        folder = Path(name)
        passphrase = secrets.token_urlsafe(15)
        setup.create_replica(folder / "village", _PLAN, passphrase)
        store = setup.open_replica(folder / "village", passphrase, "测速")
        try:
            return _measure(store, folder, households, tell)
        finally:
            store.close()


def _measure(
    store: Store, folder: Path, households: int, tell: Callable[[str], None]
) -> dict[str, Figure]:
    path = folder / "roster.xlsx"
    write_roster(path, households)
    tell(f"导入{households}户")
    figures = {"roster_import": _importing(store, path)}
    months.open_period(store, _ME, PERIOD, TODAY)
    tell("核对")
    figures["month_check"] = Figure(
        _once(lambda: sheets.check_period(store, PERIOD, TODAY)), _once(lambda: _read_rows(store))
    )
    tell("保存答案")
    figures["save_answer"] = _saving(store, folder)
    tell("搜索")
    figures["search"] = _searching(store)
    return figures


def _importing(store: Store, path: Path) -> Figure:
    """A roster with its journal, against reading the cells and writing the same rows bare."""
    seconds = _once(lambda: _take_in(store, path))
    (writing,) = bare.rewriting(store, bare.IMPORT, path.with_name("import.db"), 1)
    return Figure(seconds, _read_raw(path) + writing)


def _take_in(store: Store, path: Path) -> None:
    roster.apply_import(store, _ME, roster.preview_import(store, [path], TODAY))


def _read_raw(path: Path) -> float:
    """Reading the cells alone: no check, no database, no journal."""
    return _once(lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


def _read_rows(store: Store) -> None:
    raw = store.raw()
    for table in _TABLES:
        raw.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  our own table names
    raw.close()


def _saving(store: Store, folder: Path) -> Figure:
    """Each answer of a sheet with its journal, against the rows of one written bare; with fsync."""
    due = months.due_households(store, PERIOD, TODAY)[0]
    sheets.record_visit(store, _ME, due.sheet_id, "onsite", "", TODAY)
    sheet = sheets.open_sheet(store, due.household_id, PERIOD, TODAY)
    good = ((key, sheet.form.question(key[0]).default) for key in sheet.cells)
    answers = {key: value for key, value in good if isinstance(value, str)}
    seconds = [
        _once(partial(sheets.save_answers, store, _ME, due.sheet_id, {key: value}, TODAY))
        for key, value in answers.items()
    ]
    bound = bare.rewriting(store, bare.LAST_SAVE, folder / "save.db", len(seconds))
    return Figure(statistics.median(seconds), statistics.median(bound))


def _searching(store: Store) -> Figure:
    """A search by initials, against the same match in bare SQL: the rows of the same households."""
    match = (
        "SELECT h.* FROM household h WHERE h.removed_on IS NULL AND h.id IN (SELECT household_id"
        " FROM member WHERE member_status = 'present' AND (name_initials GLOB 'zdf*'"
        " OR name_initials GLOB '* zdf*' OR name_pinyin GLOB 'zdf*' OR name_pinyin GLOB '* zdf*'))"
        " ORDER BY h.position, h.household_no LIMIT 50"
    )
    raw = store.raw()
    try:
        bound = _median(lambda: raw.execute(match).fetchall())
    finally:
        raw.close()
    return Figure(_median(lambda: roster.search(store, "zdf", 50)), bound)


def _once(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _median(run: Callable[[], Any]) -> float:
    return statistics.median(_once(run) for _ in range(_REPEATS))
