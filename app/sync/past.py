"""The journal's changes in force, row by row, and what each changeset had seen."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, Chain, Head
from app.domain.merge import Causality, Place
from app.models.journal import ACTIVE, VOID, ChangeRow, ChangesetRow, SeenRow

T = TypeVar("T")

_CHUNK = 500  # bound parameters of one statement


class Row(NamedTuple):
    """A row of a journaled table."""

    table: str
    id: str


@dataclass(frozen=True, slots=True)
class Past:
    """One change of the journal, in force."""

    row: Row
    place: Place
    digest: str
    field: str
    new: Any
    old: str = "null"  # JSON text, as it was at the origin

    def before(self) -> Any:
        """Return what the origin replaced; for people, never for the merge itself."""
        return json.loads(self.old)


def chunks(ids: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Return the ids in portions that one statement can bind."""
    remaining = iter(ids)
    while chunk := tuple(islice(remaining, _CHUNK)):
        yield chunk


def history_of(session: Session, rows: set[Row]) -> dict[Row, list[Past]]:
    """Return the changes in force of each row, of the scope that made it.

    A change of the row from another scope has no effect: a row never leaves its village.
    """
    found: dict[Row, list[tuple[Past, str]]] = defaultdict(list)
    for change in changes_of(session, [row.id for row in rows]):
        if change.row in rows:
            found[change.row].append((change, change.place.chain.scope))
    history = {}
    for row, changes in found.items():
        made = [(past.digest, scope) for past, scope in changes if past.field == NEW_ROW]
        if made:
            home = min(made)[1]
            history[row] = [past for past, scope in changes if scope == home]
    return history


def changes_of(session: Session, ids: Iterable[str]) -> Iterator[Past]:
    """Return the changes in force of rows, of each changeset in its order."""
    for chunk in chunks(sorted(set(ids))):
        query = (
            select(
                ChangeRow.table_name,
                ChangeRow.row_id,
                ChangeRow.field,
                ChangeRow.new,
                ChangeRow.old,
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
        for table, row, name, new, old, *place, digest in session.execute(query):
            at = Place(Chain(*place[:3]), place[3])
            yield Past(Row(table, row), at, digest, name, json.loads(new), old)


def causality_of(session: Session, scopes: Collection[str]) -> Causality:
    """Return what every changeset of these scopes had seen.

    Only changesets of one scope are ever compared: a row never leaves its village.
    """
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
        .where(ChangesetRow.state.in_([ACTIVE, VOID]), ChangesetRow.scope.in_(scopes))
        .where(SeenRow.scope == ChangesetRow.scope)
    )
    seen: dict[Place, dict[Chain, Head]] = defaultdict(dict)
    for row in session.execute(query):
        seen[Place(Chain(*row[:3]), row[3])][Chain(*row[4:7])] = Head(row[7], row[8])
    return Causality(seen.items())
