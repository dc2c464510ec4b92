"""The heads of the chains in the database: read for a new changeset, moved on with it."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head
from app.domain.merge import policies_over
from app.models.journal import ChainHeadRow, ChangesetRow, SeenRow
from app.models.statements import some


def head_of(session: Session, chain: Chain) -> Head | None:
    """Return a chain's newest place, None where it has not begun."""
    row = session.execute(_head(), _named(chain)).first()
    return Head(row.number, row.digest) if row else None


def newly_seen(session: Session, own: Chain) -> dict[Chain, Head]:
    """Return the heads new to this chain: of this scope and of the policies that stand over it."""
    scopes = {"scopes": sorted({own.scope} | policies_over(own.scope))}
    known = {
        Chain(origin, epoch, scope): Head(number, digest)
        for origin, epoch, scope, number, digest in session.execute(_heads(), scopes)
    }
    known.pop(own, None)
    if not known:
        return {}
    before = {
        Chain(origin, epoch, scope): number
        for origin, epoch, scope, number in session.execute(_seen(), _named(own) | scopes)
    }
    return {chain: head for chain, head in known.items() if head.number > before.get(chain, 0)}


def advance(session: Session, chain: Chain, head: Head) -> None:
    """Move the chain's head on; numbers come in order, one after the other."""
    connection = session.connection()
    if head.number == 1:
        connection.execute(insert(ChainHeadRow), chain._asdict() | head._asdict())
        return
    to = {"to_number": head.number, "to_digest": head.digest, "from_number": head.number - 1}
    if connection.execute(_advance(), _named(chain) | to).rowcount != 1:
        raise ValueError("a changeset does not follow the head of its chain")


@cache
def _head() -> Select[Any]:
    table = ChainHeadRow.__table__.c
    return select(table.number, table.digest).where(*_is_chain(table))


@cache
def _heads() -> Select[Any]:
    table = ChainHeadRow.__table__.c
    columns = (table.origin, table.epoch, table.scope, table.number, table.digest)
    return select(*columns).where(table.scope.in_(some("scopes")))


@cache
def _seen() -> Select[Any]:
    """From the few rows that say so: a join would walk the whole chain at every save."""
    seen, changeset = SeenRow.__table__.c, ChangesetRow.__table__.c
    by_own = exists().where(changeset.id == seen.changeset_id, *_is_chain(changeset))
    return (
        select(seen.origin, seen.epoch, seen.scope, func.max(seen.number))
        .where(seen.scope.in_(some("scopes")), by_own)
        .group_by(seen.origin, seen.epoch, seen.scope)
    )


@cache
def _advance() -> Update:
    table = ChainHeadRow.__table__.c
    return (
        update(ChainHeadRow)
        .where(*_is_chain(table), table.number == bindparam("from_number"))
        .values(number=bindparam("to_number"), digest=bindparam("to_digest"))
    )


def _is_chain(columns: Any) -> list[ColumnElement[bool]]:
    return [columns[name] == bindparam(f"own_{name}") for name in Chain._fields]


def _named(own: Chain) -> dict[str, Any]:
    return {f"own_{name}": value for name, value in own._asdict().items()}
