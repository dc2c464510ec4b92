"""Journal → tables: the rows that changesets touched are computed from the journal again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, FieldChange
from app.domain.merge import Causality, Part, Resolution, UnitChange, resolve
from app.models import bulk
from app.models.base import (
    Journaled,
    Money,
    canonical,
    from_canonical,
    journaled_columns,
    journaled_tables,
    natural_id,
)
from app.models.conflict import COMPOSITION, LATE, REMOVAL, UNIT
from app.models.household import Member
from app.models.statements import among
from app.sync import closings, compositions, joins, removals
from app.sync.formats import has_form, require_amount, require_form
from app.sync.past import Past, Row, causality_of, history_of
from app.sync.trust import Trust
from app.sync.units import ROWS, UNITS, Conflict, Unit, forget, renew

_PROGRAM_MADE = frozenset({"warning", "period", "data_doubt", "negative_check", "month_snapshot"})
_LARGEST = 2**63 - 1  # of a whole number in a column
_YEARS = range(1800, 2300)  # of a day, so that days and months can be added to it
NATURAL: dict[str, tuple[str, tuple[str, ...]]] = {  # unique keys: what the id is made of
    "period": ("period", ("scope", "period")),
    "sheet": ("sheet", ("household_id", "period")),
    "answer": ("answer", ("sheet_id", "question", "member_id")),
    "income_entry": ("income", ("sheet_id", "source", "member_id")),
    "campaign_result": ("campaign_result", ("campaign_id", "household_id")),
    "month_snapshot": ("snapshot", ("household_id", "period", "version")),
}
CLEARED: dict[str, dict[str, Any]] = {
    "answer": {"value": None, "note": "", "follow_up": ""},
    "income_entry": {"amount": None, "evidence": ""},
}


@dataclass(slots=True)
class Derived:
    """What became of the touched rows.

    ``about``: these rows, a sheet in the place of its lines.
    """

    conflicts: list[Conflict] = field(default_factory=list)
    inserted: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    about: set[Row] = field(default_factory=set)


def derive(
    session: Session,
    touched: Iterable[Row],
    trust: Trust,
    told: Mapping[Row, list[Past]] = MappingProxyType({}),
) -> Derived:
    """Write the touched rows as the journal has them; return conflicts and what was written.

    What is open of them is kept beside the tables, exactly as the journal has it now. ``told``:
    the whole history of rows as ``history_of`` would read it, where the caller has it at hand.
    """
    result = Derived()
    wanted = set(touched)
    history = {**history_of(session, wanted - told.keys()), **told}
    result.about = wanted - history.keys() | {
        _sheet_of(row, changes) if row.table in UNITS else row for row, changes in history.items()
    }
    _remove(session, wanted - history.keys())
    _derive(session, history, trust, result)
    joined = _joined(session, wanted, trust, result)
    wanted |= joined
    settled = compositions.settle(session, wanted, trust)
    _replace_units(session, settled, result)
    endings = removals.ended(session, result.about | joined | settled.updated)
    _derive(session, history_of(session, endings - wanted), trust, result)
    named = {conflict.unit for conflict in result.conflicts}
    kept = removals.keep_contested(session, endings, trust)
    kept = [conflict for conflict in kept if conflict.unit not in named]
    renew(session, REMOVAL, endings, kept)
    late = closings.late_edits(session, result.about, trust)
    renew(session, LATE, [("sheet", sheet) for sheet in late.sheets], late.conflicts)
    result.conflicts += [*settled.conflicts, *kept, *late.conflicts]
    return result


def _remove(session: Session, rows: set[Row]) -> None:
    """Take rows out that nothing in force has made any more, and what hangs on them."""
    classes = _classes()
    todo = {row for row in rows if row.table in classes}
    gone: set[Row] = set()
    while todo:
        gone |= todo
        todo = {hung for row in todo for hung in _hanging(session, row)} - gone
    for row in gone:
        cls = classes[row.table]
        session.execute(delete(cls).where(cls.id == row.id))
    if gone:
        session.expire_all()
        renew(session, UNIT, gone, ())


def _hanging(session: Session, row: Row) -> Iterator[Row]:
    for table, cls in _classes().items():
        for key in cls.__table__.foreign_keys:
            if key.column.table.name == row.table:
                for id_ in session.scalars(select(cls.id).where(key.parent == row.id)):
                    yield Row(table, id_)


def _derive(
    session: Session, history: dict[Row, list[Past]], trust: Trust, result: Derived
) -> None:
    """Write the rows of a history, and what stands in one unit with them."""
    history |= history_of(session, _rest_of_units(session, history) - history.keys())
    _drop_dangling(session, history)
    rows: dict[Row, dict[str, Any]] = defaultdict(dict)
    found = []
    causality: Causality | None = None
    for unit, past in _by_unit(history).items():
        if len({p.place.chain for p in past}) == 1:
            in_sequence(unit, past, rows)
            continue
        causality = causality or _causality(session, history)
        resolved = resolve(_unit_changes(unit, past, trust), causality)
        if resolved.sides and not _is_settled(unit, past, resolved):
            found.append(Conflict(unit, resolved.sides))
        for part, value in resolved.values.items():
            rows[Row(part.table, part.row)][part.field] = value
    for row in history.keys() - rows.keys():
        rows[row] = _cleared(row, history[row])
    _write(session, {row: values for row, values in rows.items() if "scope" in values}, result)
    renew(session, UNIT, history.keys(), found)
    result.conflicts += found


def _causality(session: Session, history: Mapping[Row, list[Past]]) -> Causality:
    scopes = {past.place.chain.scope for changes in history.values() for past in changes}
    return causality_of(session, scopes)


def _is_settled(unit: Unit, past: list[Past], resolved: Resolution) -> bool:
    """Two laptops whose programs made the same row a little differently ask nobody."""
    made = {p.place for p in past if p.field == NEW_ROW}
    return unit.table in _PROGRAM_MADE and all(side.place in made for side in resolved.sides)


def _drop_dangling(session: Session, history: dict[Row, list[Past]]) -> None:
    """Leave out changes that point to a row which is not there: void, or never made."""
    for row, changes in history.items():
        for name, key in _references(_classes()[row.table]):
            moves = {p.new for p in changes if p.field == name and p.new is not None}
            if not moves:
                continue
            known = set(session.scalars(select(key.column).where(key.column.in_(moves))))
            known |= {r.id for r in history if r.table == key.column.table.name}
            history[row] = [
                p for p in changes if p.field != name or p.new is None or p.new in known
            ]


def _joined(session: Session, touched: set[Row], trust: Trust, result: Derived) -> set[Row]:
    """Read the changes of rows that are one person as one row's; return the rows."""
    members = joins.concerned(session, touched)
    groups = joins.groups_of(session, members)
    rest = {Row("member", m) for m in members} - {Row("member", m) for g in groups for m in g}
    _derive(session, history_of(session, rest - touched), trust, result)
    for group in groups:
        rows = [Row("member", member) for member in group]
        history = history_of(session, set(rows))
        together = [
            replace(change, row=rows[0])
            for row in rows
            for past in history.get(row, ())
            for change in ([past] if row == rows[0] else _one_by_one(past))
        ]
        _derive(session, {rows[0]: together}, trust, result)
        for row in rows[1:]:
            _derive(session, {row: history[row]} if row in history else {}, trust, result)
            session.get_one(Member, row.id).member_status = joins.JOINED
    session.flush()
    return {Row("member", member) for member in members}


