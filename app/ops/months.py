"""A village's months: open, status, who is due, the state of each sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import form, scope
from app.domain.form import FormDef
from app.domain.household import Facts
from app.domain.month import CLOSED, NOT_STARTED, month_state
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.policy import Policy
from app.models.base import natural_id
from app.models.facts import Month, load_facts
from app.models.form import PeriodRow, PeriodStep, Sheet
from app.models.household import Helper, HelperAssignment, Household
from app.models.store import Store
from app.ops import catalogue, warnings
from app.ops.errors import NoPeriodError, PeriodStateError

_STATE_WORDS = {
    "filling": "已经在填报",
    "checking": "正在核对",
    "closed": "已关账",
    "correcting": "正在更正",
}
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
    policy, definition = catalogue.policy_for(period), catalogue.form_for(period)
    with store.write("month.open", actor) as session:
        found = state(session, store.area_code, period)
        if found != NOT_STARTED:
            raise PeriodStateError(
                period=str(period),
                state=_STATE_WORDS[found],
                what="再开始",
                way_out="请接着填，或另选月份。",
            )
        period_id = natural_id("period", store.area_code, str(period))
        versions = {"form_version": definition.key, "policy_version": policy.valid_from}
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
            PeriodStep(
                scope=store.area_code,
                period_id=period_id,
                action="open",
                step_on=today,
                actor=actor.name,
            )
        )
        _add_sheets(session, period, today, definition, policy)
    return month_status(store, period, today)


def _add_sheets(
    session: Session, period: Period, today: date, definition: FormDef, policy: Policy
) -> None:
    known = warnings.open_by_household(session, None)
    month = Month(period, period.as_of(today), definition)
    for facts in load_facts(session, month, None, known):
        if scope.is_due(facts, period, policy, bool(facts.open_warnings)):
            session.add(
                Sheet(
                    id=natural_id("sheet", facts.household_id, str(period)),
                    scope=_scope_of(session, facts.household_id),
                    household_id=facts.household_id,
                    period=str(period),
                    form_version=definition.key,
                )
            )


def _scope_of(session: Session, household_id: str) -> str:
    return session.get_one(Household, household_id).scope


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
        complete=sum(d.sheet_state in ("complete", "locked") for d in due),
        not_visited=tuple(d for d in due if not is_visited(d)),
    )


def is_visited(due: DueHousehold) -> bool:
    """已访 (T11): the sheet is complete."""
    return due.sheet_state in ("complete", "locked")


def due_households(store: Store, period: Period, today: date) -> list[DueHousehold]:
    """Return who is due in a month, by group, then roster order, with the sheets' states."""
    with store.read() as session:
        if period_row(session, store.area_code, period) is None:
            return []
        definition, policy = catalogue.form_for(period), catalogue.policy_for(period)
        sheets = {
            s.household_id: s for s in session.scalars(select(Sheet).filter_by(period=str(period)))
        }
        known = warnings.open_by_household(session, set(sheets))
        month = Month(period, period.as_of(today), definition)
        found = load_facts(session, month, set(sheets), known)
        groups = _groups(session, set(sheets))
        return [
            _due(session, facts, sheets[facts.household_id], groups, definition, policy)
            for facts in found
        ]


def _due(
    session: Session,
    facts: Facts,
    sheet: Sheet,
    groups: Mapping[str, str],
    definition: FormDef,
    policy: Policy,
) -> DueHousehold:
    present = [m for m in facts.members if m.member_status == "present"]
    head = next(
        (m.name for m in present if m.relation == "户主"), present[0].name if present else ""
    )
    severities: dict[str, int] = {}
    for w in facts.open_warnings:
        severities[w.severity] = severities.get(w.severity, 0) + 1
    return DueHousehold(
        household_id=facts.household_id,
        household_no=facts.household_no,
        head_name=head,
        hamlet_group=groups.get(facts.household_id, ""),
        persons=len(present),
        household_kind=facts.household_kind,
        object_type=facts.monitored.object_type if facts.monitored else "",
        sheet_id=sheet.id,
        sheet_state=sheet_state(session, sheet, facts, definition, policy),
        severities=severities,
        unvisited_reason=sheet.unvisited_reason or "",
    )


def _groups(session: Session, household_ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(Household.id, Household.hamlet_group))
    return {i: group for i, group in rows if i in household_ids}


def sheet_state(
    session: Session, sheet: Sheet, facts: Facts, definition: FormDef, policy: Policy
) -> str:
    """Return empty, partial, complete or locked; special answers may keep a sheet partial."""
    if state(session, sheet.scope, Period.parse(sheet.period)) == CLOSED:
        return "locked"
    if sheet.submitted_on is None:
        return "partial" if facts.answers else "empty"
    return form.completeness(definition, facts, policy)


def state(session: Session, area_code: str, period: Period) -> str:
    """Return the state of a village's month."""
    row = period_row(session, area_code, period)
    if row is None:
        return NOT_STARTED
    return month_state(session.scalars(select(PeriodStep).filter_by(period_id=row.id)))


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
