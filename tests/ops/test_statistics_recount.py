"""The reports of generated villages and a township, counted a second time in plain SQL."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.period import Period
from app.models.store import Store
from app.ops import statistics
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.statistics_village import fill
from tests.recount import Asked, differences, dump, recount

NEW_YEAR = date(2026, 1, 5)
VILLAGES = (VILLAGE, "539901101202", "539901101203")
LINE = 8700


@pytest.fixture(scope="module")
def seeds() -> tuple[int, ...]:
    return (11, 12, 13)


@pytest.fixture
def township(new_store: StoreMaker, seeds: tuple[int, ...]) -> Store:
    store = new_store("township", TOWNSHIP, "云岭镇")
    for village, seed in zip(VILLAGES, seeds, strict=True):
        fill(store, village, seed, 60)
    return store


def test_the_second_count_agrees_on_villages_months_days_and_the_whole(
    township: Store, tmp_path: Path
) -> None:
    path = tmp_path / "plain.db"
    dump(township, path)
    october, start = Period(2025, 10), date(2025, 1, 1)
    day, before = date(2025, 9, 20), date(2024, 12, 31)
    numbers, figures = set(), 0
    for area in (TOWNSHIP, *VILLAGES):
        prefix = area if area != TOWNSHIP else area[:9]
        for report, asked in (
            (
                statistics.yearly_report(township, 2025, NEW_YEAR, area),
                Asked(prefix, start, date(2025, 12, 31), before, LINE),
            ),
            (
                statistics.monthly_report(township, october, NEW_YEAR, area),
                Asked(prefix, october.first_day, october.last_day, date(2025, 9, 30), LINE),
            ),
            (
                statistics.report_as_of(township, day, NEW_YEAR, area),
                Asked(prefix, start, day, before, LINE),
            ),
        ):
            counted = recount(path, asked)
            assert differences(report, counted) == [], report.title
            numbers |= {number.rstrip("*") for number, _, _ in counted}
            figures += sum(bool(value) for value in counted.values())
    assert numbers == {f"T{n}" for n in (*range(1, 13), *range(14, 26), 27)}
    assert figures > 1500
