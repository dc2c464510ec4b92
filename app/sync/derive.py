"""Journal → tables: the rows that changesets touched are computed from the journal again."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, Chain, FieldChange, Head
from app.domain.merge import RANKS, Causality, Part, Place, Resolution, Side, UnitChange, resolve
from app.models.base import (
    Journaled,
    Money,
    canonical,
    from_canonical,
    journaled_columns,
    journaled_tables,
)
from app.models.journal import ACTIVE, VOID, ChangeRow, ChangesetRow, SeenRow
from app.sync.trust import Trust

_CHUNK = 500  # bound parameters of one statement
# A sheet and its answers are one unit: table → the column that names the unit, "id" for its head.
_UNITS = {"sheet": "id", "answer": "sheet_id"}
_CLEARED: dict[str, dict[str, Any]] = {"answer": {"value": None, "note": ""}}


def _chunks(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    remaining = iter(ids)
    while chunk := tuple(islice(remaining, _CHUNK)):
        yield chunk


class Row(NamedTuple):
    """A row of a journaled table."""

    table: str
    id: str


class Unit(NamedTuple):
    """What conflicts as a whole: a field of a row, or a whole sheet (field "")."""

    table: str
    row: str
    field: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A unit with differing heads; ``sides``: the one in force first."""

    unit: Unit
    sides: tuple[Side, ...]


@dataclass(slots=True)
class Derived:
    """What became of the touched rows."""

    conflicts: list[Conflict] = field(default_factory=list)
    inserted: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Past:
    """One change of the journal, in force."""

    row: Row
    place: Place
    digest: str
    field: str
    new: Any


def derive(session: Session, touched: Iterable[Row], trust: Trust) -> Derived:
    """Write the touched rows as the journal has them; return conflicts and what was written."""
    result = Derived()
    wanted = set(touched)
    history = _history(session, wanted)
    history |= _history(session, _rest_of_units(session, history) - wanted)
    rows: dict[Row, dict[str, Any]] = defaultdict(dict)
    causality: Causality | None = None
    for unit, past in _by_unit(history).items():
        if len({p.place.chain for p in past}) == 1:
            found = _in_sequence(unit, past)
        else:
            causality = causality or _causality(session)
            found = resolve(_unit_changes(unit, past, trust), causality)
        if found.sides:
            result.conflicts.append(Conflict(unit, found.sides))
        for part, value in found.values.items():
            rows[Row(part.table, part.row)][part.field] = value
    for row in history.keys() - rows.keys():
        rows[row] = _cleared(row, history[row])
    _write(session, {row: values for row, values in rows.items() if "scope" in values}, result)
    return result


def _cleared(row: Row, changes: list[_Past]) -> dict[str, Any]:
    """Return a row that only the other side of a conflict made: there, but without its value.

    So it is found again when the conflict is decided; rows are never deleted.
    """
    made = min((c for c in changes if c.field == NEW_ROW), key=lambda c: c.digest)
    return {**made.new, **_CLEARED.get(row.table, {})}


def _rest_of_units(session: Session, history: Mapping[Row, list[_Past]]) -> set[Row]:
    """Return the sheets and answers that form one unit with those of ``history``."""
    sheets = {row.id for row in history if row.table == "sheet"}
    for row, changes in history.items():
        if row.table == "answer":
            made = next(change for change in changes if change.field == NEW_ROW)
            sheets.add(made.new["sheet_id"])
    rest = {Row("sheet", sheet) for sheet in sheets}
    answer = journaled_tables()["answer"]
    for chunk in _chunks(sorted(sheets)):
        query = select(answer.id).where(answer.__table__.c.sheet_id.in_(chunk))
        rest |= {Row("answer", found) for found in session.scalars(query)}
    return rest


def _history(session: Session, rows: set[Row]) -> dict[Row, list[_Past]]:
    """Return the changes in force of each row, of the scope that made it.

    A change of the row from another scope has no effect: a row never leaves its village.
    """
    found: dict[Row, list[tuple[_Past, str]]] = defaultdict(list)
    for change in _changes(session, [row.id for row in rows]):
        if change.row in rows:
            found[change.row].append((change, change.place.chain.scope))
    history = {}
    for row, changes in found.items():
        made = [(past.digest, scope) for past, scope in changes if past.field == NEW_ROW]
        if made:
            home = min(made)[1]
            history[row] = [past for past, scope in changes if scope == home]
    return history


