"""Each of K1–K22 passes what is right, and finds a number that was planted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.report_checks import ReportCheck, year_checks
from app.domain.statistics import report as reports
from app.domain.statistics import visits, warning_tables
from app.domain.statistics import year_figures as names
from app.domain.statistics.context import Context
from app.domain.statistics.help import measure_checks
from app.domain.statistics.printed import Printed, figures_of
from app.domain.statistics.report import Report
from app.domain.statistics.table import Cell, ReportTable
from app.domain.statistics.year_figures import Figure, MeasureFigure, YearFigures
from tests.domain.statistics.build import (
    V1,
    V2,
    VILLAGES,
    YEAR,
    a_case,
    a_warning,
    context,
    home,
    step,
)

RIGHT = YearFigures(
    total=Figure(10, 40),
    by_state={names.MONITORING: Figure(4, 16), names.REMOVED: Figure(6, 24)},
    by_type={"脱贫不稳定户": Figure(3, 12), "边缘易致贫户": Figure(7, 28)},
    by_cause={"因病": Figure(8, 32), "因学": Figure(2, 8)},
    dynamics={
        names.OPENING: Figure(11, 44), names.OPENING_MONITORING: Figure(5, 20),
        names.NEW: Figure(2, 8), names.AGAIN: Figure(0, 0), names.RISK_REMOVED: Figure(1, 4),
        names.ROLLED_BACK: Figure(0, 0), names.CLEARED: Figure(3, 12),
        names.CLEARED_MONITORING: Figure(2, 8), names.EXTINCT: Figure(0, 0),
        names.INCREASE: Figure(None, 1), names.DECREASE: Figure(None, 1),
    },
    removed_by_reason={"公职人员": Figure(3, 12)},
    measures={"产业": MeasureFigure(5, Decimal(50)), names.WITHOUT_MEASURE: MeasureFigure(2)},
    units={"新识别": "户人"},
    claims=("帮扶措施全覆盖8户", "按月调度"),
)  # fmt: skip


def with_row(name: str, row: str, figure: Figure) -> YearFigures:
    """Return the right figures with one wrong row."""
    changed: Any = {name: {**getattr(RIGHT, name), row: figure}}
    return replace(RIGHT, **changed)


PLANTED = {
    "K1": with_row("by_cause", "因病", Figure(9, 32)),
    "K2": with_row("by_cause", "因病", Figure(8, 36)),
    "K3": with_row("by_type", "边缘易致贫户", Figure(7, 27)),
    "K4": with_row("by_state", names.REMOVED, Figure(7, 24)),
    "K5": with_row("removed_by_reason", "公职人员", Figure(3, 13)),
    "K6": replace(RIGHT, removed_by_reason={"公职人员": Figure(2, 8), "其他": Figure(1, 4)}),
    "K7": with_row("dynamics", names.OPENING, Figure(11, 45)),
    "K8": with_row("dynamics", names.OPENING_MONITORING, Figure(6, 20)),
    "K9": replace(RIGHT, claims=("风险全部消除",)),
    "K10": replace(RIGHT, measures={"产业": MeasureFigure(5, Decimal(49))}),
    "K11": with_row("by_cause", "因学", Figure(2, 25)),
    "K12": with_row("by_cause", "因学", Figure(2, 1)),
    "K13": replace(RIGHT, units={"新识别": "户"}),
    "K14": replace(RIGHT, claims=("帮扶措施全覆盖10户",)),
    "K19": replace(RIGHT, claims=("双月调度", "按月调度")),
}


def outcome(checks: list[ReportCheck], number: str) -> set[bool | None]:
    return {check.ok for check in checks if check.check == number}


@pytest.mark.parametrize("number", PLANTED)
def test_a_wrong_figure_is_found_where_the_right_one_passes(number: str) -> None:
    assert outcome(year_checks(RIGHT), number) <= {True, None}
    assert True in outcome(year_checks(RIGHT), number)
    assert False in outcome(year_checks(PLANTED[number]), number)


def planted(table: ReportTable, row: str, place: int, value: int) -> ReportTable:
    """Return a table with one wrong figure."""
    rows = []
    for line in table.rows:
        cells = list(line.cells)
        if line.label == row:
            cells[place] = Cell(value)
        rows.append(replace(line, cells=tuple(cells)))
    return replace(table, rows=tuple(rows))


def whole(found: Context, printed: Printed | None = None) -> Report:
    return reports.build(found, reports.YEARLY, "county", "年报", printed)


TWO_TOWNSHIPS = (
    replace(VILLAGES[0], township="539901101000"), replace(VILLAGES[1], township="539901102000"),
)  # fmt: skip


def test_k15_finds_a_household_of_no_village_in_villages_and_townships() -> None:
    good = (home("h1", village=V1), home("h2", village=V2))
    cases = (a_case("h1"), a_case("h2"))
    right = whole(context(villages=TWO_TOWNSHIPS, households=good, cases=cases))
    checks = [check for check in right.checks if check.check == "K15"]
    assert [check.ok for check in checks] == [True] * 8
    assert {check.name[:3] for check in checks} == {"各村存", "各村应", "各村期", "各乡镇"}
    stray = (good[0], replace(good[1], village="539901103201"))
    wrong = whole(context(villages=TWO_TOWNSHIPS, households=stray, cases=cases))
    broken = [check.detail for check in wrong.checks if check.check == "K15" and not check.ok]
    assert broken[0] == "各村存量相加：1 ≠ 2（差 -1户）"
    assert broken[2] == "各乡镇存量相加：1 ≠ 2（差 -1户）"


def test_k16_finds_a_closing_that_is_not_the_next_opening() -> None:
    table = warning_tables.by_village(context(warnings=(a_warning(),)))
    assert outcome(warning_tables.summary_checks(table, planted(table, "合计", 7, 0)), "K16") == {
        True
    }
    before = planted(table, "合计", 7, 5)
    (check,) = [c for c in warning_tables.summary_checks(table, before) if c.check == "K16"]
    assert (check.ok, check.left, check.right) == (False, 0, 5)
    assert "上期请走更正" in check.detail


def test_k16_of_a_report_looks_at_what_was_known_when_the_time_before_was_closed() -> None:
    closed = a_warning("w1", "2024-11-05", step("2024-12-20", "close", "closed"))
    found = context(warnings=(closed,))
    assert outcome(list(whole(found).checks), "K16") == {True}
    late = replace(found, warned_before=(replace(closed, steps=()),))
    assert outcome(list(whole(late).checks), "K16") == {False}


def test_k17_finds_a_wrongly_classified_household() -> None:
    for code in reports.CLASSIFICATION:
        wrong = whole(context(warnings=(a_warning(code=code),)))
        assert outcome(list(wrong.checks), "K17") == {False}
    assert outcome(list(whole(context()).checks), "K17") == {True}


def test_k18_finds_fewer_measures_than_households_and_a_total_that_is_off() -> None:
    empty = whole(context())
    assert outcome(list(empty.checks), "K18") == {True}
    wrong = planted(empty.table("T6"), "低保", 1, 1)
    assert outcome(measure_checks(wrong, empty.table("T7")), "K18") == {False}
    tables = {table.number: table for table in empty.tables}
    tables["T7"] = planted(tables["T7"], "合计", 0, 1)
    assert [check.ok for check in reports._cause_totals(tables)] == [False]


def test_k20_finds_more_visits_than_were_due() -> None:
    table = visits.coverage(context())
    assert outcome(visits.coverage_checks(table), "K20") == {True}
    wrong = visits.coverage_checks(planted(table, "上坝村", 1, 3))
    assert [check.detail for check in wrong] == ["上坝村：已访3 > 应访0"]
    assert wrong[0].ok is False


def printed(report: Report, *, is_final: bool = True, correction: str = "") -> Printed:
    return Printed(date(2026, 1, 4), is_final, correction, figures_of(report.tables))


def k21(found: Context, before: Printed) -> ReportCheck:
    (check,) = [check for check in whole(found, before).checks if check.check == "K21"]
    return check


def test_k21_finds_what_was_printed_otherwise() -> None:
    found = context(households=(home(),), cases=(a_case(),))
    other = context(households=(home(persons=5),), cases=(a_case(),))
    before = printed(whole(found))
    assert k21(found, before).detail == "更正：与2026-01-04打印的一样"
    changed = k21(other, before)
    assert changed.ok is False
    assert "T1 年初存量·人 4→5" in changed.detail
    assert "却没有更正记录" in changed.detail
    heading = replace(other.heading, correction="已更正，第2版")
    corrected = k21(replace(other, heading=heading), before)
    assert (corrected.ok, corrected.hint) == (True, True)
    assert corrected.detail.startswith("更正：已更正，第2版，与2026-01-04打印的有")
    again = printed(whole(found), correction="已更正，第2版")
    assert k21(replace(other, heading=heading), again).ok is False
    early = k21(other, printed(whole(found), is_final=False))
    assert (early.ok, early.hint) == (True, True)


def test_k22_finds_a_row_of_warnings_that_does_not_come_out() -> None:
    table = warning_tables.by_village(context(YEAR, warnings=(a_warning(),)))
    assert outcome(warning_tables.summary_checks(table), "K22") == {True}
    for row, place in (("上坝村", 1), ("合计", 7), ("下坝村", 6)):
        wrong = warning_tables.summary_checks(planted(table, row, place, 4))
        assert False in outcome(wrong, "K22"), (row, place)
