"""A device's new epoch: after a restore, or when its branch of a fork does not hold."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Changeset, Head, digest, genesis, parse_line
from app.models.capture import add_changeset
from app.models.journal import ACTIVE, FORKED, VOID, ChangesetRow, SeenRow
from app.models.replica import ReplicaRow
from app.models.store import new_epoch
from app.sync.past import Row


def begin_epoch(session: Session) -> str:
    """Start a new epoch: nothing is exported until the superior has listed it.

    To be called in ``Store.absorb``; afterwards the store must ``forget_identity``.
    """
    row = session.scalars(select(ReplicaRow)).one()
    row.epoch = new_epoch()
    session.flush()
    return row.epoch


def lost_branch(session: Session) -> list[ChangesetRow]:
    """Return what this device wrote on a branch that does not hold, of its current epoch."""
    me = session.scalars(select(ReplicaRow)).one()
    query = select(ChangesetRow).filter_by(origin=me.device_id, epoch=me.epoch, state=FORKED)
    return list(session.scalars(query.order_by(ChangesetRow.scope, ChangesetRow.number)))


def reissue(session: Session) -> set[Row]:
    """Write the lost branch again under a new epoch; return the rows that it touches.

    The new changesets have seen what the old ones had, not the branch that holds: so both merge
    field by field, and where they differ a person is asked.
    """
    lost = lost_branch(session)
    mine = _only_own(session, lost)
    if not mine:
        return set()
    old_epoch = mine[0].epoch
    epoch = begin_epoch(session)
    me = session.scalars(select(ReplicaRow)).one()
    touched: set[Row] = set()
    heads: dict[str, Head] = {}
    for row in mine:
        old = parse_line(row.line)
        chain = Chain(old.chain.origin, epoch, old.chain.scope)
        before = heads.get(chain.scope)
        seen = dict(old.seen)
        if before is None:
            seen = {**_seen_before(session, old.chain, old.number, old.previous), **seen}
        start = genesis(me.identity_digest, epoch, chain.scope)
        new = Changeset(
            chain=chain,
            number=before.number + 1 if before else 1,
            previous=before.digest if before else start,
            at=old.at,
            actor=old.actor,
            role=old.role,
            operation=old.operation,
            operation_id=old.operation_id,
            reason=old.reason or f"{old_epoch[:8]}",
            seen=seen,
            changes=old.changes,
        )
        line = new.line()
        add_changeset(session, new, line, ACTIVE)
        heads[chain.scope] = Head(new.number, digest(line))
        touched |= {Row(change.table, change.row) for change in new.changes}
    return touched


def _only_own(session: Session, lost: list[ChangesetRow]) -> list[ChangesetRow]:
    """Leave out what has been issued again already, by a copy of this device."""
    known: set[str] = set()
    for row in lost:
        query = select(ChangesetRow.operation_id).where(
            ChangesetRow.operation_id == row.operation_id,
            ChangesetRow.scope == row.scope,
            ChangesetRow.origin == row.origin,
            ChangesetRow.epoch != row.epoch,
        )
        known.update(session.scalars(query))
    return [row for row in lost if row.operation_id not in known]


def _seen_before(session: Session, chain: Chain, number: int, previous: str) -> dict[Chain, Head]:
    """Return what the old chain had seen before a number, and its own place before it."""
    query = (
        select(SeenRow)
        .join(ChangesetRow, ChangesetRow.id == SeenRow.changeset_id)
        .where(*(getattr(ChangesetRow, k) == v for k, v in chain._asdict().items()))
        .where(ChangesetRow.number < number, ChangesetRow.state.in_([ACTIVE, VOID]))
        .order_by(SeenRow.number)
    )
    seen = {
        Chain(r.origin, r.epoch, r.scope): Head(r.number, r.digest) for r in session.scalars(query)
    }
    if number > 1:
        seen[chain] = Head(number - 1, previous)
    return seen
