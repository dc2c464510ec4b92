"""What blocks the close of a month, one line each, every line a door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain import natural_change, warning
from app.domain.month import CHECKING, FILLING
from app.domain.ownership import Actor
from app.domain.period import Period
from app.ops import changes, months, warnings
from app.ops.items import Item
from app.ops.months import DueHousehold
from app.ops.warnings import WarningLine
from app.ui.page import Store

VISIT, WARNING, CHANGE, REASON = "visit", "warning", "change", "reason"
_DONE = ("complete", "locked")


@dataclass(frozen=True, slots=True)
class Blocker:
    """One line. ``kind``: REASON blocks nothing, it is a reason that was written.

    ``page`` and ``target``: where the door leads.
    """

    kind: str
    text: str
    what: str
    severity: str
    page: str
    target: str
    household_id: str = ""

    @property
    def blocks(self) -> bool:
        return self.kind != REASON


def blockers(store: Store, actor: Actor, period: Period, today: date) -> list[Blocker]:
    """Return the lines: gravest warnings, households, changes, then what has its reason."""
    due = months.due_households(store, period, today)
    ids = {one.household_id for one in due}
    lines = warnings.list_warnings(store, today)
    open_changes = changes.list_changes(store, today, actor)
    return [
        *_warnings(line for line in lines if line.household_id in ids and _is_open(line, period)),
        *_visits(one for one in due if not _is_done(one) and not one.unvisited_reason),
        *_changes(one for one in open_changes if _is_unreported(one, period)),
        *_reasons(one for one in due if not _is_done(one) and one.unvisited_reason),
    ]


def month_to_close(store: Store, today: date) -> Period:
    """Return the oldest of the last months that is still open, else the month of the day."""
    this = Period.of(today)
    for back in (-2, -1):
        period = this.plus(back)
        if months.month_status(store, period, today).state in (FILLING, CHECKING):
            return period
    return this


def _is_done(one: DueHousehold) -> bool:
    return one.sheet_state in _DONE


def _is_open(line: WarningLine, period: Period) -> bool:
    return line.state == warning.SUGGESTED and line.period <= str(period)


def _is_unreported(item: Item, period: Period) -> bool:
    is_of_month = item.fields["period"] == str(period)
    return is_of_month and item.state not in natural_change.REPORTED


def _warnings(lines: Iterable[WarningLine]) -> Iterable[Blocker]:
    for line in lines:
        who = f"{line.household_no}号 {line.head_name}户　{line.message}"
        yield Blocker(
            WARNING, who, "系统提示没有确认或排除", line.severity, "warnings", line.warning_id,
            line.household_id,
        )  # fmt: skip


def _visits(found: Iterable[DueHousehold]) -> Iterable[Blocker]:
    for one in found:
        state = "没有走访" if one.sheet_state == "empty" else "没有填完"
        who = f"{one.household_no}号 {one.head_name}户 {one.persons}人"
        what = f"{state}，也没写未访原因"
        yield Blocker(VISIT, who, what, "", "visits", one.household_id, one.household_id)


def _changes(found: Iterable[Item]) -> Iterable[Blocker]:
    for one in found:
        who = f"{one.household_no}号 {one.head_name}户　{one.title}"
        yield Blocker(CHANGE, who, "自然变更没有上报", "", "roster", one.item_id, one.household_id)


def _reasons(found: Iterable[DueHousehold]) -> Iterable[Blocker]:
    for one in found:
        who = f"{one.household_no}号 {one.head_name}户 {one.persons}人"
        what = f"未访：{one.unvisited_reason}"
        yield Blocker(REASON, who, what, "", "visits", one.household_id, one.household_id)
