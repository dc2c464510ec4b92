"""Warnings: list, show, lead along their life. The table of steps is app/domain/warning.py."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels, matters, warning
from app.domain.household import Finding, OpenWarning
from app.domain.lifecycle import Transition, due_on
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.warning import WARNING
from app.models.household import Area, Household, Member
from app.models.step import Step, steps_of
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import catalogue, policies
from app.ops.changed import Changed
from app.ops.errors import (
    MissingStepDataError,
    StepDateError,
    StepNotAllowedError,
    UnknownWarningError,
)

_STEP_LIMITS = {  # who must act next, by state: parameter in days
    warning.SUGGESTED: "village_confirm_days",
    warning.PENDING_TOWNSHIP: "town_review_days",
    warning.PENDING_COUNTY: "county_review_days",
    warning.RETURNED: "return_days",
}
_DATA_LABELS = {
    "note": "说明",
    "reason": "原因（录入错误、已当场解决、政策理解有误、其他）",
    "second_person": "第二人姓名",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A step that the level may take now, and the named data it must bring."""

    name: str
    label: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a person brings to a step. ``values``: reason, second_person, department, due_on."""

    note: str = ""
    on: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the history, as shown."""

    on: date
    label: str
    actor: str
    level: str
    note: str


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A warning in a list. ``due_on``: until when the present step, or the remedy, is due."""

    warning_id: str
    household_id: str
    household_no: str
    head_name: str
    village: str
    member_id: str
    member_name: str
    code: str
    severity: str
    state: str
    message: str
    opened_on: date
    due_on: date | None
    remedy_due_on: date | None
    overdue: bool
    matter: str
    note: str
    period: str


@dataclass(frozen=True, slots=True)
class WarningPage:
    """A warning with why, what happened, and what may be done now."""

    line: WarningLine
    values: Mapping[str, str]
    basis: str
    question: str
    department: str
    history: tuple[StepLine, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A warning's row with its steps in force, oldest first."""

    row: HouseholdWarning
    steps: list[Step]

    @property
    def state(self) -> str:
        return WARNING.state_of(self.steps, self.row.severity)


def list_warnings(store: Store, today: date, *, only_open: bool = True) -> list[WarningLine]:
    """Return warnings, red first, then by due day, household and code."""
    with store.read() as session:
        lines = _lines(session, _load(session), today)
    if only_open:
        lines = [line for line in lines if line.state not in warning.ENDED]
    return sorted(lines, key=_order)


def show_warning(store: Store, warning_id: str, today: date) -> WarningPage:
    """Return one warning's page.

    Raises:
        UnknownWarningError: no such warning.
    """
    with store.read() as session:
        loaded = _one(session, warning_id)
        (line,) = _lines(session, [loaded], today)
        return WarningPage(
            line=line,
            values=json.loads(loaded.row.values or "{}"),
            basis=loaded.row.basis,
            question=loaded.row.question,
            department=_department(loaded, _policy(loaded.row)),
            history=tuple(_history(loaded)),
            actions=_actions(loaded, store.level),
        )


def act(
    store: Store, actor: Actor, warning_id: str, action: str, given: StepInput
) -> tuple[WarningPage, Changed]:
    """Lead a warning one step along its life.

    Raises:
        UnknownWarningError, StepNotAllowedError, MissingStepDataError, StepDateError:
            nothing is written.
    """
    today = given.on or store.clock().date()
    with store.write(f"warning.{action}", actor, given.note) as session:
        loaded = _one(session, warning_id)
        _check_step(loaded, action, store.level, given, today)
        add_step(session, loaded.row, loaded.steps, action, store.level, given, actor.name, today)
        household_id = loaded.row.household_id
    changed = Changed(frozenset({"warning_step"}), frozenset({household_id}))
    return show_warning(store, warning_id, today), changed


def add_step(  # noqa: PLR0913, PLR0917  one row, all its columns
    session: Session,
    row: HouseholdWarning,
    steps: list[Step],
    action: str,
    level: str,
    given: StepInput,
    actor: str,
    on: date,
) -> None:
    """Write one step that follows the last; the caller has checked that the table allows it."""
    due = None
    if action == "confirm":
        due = _given_due(given) or due_on(on, _due_days(row))
    session.add(
        Step(
            scope=row.scope,
            subject=WARNING.subject,
            subject_id=row.id,
            household_id=row.household_id,
            follows=steps[-1].id if steps else "",
            action=action,
            step_on=on,
            actor=actor,
            level=level,
            note=given.note,
            due_on=due,
            department=given.values.get("department", ""),
            values=json.dumps(
                {k: v for k, v in given.values.items() if k not in ("department", "due_on")},
                ensure_ascii=False,
                sort_keys=True,
            ),
        )
    )