def _changes(session: Session, ids: Iterable[str]) -> Iterator[_Past]:
    """Return the changes in force of rows, of each changeset in its order."""
    for chunk in _chunks(sorted(set(ids))):
        query = (
            select(
                ChangeRow.table_name,
                ChangeRow.row_id,
                ChangeRow.field,
                ChangeRow.new,
                ChangesetRow.origin,
                ChangesetRow.epoch,
                ChangesetRow.scope,
                ChangesetRow.number,
                ChangesetRow.digest,
            )
            .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
            .where(ChangeRow.row_id.in_(chunk), ChangesetRow.state == ACTIVE)
            .order_by(ChangeRow.id)
        )
        for table, row, name, new, origin, epoch, scope, number, digest in session.execute(query):
            place = Place(Chain(origin, epoch, scope), number)
            yield _Past(Row(table, row), place, digest, name, json.loads(new))


def _by_unit(history: Mapping[Row, list[_Past]]) -> dict[Unit, list[_Past]]:
    """Sort the changes into units; a new row is a change of every field."""
    units: dict[Unit, list[_Past]] = defaultdict(list)
    for row, changes in history.items():
        if row.table in _UNITS:
            made = next(change for change in changes if change.field == NEW_ROW)
            key = _UNITS[row.table]
            whole = Unit("sheet", row.id if key == "id" else made.new.get(key, ""), "")
            units[whole] += changes
        elif len({change.place.chain for change in changes}) == 1:
            units[Unit(row.table, row.id, "")] += changes  # one author: nothing can conflict
        else:
            for change in changes:
                for name in change.new if change.field == NEW_ROW else (change.field,):
                    units[Unit(row.table, row.id, name)].append(change)
    return units


def _parts(unit: Unit, change: _Past) -> Iterator[tuple[Part, Any]]:
    """Return what a change writes of a unit."""
    values = change.new if change.field == NEW_ROW else {change.field: change.new}
    for name, value in values.items():
        if unit.field in ("", name):
            yield Part(change.row.table, change.row.id, name), value


def _in_sequence(unit: Unit, past: list[_Past]) -> Resolution:
    """Return the state of a unit that one chain alone wrote: the last word counts."""
    values: dict[Part, Any] = {}
    for change in sorted(past, key=lambda p: p.place.number):
        values.update(_parts(unit, change))
    return Resolution(values)


def _unit_changes(unit: Unit, past: list[_Past], trust: Trust) -> Iterator[UnitChange]:
    for change in past:
        certificate = trust.certificate(change.place.chain.origin)
        rank = RANKS[certificate.identity.level] if certificate else 0
        for part, value in _parts(unit, change):
            yield UnitChange(
                change.place, change.digest, rank, part, value, change.field == NEW_ROW
            )


def _causality(session: Session) -> Causality:
    """Return what every changeset taken in had seen."""
    query = (
        select(
            ChangesetRow.origin,
            ChangesetRow.epoch,
            ChangesetRow.scope,
            ChangesetRow.number,
            SeenRow.origin,
            SeenRow.epoch,
            SeenRow.scope,
            SeenRow.number,
            SeenRow.digest,
        )
        .join(ChangesetRow, ChangesetRow.id == SeenRow.changeset_id)
        .where(ChangesetRow.state.in_([ACTIVE, VOID]))
    )
    seen: dict[Place, dict[Chain, Head]] = defaultdict(dict)
    for row in session.execute(query):
        seen[Place(Chain(*row[:3]), row[3])][Chain(*row[4:7])] = Head(row[7], row[8])
    return Causality(seen.items())


def _write(session: Session, rows: Mapping[Row, dict[str, Any]], result: Derived) -> None:
    """Insert new rows and update changed ones, what others hang on first."""
    by_table: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row, values in rows.items():
        by_table[row.table][row.id] = values
    classes = journaled_tables()
    for table in Journaled.metadata.sorted_tables:
        if table.name not in by_table:
            continue
        cls, its_rows = classes[table.name], by_table[table.name]
        present = _present(session, cls, its_rows)
        new = {id_: values for id_, values in its_rows.items() if id_ not in present}
        new = _anchored(session, cls, new)
        _insert(session, cls, new)
        result.inserted += (Row(table.name, id_) for id_ in new)
        for id_, obj in present.items():
            if _update(cls, obj, its_rows[id_]):
                result.updated.append(Row(table.name, id_))
        session.flush()


