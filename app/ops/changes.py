"""Natural changes (自然变更): from EV-03 or by hand, reported, decided; the roster follows then."""

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels
from app.domain import natural_change as domain
from app.domain.natural_change import NATURAL_CHANGE
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.change import NaturalChange, details_of
from app.models.household import Household
from app.models.step import steps_of
from app.models.store import Store
from app.ops import change_effects, change_rules, measures, policies
from app.ops.changed import Changed
from app.ops.errors import ChangeRefusedError, UnknownHouseholdError, UnknownItemError
from app.ops.items import Item, Shown, item
from app.ops.limits import limit
from app.ops.lives import (
    Living,
    StepInput,
    Who,
    check,
    day,
    living,
    not_after,
    require_registered,
    require_text,
    write_step,
)
from app.ops.names import Names

_ROW_FIELDS = frozenset({"reason", "effective_on", "proof", "member_id"})
_WITH_DATA = frozenset({"submit", "resubmit"})  # steps that may bring what is still missing


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to report. ``details``: the new member's fields, who goes, head_id, relations."""

    household_id: str
    change_kind: str
    reason: str = ""
    effective_on: date | None = None
    member_id: str = ""
    proof: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def list_changes(
    store: Store, today: date, actor: Actor, *, household_id: str = "", only_open: bool = True
) -> list[Item]:
    """Return the changes, oldest first."""
    with store.read() as session:
        found = load(session, household_id)
        if only_open:
            found = [thing for thing in found if thing.is_open]
        return _items(session, found, Who(actor, store.level), today)


def show_change(store: Store, change_id: str, today: date, actor: Actor) -> Item:
    """Return one change.

    Raises:
        UnknownItemError: no such change.
    """
    with store.read() as session:
        return _items(session, [_one(session, change_id)], Who(actor, store.level), today)[0]


def open_change(store: Store, actor: Actor, new: NewChange, today: date) -> tuple[Item, Changed]:
    """Note a change (待办理). What is missing may follow with «submit».

    Raises:
        UnknownHouseholdError, ChangeRefusedError: nothing is written.
    """
    kind = domain.kind_named(new.change_kind)
    require_text({"reason": new.reason, "proof": new.proof})
    if kind not in domain.KINDS:
        shown = "、".join(domain.KIND_LABELS.values())
        raise ChangeRefusedError(
            kind=new.change_kind, reason="没有这种变更", way_out=f"可报：{shown}。"
        )
    reason = domain.reason_key(kind, new.reason)
    known = domain.reasons_of(kind)
    if reason and known and reason not in known:
        raise ChangeRefusedError(
            kind=domain.KIND_LABELS[kind],
            reason="没有这种原因",
            way_out=f"可写：{'、'.join(known.values())}。",
        )
    with store.write("change.open", actor) as session:
        home = session.get(Household, new.household_id)
        if home is None:
            raise UnknownHouseholdError
        require_registered(home)
        row = NaturalChange(
            scope=home.scope,
            household_id=home.id,
            member_id=new.member_id,
            change_kind=kind,
            reason=reason,
            effective_on=new.effective_on,
            proof=new.proof,
            reported_on=today,
            details=_json(_keyed(new.details)),
        )
        session.add(row)
        session.flush()
        change_id = row.id
    changed = Changed(frozenset({"natural_change"}), frozenset({new.household_id}))
    return show_change(store, change_id, today, actor), changed