def open_states(session: Session, household_ids: Iterable[str]) -> list[_Loaded]:
    """Return the open warnings of households, for facts and for reconciling."""
    wanted = set(household_ids)
    found = _load(session, wanted)
    return [loaded for loaded in found if loaded.state not in warning.ENDED]


def load_all(session: Session, household_ids: Iterable[str]) -> list[_Loaded]:
    """Return every warning of households, ended ones included."""
    return _load(session, set(household_ids))


def open_by_household(
    session: Session, household_ids: set[str] | None
) -> dict[str, tuple[OpenWarning, ...]]:
    """Return household id → its open warnings, as the rules see them (None: all households)."""
    found: dict[str, list[OpenWarning]] = {}
    for loaded in _load(session, household_ids):
        state = loaded.state
        if state not in warning.ENDED:
            row = loaded.row
            known = OpenWarning(
                row.code, _due(loaded, state)[1], row.member_id, row.severity, row.period
            )
            found.setdefault(row.household_id, []).append(known)
    return {household_id: tuple(group) for household_id, group in found.items()}


def values_text(values: Mapping[str, str]) -> str:
    """Return the values a finding used, as kept with its warning."""
    return json.dumps(dict(values), ensure_ascii=False)


def _load(session: Session, household_ids: set[str] | None = None) -> list[_Loaded]:
    rows = select(HouseholdWarning).order_by(HouseholdWarning.opened_on, HouseholdWarning.id)
    if household_ids is not None and len(household_ids) <= 500:
        rows = rows.where(HouseholdWarning.household_id.in_(household_ids))
    found = [
        row
        for row in session.scalars(rows)
        if household_ids is None or row.household_id in household_ids
    ]
    steps = steps_of(session, WARNING.subject, [row.id for row in found])
    return [_Loaded(row, steps.get(row.id, [])) for row in found]


def _one(session: Session, warning_id: str) -> _Loaded:
    row = session.get(HouseholdWarning, warning_id)
    if row is None:
        raise UnknownWarningError(warning_id=warning_id)
    return _Loaded(row, steps_of(session, WARNING.subject, [warning_id]).get(warning_id, []))


def _check_step(loaded: _Loaded, action: str, level: str, given: StepInput, today: date) -> None:
    allowed = {a.name: a for a in _actions(loaded, level)}
    if action not in allowed:
        raise StepNotAllowedError(
            state=labels.label("warning_state", loaded.state),
            level=labels.label("area_level", level),
            action=action,
            allowed="、".join(a.label for a in allowed.values()) or "无",
        )
    values = {"note": given.note, **given.values}
    missing = [name for name in allowed[action].needs if not values.get(name, "").strip()]
    if missing:
        names = "、".join(_DATA_LABELS.get(name, name) for name in missing)
        raise MissingStepDataError(action=allowed[action].label, fields=names)
    last = loaded.steps[-1].step_on if loaded.steps else loaded.row.opened_on
    if today < last:
        raise StepDateError(on=today.isoformat(), reason=f"早于上一步（{last.isoformat()}）")


def _actions(loaded: _Loaded, level: str) -> tuple[Action, ...]:
    return tuple(
        Action(t.action, t.label, _needs(t, loaded.row.severity))
        for t in WARNING.steps_for(loaded.state, level, loaded.row.severity)
    )


def _needs(transition: Transition, severity: str) -> tuple[str, ...]:
    """A red one is no false alarm on one person's word (processes A3)."""
    if transition.action == "false-alarm" and severity == "red":
        return (*transition.needs, "second_person")
    return transition.needs


def _lines(session: Session, found: list[_Loaded], today: date) -> list[WarningLine]:
    household_ids = {loaded.row.household_id for loaded in found}
    households = {h.id: h for h in session.scalars(select(Household)) if h.id in household_ids}
    members: dict[str, Member] = {}
    heads: dict[str, str] = {}
    for m in session.scalars(select(Member).order_by(Member.number.desc())):
        if m.household_id in household_ids:
            members[m.id] = m
            heads[m.household_id] = (
                m.name if m.relation == "户主" else heads.get(m.household_id, m.name)
            )
    villages = {
        a.area_code: a.name for a in session.scalars(select(Area).filter_by(area_level="village"))
    }
    cards = _matters(found)
    return [_line(loaded, today, households, members, heads, villages, cards) for loaded in found]


