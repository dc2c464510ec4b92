"""What goes to a receiver, in which order, and what of it fits into one file (FORMAT.md §4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head
from app.domain.merge import RANKS, Gap, may_read
from app.domain.ownership import POLICY
from app.models.journal import ChangesetRow, HeadSignatureRow
from app.sync import contents
from app.sync.abridging import make_base
from app.sync.base import SealedBase, seal_base
from app.sync.contents import Wanted
from app.sync.errors import TooLargeError
from app.sync.keys import Certificate
from app.sync.known import WHOLE, Settled, of_chain
from app.sync.local import Local
from app.sync.outbox import common_heads, receipt_of
from app.sync.package import MAX_BASES, MAX_CONTENTS, MAX_FILE_BYTES
from app.sync.segments import Segment, sign_head
from app.sync.trust import Trust

ROOM = MAX_FILE_BYTES - 1024 * 1024  # plain bytes of one file; the rest is for what wraps them
PAST_ROOM = 8 * 1024 * 1024  # of the past in a series: each is taken in while somebody works
BASE_FROM = 3_000  # changesets of a scope that are worth a base
_LARGEST_BASE = ROOM
_HEADING = 512  # bytes that say what a segment or a content is, at most


class Wish(Enum):
    """What a person asks for: what is new, a base before it, or the receipt alone."""

    NEWS = "news"
    BASE = "base"
    RECEIPT = "receipt"


class End(NamedTuple):
    """A signed place at which a run can be cut; ``size``: bytes of its lines up to there."""

    number: int
    digest: str
    signature: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Run:
    """Changesets of one chain from ``first`` on, up to the last of its ``ends``."""

    chain: Chain
    first: int
    ends: tuple[End, ...]
    order: int  # the local id of the first one

    @property
    def size(self) -> int:
        """The bytes that it takes."""
        return self.ends[-1].size + _HEADING

    @property
    def count(self) -> int:
        """How many changesets it has."""
        return self.ends[-1].number - self.first + 1

    def cut(self, room: int) -> tuple["Run | None", "Run | None"]:
        """Return what fits, and the rest."""
        fits = [end for end in self.ends if end.size + _HEADING <= room]
        rest = self.ends[len(fits) :]
        if not fits or not rest:
            return (self, None) if fits else (None, self)
        after = tuple(end._replace(size=end.size - fits[-1].size) for end in rest)
        later = Run(self.chain, fits[-1].number + 1, after, self.order + 1)
        return replace(self, ends=tuple(fits)), later

    def pieces(self, room: int) -> Iterator["Run"]:
        """Yield it in pieces of so many bytes, or up to the next signed place."""
        rest: Run | None = self
        while rest is not None:
            piece, rest = rest.cut(max(room, rest.ends[0].size + _HEADING))
            if piece is not None:
                yield piece


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a receiver lacks, in the order of sending."""

    policy: tuple[Run, ...] = ()
    bases: tuple[SealedBase, ...] = ()
    news: tuple[Run, ...] = ()
    past: tuple[Run, ...] = ()
    contents: tuple[Wanted, ...] = ()


@dataclass(slots=True)
class Parcel:
    """What goes into one file."""

    bases: list[SealedBase] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    contents: list[Wanted] = field(default_factory=list)
    is_last_news: bool = False  # nothing new comes after it
    size: int = 0

    def is_empty(self) -> bool:
        """Tell whether nothing is in it yet."""
        return not (self.bases or self.runs or self.contents)

    def count(self) -> int:
        """How many changesets and contents it holds."""
        return sum(run.count for run in self.runs) + len(self.contents)


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants what, and when: ``trust`` from the receiver's root, ``at`` as in records."""

    peer: Certificate
    trust: Trust
    wish: Wish
    at: str


def plan(session: Session, me: Local, order: Order) -> Plan:
    """Return everything of the common scopes that the peer has not receipted, whoever made it.

    But only of devices that the peer can verify. ``session`` writes: further places of one's own
    chains may have to be signed.
    """
    if order.wish is Wish.RECEIPT:
        return Plan()
    peer, there = order.peer, order.peer.identity.origin
    receipt = receipt_of(session, peer.device_id)
    heads = {
        chain: head
        for chain, head in common_heads(session, me.origin, there).items()
        if order.trust.certificate(chain.origin) is not None
    }
    bases = _bases(session, me, order)
    begun = {chain: number for _base, its in bases for chain, number in its.items()}
    news: list[Run] = []
    settled = Settled(session)
    for chain, head in heads.items():
        taken = begun.get(chain) or _receipted(settled, chain, receipt.heads.get(chain))
        news += _runs(session, me, Gap(chain, taken + 1, head.number))
        asked = (gap for gap in receipt.missing() if gap.chain == chain)
        for gap in asked:
            news += _runs(session, me, gap._replace(last=min(gap.last, taken)))
    gaps = [gap for gap in receipt.history if gap.chain not in begun]
    gaps += [Gap(chain, 1, number) for chain, number in begun.items()]
    past = [run for gap in gaps if gap.chain in heads for run in _runs(session, me, gap)]
    return Plan(
        policy=_in_order(run for run in news if run.chain.scope.startswith(POLICY)),
        bases=tuple(base for base, _its in bases),
        news=_in_order(run for run in news if not run.chain.scope.startswith(POLICY)),
        past=_in_order(past),
        contents=tuple(contents.wanted(session, me.origin, there, receipt)),
    )


