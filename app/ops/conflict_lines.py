"""Open conflicts as a person reads them: what differs, whose, when, from what to what."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.merge import Part, Side
from app.models.conflict import COMPOSITION, LATE, REMOVAL, OpenConflictRow
from app.models.form import Sheet
from app.models.household import Household
from app.models.journal import ChangeRow, ChangesetRow
from app.models.statements import chunks
from app.ops.conflict_words import side_text
from app.ops.exchange_lines import ConflictLine, SideLine
from app.ops.roster_words import field_label
from app.sync.past import Row
from app.sync.subjects import households_of
from app.sync.trust import Trust
from app.sync.units import read_sides


def stored(session: Session, trust: Trust, ids: Iterable[str] | None = None) -> list[ConflictLine]:
    """Return the conflicts of units that are open (None: all), by household."""
    query = select(OpenConflictRow).order_by(OpenConflictRow.id)
    if ids is None:
        rows = list(session.scalars(query))
    else:
        rows = [
            row
            for chunk in chunks(sorted(set(ids)))
            for row in session.scalars(query.where(OpenConflictRow.id.in_(chunk)))
        ]
    units = [Row(row.table_name, row.row_id) for row in rows]
    homes = households_of(session, units)
    return [
        _line(session, row, homes.get(unit, ""), trust)
        for row, unit in zip(rows, units, strict=True)
    ]


def _line(session: Session, row: OpenConflictRow, home: str, trust: Trust) -> ConflictLine:
    household = session.get(Household, home) if home else None
    sides = read_sides(row.sides)
    return ConflictLine(
        table=row.table_name,
        row_id=row.row_id,
        field=row.field,
        household_id=home,
        household_no=household.household_no if household else "",
        sides=tuple(_side(session, at, side, sides, trust) for at, side in enumerate(sides)),
        conflict_id=row.id,
        kind=row.kind,
        label=_label(session, row),
        scope=row.scope,
        blocks=row.kind not in (REMOVAL, LATE),
    )


def _label(session: Session, row: OpenConflictRow) -> str:
    if row.kind == REMOVAL:
        return "是否减少"
    if row.kind == LATE:
        return f"{session.get_one(Sheet, row.row_id).period}检查表"
    if row.field == COMPOSITION:
        return "家庭成员构成"
    return field_label(row.field or row.table_name)


def _side(session: Session, at: int, side: Side, sides: tuple[Side, ...], trust: Trust) -> SideLine:
    made = session.scalars(select(ChangesetRow).filter_by(digest=side.digest)).first()
    certificate = trust.certificate(side.place.chain.origin)
    parts = differing(sides)
    values = {"/".join(part): side.values.get(part) for part in parts}
    olds = dict(_olds(session, made.id if made else 0, parts))
    return SideLine(
        changeset="/".join((*side.place.chain, str(side.place.number))),
        values=values,
        actor=made.actor if made else "",
        at=made.at if made else "",
        level=certificate.identity.level if certificate else "",
        is_in_force=at == 0,
        side=str(at + 1),
        base={"/".join(part): old for part, old in olds.items()},
        text=side_text(session, parts, side.values),
        base_text=side_text(session, parts, olds) if olds else "",
    )


def differing(sides: tuple[Side, ...]) -> list[Part]:
    """Return the parts on which the sides differ, or that one of them does not have."""
    parts = sorted({part for side in sides for part in side.values})
    return [
        part
        for part in parts
        if any(part not in side.values for side in sides)
        or len({json.dumps(side.values[part]) for side in sides}) > 1
    ]


def _olds(session: Session, changeset_id: int, parts: Iterable[Part]) -> Iterator[tuple[Part, Any]]:
    """Yield what a side's own changeset replaced."""
    wanted = set(parts)
    query = select(ChangeRow.table_name, ChangeRow.row_id, ChangeRow.field, ChangeRow.old)
    for *part, old in session.execute(query.filter_by(changeset_id=changeset_id)):
        if Part(*part) in wanted:
            yield Part(*part), json.loads(old)
