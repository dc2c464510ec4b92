"""What conflicts as a whole, and the table of what is open."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain
from app.domain.merge import Part, Place, Side
from app.models.conflict import (
    COMPOSITION,
    LATE,
    REMOVAL,
    UNIT,
    ContestedRow,
    OpenConflictRow,
    conflict_id,
    sides_json,
)
from app.models.statements import among

# A sheet, its answers and its worksheet are one unit: table → the column that names the unit, "id"
# for its head.
UNITS = {"sheet": "id", "answer": "sheet_id", "income_entry": "sheet_id"}
ROWS = frozenset({"visit"})  # made by the program beside a sheet: a row is one unit


class Unit(NamedTuple):
    """What conflicts as a whole: a field of a row, a whole row or a whole sheet (field "")."""

    table: str
    row: str
    field: str

    @property
    def id(self) -> str:
        """The conflict's id, alike on every replica."""
        return conflict_id(*self)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A unit with differing heads; ``sides``: the one in force first.

    ``kind``: unit, removal, composition or late. ``members``: whom the sides of a composition
    move, or make something else to the head.
    """

    unit: Unit
    sides: tuple[Side, ...]
    kind: str = UNIT
    members: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The scope that it is about."""
        return self.sides[0].place.chain.scope


def renew(
    session: Session, kind: str, rows: Collection[tuple[str, str]], found: Iterable[Conflict]
) -> None:
    """Let what is open of these rows be exactly ``found``."""
    by_table: dict[str, list[str]] = {}
    for table, row in rows:
        by_table.setdefault(table, []).append(row)
    if session.execute(select(OpenConflictRow.id).limit(1)).first() is not None:
        for table, ids in by_table.items():
            _forget(session, kind, table, ids)
    for conflict in found:
        unit = conflict.unit
        session.merge(
            OpenConflictRow(
                id=unit.id,
                kind=kind,
                scope=conflict.scope,
                table_name=unit.table,
                row_id=unit.row,
                field=unit.field,
                sides=_encode(conflict.sides),
            )
        )
        for part in _contested(conflict):
            session.merge(ContestedRow(conflict_id=unit.id, **part))
    session.flush()


def _forget(session: Session, kind: str, table: str, ids: Collection[str]) -> None:
    query = select(OpenConflictRow.id).where(
        OpenConflictRow.kind == kind,
        OpenConflictRow.table_name == table,
        among(OpenConflictRow.row_id, ids),
    )
    forget(session, session.scalars(query).all())


def forget(session: Session, ids: Collection[str]) -> None:
    """Forget conflicts."""
    if ids:
        session.execute(delete(OpenConflictRow).where(OpenConflictRow.id.in_(ids)))
        session.execute(delete(ContestedRow).where(ContestedRow.conflict_id.in_(ids)))


def _contested(conflict: Conflict) -> list[dict[str, str]]:
    """Return what takes no other edit: a removal that is asked about and a late edit block none."""
    unit = conflict.unit
    if conflict.kind in (REMOVAL, LATE):
        return []
    if conflict.kind == UNIT:
        return [{"table_name": unit.table, "row_id": unit.row, "field": unit.field}]
    fields = [
        {"table_name": "member", "row_id": member, "field": name}
        for member in conflict.members
        for name in ("household_id", "relation")
    ]
    return [*fields, {"table_name": unit.table, "row_id": unit.row, "field": COMPOSITION}]


def _encode(sides: Iterable[Side]) -> str:
    return sides_json(
        [
            {
                "place": [*side.place.chain, side.place.number],
                "digest": side.digest,
                "rank": side.rank,
                "values": sorted(([*part, value] for part, value in side.values.items()), key=_key),
            }
            for side in sides
        ]
    )


def _key(item: list[Any]) -> list[str]:
    return item[:3]


def read_sides(text: str) -> tuple[Side, ...]:
    """Return the sides of an open conflict, the one in force first."""
    return tuple(
        Side(
            Place(Chain(*side["place"][:3]), side["place"][3]),
            side["digest"],
            side["rank"],
            {Part(*value[:3]): value[3] for value in side["values"]},
        )
        for side in json.loads(text)
    )
