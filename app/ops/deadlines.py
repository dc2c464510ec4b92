"""Everything with a limit, across all life cycles: what is due, and overdue with whom."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import case, measure, natural_change, warning
from app.domain.deadlines import Deadline, escalation, overdue_days
from app.domain.lifecycle import LEVELS
from app.domain.month import CHECKING, FILLING
from app.domain.period import Period
from app.models.form import PeriodRow
from app.models.store import Store
from app.ops import (
    case_rows,
    case_rules,
    changes,
    measure_rows,
    monitored,
    months,
    policies,
    register_rows,
    warning_rows,
)
from app.ops.limits import limit
from app.ops.lives import state_label
from app.ops.names import Names
from app.ops.warning_rows import Arrivals

_DEFAULT_ESCALATION = "escalate_days"


def list_deadlines(store: Store, today: date, *, only_overdue: bool = False) -> list[Deadline]:
    """Return what has a limit, the latest first; due today is not overdue."""
    with store.read() as session:
        allowed = policies.policy_for(session, Period.of(today)).days(_DEFAULT_ESCALATION)
        found = [
            *_warnings(session, today),
            *_cases(session, today, allowed),
            *_answers(session, today, allowed),
            *_changes(session, today, allowed),
            *_measures(session, today, allowed),
            *_issues(session, today, allowed),
            *_months(session, today, allowed),
        ]
    if only_overdue:
        found = [d for d in found if d.overdue_days]
    return sorted(found, key=lambda d: (d.due_on, LEVELS.index(d.holder), d.text))


def _warnings(session: Session, today: date) -> Iterator[Deadline]:
    found = [
        w for w in warning_rows.load(session)
        if w.state not in warning.ENDED
    ]  # fmt: skip
    by_id = {w.row.id: w for w in found}
    for line in warning_rows.lines(session, found, today):
        loaded = by_id[line.warning_id]
        limit = warning_rows.remedy_limit(loaded) if line.state in warning.UNREMEDIED else None
        days = [day for day in (line.due_on, limit) if day is not None]
        if not days:
            continue
        due = min(days)
        yield Deadline(
            subject="warning",
            subject_id=line.warning_id,
            household_id=line.household_id,
            text=f"{line.household_no}号户 {line.message}",
            state=state_label("warning", line.state),
            holder=line.holder,
            due_on=due,
            due_on_original=(line.remedy_due_original or due) if due == limit else due,
            overdue_days=overdue_days(due, today),
            escalated_to=line.escalated_to,
            severity=line.severity,
            department=line.department if line.state in warning.UNREMEDIED else "",
        )


def _cases(session: Session, today: date, allowed: int) -> Iterator[Deadline]:
    found = [f for f in case_rows.load(session) if f.thing.is_open]
    names = Names.of(session, {f.thing.row.household_id for f in found})
    arrivals = Arrivals(session)
    for one in found:
        home, clue = one.thing.row.household_id, one.clue
        if clue and clue.reply_due_on and one.state in case.BEFORE_ENTRY:
            yield _deadline(
                "monitored_case", one.id, home, f"{names.number(home)}号户 线索答复农户",
                state_label("monitored_case", one.state), case.holder(one.thing.standing),
                clue.reply_due_on, today, allowed,
            )  # fmt: skip
        due = monitored.due_of(session, one, arrivals)
        if due is None:
            continue
        holder = case.holder(one.thing.standing)
        word = state_label("monitored_case", one.state)
        yield _deadline(
            "monitored_case", one.id, home, f"{names.number(home)}号户 监测对象{word}", word,
            holder, due, today, allowed,
        )  # fmt: skip


def _answers(session: Session, today: date, allowed: int) -> Iterator[Deadline]:
    """A household that is not included is told so (refuse_reply_days)."""
    waiting = [f for f in case_rows.load(session) if case_rules.waits_for_answer(f)]
    names = Names.of(session, {f.thing.row.household_id for f in waiting})
    for one in waiting:
        row, excluded = one.thing.row, one.thing.last("exclude")
        if excluded is None or one.state != case.NOT_INCLUDED:
            continue
        policy = policies.policy_of(row, Period.of(excluded.step_on))
        yield _deadline(
            "monitored_case", one.id, row.household_id,
            f"{names.number(row.household_id)}号户 不纳入，答复农户",
            state_label("monitored_case", one.state), "village",
            limit(policy, "refuse_reply_days", excluded.step_on), today, allowed,
        )  # fmt: skip


def _changes(session: Session, today: date, allowed: int) -> Iterator[Deadline]:
    found = [t for t in changes.load(session) if t.is_open]
    names = Names.of(session, {t.row.household_id for t in found})
    for thing in found:
        home = thing.row.household_id
        kind = natural_change.KIND_LABELS[thing.row.change_kind]
        holder = "township" if thing.state == natural_change.PENDING else "village"
        yield _deadline(
            "natural_change", thing.row.id, home, f"{names.number(home)}号户 {kind}",
            state_label("natural_change", thing.state), holder, changes.due_of(thing), today,
            allowed,
        )  # fmt: skip


def _measures(session: Session, today: date, allowed: int) -> Iterator[Deadline]:
    """A measure that runs is due on its planned end; with whoever delivers it.

    One whose end the village proposes (M6) waits for the township.
    """
    known = measure_rows.load(session)
    found = [
        t for t in known
        if t.state in (measure.PLANNED, measure.RUNNING) and t.row.planned_end_on
    ]  # fmt: skip
    proposed = [(t, step) for t in known if (step := measure_rows.ending_proposed(t))]
    names = Names.of(session, {t.row.household_id for t in (*found, *(t for t, _ in proposed))})
    arrivals = Arrivals(session)
    for thing, step in proposed:
        home, row = thing.row.household_id, thing.row
        policy = policies.policy_of(row, Period.of(step.step_on))
        due = limit(policy, "town_review_days", arrivals.start(step, step.step_on, policy))
        yield _deadline(
            "measure", row.id, home, f"{names.number(home)}号户 {row.measure_kind} 提请终止",
            state_label("measure", thing.state), "township", due, today, allowed,
        )  # fmt: skip
    for thing in found:
        home, row = thing.row.household_id, thing.row
        yield _deadline(
            "measure", row.id, home, f"{names.number(home)}号户 {row.measure_kind}",
            state_label("measure", thing.state), row.measure_level or "village",
            row.planned_end_on, today, allowed, row.department,
        )  # fmt: skip


def _issues(session: Session, today: date, allowed: int) -> Iterator[Deadline]:
    for thing in register_rows.load(session, register_rows.ISSUE):
        row = thing.row
        if thing.is_open and row.due_on:
            holder = "township" if thing.state == "to_check" else "village"
            yield _deadline(
                "issue", row.id, row.household_id, row.text,
                state_label("issue", thing.state), holder, row.due_on, today, allowed,
            )  # fmt: skip


def _months(session: Session, today: date, allowed: int) -> Iterator[Deadline]:
    """A month that is filled is due on its fill day, one that is checked on its last day."""
    for row in session.scalars(select(PeriodRow)):
        period = Period.parse(row.period)
        found = months.state(session, row.scope, period)
        if found not in (FILLING, CHECKING):
            continue
        day = policies.policy_for(session, period, row.scope).days("fill_until_day")
        due = period.last_day
        if found == FILLING:
            due = min(due, date(period.year, period.month, day))
        yield _deadline(
            "period", row.id, "", f"{row.period}月度监测", state_label("period", found), "village",
            due, today, allowed,
        )  # fmt: skip


def _deadline(  # noqa: PLR0913, PLR0917  one value from its parts
    subject: str,
    subject_id: str,
    household_id: str,
    text: str,
    state: str,
    holder: str,
    due: date,
    today: date,
    allowed: int,
    department: str = "",
) -> Deadline:
    late = overdue_days(due, today)
    return Deadline(
        subject=subject,
        subject_id=subject_id,
        household_id=household_id,
        text=text,
        state=state,
        holder=holder,
        due_on=due,
        due_on_original=due,
        overdue_days=late,
        escalated_to=escalation(holder, late, allowed),
        department=department,
    )
