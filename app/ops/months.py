"""A village's months: open, status, who is due, the state of each sheet."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import scope
from app.domain.household import HEAD
from app.domain.lifecycle import due_on
from app.domain.month import CLOSED, FILLING, MONTH, NOT_STARTED
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.view import HouseholdView
from app.domain.visit_flags import flags_of
from app.domain.watch import watched
from app.models.base import natural_id
from app.models.facts import Month
from app.models.form import PeriodRow, Sheet
from app.models.household import Helper, HelperAssignment
from app.models.step import Step, steps_of
from app.models.store import Store
from app.ops import (
    catalogue,
    change_effects,
    due_list,
    measures,
    policies,
    sheet_context,
)
from app.ops.errors import NoPeriodError, PeriodStateError
from app.ops.sheet_context import SheetContext, month_of

_STATE_WORDS = {
    "filling": "已经在填报",
    "checking": "正在核对",
    "closed": "已关账",
    "correcting": "正在更正",
}
VISIT_QUESTION = "BF-03"
VISIT_WAYS = frozenset({"onsite", "onsite_family", "phone"})  # what counts as 已访 (T11)


@dataclass(frozen=True, slots=True)
class DueHousehold:
    """A household in the visit list. ``severities``: open warnings per severity key."""

    household_id: str
    household_no: str
    head_name: str
    hamlet_group: str
    persons: int
    household_kind: str
    object_type: str
    sheet_id: str
    sheet_state: str
    severities: Mapping[str, int] = field(default_factory=dict)
    unvisited_reason: str = ""
    visit_way: str = ""
    flags: tuple[str, ...] = ()  # 八必访, keys of app/domain/visit_flags.py
    next_due: date | None = None  # earliest limit of its open warnings
    position: int = 0  # place in the roster
    watched: tuple[str, ...] = ()  # why it is on the 关注名单


@dataclass(frozen=True, slots=True)
class MonthStatus:
    """A month at a glance, in 户 and 人."""

    period: Period
    state: str
    due_households: int
    due_persons: int
    visited_households: int
    visited_persons: int
    complete: int
    not_visited: tuple[DueHousehold, ...]


def open_period(store: Store, actor: Actor, period: Period, today: date) -> MonthStatus:
    """Open a month: one sheet for every household due, each pre-filled when it is opened.

    Raises:
        PeriodStateError: it was opened before; nothing is written.
    """
    definition = catalogue.form_for(period)
    with store.write("month.open", actor) as session:
        found = state(session, store.area_code, period)
        if found != NOT_STARTED:
            raise PeriodStateError(
                period=str(period),
                state=_STATE_WORDS[found],
                what="再开始",
                way_out="请接着填，或另选月份。",
            )
        _refuse_broken(session, store.area_code, period)
        _refuse_overlap(session, store.area_code, period, today)
        period_id = natural_id("period", store.area_code, str(period))
        in_force = policies.version(session, period)
        versions = {"form_version": definition.version, "policy_version": in_force}
        session.add(
            PeriodRow(
                id=period_id,
                scope=store.area_code,
                period=str(period),
                opened_on=today,
                **versions,
            )
        )
        session.flush()
        session.add(
            Step(
                scope=store.area_code,
                subject=MONTH.subject,
                subject_id=period_id,
                action="open",
                step_on=today,
                actor=actor.name,
                level=store.level,
            )
        )
        measures.sweep(session, today)
        change_effects.expire_split_flags(session, today)
        if period.month == 1:
            measures.carry_over_in(session, period.year, today)
        _add_sheets(session, store.area_code, period, today)
    return month_status(store, period, today)


def _refuse_broken(session: Session, area_code: str, period: Period) -> None:
    """A month that is there, but was never begun, is damaged: its steps lead nowhere."""
    if period_row(session, area_code, period) is not None:
        raise PeriodStateError(
            period=str(period),
            state="有记录，却没有“开始”这一步",
            what="再开始",
            way_out="请先检查数据（doctor），必要时用备份恢复。",
        )


def _refuse_overlap(session: Session, area_code: str, period: Period, today: date) -> None:
    """The month before may still be open for some days, not longer (open_overlap_days).

    A month begins in the month before at the earliest: nothing is known of a later one.
    """
    before = period.previous()
    if before > Period.of(today):
        raise PeriodStateError(
            period=str(period),
            state="还没到",
            what="现在开始",
            way_out=f"{before.first_day.isoformat()}起可以开始。",
        )
    days = policies.policy_for(session, period).days("open_overlap_days")
    is_late = today > due_on(before.last_day, days)
    if is_late and state(session, area_code, before) == FILLING:
        raise PeriodStateError(
            period=str(before),
            state=f"过了{days}天还在填报",
            what=f"开始{period}",
            way_out="请先核对、关账。",
        )


def _add_sheets(session: Session, area_code: str, period: Period, today: date) -> None:
    has_one = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
    for context in _due_contexts(session, area_code, month_of(period, today), None):
        home, version = context.given.household_id, context.form.version
        if home not in has_one:
            session.add(due_list.sheet(home, area_code, period, version))


def _due_contexts(
    session: Session, area_code: str, month: Month, household_ids: Collection[str] | None
) -> Iterator[SheetContext]:
    """Yield who of the households (None: all) is due in a month."""
    asked_for = due_list.asked_for(session, area_code)
    for context in sheet_context.load(session, month, household_ids):
        facts = context.given
        in_campaign, is_warned = facts.household_id in asked_for, bool(facts.open_warnings)
        if scope.is_due(facts, month.period, context.policy, is_warned, in_campaign):
            yield context


def add_due(
    session: Session, store: Store, household_ids: Collection[str], today: date
) -> frozenset[str]:
    """Put onto the running month's list who of some changed households is due by now.

    Whoever becomes 脱贫户 or a monitored object in mid-month is visited in it; returns who had no
    sheet.
    """
    period = due_list.running(session, store.area_code)
    if period is None or not household_ids:
        return frozenset()
    month = month_of(period, today)
    found = _due_contexts(session, store.area_code, month, household_ids)
    return due_list.add(session, store, {context.given.household_id for context in found})


def month_status(store: Store, period: Period, today: date) -> MonthStatus:
    """Return the month's coverage; a month that was never opened has nothing due."""
    with store.read() as session:
        found = state(session, store.area_code, period)
    due = due_households(store, period, today)
    visited = [d for d in due if is_visited(d)]
    return MonthStatus(
        period=period,
        state=found,
        due_households=len(due),
        due_persons=sum(d.persons for d in due),
        visited_households=len(visited),
        visited_persons=sum(d.persons for d in visited),
        complete=sum(_is_filled(d) for d in due),
        not_visited=tuple(d for d in due if not is_visited(d)),
    )


