"""Which branch of a fork holds, and what a revoked device wrote too late: alike everywhere.

The superior's word counts: a branch that a higher device's changeset has ``seen``, or that a cut
names. Until then the branch with the smaller digest holds. When a fork or a cut is known, what is
in force in its scopes is computed anew from the whole set.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Changeset, Head, parse_line
from app.domain.merge import RANKS, Entry, Origin, Place, admit
from app.domain.ownership import POLICY
from app.models.journal import ACTIVE, FORKED, WAITING, ChainHeadRow, ChangeRow, ChangesetRow
from app.models.replica import RevocationCut
from app.models.statements import chunks
from app.sync.known import Settled
from app.sync.past import Row
from app.sync.trust import Trust, level_of

Judge = Callable[[Entry], tuple[str, str]]
"""State and reason of an admitted changeset."""
Cuts = Mapping[str, Mapping[Chain, Head]]
"""Revoked device → its chains' last places that hold; a chain without one ends before 1."""

REVOKED = "设备已停用，这是停用以后的内容"


@dataclass(frozen=True, slots=True)
class Review:
    """What became of changesets that were known already."""

    touched: frozenset[Row]
    forked: tuple[Changeset, ...]


def cuts_of(session: Session, trust: Trust) -> dict[str, dict[Chain, Head]]:
    """Return the cuts that a higher device of the area has set; the higher level's word counts."""
    found: dict[str, dict[Chain, Head]] = defaultdict(dict)
    rows = session.scalars(select(RevocationCut)).all()
    for row in sorted(rows, key=lambda r: (-_rank(r.scope), r.id), reverse=True):
        if not trust.may_cut(row.scope, row.device_id):
            continue
        chain = Chain(row.device_id, row.epoch, row.chain_scope)
        found[row.device_id][chain] = Head(row.number, row.digest)
    return found


def _rank(scope: str) -> int:
    return RANKS[level_of(scope.removeprefix(POLICY))]


def is_beyond(place: Place, cuts: Cuts) -> bool:
    """Tell whether a changeset lies beyond its device's cut."""
    its = cuts.get(place.chain.origin)
    return its is not None and place.number > its.get(place.chain, Head(0, "")).number


def forked_scopes(session: Session) -> set[str]:
    """Return the scopes in which a fork is known."""
    return set(session.scalars(select(ChangesetRow.scope).filter_by(state=FORKED).distinct()))


def unruled(session: Session, origin: Origin, trust: Trust) -> set[str]:
    """Return the scopes with a fork of a lower device on which no higher one has said a word."""
    found = set()
    for scope in forked_scopes(session):
        entries = _entries(session, scope).values()
        pinned = _pins(entries, trust, {})
        for entry in entries:
            is_lower = trust.rank(entry.place.chain.origin) < RANKS[origin.level]
            rivals = [e for e in entries if e.place == entry.place]
            if is_lower and len(rivals) > 1 and entry.place not in pinned:
                found.add(scope)
    return found


def review(session: Session, trust: Trust, judge: Judge, cuts: Cuts) -> Review:
    """Compute anew what is in force where a fork or a cut is known."""
    scopes = forked_scopes(session)
    scopes |= {chain.scope for its in cuts.values() for chain in its}
    scopes |= set(
        session.scalars(
            select(ChainHeadRow.scope).where(ChainHeadRow.origin.in_(list(cuts))).distinct()
        )
    )
    if any(scope.startswith(POLICY) for scope in forked_scopes(session)):
        scopes |= set(session.scalars(select(ChangesetRow.scope).distinct()))
    policies = {scope for scope in scopes if scope.startswith(POLICY)}
    changed: dict[str, tuple[str, str]] = {}
    before: dict[str, str] = {}
    for group in (policies, scopes - policies):
        states = _states(session, group, trust, judge, cuts)
        for digest, old in states.items():
            before[digest] = old[0]
            if old[0:2] != old[2:4]:
                changed[digest] = old[2:4]
    moved = {d for d, (state, _) in changed.items() if ACTIVE in (state, before[d])}
    forked = {d for d, (state, _) in changed.items() if state == FORKED}
    return Review(frozenset(_rows(session, moved)), tuple(_changesets(session, forked)))