def act_change(
    store: Store, actor: Actor, change_id: str, action: str, given: StepInput, today: date
) -> tuple[Item, Changed]:
    """Lead a change one step along its life; «decide» brings it into the roster.

    Raises:
        UnknownItemError, StepNotAllowedError, MissingStepDataError, StepDateError,
        ChangeRefusedError: nothing is written.
    """
    given = replace(given, on=given.on or today)
    who = Who(actor, store.level)
    not_after(given.on, today, "今天")
    reason = given.note or "自然变更办理"  # the township's word for touching the roster
    with store.write(f"change.{action}", actor, reason) as session:
        thing = _one(session, change_id)
        check(thing, action, who, given, given.on or today, _needs(thing))
        if action in _WITH_DATA:
            _take_data(thing.row, given)
        if action in _WITH_DATA or action == "decide":
            if thing.row.change_kind == domain.HEAD_CHANGE:
                _take_data(thing.row, given)
            change_rules.validate(session, thing.row, given.on or today)
        write_step(session, thing, action, who, _without_person(given))
        touched = {thing.row.household_id}
        if action == "decide":
            touched |= change_effects.apply(session, thing.row, given.on or today)
        tables = frozenset({"natural_change", "member", "household", "warning_step"})
        changed = Changed(tables, frozenset(touched))
    return show_change(store, change_id, today, actor), changed


def changes_from_answers(  # noqa: PLR0913  where, when, what was told, by whom
    session: Session,
    *,
    household_id: str,
    period: Period,
    items: Iterable[str],
    actor: Actor,
    today: date,
    level: str = "village",
) -> tuple[str, ...]:
    """Make one change per entry of EV-03 (split entries together); return the ids of new ones.

    An entry that was taken back withdraws its change while nobody has decided; only the village
    withdraws. To be called when the household is submitted, inside that operation.
    """
    home = session.get_one(Household, household_id)
    wanted = _rows_of(home, period, items, today)
    known = {
        thing.row.id: thing
        for thing in load(session, household_id)
        if thing.row.period == str(period) and thing.row.change_kind != domain.EXTINCT
    }
    made = []
    for change_id, row in wanted.items():
        if change_id not in known:
            session.add(row)
            made.append(change_id)
    session.flush()
    who = Who(actor, level)
    for change_id, thing in known.items():
        row_of_table = NATURAL_CHANGE.find("withdraw", thing.state, level, thing.kind)
        if change_id not in wanted and row_of_table is not None:
            write_step(session, thing, "withdraw", who, StepInput("答案已更正", today))
    return tuple(made)


def unreported(session: Session, scope: str, period: Period) -> list[str]:
    """Return the ids of a month's changes that the village has not reported yet."""
    return [
        thing.row.id
        for thing in load(session)
        if thing.row.scope == scope
        and thing.row.period == str(period)
        and thing.state not in domain.REPORTED
    ]


def load(session: Session, household_id: str = "") -> list[Living]:
    """Return the changes of a household (of all), oldest first."""
    query = select(NaturalChange).order_by(NaturalChange.reported_on, NaturalChange.id)
    if household_id:
        query = query.where(NaturalChange.household_id == household_id)
    rows = list(session.scalars(query))
    steps = steps_of(session, NATURAL_CHANGE.subject, [row.id for row in rows])
    return [living(r, steps.get(r.id, []), NATURAL_CHANGE, r.change_kind) for r in rows]


def due_of(thing: Living) -> date:
    """Return until when a change must be done (change_days)."""
    policy = policies.policy_of(thing.row, Period.of(thing.row.reported_on))
    return limit(policy, "change_days", thing.row.reported_on)


def _one(session: Session, change_id: str) -> Living:
    row = session.get(NaturalChange, change_id)
    if row is None:
        raise UnknownItemError(item_id=change_id, what="自然变更")
    steps = steps_of(session, NATURAL_CHANGE.subject, [change_id]).get(change_id, [])
    return living(row, steps, NATURAL_CHANGE, row.change_kind)


def _needs(thing: Living) -> dict[str, Sequence[str]]:
    """Date and proof, where the row does not have them yet."""
    row = thing.row
    missing = []
    if row.effective_on is None:
        missing.append("effective_on")
    if not row.proof and row.change_kind != domain.HEAD_CHANGE:
        missing.append("proof")
    first = "decide" if row.change_kind == domain.HEAD_CHANGE else "submit"
    return {first: tuple(missing)}


