"""The journal's changes in force, row by row, and what each changeset had seen."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, Chain, Head
from app.domain.merge import Causality, Entry, Place
from app.models.journal import ACTIVE, VOID, ChangeRow, ChangesetRow, SeenRow
from app.models.statements import among


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


def by_table(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return the ids of rows, each once, by their tables."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in set(rows):
        found[row.table].append(row.id)
    return found


def history_of(session: Session, rows: Collection[Row]) -> dict[Row, list[Past]]:
    """Return the changes in force of each row, of the scope that made it."""
    return of_their_scope(changes_of(session, rows))


def of_their_scope(changes: Iterable[Past]) -> dict[Row, list[Past]]:
    """Return the changes of each row that was made.

    A change of the row from another scope has no effect: a row never leaves its village.
    """
    found: dict[Row, list[Past]] = defaultdict(list)
    for change in changes:
        found[change.row].append(change)
    history = {}
    for row, its in found.items():
        if len(its) == 1 and its[0].field == NEW_ROW:
            history[row] = its
            continue
        made = [(past.digest, past.place.chain.scope) for past in its if past.field == NEW_ROW]
        if made:
            home = min(made)[1]
            history[row] = [past for past in its if past.place.chain.scope == home]
    return history


def changes_of(session: Session, rows: Iterable[Row]) -> Iterator[Past]:
    """Yield the changes in force of rows, of each row in their order."""
    chains: dict[Chain, Chain] = {}
    for table, ids in by_table(rows).items():
        query = (
            select(
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
            .where(ChangeRow.table_name == table, among(ChangeRow.row_id, ids))
            .where(ChangesetRow.state == ACTIVE)
            .order_by(ChangeRow.id)
        )
        for id_, name, new, old, *chain, number, digest in session.execute(query):
            named = Chain(*chain)
            place = Place(chains.setdefault(named, named), number)
            yield Past(Row(table, id_), place, digest, name, json.loads(new), old)


def known(session: Session, rows: Iterable[Row]) -> set[Row]:
    """Return the rows that a changeset here is about, in force or not."""
    return {
        Row(table, id_)
        for table, ids in by_table(rows).items()
        for id_ in session.scalars(
            select(ChangeRow.row_id)
            .where(ChangeRow.table_name == table, among(ChangeRow.row_id, ids))
            .distinct()
        )
    }


def changes_in(entries: Iterable[Entry], rows: Collection[Row]) -> Iterator[Past]:
    """Yield what changesets say of rows, as ``changes_of`` does once they are in force."""
    for entry in entries:
        place = entry.place
        for change in entry.changeset.changes:
            row = Row(change.table, change.row)
            if row in rows:
                old = "null" if change.old is None else json.dumps(change.old)
                yield Past(row, place, entry.digest, change.field, change.new, old)


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
