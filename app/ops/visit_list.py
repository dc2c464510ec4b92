"""The visit list in the order in which to go: what presses first, then who must be visited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain import labels
from app.domain.labels import SEVERITY_RANK
from app.domain.period import Period
from app.models.store import Store
from app.ops import catalogue, months
from app.ops.months import DueHousehold


@dataclass(frozen=True, slots=True)
class VisitItem:
    """A household to visit, and why it stands where it stands ("" for no special reason)."""

    due: DueHousehold
    reason: str


def visit_list(store: Store, period: Period, today: date) -> list[VisitItem]:
    """Return who is due, what presses first; households that are done stand at the end.

    Order: not done, gravest open warning, overdue and nearest limit, number of 八必访 flags, then
    group and roster order.
    """
    due = months.due_households(store, period, today)
    ordered = sorted(due, key=lambda household: order(household, today))
    return [VisitItem(household, reason(household, today)) for household in ordered]


def order(due: DueHousehold, today: date) -> tuple[bool, int, date, int, int, str]:
    """Return the place of a household in the list."""
    nearest = due.next_due or date.max
    return (
        months.is_visited(due),
        -worst(due.severities),
        nearest,
        -len(due.flags),
        due.position,
        due.household_no,
    )


def worst(severities: Mapping[str, int]) -> int:
    """Return the rank of the gravest open warning, 0 for none."""
    return max((SEVERITY_RANK[s] for s, count in severities.items() if count), default=0)


def reason(due: DueHousehold, today: date) -> str:
    """Return why a household comes early, in words."""
    parts = []
    rank = worst(due.severities)
    if rank:
        word = labels.label("severity", labels.SEVERITIES[rank])
        limit = _limit(due.next_due, today)
        parts.append(f"{word}色预警未销{limit}")
    flags = catalogue.visit_flags()
    if due.flags:
        parts.append("必访：" + "、".join(flags.label(key) for key in due.flags))
    return "；".join(parts)


def _limit(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    left = (due_on - today).days
    if left < 0:
        return f"，超{-left}天"
    return "，今天到期" if left == 0 else f"，还剩{left}天"
