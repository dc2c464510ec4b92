"""The receipt for a peer, the latest one of it, and the signed heads of one's own chains."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head, parse_line
from app.domain.merge import Entry, Gap, Origin, Place, admit, may_read
from app.models.journal import VOID, WAITING, ChainHeadRow, ChangesetRow, HeadSignatureRow
from app.models.replica import ReceiptRow
from app.sync import contents
from app.sync.known import Settled, lacking_past
from app.sync.local import Local
from app.sync.receipt import Receipt, Waiting, read_receipt
from app.sync.segments import sign_head

TAKEN, GIVEN = "taken", "given"


def sign_own_heads(session: Session, local: Local, epochs: Collection[str]) -> None:
    """Sign the head of every chain of this device in its listed epochs; earlier ones are kept.

    An epoch before a restore too: its last words may never have left.
    """
    own = select(ChainHeadRow).filter_by(origin=local.keys.device_id)
    for head in session.scalars(own.where(ChainHeadRow.epoch.in_(epochs))).all():
        chain = Chain(head.origin, head.epoch, head.scope)
        place = {**chain._asdict(), "number": head.number, "digest": head.digest}
        if session.scalars(select(HeadSignatureRow).filter_by(**place)).first() is None:
            signature = sign_head(local.keys.signing_key, chain, head.number, head.digest)
            session.add(HeadSignatureRow(**place, signature=signature))
    session.flush()


def receipt_of(session: Session, peer_id: str) -> Receipt:
    """Return the latest receipt taken from a peer; an empty one before the first."""
    row = session.get(ReceiptRow, (peer_id, TAKEN))
    return read_receipt(row.content.encode()) if row else Receipt({}, {})


def common_heads(session: Session, me: Origin, peer: Origin) -> dict[Chain, Head]:
    """Return the end of each chain in the scopes that both may read."""
    return {
        Chain(row.origin, row.epoch, row.scope): Head(row.number, row.digest)
        for row in session.scalars(select(ChainHeadRow))
        if may_read(row.scope, me) and may_read(row.scope, peer)
    }


def make_receipt(session: Session, me: Origin, peer: Origin) -> Receipt:
    """Return what is taken in, void and waiting here, of the scopes that both may read."""
    void = session.execute(
        select(ChangesetRow).where(ChangesetRow.state == VOID).order_by(ChangesetRow.id)
    ).scalars()
    return Receipt(
        heads=common_heads(session, me, peer),
        void={
            Place(Chain(row.origin, row.epoch, row.scope), row.number): row.state_reason
            for row in void
            if may_read(row.scope, me) and may_read(row.scope, peer)
        },
        waiting=tuple(
            w
            for w in waiting(session)
            if may_read(w.run.chain.scope, me) and may_read(w.run.chain.scope, peer)
        ),
        history=tuple(
            gap
            for gap, _count in lacking_past(session)
            if may_read(gap.chain.scope, me) and may_read(gap.chain.scope, peer)
        ),
        lacking=contents.lacking(session, me, peer),
    )


def waiting(session: Session) -> list[Waiting]:
    """Return the runs of changesets that wait here, each with what it waits for."""
    rows = session.scalars(select(ChangesetRow).where(ChangesetRow.state == WAITING)).all()
    entries = [Entry(parse_line(row.line), row.digest) for row in rows]
    found = admit(entries, Settled(session)).waiting
    return list(runs(found))


def runs(found: Iterable[tuple[Entry, tuple[Gap, ...]]]) -> Iterator[Waiting]:
    """Join waiting changesets of one chain that follow each other and wait for the same."""
    ordered = sorted(found, key=lambda item: item[0].place)
    numbered = enumerate(ordered)

    def key(item: tuple[int, tuple[Entry, tuple[Gap, ...]]]) -> tuple[Chain, int, tuple[Gap, ...]]:
        at, (entry, gaps) = item
        return entry.changeset.chain, entry.changeset.number - at, gaps

    for (chain, _offset, gaps), group in groupby(numbered, key):
        numbers = [entry.changeset.number for _at, (entry, _gaps) in group]
        yield Waiting(Gap(chain, numbers[0], numbers[-1]), gaps)
