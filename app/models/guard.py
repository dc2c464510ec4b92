"""Refuse what would change a journaled table without a trace.

The last line of defence is an SQLite authorizer on every connection: outside a flush (and the
named paths of ``Store``) no statement may write a journaled table, the journal itself, the schema
or a pragma that would switch this off; ORM bulk, Core, ``text()`` and the raw cursor alike.
Setting an authorizer expires prepared statements, so the statement cache cannot bypass it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from app.models.base import Journaled, journaled_tables

_OK, _DENY = 0, 1
_DELETE, _INSERT, _UPDATE, _PRAGMA = 9, 18, 23, 19
_SCHEMA = frozenset({1, 2, 7, 8, 10, 11, 16, 17, 24, 25, 26, 29, 30})  # create, drop, alter, attach
_JOURNAL = frozenset(
    {"changeset", "change", "changeset_seen", "chain_head", "base_chain", "abridged"}
)
_FIXED_PRAGMAS = frozenset(
    {"query_only", "writable_schema", "foreign_keys", "ignore_check_constraints", "rekey"}
)


@cache
def _protected() -> frozenset[str]:
    return frozenset(journaled_tables()) | _JOURNAL


def _authorize(action: int, first: str | None, second: str | None, *_rest: object) -> int:
    if action in (_INSERT, _UPDATE, _DELETE):
        return _DENY if first in _protected() or first == "sqlite_master" else _OK
    if action == _PRAGMA:
        return _DENY if first in _FIXED_PRAGMAS and second is not None else _OK
    return _DENY if action in _SCHEMA else _OK


def arm(driver_connection: Any) -> None:
    """Refuse writes around the journal on this raw connection."""
    driver_connection.set_authorizer(_authorize)


def disarm(driver_connection: Any) -> None:
    """Allow everything; only between the parts of a flush, in ``absorb`` and in migrations."""
    driver_connection.set_authorizer(None)


@contextmanager
def lifted(connection: Connection) -> Iterator[None]:
    """Allow writes within the block."""
    raw = connection.connection.driver_connection
    disarm(raw)
    try:
        yield
    finally:
        arm(raw)


def before_flush(session: Session, _context: UOWTransaction, _objects: object) -> None:
    """Rows are ended, never deleted: history and old packages name them."""
    for obj in session.deleted:
        if isinstance(obj, Journaled):
            raise TypeError(f"{obj.__tablename__}: end the row, never delete it")
    disarm(session.connection().connection.driver_connection)


def after_flush_postexec(session: Session, _context: UOWTransaction) -> None:
    """The flush is over; the guard stands again."""
    arm(session.connection().connection.driver_connection)


def refuse_bulk(state: ORMExecuteState) -> None:
    """Bulk statements skip the session, so the journal would not see them."""
    mapper = state.bind_mapper
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and mapper and issubclass(mapper.class_, Journaled):
        raise TypeError(f"{mapper.class_.__name__}: a bulk change would bypass the journal")


def refuse_savepoint(_session: Session, transaction: SessionTransaction) -> None:
    """A rolled-back savepoint would leave its changes in the journal."""
    if transaction.nested:
        raise TypeError("no savepoints: one operation is one transaction")
