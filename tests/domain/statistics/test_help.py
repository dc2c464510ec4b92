"""Measures by kind, cause and cover (T6–T8, T25)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.domain.statistics import help as tables
from app.domain.statistics.records import MeasureRecord, StateStep
from tests.domain.statistics.build import OCTOBER, a_case, context, home, step

RUNNING = step("2025-03-01", "start", "running")


def measure(
    number: int, household_id: str = "h1", category: str = "social_security",
    kind: str = "低保", steps: tuple[StateStep, ...] = (RUNNING,), amount: str | None = None,
) -> MeasureRecord:  # fmt: skip
    money = None if amount is None else Decimal(amount)
    return MeasureRecord(f"m{number}", household_id, category, kind, money, (), steps)


def objects(count: int = 2) -> dict[str, Any]:
    ids = [f"h{n}" for n in range(1, count + 1)]
    return {
        "households": tuple(home(i) for i in ids),
        "cases": tuple(a_case(i) for i in ids),
    }


def test_measures_and_distinct_households_of_each_kind() -> None:
    found = (
        measure(1), measure(2, kind="临时救助"), measure(3, "h2"),
        measure(4, "h1", "health", "医疗救助"),
        measure(5, "h1", "employment", "务工奖补(交通补贴)"),
        measure(6, "h1", "education_aid", "助学金"), measure(7, "h9"),
    )  # fmt: skip
    table = tables.by_kind(context(**objects(), measures=found))
    shown = {line.label: (line.cells[0].value, line.cells[1].value) for line in table.rows}
    assert shown["低保"] == (2, 2)
    assert shown["其他"] == (1, 1)
    assert shown["医疗保障"] == (1, 1)
    assert shown["务工就业奖补"] == (1, 1)
    assert shown["教育政策"] == (1, 1)
    assert shown["合计"] == (6, 2), "households counted once; h9 is no object"


def test_only_what_ran_in_the_window_counts() -> None:
    ended = measure(1, steps=(RUNNING, step("2025-09-30", "terminate", "terminated")))
    until = measure(2, steps=(RUNNING, step("2025-10-01", "finish", "done")))
    later = measure(3, steps=(step("2025-11-01", "start", "running"),))
    planned = measure(4, steps=())
    lapsed = measure(5, steps=(RUNNING, step("2025-10-15", "lapse", "expired")))
    found = (ended, until, later, planned, lapsed)
    table = tables.by_kind(context(OCTOBER, **objects(), measures=found))
    assert table.row("合计").cells[0].ids == ("m2", "m5")


def test_cover_counts_a_household_in_every_row_and_names_who_has_nothing() -> None:
    found = (
        measure(1), measure(2, "h1", "water", "水窖水池"), measure(3, "h2", steps=()),
    )  # fmt: skip
    table = tables.coverage(context(**objects(3), measures=found))
    shown = {line.label: line.cells[0].value for line in table.rows}
    assert shown["综合保障"] == 1
    assert shown["生产生活条件改善"] == 1
    assert shown["有任一措施"] == 1
    assert table.row("无任何措施").cells[0].ids == ("h2", "h3")
    assert str(table.value("综合保障", "占比（%）")) == "33.33"
    assert "不等于100%" in table.notes[0]


def test_causes_meet_their_measures_and_gaps_are_found() -> None:
    found = context(**objects(2), measures=(measure(1),))
    kinds, causes = tables.by_kind(found), tables.by_cause(found)
    assert (causes.value("因病", "合计/户"), causes.value("因病", "合计/条")) == (2, 1)
    broken = [c for c in tables.measure_checks(kinds, causes) if c.ok is False]
    assert [c.name for c in broken] == ["T7 因病", "T7 合计"]
    assert (broken[0].left, broken[0].right, broken[0].difference) == (1, 2, -1)
    full = context(**objects(2), measures=(measure(1), measure(2, "h2")))
    good = tables.measure_checks(tables.by_kind(full), tables.by_cause(full))
    assert [c.ok for c in good] == [True]


def test_insurance_adds_amounts_exactly_and_counts_claims() -> None:
    found = (
        measure(1, "h1", "social_help", "防贫保险理赔", amount="1000.10"),
        measure(2, "h1", "social_help", "爱心捐助", amount="0.20"),
        measure(3, "h2", "social_help", "防贫保险理赔"),
    )
    table = tables.insurance(context(**objects(), measures=found))
    total = [cell.value for cell in table.row("合计").cells]
    assert total == [3, Decimal("1000.30"), 2, 2]


def test_what_was_paid_in_an_earlier_year_is_not_paid_again() -> None:
    def paid(place: int, *days: str) -> MeasureRecord:
        states = ("running", "done")
        steps = tuple(step(on, "start", state) for on, state in zip(days, states, strict=False))
        one = measure(place, "h1", "social_help", "防贫保险理赔", amount="100")
        return replace(one, steps=steps)

    found = (
        paid(1, "2024-06-01", "2024-07-01"),
        paid(2, "2024-12-20", "2025-01-10"),
        paid(3, "2024-06-01"),
        paid(4, "2025-03-01", "2025-03-02"),
    )
    table = tables.insurance(context(**objects(), measures=found))
    assert [cell.value for cell in table.row("合计").cells] == [3, Decimal("300.00"), 1, 3]
