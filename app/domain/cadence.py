"""Cadence (五个一, 走访日, 扶贫工作日, 年度节点): a calendar that makes tasks, not paper."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from app.domain.deadlines import WorkCalendar
from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class CadenceTask:
    """A task that comes again, every so many months or every week.

    ``day``: of the month until which it is to be done; ``weekday``: of a weekly task, 1 is Monday
    (0: it comes by the month). The key of a weekly one has the day of the month behind it.
    """

    key: str
    label: str
    level: str
    every_months: int = 1
    first_month: int = 1
    day: int = 28
    weekday: int = 0

    def due_in(self, period: Period) -> date | None:
        """Return the due day in a month, None if the task does not come in it."""
        if (period.month - self.first_month) % self.every_months:
            return None
        return min(period.last_day, date(period.year, period.month, min(self.day, 28)))

    def weekly(
        self, period: Period, calendar: WorkCalendar
    ) -> Iterator[tuple["CadenceTask", date]]:
        """Yield the task of each week of a month; on a free day it is the working day before.

        A week without a working day until then has none.
        """
        first = period.first_day
        nominal = first + timedelta(days=(self.weekday - 1 - first.weekday()) % 7)
        while nominal <= period.last_day:
            earliest = max(first, nominal - timedelta(days=self.weekday - 1))
            days = (nominal - timedelta(days=n) for n in range((nominal - earliest).days + 1))
            due = next(filter(calendar.is_workday, days), None)
            if due is not None:
                label = f"{self.label}（{due.month}月{due.day}日）"
                yield replace(self, key=f"{self.key}-{nominal.day:02d}", label=label), due
            nominal += timedelta(days=7)


def parse_tasks(data: Mapping[str, Any]) -> tuple[CadenceTask, ...]:
    """Return the tasks of a resource file.

    Raises:
        KeyError, TypeError: the file is not as it must be.
    """
    return tuple(CadenceTask(**task) for task in data["tasks"])


def tasks_of(
    tasks: Iterable[CadenceTask], level: str, period: Period, calendar: WorkCalendar
) -> list[tuple[CadenceTask, date]]:
    """Return a level's tasks of a month with their due days, earliest first."""
    found: list[tuple[CadenceTask, date]] = []
    for task in tasks:
        if task.level == level and task.weekday:
            found += task.weekly(period, calendar)
        elif task.level == level and (due := task.due_in(period)) is not None:
            found.append((task, due))
    return sorted(found, key=lambda pair: (pair[1], pair[0].key))
