"""Removal of a row against a concurrent change of it, or of what hangs on it.

Nobody knows which of the two would have been wanted, so it asks; until somebody ends the row
once more, having seen both, the row stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW
from app.domain.merge import Causality, Part, Place, Side, UnitChange, contested, resolve
from app.models.base import from_canonical, journaled_tables
from app.models.conflict import REMOVAL
from app.models.journal import ChangeRow
from app.models.statements import among
from app.sync.past import Past, Row, causality_of, changes_of, history_of
from app.sync.subjects import homes_of, rows_of
from app.sync.trust import Trust
from app.sync.units import Conflict, Unit


@dataclass(frozen=True, slots=True)
class Ending:
    """How a table's rows end: ``name`` leaves the value ``there``; ``beside`` goes with it."""

    name: str
    there: Any
    beside: str


ENDINGS = {
    "household": Ending("removed_on", None, "removed_reason"),
    "member": Ending("member_status", "present", "left_on"),
}


def keep_contested(session: Session, rows: set[Row], trust: Trust) -> list[Conflict]:
    """Put back rows whose removal is contested, of those with an ending in the journal."""
    if not rows:
        return []
    history = history_of(session, rows)
    causality = causality_of(session, {p.place.chain.scope for c in history.values() for p in c})
    found = []
    for row, changes in history.items():
        conflict = _keep(session, row, changes, causality, trust)
        if conflict is not None:
            found.append(conflict)
    return found


def ended(session: Session, touched: Iterable[Row]) -> set[Row]:
    """Return the rows with an ending in the journal: touched themselves, or hung on."""
    known = set(touched)
    homes = {Row("household", home) for home in homes_of(session, known)}
    wanted = {row for row in known if row.table in ENDINGS} | homes
    found: set[Row] = set()
    for table, ending in ENDINGS.items():
        ids = [row.id for row in wanted if row.table == table]
        query = select(ChangeRow.row_id).filter_by(table_name=table, field=ending.name)
        rows = session.scalars(query.where(among(ChangeRow.row_id, ids)).distinct())
        found |= {Row(table, id_) for id_ in rows}
    return found


def _keep(
    session: Session, row: Row, changes: list[Past], causality: Causality, trust: Trust
) -> Conflict | None:
    ending = ENDINGS[row.table]
    ends = [c for c in changes if c.field == ending.name and c.new != ending.there]
    heads = [
        c
        for c in ends
        if not any(causality.saw(o.place, c.place) for o in changes if o.field == ending.name)
    ]
    gone = {c.place for c in heads}
    before = _values(row, [c for c in changes if c.place not in gone], causality, trust)
    if not heads or before.get(ending.name) != ending.there:
        return None  # decided, or it had ended before
    around = {c.place: c for c in _around(session, row, changes, ending)}
    against = [
        place
        for head in heads
        for place in contested(_unit_change(row, head, trust), around, causality)
    ]
    if not against:
        return None
    cls = journaled_tables()[row.table]
    obj = session.get_one(cls, row.id)
    for name in (ending.name, ending.beside):
        setattr(obj, name, from_canonical(cls, name, before.get(name)))
    session.flush()
    part = Part(row.table, row.id, ending.name)
    stays = [_side(around[place], part, ending.there, trust) for place in sorted(set(against))]
    leaves = [_side(head, part, head.new, trust) for head in sorted(heads, key=_place)]
    return Conflict(Unit(*part), (*stays, *leaves), REMOVAL)


def _around(session: Session, row: Row, changes: list[Past], ending: Ending) -> Iterable[Past]:
    """Return the other changes of the row, and those of what hangs on it."""
    own = [c for c in changes if c.field not in (ending.name, ending.beside)]
    if row.table != "household":
        return own
    scope = changes[0].place.chain.scope
    hanging = changes_of(session, rows_of(session, row.id))
    return [*own, *(c for c in hanging if c.place.chain.scope == scope)]


def _values(row: Row, changes: list[Past], causality: Causality, trust: Trust) -> dict[str, Any]:
    """Return the fields of the ending as they stand without it."""
    ending = ENDINGS[row.table]
    values = {}
    for name in (ending.name, ending.beside):
        units = [
            _unit_change(row, change, trust, name)
            for change in changes
            if change.field in (NEW_ROW, name)
        ]
        if units:
            values[name] = resolve(units, causality).values[Part(row.table, row.id, name)]
    return values


def _unit_change(row: Row, change: Past, trust: Trust, name: str = "") -> UnitChange:
    creates = change.field == NEW_ROW
    value = change.new[name] if creates else change.new
    part = Part(row.table, row.id, name or change.field)
    rank = trust.rank(change.place.chain.origin)
    return UnitChange(change.place, change.digest, rank, part, value, creates)


def _place(change: Past) -> Place:
    return change.place


def _side(change: Past, part: Part, value: Any, trust: Trust) -> Side:
    return Side(change.place, change.digest, trust.rank(change.place.chain.origin), {part: value})
