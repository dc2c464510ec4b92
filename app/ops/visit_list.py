"""The visit list in the order in which to go: what presses first, then who must be visited."""

from collections.abc import Iterable, Mapping
from datetime import date

from app.domain import labels
from app.domain.labels import SEVERITY_RANK
from app.ops import catalogue, months
from app.ops.months import DueHousehold


def by_urgency(due: Iterable[DueHousehold]) -> list[DueHousehold]:
    """Return who is due, what presses first; households that are done stand at the end.

    Order: not done, gravest open warning, nearest limit, number of 八必访 flags, then group and
    roster order.
    """
    return sorted(due, key=_order)


def _order(due: DueHousehold) -> tuple[bool, int, date, int, int, str]:
    return (
        months.is_visited(due),
        -worst(due.severities),
        due.next_due or date.max,
        -len(due.flags),
        due.position,
        due.household_no,
    )


def worst(severities: Mapping[str, int]) -> int:
    """Return the rank of the gravest open warning, 0 for none."""
    return max((SEVERITY_RANK[s] for s, count in severities.items() if count), default=0)


def reason(due: DueHousehold, today: date) -> str:
    """Return why a household is looked at, in words; "" for no special reason."""
    parts = []
    rank = worst(due.severities)
    if rank:
        word = labels.label("severity", labels.SEVERITIES[rank])
        limit = _limit(due.next_due, today)
        parts.append(f"{word}色预警未销{limit}")
    flags = catalogue.visit_flags()
    if due.flags:
        parts.append("必访：" + "、".join(flags.label(key) for key in due.flags))
    if due.watched:
        parts.append("关注：" + "、".join(due.watched))
    return "；".join(parts)


def _limit(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    left = (due_on - today).days
    if left < 0:
        return f"，超{-left}天"
    return "，今天到期" if left == 0 else f"，还剩{left}天"
