"""The first page (工作台): the month at a glance and what to do today, in order."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.domain import labels, warning
from app.domain.period import Period
from app.models.form import PeriodRow
from app.models.replica import PackageRow
from app.models.store import Store
from app.ops import cadence, months, policies, warnings
from app.ops.cadence import TaskLine
from app.ops.months import MonthStatus
from app.ops.warnings import WarningLine


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do. ``page``: the page's key; ``target``: the id to open there, "" for none.

    ``task``: one that comes again and is marked done by hand; it has no page.
    """

    text: str
    page: str
    target: str
    severity: str
    due_on: date | None
    task: TaskLine | None = None


@dataclass(frozen=True, slots=True)
class Workbench:
    """Every figure of the first page; ``last_export`` and ``last_import`` are days or None."""

    month: MonthStatus
    by_severity: dict[str, int]
    by_state: dict[str, int]
    due_today: int
    overdue: tuple[WarningLine, ...]
    returned: tuple[WarningLine, ...]
    to_review: int
    todo: tuple[Todo, ...]
    last_export: date | None
    last_import: date | None
    is_enrolled: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """What the lines around every page say: the state of the month, the day of the last export."""

    month_state: str
    last_export: date | None


def glance(store: Store, period: Period) -> Glance:
    """Return what is read again after every change: little, whatever the roster's size."""
    with store.read() as session:
        state = months.state(session, store.area_code, period)
    return Glance(state, _last_packages(store).get("out"))


def workbench(store: Store, period: Period, today: date) -> Workbench:
    """Return the first page of this replica's level for a month."""
    month = months.month_status(store, period, today)
    lines = warnings.list_warnings(store, today)
    packages = _last_packages(store)
    returned = tuple(w for w in lines if w.state == warning.RETURNED)
    enrolled = store.is_enrolled
    return Workbench(
        month=month,
        by_severity=dict(Counter(w.severity for w in lines)),
        by_state=dict(Counter(w.state for w in lines)),
        due_today=sum(w.due_on == today for w in lines),
        overdue=tuple(w for w in lines if w.overdue),
        returned=returned,
        to_review=sum(w.state == warning.PENDING_TOWNSHIP for w in lines),
        todo=tuple(_todo(store, month, lines, today, enrolled)),
        last_export=packages.get("out"),
        last_import=packages.get("in"),
        is_enrolled=enrolled,
    )


def _todo(
    store: Store, month: MonthStatus, lines: list[WarningLine], today: date, enrolled: bool
) -> list[Todo]:
    """What this level must do: returned and red first, then visits, then exchange."""
    found = [_warning_todo(w, today) for w in lines if _is_mine(store.level, w.state)]
    if store.level == "village":
        found += _photo_todo(lines)
        found += _visit_todo(store, month)
    found += [_task_todo(line, today) for line in _tasks(store, today)]
    if store.level != "county" and not enrolled:
        found.append(Todo("和上级登记本机：下次交U盘时带上申请", "exchange", "device", "", None))
    elif any(w.state in (warning.PENDING_TOWNSHIP, warning.RETURNED) for w in lines):
        found.append(Todo("导出本月变更包", "exchange", "export", "", None))
    return found


def _is_mine(level: str, state: str) -> bool:
    waiting = {
        "village": (warning.SUGGESTED, warning.RETURNED),
        "township": (warning.PENDING_TOWNSHIP,),
        "county": (warning.PENDING_COUNTY,),
    }
    return state in waiting[level]


def _warning_todo(line: WarningLine, today: date) -> Todo:
    what = {
        warning.SUGGESTED: "确认并写明情况",
        warning.RETURNED: f"被退回：{line.note}",
        warning.PENDING_TOWNSHIP: "初审",
        warning.PENDING_COUNTY: "审核",
    }[line.state]
    left = f"（{_left(line.due_on, today)}）" if line.due_on else ""
    text = f"{line.head_name}户 {line.message}：{what}{left}"
    return Todo(text, "warnings", line.warning_id, line.severity, line.due_on)


def _photo_todo(lines: list[WarningLine]) -> list[Todo]:
    """What was to follow: one line for all of them, leading to the first."""
    owed = [line for line in lines if line.is_photo_owed]
    if not owed:
        return []
    first = owed[0]
    text = f"照片后补 {len(owed)}条：从{first.head_name}户 {first.message}开始"
    return [Todo(text, "warnings", first.warning_id, first.severity, None)]


def _tasks(store: Store, today: date) -> list[TaskLine]:
    """Return the cadence tasks that wait; what came before the first month was never this one's."""
    with store.read() as session:
        first = session.scalar(select(func.min(PeriodRow.period))) or str(Period.of(today))
    return [line for line in cadence.waiting(store, today) if str(line.period) >= first]


def _task_todo(line: TaskLine, today: date) -> Todo:
    """A cadence task: last month's only while it waits."""
    of_month = "" if line.period == Period.of(today) else f"（{line.period.month}月的）"
    text = f"例行：{line.label}{of_month}（{_left(line.due_on, today)}）"
    return Todo(text, "", "", "", line.due_on, line)


def _left(due: date, today: date) -> str:
    days = (due - today).days
    if days < 0:
        return f"超{-days}天"
    return "今天到期" if days == 0 else f"还剩{days}天"


def _visit_todo(store: Store, month: MonthStatus) -> list[Todo]:
    if month.state == "not_started":
        return [Todo(f"开始{month.period.month}月的走访", "visits", "open", "", None)]
    if not month.not_visited:
        return []
    first = month.not_visited[0]
    with store.read() as session:
        last_day = policies.policy_for(session, month.period).days("fill_until_day")
    text = (
        f"未访 {len(month.not_visited)}户：从{first.hamlet_group} {first.head_name}开始"
        f"（{last_day}日前）"
    )
    return [Todo(text, "visits", first.household_id, "", None)]


def _last_packages(store: Store) -> dict[str, date]:
    with store.read() as session:
        rows = session.execute(
            select(PackageRow.direction, PackageRow.at)
            .where(PackageRow.state.in_(("exported", "imported")))
            .order_by(PackageRow.id)
        )
        return {direction: date.fromisoformat(at[:10]) for direction, at in rows}


def state_label(state: str) -> str:
    """Return the Chinese word of a warning state."""
    return labels.label("warning_state", state)
