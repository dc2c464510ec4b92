"""Warnings through a month: ledger, flow, times, departments (T13–T16, K16, K22)."""

from datetime import date
from decimal import Decimal

from app.domain.statistics import warning_tables
from app.domain.statistics.context import Window
from app.domain.statistics.records import StateStep, WarningRecord
from app.domain.statistics.table import ReportTable
from tests.domain.statistics.build import OCTOBER, a_warning, context, day, step

CLOSED = (
    step("10-06", "confirm", "pending_township"), step("10-08", "pass", "pending_county"),
    step("10-10", "determine", "determined"), step("10-11", "assign", "assigned"),
    step("10-12", "start", "remedying"), step("10-20", "done", "remedied"),
    step("10-21", "request-close", "closing_requested"), step("10-25", "close", "closed"),
)  # fmt: skip


def flow(*warnings: WarningRecord) -> dict[str, object]:
    table = warning_tables.by_village(context(OCTOBER, warnings=warnings))
    assert all(check.ok for check in warning_tables.summary_checks(table))
    cells = table.row("合计").cells
    return {c.label: cell.value for c, cell in zip(table.columns, cells, strict=True)}


def test_opening_new_and_ends_make_the_closing() -> None:
    shown = flow(
        a_warning("w1", "09-01"), a_warning("w2", "10-02"), a_warning("w3", "10-05", *CLOSED),
        a_warning("w4", "10-03", step("10-04", "false-alarm", "false_alarm")),
        a_warning("w5", "09-20", step("10-04", "withdraw", "cancelled")),
        a_warning("w6", "11-02"), a_warning("w7", "08-01", step("08-05", "close", "closed")),
    )  # fmt: skip
    assert shown == {
        "期初未销": 2, "新增": 3, "确认": 1, "误报": 1, "退回": 0, "已撤销": 1, "已销": 1,
        "期末未销": 2, "其中超期": 0,
    }  # fmt: skip


def test_one_taken_up_again_counts_as_new() -> None:
    steps = (step("09-03", "false-alarm", "false_alarm"), step("10-10", "reinstate", "suggested"))
    shown = flow(a_warning("w1", "09-01", *steps))
    assert (shown["期初未销"], shown["新增"], shown["期末未销"]) == (0, 1, 1)


def test_due_on_the_last_day_is_not_overdue_and_the_original_day_counts() -> None:
    steps = (step("10-06", "confirm", "pending_township"),)
    on_time = a_warning("w1", "10-05", *steps, due_on=day("10-31"), due_on_original=day("10-31"))
    moved = a_warning("w2", "10-05", *steps, due_on=day("12-31"), due_on_original=day("10-30"))
    asked = a_warning(
        "w3", "10-05", *steps, step("10-20", "request-close", "closing_requested"),
        due_on=day("10-10"), due_on_original=day("10-10"),
    )  # fmt: skip
    assert flow(on_time, moved, asked)["其中超期"] == 1


def test_the_ledger_has_a_row_for_what_was_open_or_happened() -> None:
    found = (
        a_warning("w1", "10-05", *CLOSED, household_no="12", department="教体局"),
        a_warning("w2", "08-01", step("09-05", "close", "closed")), a_warning("w3", "11-02"),
        a_warning("w4", "09-01", due_on=day("10-01"), due_on_original=day("10-01")),
    )  # fmt: skip
    table = warning_tables.ledger(context(OCTOBER, warnings=found))
    assert [line.cells[0].ids for line in table.rows] == [("w4",), ("w1",)]
    done = {c.label: cell.text for c, cell in zip(table.columns, table.rows[1].cells, strict=True)}
    assert done == {
        "户编号": "12", "编码": "ED-01", "级别": "橙", "发现": "2025-10-05", "确认": "2025-10-06",
        "初审": "2025-10-08", "县审": "2025-10-10", "部门": "教体局", "到期": "—",
        "补短": "2025-10-20", "销号": "2025-10-25", "状态": "已销号", "超期": "—",
    }  # fmt: skip
    assert table.rows[0].cells[-1].value == 30


def times(*warnings: WarningRecord) -> ReportTable:
    return warning_tables.timings(context(OCTOBER, warnings=warnings))


def test_the_five_times_are_measured_from_stamp_to_stamp() -> None:
    one = a_warning("w1", "10-05", *CLOSED, due_on=day("10-25"), due_on_original=day("10-25"))
    table = times(one)
    days = {line.label: line.cells[1].value for line in table.rows}
    assert days == {
        "及时预警": Decimal("1.00"), "及时核查": Decimal("4.00"), "及时帮扶": Decimal("2.00"),
        "及时消除": Decimal("13.00"), "全程": Decimal("20.00"), "动态清零：期末未销": None,
    }  # fmt: skip
    assert table.value("及时消除", "限时内占比（%）") == Decimal("100.00")
    assert table.value("动态清零：期末未销", "办到（条）") == 0


def test_days_of_the_township_run_from_the_day_it_got_the_paper() -> None:
    late = StateStep(day("10-02"), "confirm", "pending_township", clock_from=day("10-18"))
    one = a_warning("w1", "10-01", late, step("10-20", "pass", "determined"))
    assert times(one).value("及时核查", "平均（天）") == Decimal("2.00")


def test_only_what_reached_the_later_stamp_in_the_window_counts() -> None:
    before = a_warning("w1", "09-01", step("09-30", "confirm", "pending_township"))
    never = a_warning("w2", "10-01")
    red = a_warning("w3", "10-01", step("10-03", "confirm", "pending_township"), severity="red")
    table = times(before, never, red)
    assert table.row("及时预警").cells[0].ids == ("w3",)
    assert table.value("及时预警", "限时内占比（%）") == Decimal("0.00"), "red: one day"


def test_departments_with_what_they_were_given_and_finished() -> None:
    found = (
        a_warning("w1", "10-05", *CLOSED, department="教体局"),
        a_warning("w2", "10-05", *CLOSED[:5], department="教体局", due_on=day("10-20")),
        a_warning("w3", "10-05", *CLOSED[:2], department="医保局"),
    )
    table = warning_tables.departments(context(OCTOBER, warnings=found))
    assert [line.label for line in table.rows] == ["教体局", "合计"]
    assert [cell.value for cell in table.rows[0].cells] == [2, 1, 1, 1, 1, Decimal("9.00")]


def test_a_completion_that_was_returned_is_none_and_the_last_one_counts() -> None:
    """T13 and T16 tell the same: A16 says «not solved»."""
    returned = step("10-22", "return", "remedying")
    again = step("10-24", "done", "remedied")
    for path, remedied, done in (
        (CLOSED[:7], "2025-10-20", 1),
        ((*CLOSED[:7], returned), "—", 0),
        ((*CLOSED[:7], returned, again), "2025-10-24", 1),
    ):
        found = context(OCTOBER, warnings=(a_warning("w1", "10-05", *path, department="教体局"),))
        ledger = warning_tables.ledger(found)
        assert ledger.rows[0].cells[9].text == remedied
        (line, _total) = warning_tables.departments(found).rows
        assert line.cells[2].value == done


def test_the_opening_must_be_last_months_closing() -> None:
    september = context(Window(date(2025, 9, 1), date(2025, 9, 30)))
    table = warning_tables.by_village(context(OCTOBER, warnings=(a_warning("w1", "09-01"),)))
    empty = warning_tables.by_village(september)
    checks = warning_tables.summary_checks(table, empty)
    assert [(c.check, c.ok, c.left, c.right) for c in checks if not c.ok] == [("K16", False, 1, 0)]