def _line(  # noqa: PLR0913, PLR0917  one line from its loaded tables
    loaded: _Loaded,
    today: date,
    households: Mapping[str, Household],
    members: Mapping[str, Member],
    heads: Mapping[str, str],
    villages: Mapping[str, str],
    cards: Mapping[str, str],
) -> WarningLine:
    row = loaded.row
    state = loaded.state
    due, remedy = _due(loaded, state)
    member = members.get(row.member_id)
    return WarningLine(
        warning_id=row.id,
        household_id=row.household_id,
        household_no=households[row.household_id].household_no,
        head_name=heads.get(row.household_id, ""),
        village=villages.get(row.scope, row.scope),
        member_id=row.member_id,
        member_name=member.name if member else "",
        code=row.code,
        severity=row.severity,
        state=state,
        message=row.message,
        opened_on=row.opened_on,
        due_on=due,
        remedy_due_on=remedy,
        overdue=due is not None and due < today and state not in warning.ENDED,
        matter=cards.get(row.id, row.message),
        note=loaded.steps[-1].note if loaded.steps else "",
        period=row.period,
    )


def _matters(found: list[_Loaded]) -> dict[str, str]:
    """Return warning id → label of its matter card (事项), household by household."""
    by_household: dict[str, list[_Loaded]] = {}
    for loaded in found:
        by_household.setdefault(loaded.row.household_id, []).append(loaded)
    return {i: label for group in by_household.values() for i, label in _cards(group).items()}


def _cards(group: list[_Loaded]) -> dict[str, str]:
    pairs = [(loaded.row.id, _finding(loaded.row)) for loaded in group]
    cards = matters.group([finding for _, finding in pairs], _policy(group[0].row))
    return {
        warning_id: card.label
        for card in cards
        for warning_id, finding in pairs
        if finding in card.findings
    }


def _finding(row: HouseholdWarning) -> Finding:
    return Finding(row.code, row.member_id, row.severity, row.message)


def _due(loaded: _Loaded, state: str) -> tuple[date | None, date | None]:
    """Return (until when the present step is due, until when the remedy is due)."""
    remedy = next((s.due_on for s in reversed(loaded.steps) if s.due_on), None)
    if state not in _STEP_LIMITS:
        return remedy, remedy
    policy = _policy(loaded.row)
    name = _STEP_LIMITS[state]
    if name == "village_confirm_days" and loaded.row.severity == "red":
        name = "village_confirm_days_red"
    start = loaded.steps[-1].step_on if loaded.steps else loaded.row.opened_on
    return due_on(start, policy.days(name)), remedy


def _due_days(row: HouseholdWarning) -> int:
    """Return the calendar days from confirmation to the remedy."""
    definition = catalogue.form_for(Period.parse(row.period))
    question = definition.by_code.get(row.code)
    own = question.due_days.get(row.severity) if question else None
    return own if own is not None else definition.default_due_days[row.severity]


def _given_due(given: StepInput) -> date | None:
    text = given.values.get("due_on", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise StepDateError(on=text, reason="应写成 2025-10-31") from None


def _department(loaded: _Loaded, policy: Policy) -> str:
    chosen = next((s.department for s in reversed(loaded.steps) if s.department), "")
    question = catalogue.form_for(Period.parse(loaded.row.period)).by_code.get(loaded.row.code)
    rule = policy.rules.get(loaded.row.code)
    return chosen or (question.department if question else rule.department if rule else "")


def _policy(row: HouseholdWarning) -> Policy:
    return policies.policy_of(row, Period.parse(row.period))


def _history(loaded: _Loaded) -> Iterable[StepLine]:
    row = loaded.row
    yield StepLine(row.opened_on, "系统提示", "程序", "village", "")
    for step, transition in WARNING.walk(loaded.steps, row.severity):
        yield StepLine(step.step_on, transition.label, step.actor, step.level, step.note)


def _order(line: WarningLine) -> tuple[int, date, str, str]:
    rank = {"red": 0, "orange": 1, "yellow": 2, "blue": 3}
    return rank[line.severity], line.due_on or date.max, line.household_no, line.code