def _take_data(row: NaturalChange, given: StepInput) -> None:
    """Write what the step brings into the change: dates and proof, the rest into its details."""
    effective = day(given, "effective_on")
    if effective is not None:
        row.effective_on = effective
    for name in _ROW_FIELDS - {"effective_on"}:
        if given.get(name):
            setattr(row, name, given.get(name))
    row.reason = domain.reason_key(row.change_kind, row.reason)
    more = _keyed({k: v for k, v in given.values.items() if k not in _ROW_FIELDS and v})
    if more:
        row.details = _json({**details_of(row), **more})


def _keyed(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with the key of the sex; what is neither stays, to be refused."""
    found = dict(details)
    with contextlib.suppress(ValueError):
        if found.get("sex"):
            found["sex"] = labels.key("sex", str(found["sex"]))
    return found


def _without_person(given: StepInput) -> StepInput:
    """The step keeps no copy of a person's data; that stands in the change itself."""
    kept = {k: v for k, v in given.values.items() if k in _ROW_FIELDS}
    return replace(given, values=kept)


def _rows_of(
    home: Household, period: Period, items: Iterable[str], today: date
) -> dict[str, NaturalChange]:
    """Return id → row of every entry; the id is natural, so that submitting twice makes one."""
    found: dict[str, NaturalChange] = {}
    going: list[str] = []
    seen: dict[str, int] = {}
    for entry in items:
        reason, _, member_id = entry.partition(":")
        if reason == domain.SPLIT_ITEM:
            going.append(member_id)
            continue
        seen[entry] = seen.get(entry, 0) + 1
        key = (home.id, str(period), entry, str(seen[entry]))
        row = _row(home, period, domain.kind_of(reason), reason, today)
        row.id, row.member_id = natural_id("change", *key), member_id
        found[row.id] = row
    if going:
        row = _row(home, period, domain.SPLIT, domain.SPLIT_ITEM, today)
        row.id = natural_id("change", home.id, str(period), domain.SPLIT)
        row.details = _json({"member_ids": ",".join(filter(None, going))})
        found[row.id] = row
    return found


def _row(home: Household, period: Period, kind: str, reason: str, today: date) -> NaturalChange:
    return NaturalChange(
        scope=home.scope,
        household_id=home.id,
        member_id="",
        change_kind=kind,
        reason=reason,
        proof="",
        reported_on=today,
        period=str(period),
        details="",
    )


def _json(details: Mapping[str, Any]) -> str:
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True) if details else ""


def _items(session: Session, found: list[Living], who: Who, today: date) -> list[Item]:
    names = Names.of(session, {thing.row.household_id for thing in found})
    return [item(thing, _shown(session, thing, names), names, who, today) for thing in found]


def _shown(session: Session, thing: Living, names: Names) -> Shown:
    row = thing.row
    kind = domain.KIND_LABELS[row.change_kind]
    reason = domain.reason_label(row.change_kind, row.reason)
    person = names.member(row.member_id)
    to_end = _measures_to_end(session, thing)
    return Shown(
        title="·".join(filter(None, (kind, reason, person))),
        opened_on=row.reported_on,
        due_on=due_of(thing),
        fields={
            "change_kind": row.change_kind,
            "change_kind_label": kind,
            "reason": row.reason,
            "reason_label": reason,
            "member_id": row.member_id,
            "member": person,
            "effective_on": row.effective_on,
            "proof": row.proof,
            "period": row.period,
            "details": row.details,
            "measures_to_end": ",".join(to_end),
        },
    )


def _measures_to_end(session: Session, thing: Living) -> list[str]:
    """Return the measures of who is gone, or of a household that is no more: 终止 is asked."""
    row = thing.row
    if thing.state != domain.DONE:
        return []
    if row.change_kind == domain.EXTINCT:
        return measures.going_on(session, row.household_id)
    is_gone = row.change_kind == domain.DECREASE and bool(row.member_id)
    return measures.of_member(session, row.member_id) if is_gone else []