def _one_by_one(past: Past) -> Iterator[Past]:
    """Return a new row as changes of its fields: of another row it is no creation."""
    if past.field != NEW_ROW:
        yield past
        return
    for name, value in past.new.items():
        yield replace(past, field=name, new=value)


def _replace_units(session: Session, settled: compositions.Settled, result: Derived) -> None:
    """A member that two sides moved is asked about once: with its household."""
    renew(session, COMPOSITION, [("household", h) for h in settled.households], settled.conflicts)
    covered = {
        Unit("member", member, name)
        for conflict in settled.conflicts
        for member in conflict.members
        for name in compositions.FIELDS
    }
    forget(session, [unit.id for unit in covered])
    result.conflicts = [c for c in result.conflicts if c.unit not in covered]


def _cleared(row: Row, changes: list[Past]) -> dict[str, Any]:
    """Return a row that only the other side of a conflict made: there, but without its value.

    So it is found again when the conflict is decided; rows are never deleted.
    """
    made = min((c for c in changes if c.field == NEW_ROW), key=lambda c: c.digest)
    return {**made.new, **CLEARED.get(row.table, {})}


def _rest_of_units(session: Session, history: Mapping[Row, list[Past]]) -> set[Row]:
    """Return the sheets, answers and worksheets that form one unit with those of ``history``."""
    sheets = {_sheet_of(row, c).id for row, c in history.items() if row.table in UNITS}
    rest = {Row("sheet", sheet) for sheet in sheets}
    for table in UNITS.keys() - {"sheet"}:
        cls = _classes()[table]
        query = select(cls.id).where(among(cls.__table__.c.sheet_id, sheets))
        rest |= {Row(table, found) for found in session.scalars(query)}
    return rest


