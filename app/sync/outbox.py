"""What a receiver has not receipted yet, and the receipt for it."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head, parse_line
from app.domain.merge import Entry, Gap, Origin, Place, admit, may_read
from app.models.journal import (
    FORKED,
    VOID,
    WAITING,
    ChainHeadRow,
    ChangesetRow,
    HeadSignatureRow,
)
from app.models.replica import ReceiptRow
from app.sync.keys import Certificate
from app.sync.local import Local
from app.sync.receipt import Receipt, Waiting, read_receipt
from app.sync.segments import Segment, sign_head
from app.sync.trust import Trust

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


def pending(session: Session, me: Origin, peer: Certificate, trust: Trust) -> tuple[Segment, ...]:
    """Return every signed changeset of the common scopes that the peer has not receipted.

    Whoever made it; but only of devices that the peer can verify (``trust`` from its root).
    """
    taken = receipt_of(session, peer.device_id)
    found = []
    for chain, head in _heads(session, me, peer.identity.origin).items():
        if trust.certificate(chain.origin) is None:
            continue
        from_number = _receipted(session, chain, taken.heads.get(chain)) + 1
        segment = _segment(session, chain, from_number, head)
        if segment is not None:
            found.append(segment)
    return tuple(found)


def receipt_of(session: Session, peer_id: str) -> Receipt:
    """Return the latest receipt taken from a peer; an empty one before the first."""
    row = session.get(ReceiptRow, (peer_id, TAKEN))
    return read_receipt(row.content.encode()) if row else Receipt({}, {})


def _heads(session: Session, me: Origin, peer: Origin) -> dict[Chain, Head]:
    """Return the end of each chain in the scopes that both may read."""
    return {
        Chain(row.origin, row.epoch, row.scope): Head(row.number, row.digest)
        for row in session.scalars(select(ChainHeadRow))
        if may_read(row.scope, me) and may_read(row.scope, peer)
    }


def _receipted(session: Session, chain: Chain, head: Head | None) -> int:
    """Return how far the peer has our branch of the chain; 0 if its receipt names another."""
    if head is None:
        return 0
    query = select(ChangesetRow.digest, ChangesetRow.state)
    rows = list(session.execute(query.filter_by(**chain._asdict(), number=head.number)))
    holding = {digest for digest, state in rows if state != FORKED}
    return head.number if not rows or head.digest in holding else 0


def _segment(session: Session, chain: Chain, first: int, head: Head) -> Segment | None:
    """Return what stands from ``first`` on without a break, up to the last signed place."""
    lines: list[bytes] = []
    digests: list[str] = []
    rows = session.execute(
        select(ChangesetRow.number, ChangesetRow.digest, ChangesetRow.line)
        .filter_by(**chain._asdict())
        .where(ChangesetRow.number >= first, ChangesetRow.state != FORKED)
        .order_by(ChangesetRow.number)
    )
    for row in rows:
        if row.number != first + len(lines):
            break
        lines.append(row.line)
        digests.append(row.digest)
    signatures = {
        (row.number, row.digest): row.signature
        for row in session.scalars(select(HeadSignatureRow).filter_by(**chain._asdict()))
    }
    for last in range(first + len(lines) - 1, first - 1, -1):
        signature = signatures.get((last, digests[last - first]))
        if signature is not None:
            kept = tuple(lines[: last - first + 1])
            return Segment(chain, first, last, digests[last - first], signature, kept)
    return None


def make_receipt(session: Session, me: Origin, peer: Origin) -> Receipt:
    """Return what is taken in, void and waiting here, of the scopes that both may read."""
    void = session.execute(
        select(ChangesetRow).where(ChangesetRow.state == VOID).order_by(ChangesetRow.id)
    ).scalars()
    return Receipt(
        heads=_heads(session, me, peer),
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


class Settled:
    """The digests of what is taken in, read when asked (``app.domain.merge.Settled``)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.heads = {
            Chain(row.origin, row.epoch, row.scope): Head(row.number, row.digest)
            for row in session.scalars(select(ChainHeadRow))
        }
        self._digests: dict[Place, str | None] = {}

    def __call__(self, chain: Chain, number: int) -> str | None:
        """Return the digest at a place, None if nothing is taken in there."""
        head = self.heads.get(chain, Head(0, ""))
        if number >= head.number:
            return head.digest if number == head.number and number else None
        place = Place(chain, number)
        if place not in self._digests:
            query = select(ChangesetRow.digest).filter_by(**chain._asdict(), number=number)
            settled = ChangesetRow.state.not_in([WAITING, FORKED])
            self._digests[place] = self._session.scalars(query.where(settled)).first()
        return self._digests[place]

    def load(self, chain: Chain, first: int, last: int) -> None:
        """Read a run of places at once."""
        if first > self.heads.get(chain, Head(0, "")).number:
            return
        query = (
            select(ChangesetRow.number, ChangesetRow.digest)
            .filter_by(**chain._asdict())
            .where(ChangesetRow.number.between(first, last))
            .where(ChangesetRow.state.not_in([WAITING, FORKED]))
        )
        for number, digest in self._session.execute(query):
            self._digests[Place(chain, number)] = digest