def _in_order(runs: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(sorted(runs, key=lambda run: run.order))


def _bases(session: Session, me: Local, order: Order) -> list[tuple[SealedBase, dict[Chain, int]]]:
    """Return the bases for a lower device, each with the ends of its chains."""
    there = order.peer.identity.origin
    if RANKS[me.origin.level] <= RANKS[there.level]:
        return []
    receipted = {
        c.scope for c in receipt_of(session, there.device_id).heads if c.origin != there.device_id
    }
    sizes = select(ChangesetRow.scope, func.count()).group_by(ChangesetRow.scope)
    found = []
    for scope, count in session.execute(sizes.order_by(ChangesetRow.scope)):
        is_common = may_read(scope, me.origin) and may_read(scope, there)
        is_due = scope not in receipted and count > BASE_FROM
        if not is_common or not (is_due or order.wish is Wish.BASE):
            continue
        base = make_base(session, scope, order.trust, order.at)
        sealed = seal_base(me.keys, base) if base is not None else None
        if base is not None and sealed is not None and len(sealed.part) <= _LARGEST_BASE:
            found.append((sealed, {chain.chain: chain.head.number for chain in base.chains}))
    return found[:MAX_BASES]


def _receipted(settled: Settled, chain: Chain, head: Head | None) -> int:
    """Return how far the peer has our branch of the chain; 0 if its receipt names another."""
    if head is None:
        return 0
    digest = settled(chain, head.number)
    return head.number if digest in (None, head.digest) else 0


def _runs(session: Session, me: Local, gap: Gap) -> Iterator[Run]:
    """Yield what is here whole of a chain without a break, up to the last signed place."""
    chain, first, last = gap
    query = (
        select(
            ChangesetRow.number,
            ChangesetRow.digest,
            ChangesetRow.id,
            func.length(ChangesetRow.line),
        )
        .where(of_chain(chain))
        .where(ChangesetRow.number.between(first, last), WHOLE)
        .order_by(ChangesetRow.number)
    )
    signatures = {
        Head(row.number, row.digest): row.signature
        for row in session.scalars(select(HeadSignatureRow).filter_by(**chain._asdict()))
    }
    ends: list[End] = []
    order = size = unsigned = 0
    for at, (number, digest, id_, length) in enumerate(session.execute(query), first):
        if number != at:
            break
        order = order or id_
        size += length + 1
        unsigned += length + 1
        signature = signatures.get(Head(number, digest))
        is_long = unsigned > min(ROOM // 4, PAST_ROOM // 2)
        if signature is None and is_long and _is_own(chain, me):
            signature = _sign(session, me, chain, Head(number, digest))
        if signature is not None:
            ends.append(End(number, digest, signature, size))
            unsigned = 0
    if ends:
        yield Run(chain, first, tuple(ends), order)


def _is_own(chain: Chain, me: Local) -> bool:
    return (chain.origin, chain.epoch) == (me.keys.device_id, me.epoch)


def _sign(session: Session, me: Local, chain: Chain, head: Head) -> bytes:
    """Sign a further place of one's own chain, at which it can be cut."""
    signature = sign_head(me.keys.signing_key, chain, *head)
    session.add(HeadSignatureRow(**chain._asdict(), **head._asdict(), signature=signature))
    return signature


def pack(found: Plan, room: int, past_room: int) -> list[Parcel]:
    """Sort what is to be sent into files of so many plain bytes; one, perhaps empty, at least.

    ``past_room``: of files with the past, where a chain is signed often enough for it.
    """
    packing = _Packing(room)
    for run in found.policy:
        packing.put_run(run, room)
    for base in found.bases:
        packing.put_base(base)
    for run in found.news:
        packing.put_run(run, room)
    packing.last.is_last_news = True
    if found.bases:
        packing.begin()  # a new laptop shall work at once
    for run in found.past:
        packing.put_run(run, min(room, past_room))
    for content in found.contents:
        packing.put_content(content)
    return [parcel for parcel in packing.parcels if not parcel.is_empty()] or packing.parcels[:1]


class _Packing:
    """Files being filled, one after the other."""

    def __init__(self, room: int) -> None:
        self._room = room
        self.parcels = [Parcel()]

    @property
    def last(self) -> Parcel:
        return self.parcels[-1]

    def begin(self) -> None:
        if not self.last.is_empty():
            self.parcels.append(Parcel())

    def _make_room(self, size: int) -> None:
        if self.last.size + size > self._room:
            self.begin()
        self.last.size += size

    def put_base(self, base: SealedBase) -> None:
        self._make_room(len(base.part))
        self.last.bases.append(base)

    def put_content(self, content: Wanted) -> None:
        if len(self.last.contents) == MAX_CONTENTS:
            self.begin()
        self._make_room(content.size + _HEADING)
        self.last.contents.append(content)

    def put_run(self, run: Run, room: int) -> None:
        rest: Run | None = run
        while rest is not None:
            least = rest.ends[0].size + _HEADING if self.last.is_empty() else 0
            piece, rest = rest.cut(min(self._room, max(room, least)) - self.last.size)
            if piece is not None:
                self.last.size += piece.size
                self.last.runs.append(piece)
            elif self.last.is_empty() and rest is not None:
                raise TooLargeError("a signed run")
            else:
                self.begin()


def load_segments(session: Session, runs: Iterable[Run]) -> tuple[Segment, ...]:
    """Return runs with their exact lines.

    Long ones in several segments: the receiver keeps the signatures at which it can cut them.
    """
    pieces = (piece for run in runs for piece in run.pieces(PAST_ROOM // 2))
    return tuple(_segment(session, piece) for piece in pieces)


def _segment(session: Session, run: Run) -> Segment:
    end = run.ends[-1]
    query = (
        select(ChangesetRow.line)
        .where(of_chain(run.chain))
        .where(ChangesetRow.number.between(run.first, end.number), WHOLE)
        .order_by(ChangesetRow.number)
    )
    lines = tuple(session.scalars(query))
    return Segment(run.chain, run.first, end.number, end.digest, end.signature, lines)
