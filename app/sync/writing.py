"""Writing changesets into the journal as they came, many at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head
from app.domain.merge import Entry
from app.models.journal import (
    AbridgedRow,
    ChainHeadRow,
    ChangeRow,
    ChangesetRow,
    HeadSignatureRow,
    SeenRow,
    change_values,
    changeset_values,
    seen_values,
)
from app.models.statements import among


@dataclass(frozen=True, slots=True)
class State:
    """A changeset's row as it shall be; ``is_abridged``: it has lost changes (a base)."""

    entry: Entry
    line: bytes
    state: str
    reason: str = ""
    is_abridged: bool = False


def next_id(session: Session) -> int:
    """Return the local id that the next changeset gets."""
    return (session.scalars(select(func.max(ChangesetRow.id))).one() or 0) + 1


def add(session: Session, numbered: Iterable[tuple[int, State]]) -> None:
    """Insert new changesets under these local ids, with their changes and what they had seen."""
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    seen: list[dict[str, Any]] = []
    abridged: list[dict[str, Any]] = []
    for id_, state in numbered:
        changeset, digest = state.entry.changeset, state.entry.digest
        values = changeset_values(changeset, digest, state.state, state.reason)
        rows.append({"id": id_, "line": state.line, **values})
        changes += [change_values(id_, change) for change in changeset.changes]
        seen += seen_values(id_, changeset)
        if state.is_abridged:
            abridged.append({"changeset_id": id_})
    _insert(session, ((ChangesetRow, rows), (ChangeRow, changes), (SeenRow, seen)))
    _insert(session, ((AbridgedRow, abridged),))


def complete(session: Session, numbered: Iterable[tuple[int, State]]) -> None:
    """Put the exact line, with all its changes, in the place of an abridged one."""
    whole = dict(numbered)
    for table in (ChangeRow, SeenRow, AbridgedRow):
        session.execute(delete(table).where(among(table.changeset_id, whole)))
    changes: list[dict[str, Any]] = []
    seen: list[dict[str, Any]] = []
    for id_, state in whole.items():
        values = {"line": state.line, "state": state.state, "state_reason": state.reason}
        session.execute(update(ChangesetRow).where(ChangesetRow.id == id_).values(values))
        changes += [change_values(id_, change) for change in state.entry.changeset.changes]
        seen += seen_values(id_, state.entry.changeset)
    _insert(session, ((ChangeRow, changes), (SeenRow, seen)))


def restate(session: Session, states: Iterable[State]) -> None:
    """Give another state to changesets that are here with their exact lines."""
    for state in states:
        values = {"state": state.state, "state_reason": state.reason}
        digest = state.entry.digest
        session.execute(update(ChangesetRow).filter_by(digest=digest).values(values))


def _insert(session: Session, tables: Iterable[tuple[Any, list[dict[str, Any]]]]) -> None:
    connection = session.connection()
    for table, rows in tables:
        if rows:
            names, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
            sql = f"INSERT INTO {table.__tablename__} ({names}) VALUES ({marks})"  # noqa: S608  our names
            connection.exec_driver_sql(sql, [tuple(row.values()) for row in rows])


def move_heads(session: Session, heads: Mapping[Chain, Head]) -> None:
    """Set the ends of chains."""
    for chain, head in heads.items():
        row = session.get(ChainHeadRow, tuple(chain))
        if row is None:
            row = ChainHeadRow(**chain._asdict())
            session.add(row)
        row.number, row.digest = head
    session.flush()


def keep_signatures(session: Session, signed: Iterable[tuple[Chain, Head, bytes]]) -> None:
    """Keep signed heads, so that the segments can be forwarded unchanged."""
    for chain, head, signature in signed:
        place = {**chain._asdict(), **head._asdict()}
        if session.scalars(select(HeadSignatureRow).filter_by(**place)).first() is None:
            session.add(HeadSignatureRow(**place, signature=signature))
    session.flush()
