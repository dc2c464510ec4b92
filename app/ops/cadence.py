"""Cadence tasks (五个一, 走访日, 工作日, 年度节点): what comes when, what is done, by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.domain import cadence
from app.domain.cadence import CadenceTask
from app.domain.deadlines import overdue_days
from app.domain.ownership import POLICY, Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.store import Store
from app.models.team import CadenceMark
from app.ops import calendars
from app.ops.changed import Changed
from app.ops.errors import TaskMarkError, UnknownTaskError
from app.ops.lives import not_after

_REACH = 1  # months back in which a task that was not done still waits


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of a month. ``done_on`` None while it waits; ``is_overdue``: only while it does."""

    key: str
    label: str
    period: Period
    due_on: date
    done_on: date | None = None
    done_by: str = ""
    note: str = ""
    is_overdue: bool = False


def tasks(store: Store, period: Period, today: date) -> list[TaskLine]:
    """Return this level's tasks of a month with their marks, earliest first."""
    return _lines(store, period, _coming(store.level, period), today)


def waiting(store: Store, today: date) -> list[TaskLine]:
    """Return what is still to do, for the workbench: last month's first, then this month's.

    Of a weekly task only that of this week, so that those that were missed do not pile up.
    """
    now = Period.of(today)
    months = [now.plus(-back) for back in range(_REACH, -1, -1)]
    found: list[TaskLine] = []
    for month in months:
        coming = [
            (task, due)
            for task, due in _coming(store.level, month)
            if not task.weekday or due.isocalendar()[:2] == today.isocalendar()[:2]
        ]
        found += [line for line in _lines(store, month, coming, today) if not line.done_on]
    return found


def mark_done(
    store: Store, actor: Actor, task: str, period: Period, today: date, note: str = ""
) -> Changed:
    """Note that a task of a month is done, by whoever acts, today.

    Raises:
        UnknownTaskError: it does not come in this month at this level.
        TaskMarkError, StepDateError: it is done already, or its month is still to come.
    """
    not_after(period.first_day, today, "今天")
    return _mark(store, actor, task, period, (today, actor.name, note.strip()))


def take_back(store: Store, actor: Actor, task: str, period: Period) -> Changed:
    """Take back a mark that was set by mistake; the journal keeps both.

    Raises:
        UnknownTaskError, TaskMarkError: there is nothing to take back.
    """
    return _mark(store, actor, task, period, (None, actor.name, ""))


def _coming(level: str, period: Period) -> list[tuple[CadenceTask, date]]:
    return cadence.tasks_of(calendars.cadence(), level, period, calendars.work_calendar())


def _lines(
    store: Store, period: Period, coming: Iterable[tuple[CadenceTask, date]], today: date
) -> list[TaskLine]:
    scope = _scope(store)
    with store.read() as session:
        rows = session.scalars(select(CadenceMark).filter_by(scope=scope, period=str(period)))
        marks = {row.task: row for row in rows}
    return [_line(task, period, due, marks.get(task.key), today) for task, due in coming]


def _mark(
    store: Store, actor: Actor, key: str, period: Period, said: tuple[date | None, str, str]
) -> Changed:
    task = _task(store.level, key, period)
    scope, (done_on, done_by, note) = _scope(store), said
    operation = "cadence.done" if done_on else "cadence.undo"
    with store.write(operation, actor, note) as session:
        row_id = natural_id("cadence", scope, key, str(period))
        row = session.get(CadenceMark, row_id)
        was_on = row.done_on if row else None
        if bool(was_on) == bool(done_on):
            state = "已经办过" if done_on else "还没有办"
            raise TaskMarkError(task=task.label, period=str(period), state=state)
        if row is None:
            row = CadenceMark(id=row_id, scope=scope, task=key, period=str(period))
            session.add(row)
        row.done_on, row.done_by, row.note = done_on, done_by, note
    return Changed(frozenset({"cadence_mark"}))


def _task(level: str, key: str, period: Period) -> CadenceTask:
    known = {task.key: task for task, _ in _coming(level, period)}
    if key not in known:
        shown = "、".join(f"{task.key}（{task.label}）" for task in known.values())
        raise UnknownTaskError(task=key, period=str(period), known=shown or "没有")
    return known[key]


def _scope(store: Store) -> str:
    """A village's marks are its own rows; what is above belongs to the area's own chain."""
    return store.area_code if store.level == "village" else f"{POLICY}{store.area_code}"


def _line(
    task: CadenceTask, period: Period, due: date, mark: CadenceMark | None, today: date
) -> TaskLine:
    if mark is None or mark.done_on is None:
        late = overdue_days(due, today) > 0
        return TaskLine(task.key, task.label, period, due, is_overdue=late)
    return TaskLine(task.key, task.label, period, due, mark.done_on, mark.done_by, mark.note)