def _sheet_of(row: Row, changes: Sequence[Past]) -> Row:
    """Return the sheet that a row of it belongs to."""
    key = UNITS[row.table]
    if key == "id":
        return row
    made = changes[0]
    if made.field != NEW_ROW:
        made = next(change for change in changes if change.field == NEW_ROW)
    return Row("sheet", made.new.get(key, ""))


def _by_unit(history: Mapping[Row, list[Past]]) -> dict[Unit, list[Past]]:
    """Sort the changes into units; a new row is a change of every field."""
    units: dict[Unit, list[Past]] = defaultdict(list)
    for row, changes in history.items():
        if row.table in UNITS:
            units[Unit(*_sheet_of(row, changes), "")] += changes
        elif row.table in ROWS or len({change.place.chain for change in changes}) == 1:
            units[Unit(row.table, row.id, "")] += changes  # one author: nothing can conflict
        else:
            for change in changes:
                for name in change.new if change.field == NEW_ROW else (change.field,):
                    units[Unit(row.table, row.id, name)].append(change)
    return units


def _parts(unit: Unit, change: Past) -> Iterator[tuple[Part, Any]]:
    """Return what a change writes of a unit."""
    values = change.new if change.field == NEW_ROW else {change.field: change.new}
    for name, value in values.items():
        if unit.field in ("", name):
            yield Part(change.row.table, change.row.id, name), value


def in_sequence(unit: Unit, past: list[Past], rows: dict[Row, dict[str, Any]]) -> None:
    """Write the state of a unit that one chain alone wrote into ``rows``: the last word counts."""
    for change in sorted(past, key=lambda p: p.place.number):
        if change.field != NEW_ROW:
            rows[change.row][change.field] = change.new
        elif unit.field:
            rows[change.row][unit.field] = change.new[unit.field]
        else:
            rows[change.row].update(change.new)


def _unit_changes(unit: Unit, past: list[Past], trust: Trust) -> Iterator[UnitChange]:
    for change in past:
        rank = trust.rank(change.place.chain.origin)
        for part, value in _parts(unit, change):
            yield UnitChange(
                change.place, change.digest, rank, part, value, change.field == NEW_ROW
            )


