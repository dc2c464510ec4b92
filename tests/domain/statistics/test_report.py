"""A whole report: its checks, what a missing village does to it, and identities over histories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.period import Period
from app.domain.report_checks import ReportCheck
from app.domain.statistics import report as reports
from app.domain.statistics import stock, visits, warning_tables
from app.domain.statistics.context import Context, Parameters, Window
from app.domain.statistics.records import MeasureRecord
from app.domain.statistics.report import Report, build
from tests.domain.statistics.build import (
    OCTOBER,
    YEAR,
    Chance,
    a_case,
    a_warning,
    context,
    home,
    step,
)


def report(found: Context, kind: str = reports.YEARLY, level: str = "township") -> Report:
    return build(found, kind, level, "报表")


def of(found: Report, number: str) -> list[ReportCheck]:
    return [check for check in found.checks if check.check == number]


@pytest.mark.parametrize("window", [YEAR, OCTOBER, Window(date(2025, 3, 3), date(2025, 7, 9))])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_identities_hold_over_any_history(window: Window, seed: int) -> None:
    found = replace(context(window), records=Chance(seed, 25).records())
    checks = report(found).checks
    must = {"K1", "K2", "K3", "K4", "K5", "K7", "K8", "K15", "K16", "K20", "K22"}
    broken = [check.line for check in checks if check.check in must and check.ok is not True]
    assert broken == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_twelve_months_join_into_the_year(seed: int) -> None:
    records = Chance(seed, 20).records()
    opened = closed = 0
    closing: object = None
    for month in range(1, 13):
        period = Period(2025, month)
        found = replace(context(Window(period.first_day, period.last_day)), records=records)
        line = warning_tables.by_village(found).row("合计")
        assert closing is None or line.cells[0].value == closing
        closing = line.cells[7].value
        opened += int(str(line.cells[1].value))
        closed += sum(int(str(line.cells[n].value)) for n in (3, 5, 6))
    year = warning_tables.by_village(replace(context(YEAR), records=records)).row("合计")
    assert int(str(year.cells[0].value)) + opened - closed == year.cells[7].value == closing


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_month_of_a_year_comes_out_and_joins_the_next(seed: int) -> None:
    """K7, K14 and K22 over twelve months; everybody has a measure, so that K14 has a claim."""
    records = Chance(seed, 20).records()
    helped = tuple(
        MeasureRecord(f"m{case.case_id}", case.household_id, "industry", "产业奖补",
                      steps=(step("2023-01-01", "start", "running"),))
        for case in records.cases
    )  # fmt: skip
    records = replace(records, measures=(*records.measures, *helped))
    closing: list[object] = []
    claims = stocked = 0
    for month in range(1, 13):
        period = Period(2025, month)
        found = replace(context(Window(period.first_day, period.last_day)), records=records)
        made = report(found, reports.MONTHLY)
        checks = [check for check in made.checks if check.check in {"K7", "K14", "K22"}]
        assert [check.line for check in checks if check.ok is not True] == []
        claims += any(check.check == "K14" for check in checks)
        opening = [cell.value for cell in made.table("T1").row("年初存量").cells]
        assert not closing or opening == closing
        closing = [cell.value for cell in made.table("T1").row("年末存量").cells]
        stocked += bool(closing[0])
    assert claims == stocked


def test_an_own_report_passes_its_checks() -> None:
    found = report(context(households=(home(),), cases=(a_case(),)))
    assert [check.line for check in found.failed if check.check != "K18"] == []
    assert {c.check for c in found.checks} == {f"K{n}" for n in range(1, 23)} - {"K14"}


def test_a_missing_village_is_named_on_every_table() -> None:
    found = report(context(missing=("下坝村",)))
    for table in found.tables:
        assert table.full_title.endswith("（不完全汇总）")
        assert table.all_notes[0] == "缺报：下坝村"


def test_every_column_of_figures_has_its_unit() -> None:
    for table in report(context()).tables:
        for column in table.columns:
            if table.number != "T13":
                assert column.unit in {"户", "户次", "人", "条", "次", "%", "天", "元", "笔"}, (
                    table.number,
                    column.label,
                )


def test_tables_stand_in_their_order_and_every_printed_set_exists() -> None:
    found = report(context())
    numbers = [table.number for table in found.tables]
    assert numbers[:13] == [f"T{n}" for n in range(1, 14)]
    assert set(numbers) >= {f"T{n}" for n in (*range(14, 26), 27)}
    for kind in (reports.MONTHLY, reports.YEARLY, reports.AS_OF):
        for level in ("village", "township", "county"):
            assert replace(found, kind=kind, level=level).printed


def test_a_failing_check_stands_on_its_own_table() -> None:
    found = report(context(households=(home("h1", persons=13),), cases=(a_case(),)))
    assert {c.check for c in found.table("T1").checks if c.ok is False} == {"K11"}
    found = report(context(households=(home(),), cases=(a_case(),)))
    assert {c.check for c in found.table("T7").checks if c.ok is False} == {"K18"}


def test_the_classification_sentence_is_checked_against_open_warnings() -> None:
    wrong = a_warning("w1", "10-05", code="C-01")
    assert of(report(context(warnings=(wrong,))), "K17")[0].ok is False
    settled = a_warning("w1", "10-05", step("11-01", "close", "closed"), code="C-01")
    assert of(report(context(warnings=(settled,))), "K17")[0].ok is True
    blind = replace(context(), parameters=Parameters(None))
    assert of(report(blind), "K17")[0].ok is None


def test_a_corrected_month_says_which_version_it_is() -> None:
    found = context()
    corrected = replace(found, heading=replace(found.heading, correction="已更正，第2版"))
    assert "已更正，第2版" in of(report(corrected), "K21")[0].detail


def test_full_cover_is_claimed_only_when_it_is_true() -> None:
    assert of(report(context(households=(home(),), cases=(a_case(),))), "K14") == []
    assert of(report(context()), "K14") == []


def test_villages_that_do_not_add_up_are_found() -> None:
    """A household of a village that is not in the list is in the total, in no village."""
    stray = home("h1", village="539901101299")
    found = report(context(households=(stray,), cases=(a_case(),)))
    assert [c.ok for c in of(found, "K15")] == [False, False, True, True]


def test_figures_do_not_depend_on_the_order_of_records() -> None:
    records = Chance(5, 40).records()
    turned = replace(
        records,
        households=records.households[::-1],
        cases=records.cases[::-1],
        warnings=records.warnings[::-1],
        sheets=records.sheets[::-1],
    )
    for make in (stock.yearly_dynamics, stock.by_cause_and_type, visits.coverage):
        one, two = (make(replace(context(), records=r)) for r in (records, turned))
        assert [[c.value for c in line.cells] for line in one.rows] == [
            [c.value for c in line.cells] for line in two.rows
        ]


def test_charts_show_the_figures_of_the_tables() -> None:
    found = replace(context(YEAR), records=Chance(11, 60).records())
    made = {chart.key: chart for chart in report(found).charts}
    by_village = warning_tables.by_village(found).row("合计")
    assert made["warnings"].series[2].values[-1] == by_village.cells[7].value
    assert len(made["warnings"].categories) == 12
    causes = dict(zip(made["causes"].categories, made["causes"].series[0].values, strict=True))
    assert sum(int(str(value)) for value in causes.values()) == len(found.stock)
    assert all(isinstance(v, Decimal) for v in made["coverage"].series[0].values)
