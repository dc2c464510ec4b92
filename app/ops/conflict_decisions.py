"""What a decision writes: the unit whole, also where the value stays as it is."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, FieldChange
from app.domain.household import HEAD
from app.domain.merge import Part, Side
from app.domain.month import MONTH
from app.domain.ownership import Actor
from app.models.base import (
    Journaled,
    canonical,
    from_canonical,
    journaled_columns,
    journaled_tables,
    natural_id,
    new_id,
)
from app.models.conflict import OpenConflictRow, PersonJoin
from app.models.form import PeriodRow, Sheet
from app.models.household import Household, Member
from app.models.journal import ChangeRow, ChangesetRow
from app.models.step import Step, StepChoice, steps_of
from app.ops.conflict_lines import differing
from app.ops.exchange_lines import ConflictLine, SideLine
from app.ops.lives import StepInput, Who, check, living, new_step
from app.sync.derive import CLEARED
from app.sync.errors import ChoiceError
from app.sync.removals import ENDINGS
from app.sync.units import read_sides

Changes = list[FieldChange]

APART = "different"  # the choice that two rows are two persons
_OTHER = "其他"  # the relation of one who turned out not to be the head
_NOT_TAKEN = "两边分户不一致，未采用"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose: a side by its name («1», or its changeset), or another value."""

    side: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A choice with whose it is, at which level, when and why."""

    choice: Choice
    actor: Actor
    level: str
    today: date
    reason: str


def side_of(line: ConflictLine, name: str) -> int:
    """Return which side a person named.

    Raises:
        ChoiceError: none of that name.
    """
    for at, side in enumerate(line.sides):
        if name in (side.side, side.changeset):
            return at
    raise ChoiceError("side", choice=name, sides="、".join(side.side for side in line.sides))


def of_unit(session: Session, row: OpenConflictRow, line: ConflictLine, choice: Choice) -> Changes:
    """Return the changes that leave a field or a whole sheet as one side has it."""
    sides = read_sides(row.sides)
    if choice.value is not None:
        return [_typed(session, Part(row.table_name, row.row_id, row.field), choice.value)]
    taken = sides[side_of(line, choice.side)]
    changes = []
    for part in differing(sides):
        everywhere = all(part in side.values for side in sides)
        if not everywhere and part.field not in CLEARED.get(part.table, {}):
            continue  # what names the row stays: the other side's row is there, without a value
        empty = CLEARED.get(part.table, {}).get(part.field)
        changes.append(_line(session, part, taken.values.get(part, empty)))
    return changes


def of_removal(
    session: Session, row: OpenConflictRow, line: ConflictLine, choice: Choice
) -> Changes:
    """Return the changes that end a row, or keep it: said again, having seen both."""
    taken = read_sides(row.sides)[side_of(line, choice.side)]
    part = Part(row.table_name, row.row_id, row.field)
    ending = ENDINGS[part.table]
    value = taken.values[part]
    changes = [_line(session, part, value)]
    if value != ending.there:
        beside = part._replace(field=ending.beside)
        changes.append(_line(session, beside, _written(session, taken, beside)))
    return changes


def of_late(session: Session, row: OpenConflictRow, line: ConflictLine, given: Given) -> Changes:
    """Return the changes that take a late edit back, or the step that makes it a correction.

    Raises:
        ChoiceError: a value of one's own: there are only the two sides.
    """
    frozen, _late = read_sides(row.sides)
    if given.choice.value is not None:
        raise ChoiceError("value", choice=given.choice.value, sides="1、2")
    if side_of(line, given.choice.side) == 0:
        return [_line(session, part, value) for part, value in frozen.values.items()]
    sheet = session.get_one(Sheet, row.row_id)
    month = session.get_one(PeriodRow, natural_id("period", sheet.scope, sheet.period))
    steps = steps_of(session, MONTH.subject, [month.id]).get(month.id, [])
    on = max(given.today, *(step.step_on for step in steps))  # a clock may be wrong
    thing, who = living(month, steps, MONTH), Who(given.actor, given.level)
    brought = StepInput(given.reason, on)
    check(thing, "correct", who, brought, on)
    step = new_step(thing, "correct", who, brought)
    step.id = new_id()
    return [_new(step)]


def of_composition(
    session: Session, row: OpenConflictRow, line: ConflictLine, choice: Choice, today: date
) -> Changes:
    """Return the changes that leave a household composed as one side has it.

    Households that only the other sides split off end, where nobody is in them.
    """
    sides = read_sides(row.sides)
    taken = sides[side_of(line, choice.side)]
    values = {
        part: taken.values[part] if part in taken.values else _before(session, part, sides)
        for part in sorted({part for side in sides for part in side.values})
    }
    changes = [_line(session, part, value) for part, value in values.items()]
    homes = {value for side in sides for p, value in side.values.items() if _is_home(p)}
    kept = {value for part, value in values.items() if _is_home(part)}
    for home in sorted(homes - kept - {row.row_id}):
        if _is_empty(session, home, values):
            part = Part("household", home, "removed_on")
            changes.append(_line(session, part, today.isoformat()))
            changes.append(_line(session, part._replace(field="removed_reason"), _NOT_TAKEN))
    return changes


def of_heads(session: Session, line: ConflictLine, choice: Choice) -> Changes:
    """Return the changes that leave one head; the others are «其他» until somebody says more."""
    taken = side_of(line, choice.side)
    return [
        _line(session, Part(*_row(side), "relation"), HEAD if at == taken else _OTHER)
        for at, side in enumerate(line.sides)
    ]


def of_steps(session: Session, line: ConflictLine, choice: Choice) -> Changes:
    """Return the word on which step holds."""
    step = session.get_one(Step, _row(line.sides[side_of(line, choice.side)])[1])
    chosen = StepChoice(
        id=line.conflict_id,
        scope=step.scope,
        subject=step.subject,
        subject_id=step.subject_id,
        follows=step.follows,
        step_id=step.id,
    )
    return [_new(chosen)]


def of_person(session: Session, line: ConflictLine, choice: Choice) -> Changes:
    """Return «these are one», with every differing field as the chosen row has it; or not one.

    Raises:
        ChoiceError: another value than ``APART``.
    """
    rows = [session.get_one(Member, _row(side)[1]) for side in line.sides]
    first = min(rows, key=lambda row: row.id)
    is_one = choice.value != APART
    if choice.value not in (None, APART):
        raise ChoiceError("value", choice=choice.value, sides=APART)
    changes = []
    for row in rows:
        if row is not first:
            named = natural_id("person_join", first.id, row.id)
            pair = {"member_id": first.id, "other_id": row.id, "is_one": is_one}
            changes.append(_join(session, named, first.scope, pair))
    if is_one:
        taken = rows[side_of(line, choice.side)]
        for name in journaled_columns(Member):
            value = canonical(getattr(taken, name))
            differs = any(canonical(getattr(row, name)) != value for row in rows)
            if differs and name not in ("id", "scope"):
                changes.append(_line(session, Part("member", first.id, name), value))
    return changes


def _join(session: Session, named: str, scope: str, pair: Mapping[str, Any]) -> FieldChange:
    if session.get(PersonJoin, named) is None:
        return _new(PersonJoin(id=named, scope=scope, **pair))
    return _line(session, Part("person_join", named, "is_one"), pair["is_one"])


def _new(row: Journaled) -> FieldChange:
    names = [name for name in journaled_columns(type(row)) if name != "id"]
    values = {name: canonical(getattr(row, name)) for name in names}
    return FieldChange(row.__tablename__, row.id, NEW_ROW, None, values)


def _row(side: SideLine) -> tuple[str, str]:
    table, _, row = next(iter(side.values)).partition("/")
    return table, row


def _line(session: Session, part: Part, new: Any) -> FieldChange:
    row = session.get_one(journaled_tables()[part.table], part.row)
    return FieldChange(*part, canonical(getattr(row, part.field)), new)


def _typed(session: Session, part: Part, text: str) -> FieldChange:
    """Return the change to a value that a person typed.

    Raises:
        ChoiceError: it does not fit the field.
    """
    if part.field == "":
        raise ChoiceError("a whole sheet", choice=text, sides="")
    cls = journaled_tables()[part.table]
    kind = cls.__mapper__.columns[part.field].type.python_type
    readings: dict[type, Any] = {bool: {"true": True, "false": False}.get(text)}
    try:
        value = readings.get(kind, int(text) if kind is int else text) if text else None
        new = canonical(from_canonical(cls, part.field, value))
    except (ValueError, ArithmeticError) as error:
        raise ChoiceError("value", choice=text, sides="") from error
    return _line(session, part, new)


def _written(session: Session, side: Side, part: Part) -> Any:
    """Return what a side's changeset wrote beside, else what stands there."""
    query = (
        select(ChangeRow.new)
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(ChangesetRow.digest == side.digest)
        .filter_by(table_name=part.table, row_id=part.row, field=part.field)
    )
    found = session.scalars(query).first()
    if found is not None:
        return json.loads(found)
    row = session.get_one(journaled_tables()[part.table], part.row)
    return canonical(getattr(row, part.field))


def _before(session: Session, part: Part, sides: tuple[Side, ...]) -> Any:
    """Return a part that the chosen side has not touched, as it was before the others did."""
    query = (
        select(ChangeRow.old)
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(ChangesetRow.digest.in_([side.digest for side in sides]))
        .filter_by(table_name=part.table, row_id=part.row, field=part.field)
        .order_by(ChangesetRow.digest)
    )
    found = session.scalars(query).first()
    if found is not None:
        return json.loads(found)
    row = session.get_one(journaled_tables()[part.table], part.row)
    return canonical(getattr(row, part.field))


def _is_home(part: Part) -> bool:
    return part.table == "member" and part.field == "household_id"


def _is_empty(session: Session, home: str, values: Mapping[Part, Any]) -> bool:
    """Tell whether nobody is in a household once the decision holds."""
    moved = [part.row for part in values if _is_home(part)]
    query = select(func.count()).select_from(Member).where(Member.household_id == home)
    stays: Iterable[int] = session.scalars(query.where(Member.id.not_in(moved)))
    return sum(stays) == 0 and session.get(Household, home) is not None