def _write(session: Session, rows: Mapping[Row, dict[str, Any]], result: Derived) -> None:
    """Insert new rows and update changed ones, what others hang on first."""
    by_table: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row, values in rows.items():
        by_table[row.table][row.id] = values
    classes = _classes()
    for table in Journaled.metadata.sorted_tables:
        if table.name not in by_table:
            continue
        cls, its_rows = classes[table.name], by_table[table.name]
        present = _present(session, cls, its_rows)
        new = {id_: values for id_, values in its_rows.items() if id_ not in present}
        new = _anchored(session, cls, new)
        bulk.insert_known(session.connection(), cls, new)
        result.inserted += (Row(table.name, id_) for id_ in new)
        for id_, obj in present.items():
            if _update(cls, obj, its_rows[id_]):
                result.updated.append(Row(table.name, id_))
        session.flush()


def _present(session: Session, cls: type[Journaled], ids: Iterable[str]) -> dict[str, Journaled]:
    return {obj.id: obj for obj in session.scalars(select(cls).where(among(cls.id, ids)))}


def _anchored(
    session: Session, cls: type[Journaled], rows: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Leave out rows that hang on a row which has no effect here (void, or never made)."""
    for name, key in _references(cls):
        wanted = {values[name] for values in rows.values() if values.get(name) is not None}
        known = set(session.scalars(select(key.column).where(among(key.column, wanted))))
        rows = {i: v for i, v in rows.items() if v.get(name) is None or v[name] in known}
    return rows


@cache
def _references(cls: type[Journaled]) -> tuple[tuple[str, ForeignKey], ...]:
    """Return the fields of a table that name other rows."""
    mapper = cls.__mapper__
    keys = cls.__table__.foreign_keys
    return tuple((mapper.get_property_by_column(key.parent).key, key) for key in keys)


@cache
def _formed(cls: type[Journaled]) -> frozenset[str]:
    return frozenset(name for name in _fields(cls) if has_form(cls, name))


@cache
def _texts(cls: type[Journaled]) -> frozenset[str]:
    return frozenset(name for name in _fields(cls) if _plain_type(cls, name)[0] is str)


def _value(cls: type[Journaled], name: str, value: Any) -> Any:
    """Return the column value of a JSON value.

    Raises:
        ValueError, KeyError, TypeError, ArithmeticError: it does not fit, or is not canonical.
    """
    plain, is_nullable = _plain_type(cls, name)
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError("beyond what a column holds")
    if plain is type(value) or (value is None and is_nullable):
        return value
    if isinstance(cls.__mapper__.columns[name].type, Money) and value is not None:
        found: Any = require_amount(value)
    else:
        found = from_canonical(cls, name, value)
    if canonical(found) != value:
        raise ValueError("not canonical")
    if isinstance(found, date) and found.year not in _YEARS:
        raise ValueError("no day that can be counted with")
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
    for change in changes:
        cls = _classes().get(change.table)
        if cls is None or not _fits(cls, change, scope):
            found.append(f"内容不合格式：{change.table}")
    return list(dict.fromkeys(found))


@cache
def _classes() -> dict[str, type[Journaled]]:
    return journaled_tables()


def _fits(cls: type[Journaled], change: FieldChange, scope: str) -> bool:
    fields = _fields(cls)
    if change.field == NEW_ROW:
        values = change.new
        if not isinstance(values, dict) or values.keys() != fields or values["scope"] != scope:
            return False
        if not _has_natural_id(change):
            return False
    else:
        values = {change.field: change.new}
        if not values.keys() <= fields - {"scope", *NATURAL.get(change.table, ("", ()))[1]}:
            return False
    texts = _texts(cls)
    try:
        for name, value in values.items():
            if type(value) is not str or name not in texts:  # text in a column of text is common
                _value(cls, name, value)
        for name in _formed(cls):
            if values.get(name) is not None:
                require_form(cls, name, values[name])
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return False
    return True


def _has_natural_id(change: FieldChange) -> bool:
    """Tell whether a row has the id that its key makes: so no two can have the same key."""
    kind, key = NATURAL.get(change.table, ("", ()))
    return not kind or change.row == natural_id(kind, *(str(change.new[name]) for name in key))


@cache
def _fields(cls: type[Journaled]) -> frozenset[str]:
    return frozenset(journaled_columns(cls)) - {"id"}