def _states(
    session: Session, scopes: set[str], trust: Trust, judge: Judge, cuts: Cuts
) -> dict[str, tuple[str, str, str, str]]:
    """Write the states of all changesets of the scopes; return digest → old and new."""
    entries = {d: e for scope in sorted(scopes) for d, e in _entries(session, scope).items()}
    if not entries:
        return {}
    pinned = _pins(entries.values(), trust, cuts)
    out = {d for d, e in entries.items() if pinned.get(e.place, d) != d}
    settled = Settled(session)

    def outside(chain: Chain, number: int) -> str | None:
        return None if chain.scope in scopes else settled(chain, number)

    found = admit([e for d, e in entries.items() if d not in out], outside)
    new = {entry.digest: judge(entry) for entry in found.ready}
    new |= {entry.digest: (WAITING, "") for entry, _gaps in found.waiting}
    new |= {entry.digest: (FORKED, "") for entry in found.forked}
    new |= dict.fromkeys(out, (FORKED, ""))
    states = {}
    for chunk in chunks(sorted(entries)):
        query = select(ChangesetRow.digest, ChangesetRow.state, ChangesetRow.state_reason)
        for digest, state, reason in session.execute(query.where(ChangesetRow.digest.in_(chunk))):
            states[digest] = (state, reason, *new[digest])
            if (state, reason) != new[digest]:
                values = {"state": new[digest][0], "state_reason": new[digest][1]}
                session.execute(update(ChangesetRow).filter_by(digest=digest).values(values))
    _set_heads(session, scopes, found.ready)
    return states


def _set_heads(session: Session, scopes: set[str], ready: Iterable[Entry]) -> None:
    last: dict[Chain, Head] = {}
    for entry in ready:
        chain, number = entry.place
        if chain not in last or last[chain].number < number:
            last[chain] = Head(number, entry.digest)
    session.execute(delete(ChainHeadRow).where(ChainHeadRow.scope.in_(scopes)))
    session.expire_all()
    session.add_all(ChainHeadRow(**c._asdict(), **h._asdict()) for c, h in last.items())
    session.flush()


def _entries(session: Session, scope: str) -> dict[str, Entry]:
    rows = session.execute(select(ChangesetRow.digest, ChangesetRow.line).filter_by(scope=scope))
    return {digest: Entry(parse_line(line), digest) for digest, line in rows}


def _pins(entries: Iterable[Entry], trust: Trust, cuts: Cuts) -> dict[Place, str]:
    """Return the digest that holds at each place on which somebody higher has said a word."""
    by_digest = {entry.digest: entry for entry in entries}
    words: list[tuple[int, str, Place, str]] = []
    for its in cuts.values():
        words += ((-9, "", Place(c, h.number), h.digest) for c, h in its.items() if h.number)
    for entry in by_digest.values():
        rank = trust.rank(entry.place.chain.origin)
        for chain, head in entry.changeset.seen.items():
            if rank > trust.rank(chain.origin):
                words.append((-rank, entry.digest, Place(chain, head.number), head.digest))
    pinned: dict[Place, str] = {}
    for _order, _by, place, digest in sorted(words):
        _follow(place, digest, by_digest, pinned)
    return pinned


def _follow(
    place: Place, digest: str, known: Mapping[str, Entry], pinned: dict[Place, str]
) -> None:
    """Pin a place and all before it on its branch; what was pinned before stays."""
    path: list[tuple[Place, str]] = []
    while place.number and place not in pinned:
        path.append((place, digest))
        entry = known.get(digest)
        if entry is None:
            break
        place, digest = Place(place.chain, place.number - 1), entry.changeset.previous
    else:
        if place.number and pinned[place] != digest:
            return  # a higher word is for another branch
    pinned.update(path)


def _rows(session: Session, digests: set[str]) -> Iterable[Row]:
    for chunk in chunks(sorted(digests)):
        query = (
            select(ChangeRow.table_name, ChangeRow.row_id)
            .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
            .where(ChangesetRow.digest.in_(chunk))
            .distinct()
        )
        for row in session.execute(query):
            yield Row(*row)


def _changesets(session: Session, digests: set[str]) -> Iterable[Changeset]:
    for chunk in chunks(sorted(digests)):
        query = select(ChangesetRow.line).where(ChangesetRow.digest.in_(chunk))
        yield from (parse_line(line) for line in session.scalars(query))
