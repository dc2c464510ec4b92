"""Cadence (五个一, 走访日, 年度节点): a calendar that makes tasks, not paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class CadenceTask:
    """A task that comes again. ``day``: of the month until which it is to be done."""

    key: str
    label: str
    level: str
    every_months: int
    first_month: int
    day: int

    def due_in(self, period: Period) -> date | None:
        """Return the due day in a month, None if the task does not come in it."""
        if (period.month - self.first_month) % self.every_months:
            return None
        return min(period.last_day, date(period.year, period.month, min(self.day, 28)))


def parse_tasks(data: Mapping[str, Any]) -> tuple[CadenceTask, ...]:
    """Return the tasks of a resource file.

    Raises:
        KeyError, TypeError: the file is not as it must be.
    """
    return tuple(CadenceTask(**task) for task in data["tasks"])


def tasks_of(
    tasks: Iterable[CadenceTask], level: str, period: Period
) -> list[tuple[CadenceTask, date]]:
    """Return a level's tasks of a month with their due days, earliest first."""
    found = [
        (task, due)
        for task in tasks
        if task.level == level and (due := task.due_in(period)) is not None
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].key))
