"""催报: the villages whose month is not here or not closed, with a text to send. No household."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.period import Period
from app.domain.statistics.records import Village
from app.domain.statistics.report import by_village
from app.models.replica import Device, PackageRow
from app.models.store import Store
from app.ops import statistics
from app.ops.warning_rows import CHINA


@dataclass(frozen=True, slots=True)
class Reminder:
    """One village to remind. ``has_reported``: the month has come, but is not closed.

    ``package_on`` and ``package_no``: of the last package taken in, None if there was none.
    """

    area_code: str
    village: str
    has_reported: bool
    package_on: date | None
    package_no: int | None
    not_visited: int
    unconfirmed: int
    due_on: date
    text: str


def reminders(store: Store, period: Period, today: date, area: str = "") -> list[Reminder]:
    """Return the villages to remind of a month, in the order of their codes.

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    context, due_on = statistics.month_context(store, period, today, area)
    with store.read() as session:
        packages = _last_packages(session)
    found = []
    for part in by_village(context):
        (village,) = part.records.villages
        if village.has_reported and village.is_closed:
            continue
        sheets = [s for s in part.records.sheets if s.period == str(period)]
        missed = sum(not sheet.is_visited for sheet in sheets)
        waiting = sum(w.state_on(context.window.end) == "suggested" for w in part.records.warnings)
        on, number = packages.get(village.code, (None, None))
        found.append(
            Reminder(
                village.code, village.name, village.has_reported, on, number, missed, waiting,
                due_on, _text(village, period, (missed, waiting), due_on, today),
            )
        )  # fmt: skip
    return found


def _last_packages(session: Session) -> dict[str, tuple[date, int]]:
    """Return village → day and number of the last package that was taken in from it."""
    query = (
        select(Device.area_code, PackageRow.at, PackageRow.number)
        .join(PackageRow, PackageRow.peer_id == Device.id)
        .where(PackageRow.direction == "in", PackageRow.state == "imported")
        .order_by(PackageRow.id)
    )
    return {
        area_code: (datetime.fromisoformat(at).astimezone(CHINA).date(), number)
        for area_code, at, number in session.execute(query)
    }


def _text(
    village: Village, period: Period, counts: tuple[int, int], due_on: date, today: date
) -> str:
    parts = ["还没有关账" if village.has_reported else "还没有收到变更包"]
    missed, waiting = counts
    if missed:
        parts.append(f"应访未访{missed}户")
    if waiting:
        parts.append(f"未确认预警{waiting}条")
    day = f"{due_on.month}月{due_on.day}日"
    ask = f"请于{day}前上报" if today <= due_on else f"已过截止日{day}，请尽快上报"
    return f"{village.name}：{period.month}月监测{'，'.join(parts)}，{ask}。"