def _is_filled(due: DueHousehold) -> bool:
    """A closed month locks also the sheets of who was not met; they were never filled."""
    is_locked = due.sheet_state == "locked" and not due.unvisited_reason
    return due.sheet_state == "complete" or is_locked


def is_visited(due: DueHousehold) -> bool:
    """已访 (T11): complete, on the spot or by telephone; what neighbours say is no visit."""
    return due.sheet_state in ("complete", "locked") and due.visit_way in VISIT_WAYS


def due_households(store: Store, period: Period, today: date) -> list[DueHousehold]:
    """Return who is due in a month, by group, then roster order, with the sheets' states."""
    with store.read() as session:
        if period_row(session, store.area_code, period) is None:
            return []
        due = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
        is_closed = state(session, store.area_code, period) == CLOSED
        found = sheet_context.load(session, month_of(period, today), due)
        return [_due(context, is_closed) for context in found]


def _due(context: SheetContext, is_closed: bool) -> DueHousehold:
    facts, sheet = context.given, context.loaded.sheet
    present = [m for m in facts.members if m.member_status == "present"]
    first = present[0].name if present else ""
    return DueHousehold(
        household_id=facts.household_id,
        household_no=facts.household_no,
        head_name=next((m.name for m in present if m.relation == HEAD), first),
        hamlet_group=context.loaded.household.hamlet_group,
        persons=len(present),
        household_kind=facts.household_kind,
        object_type=facts.monitored.object_type if facts.monitored else "",
        sheet_id=sheet.id if sheet else "",
        sheet_state=context.sheet_state(is_closed),
        severities=Counter(w.severity for w in facts.open_warnings),
        visit_way=str(facts.answers.get((VISIT_QUESTION, "")) or ""),
        unvisited_reason=(sheet.unvisited_reason or "") if sheet else "",
        flags=flags_of(HouseholdView(context.facts, context.policy), catalogue.visit_flags()),
        next_due=min((w.due_on for w in facts.open_warnings if w.due_on), default=None),
        position=context.loaded.household.position,
        watched=watched(context.form, facts.answers),
    )


def state(session: Session, area_code: str, period: Period) -> str:
    """Return the state of a village's month."""
    row = period_row(session, area_code, period)
    if row is None:
        return NOT_STARTED
    return MONTH.state_of(steps_of(session, MONTH.subject, [row.id]).get(row.id, []))


def period_row(session: Session, area_code: str, period: Period) -> PeriodRow | None:
    """Return a village's month, None if it was never opened."""
    return session.get(PeriodRow, natural_id("period", area_code, str(period)))


def require_open(session: Session, area_code: str, period: Period) -> PeriodRow:
    """Return a village's month.

    Raises:
        NoPeriodError: it was never opened.
    """
    row = period_row(session, area_code, period)
    if row is None:
        raise NoPeriodError(period=str(period))
    return row


def is_helper(session: Session, household_id: str, name: str, on: date) -> bool:
    """Tell whether a person answers for a household (帮扶责任人) on a day."""
    query = (
        select(HelperAssignment)
        .join(Helper, Helper.id == HelperAssignment.helper_id)
        .where(HelperAssignment.household_id == household_id, Helper.name == name)
        .where(HelperAssignment.assigned_on <= on)
    )
    return any(a.ended_on is None or a.ended_on >= on for a in session.scalars(query))


def running_period(store: Store, today: date) -> Period:
    """Return the month that work is about: today's, or the newest opened one before it."""
    now = Period.of(today)
    with store.read() as session:
        query = select(PeriodRow.period).where(PeriodRow.period <= str(now))
        newest = session.scalars(query.order_by(PeriodRow.period.desc()).limit(1)).first()
    return Period.parse(newest) if newest else now
