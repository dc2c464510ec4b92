"""催报: the villages whose month is not here or not closed, with a text to send. No household."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.period import Period
from app.domain.statistics.context import Context
from app.domain.statistics.records import Village
from app.domain.statistics.report import REMINDERS, by_village
from app.domain.statistics.table import (
    SHEET,
    WARNING,
    Cell,
    Column,
    Line,
    ReportTable,
    counted,
)
from app.models.replica import Device, PackageRow
from app.models.team import TeamMember
from app.ops.warning_rows import CHINA

_COLUMNS = (
    Column("联系人"), Column("最近一包"), Column("编号"), Column("未访", "户"),
    Column("未确认", "条"), Column("截止日"), Column("催报内容"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reminder:
    """One village to remind. ``has_reported``: the month has come, but is not closed.

    ``package_on`` and ``package_no``: of the last package taken in, None if there was none;
    ``not_visited``: sheets; ``unconfirmed``: warnings; ``contact``: who of its team can be rung up.
    """

    area_code: str
    village: str
    has_reported: bool
    package_on: date | None
    package_no: int | None
    not_visited: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    due_on: date
    text: str
    contact: str = ""


def reminders(session: Session, context: Context, due_on: date, today: date) -> list[Reminder]:
    """Return the villages to remind of a month, in the order of their codes.

    ``due_on``: the day until which villages must report.
    """
    packages, contacts = _last_packages(session), _contacts(session, today)
    period = Period.of(context.window.start)
    found = []
    for part in by_village(context):
        (village,) = part.records.villages
        if village.has_reported and village.is_closed:
            continue
        sheets = [s for s in part.records.sheets if s.period == str(period)]
        missed = tuple(sheet.sheet_id for sheet in sheets if not sheet.is_visited)
        end, warnings = context.window.end, part.records.warnings
        waiting = tuple(w.warning_id for w in warnings if w.state_on(end) == "suggested")
        on, number = packages.get(village.code, (None, None))
        found.append(
            Reminder(
                village.code, village.name, village.has_reported, on, number, missed, waiting,
                due_on, _text(village, period, (len(missed), len(waiting)), due_on, today),
                contacts.get(village.code, ""),
            )
        )  # fmt: skip
    return found


def reminder_table(context: Context, found: list[Reminder]) -> ReportTable:
    """Return the list as it stands in a township's or county's monthly set."""
    rows = [
        Line(
            one.village,
            (
                Cell(one.contact or None),
                Cell(one.package_on),
                Cell(one.package_no),
                counted(one.not_visited, SHEET),
                counted(one.unconfirmed, WARNING),
                Cell(one.due_on),
                Cell(one.text),
            ),
        )
        for one in found
    ]
    notes = [] if rows else ["各村都已上报关账，没有要催的。"]
    return context.table(REMINDERS, "催报名单", "村", _COLUMNS, rows, notes)


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


def _contacts(session: Session, today: date) -> dict[str, str]:
    """Return village → name and telephone of the first of its team at the post who has one."""
    query = (
        select(TeamMember)
        .where(TeamMember.phone.is_not(None), TeamMember.joined_on <= today)
        .where(TeamMember.left_on.is_(None) | (TeamMember.left_on > today))
        .order_by(TeamMember.joined_on.desc(), TeamMember.id.desc())
    )
    return {row.scope: f"{row.name} {row.phone}" for row in session.scalars(query)}


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
