"""Working days, overdue, escalation, routine tasks."""

from datetime import date

import pytest

from app.domain.cadence import CadenceTask, tasks_of
from app.domain.deadlines import WorkCalendar, due_by, escalation, overdue_days
from app.domain.period import Period
from app.ops import calendars


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2025, 9, 29), 1, date(2025, 9, 30)),
        (date(2025, 9, 30), 1, date(2025, 10, 9)),  # over the holidays of October
        (date(2025, 10, 9), 2, date(2025, 10, 11)),  # that Saturday is worked
        (date(2025, 10, 10), 5, date(2025, 10, 16)),
        (date(2025, 10, 17), 1, date(2025, 10, 20)),  # over a weekend
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # 14 February is worked, then New Year
        (date(2025, 10, 17), 0, date(2025, 10, 17)),
    ],
)
def test_working_days_leave_out_holidays_and_count_worked_weekends(
    start: date, days: int, due: date
) -> None:
    assert due_by(start, days, "工作日", calendars.work_calendar()) == due


def test_calendar_days_count_every_day() -> None:
    assert due_by(date(2025, 9, 30), 5, "天", calendars.work_calendar()) == date(2025, 10, 5)


def test_due_today_is_not_overdue() -> None:
    due = date(2025, 10, 31)
    assert [overdue_days(due, date(2025, 10, 31)), overdue_days(due, date(2025, 11, 1))] == [0, 1]


@pytest.mark.parametrize(
    ("holder", "late", "seen_by"),
    [
        ("village", 0, "village"),
        ("village", 1, "township"),
        ("village", 7, "township"),
        ("village", 8, "county"),
        ("township", 1, "township"),
        ("township", 8, "county"),
        ("county", 30, "county"),
    ],
)
def test_lateness_climbs(holder: str, late: int, seen_by: str) -> None:
    assert escalation(holder, late, 7) == seen_by


def test_routine_tasks_come_in_their_months() -> None:
    def labels(level: str, month: int) -> list[str]:
        found = tasks_of(calendars.cadence(), level, Period(2025, month), calendars.work_calendar())
        return [task.label for task, _ in found]

    assert labels("township", 10) == ["乡镇集中攻坚日", "一月一核查"]  # earliest first
    assert "双月一调度" in labels("county", 10)
    assert "双月一调度" not in labels("county", 9)
    assert "年底回头看" in labels("village", 12)


def test_a_weekly_task_comes_on_its_day_or_the_working_day_before() -> None:
    task = CadenceTask("work_day", "扶贫工作日", "village", weekday=5)
    calendar = WorkCalendar(
        holidays=frozenset(date(2025, 10, day) for day in (1, 2, 3, 17)),
        workdays=frozenset({date(2025, 10, 11)}),
    )
    found = tasks_of([task], "village", Period(2025, 10), calendar)
    assert [(one.key, due.day) for one, due in found] == [  # none in the first week: all free
        ("work_day-10", 10), ("work_day-17", 16), ("work_day-24", 24), ("work_day-31", 31),
    ]  # fmt: skip
    assert found[1][0].label == "扶贫工作日（10月16日）"