def _present(session: Session, cls: type[Journaled], ids: Iterable[str]) -> dict[str, Journaled]:
    found: dict[str, Journaled] = {}
    for chunk in _chunks(ids):
        for obj in session.scalars(select(cls).where(cls.id.in_(chunk))):
            found[obj.id] = obj
    return found


def _anchored(
    session: Session, cls: type[Journaled], rows: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Leave out rows that hang on a row which has no effect here (void, or never made)."""
    for key in cls.__table__.foreign_keys:
        name = cls.__mapper__.get_property_by_column(key.parent).key
        wanted = {values[name] for values in rows.values() if values.get(name) is not None}
        known: set[str] = set()
        for chunk in _chunks(sorted(wanted)):
            known.update(session.scalars(select(key.column).where(key.column.in_(chunk))))
        rows = {i: v for i, v in rows.items() if v.get(name) is None or v[name] in known}
    return rows


def _insert(session: Session, cls: type[Journaled], rows: Mapping[str, Mapping[str, Any]]) -> None:
    if not rows:
        return
    values = [
        {"id": id_} | {name: _value(cls, name, value) for name, value in its.items()}
        for id_, its in rows.items()
    ]
    if len(cls.__mapper__.column_attrs) == len(journaled_columns(cls)):
        keys = {name: cls.__mapper__.columns[name].key for name in journaled_columns(cls)}
        named = [{keys[name]: value for name, value in its.items()} for its in values]
        session.connection().execute(insert(cls.__table__), named)  # type: ignore[arg-type]
    else:
        session.add_all(cls(**its) for its in values)  # derived columns are computed by events


def _value(cls: type[Journaled], name: str, value: Any) -> Any:
    """Return the column value of a JSON value.

    Raises:
        ValueError, KeyError, TypeError, ArithmeticError: it does not fit, or is not canonical.
    """
    plain, is_nullable = _plain_type(cls, name)
    if plain is type(value) or (value is None and is_nullable):
        return value
    if isinstance(cls.__mapper__.columns[name].type, Money) and value is not None:
        found: Any = Decimal(value)
    else:
        found = from_canonical(cls, name, value)
    if canonical(found) != value:
        raise ValueError("not canonical")
    return found


@cache
def _plain_type(cls: type[Journaled], name: str) -> tuple[type | None, bool]:
    """Return the type of values that stand in the journal as they are; whether None may stand."""
    column = cls.__mapper__.columns[name]
    kind = column.type.python_type
    is_plain = kind in (str, int, bool) and not isinstance(column.type, Money)
    return (kind if is_plain else None), bool(column.nullable)


def _update(cls: type[Journaled], obj: Journaled, values: Mapping[str, Any]) -> bool:
    changed = False
    for name, value in values.items():
        new = _value(cls, name, value)
        if getattr(obj, name) != new:
            setattr(obj, name, new)
            changed = True
    return changed


def misfits(changes: Iterable[FieldChange], scope: str) -> list[str]:
    """Return why changes cannot stand in their tables, in words; empty if all fit.

    A new row names all fields and the changeset's own scope; a field has its column's type.
    """
    found = []
    classes = journaled_tables()
    for change in changes:
        cls = classes.get(change.table)
        if cls is None or not _fits(cls, change, scope):
            found.append(f"内容不合格式：{change.table}")
    return list(dict.fromkeys(found))


def _fits(cls: type[Journaled], change: FieldChange, scope: str) -> bool:
    fields = _fields(cls)
    if change.field == NEW_ROW:
        values = change.new
        if not isinstance(values, dict) or values.keys() != fields or values["scope"] != scope:
            return False
    else:
        values = {change.field: change.new}
        if not values.keys() <= fields - {"scope"}:
            return False
    try:
        for name, value in values.items():
            _value(cls, name, value)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return False
    return True


@cache
def _fields(cls: type[Journaled]) -> frozenset[str]:
    return frozenset(journaled_columns(cls)) - {"id"}
