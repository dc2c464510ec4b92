"""Behind every figure of T1–T28 stand exactly the rows that it counts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.statistics import records as r
from app.domain.statistics import report as reports
from app.domain.statistics.context import Context, Window
from app.domain.statistics.report import Report
from app.domain.statistics.table import Cell, Column, ReportTable
from tests.domain.statistics.build import OCTOBER, V1, V2, YEAR, Chance, context

COUNTED = {"户", "人", "条", "次", "户次", "笔"}  # as many rows as the figure says
DERIVED = {"%", "天", "元"}  # the numerator, or what it was taken over


def cells(report: Report) -> Iterator[tuple[ReportTable, str, Column, Cell]]:
    for table in report.tables:
        for line in table.rows:
            for column, cell in zip(table.columns, line.cells, strict=True):
                yield table, line.label, column, cell


def closed_doors(report: Report) -> list[str]:
    """Return the figures without the rows that they count."""
    found = []
    for table, label, column, cell in cells(report):
        if table.number == "T13" and column.unit == "天":
            is_open = bool(cell.ids)  # a row of the ledger leads to its warning
        elif column.unit in COUNTED:
            is_open = cell.value is None or len(cell.ids) == cell.value
        else:
            is_open = not cell.value or column.unit not in DERIVED or bool(cell.ids)
        if not is_open:
            found.append(f"{table.number} {label} {column.group}{column.label}: {cell.value}")
    return found


def with_registers(seed: int, window: Window) -> Context:
    """Return an area by chance with its registers."""
    records = Chance(seed, 30).records()
    dice = Chance(seed, 1).dice
    homes = [h.household_id for h in records.households]
    scored = tuple(
        replace(one, score={item: dice.choice((True, False)) for item in ("income", "water")})
        for one in records.households
    )
    day = date(2025, 10, 9)

    def some() -> list[str]:
        return dice.sample(homes, 8)

    return replace(
        context(window),
        records=replace(
            records,
            households=scored,
            changes=tuple(
                r.ChangeRecord(f"c{n}", home, V1, dice.choice(("increase", "decrease", "split")),
                               dice.choice(("出生", "死亡")), "done", day)
                for n, home in enumerate(some() + homes[:2])
            ),
            clues=tuple(
                r.ClueRecord(f"q{n}", home, V1, "petition", day, day,
                             dice.choice(("included", "excluded", "")), day, date(2025, 10, 20))
                for n, home in enumerate(some())
            ),
            campaigns=(
                r.CampaignRecord("k", "大排查", "sweep", day, None, tuple(
                    r.CampaignHousehold(home, V1, dice.choice(("fine", "problem", "")),
                                        dice.choice((True, False)))
                    for home in some()
                )),
            ),
            doubts=tuple(
                r.DoubtRecord(f"d{n}", home, V1, "D-01", dice.choice(("open", "corrected")), day)
                for n, home in enumerate(some() + homes[:3])
            ),
            negatives=tuple(
                r.DoubtRecord(f"n{n}", home, V2, "N-01", dice.choice(("open", "proven")), day)
                for n, home in enumerate(some())
            ),
            team=(r.TeamMember("t1", V1, day), r.TeamMember("t2", V1, day, date(2025, 10, 11))),
            funds=(r.TeamFund("f1", V1, 2025, Decimal(300)),),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("window", [YEAR, OCTOBER])
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_figure_opens_as_many_rows_as_it_counts(window: Window, seed: int) -> None:
    report = reports.build(with_registers(seed, window), reports.YEARLY, "township", "报表")
    assert closed_doors(report) == []


def test_the_doors_are_looked_for_in_every_table() -> None:
    made = [
        reports.build(with_registers(seed, YEAR), reports.YEARLY, "township", "报表")
        for seed in range(4)
    ]
    report = made[0]
    seen = {table.number for one in made for table, _, _, cell in cells(one) if cell.ids}
    assert seen == {table.number for table in report.tables}
    assert {n.partition("-")[0] for n in seen} == {f"T{n}" for n in (*range(1, 26), 27)}
    units = {column.unit for _, _, column, _ in cells(report)}
    assert units >= {"户", "人", "条", "次", "户次", "笔", "%", "天", "元"}
