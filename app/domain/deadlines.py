"""Deadlines: calendar or working days, overdue, and up to which level it is a matter.

A due date falls on the day the limit started plus n days; due today is not overdue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WORKING_DAYS = "工作日"
_RISING = ("village", "township", "county")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Holidays, and weekend days on which people work (调休); other weekends are free."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Tell whether offices are open."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing that is due. ``holder``: the level whose turn it is; ``escalated_to``: who sees it.

    ``due_on_original``: before extensions; it stays visible.
    """

    subject: str
    subject_id: str
    household_id: str
    text: str
    state: str
    holder: str
    due_on: date
    due_on_original: date
    overdue_days: int
    escalated_to: str
    severity: str = ""
    department: str = ""


def due_by(start: date, days: int, unit: str, calendar: WorkCalendar) -> date:
    """Return the last day that is not overdue. ``unit``: 工作日, else calendar days."""
    if unit != WORKING_DAYS:
        return start + timedelta(days=days)
    day = start
    for _ in range(days):
        day += timedelta(days=1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
    return day


def overdue_days(due: date, today: date) -> int:
    """Return by how many days something is overdue; 0 on the due day itself."""
    return max(0, (today - due).days)


def escalation(holder: str, overdue: int, escalate_days: int) -> str:
    """Return the highest level that must look: 村, after a day 镇, after ``escalate_days`` 县."""
    if overdue <= 0:
        return holder
    reached = "county" if overdue > escalate_days else "township"
    return max(holder, reached, key=_RISING.index)


def parse_calendar(data: Mapping[str, Any]) -> WorkCalendar:
    """Return the calendar of a resource file: ranges of holidays, single workdays.

    Raises:
        KeyError, TypeError: the file is not as it must be.
    """
    holidays: set[date] = set()
    for holiday in data["holidays"]:
        day, last = holiday["first"], holiday["last"]
        while day <= last:
            holidays.add(day)
            day += timedelta(days=1)
    return WorkCalendar(frozenset(holidays), frozenset(data["workdays"]))
