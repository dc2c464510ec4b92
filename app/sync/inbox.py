"""Taking in a package: changesets are added to the journal, then the touched rows derived.

Import adds to the set of changesets known and decides nothing; order and repetition do not matter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Changeset, Head, parse_line
from app.domain.merge import Entry, Gap, Origin, admit
from app.models.journal import ACTIVE, FORKED, VOID, WAITING, ChangesetRow
from app.sync import based, contents, epochs, outbox, rulings, writing
from app.sync.contents import Taken
from app.sync.derive import Derived, derive, misfits
from app.sync.known import Settled, base_chains
from app.sync.package import Opened
from app.sync.past import Past, Row, changes_in, known, of_their_scope
from app.sync.receipt import Waiting
from app.sync.segments import CheckedSegment
from app.sync.trust import Trust
from app.sync.writing import State

Objections = Callable[[Changeset, Origin], list[str]]
"""Why the device may not have made a changeset; empty if it may."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a package did to the journal and the tables.

    ``based``: scopes of which a base was taken in. ``past``: changesets that are whole now.
    """

    applied: tuple[Changeset, ...]
    already_known: int
    waiting: tuple[Waiting, ...]
    void: tuple[tuple[Changeset, str], ...]
    forked: tuple[Changeset, ...]
    touched: frozenset[Row]  # what changesets now in force have written
    derived: Derived
    contents: Taken
    based: frozenset[str] = frozenset()
    past: int = 0


def take_in(session: Session, opened: Opened, objections: Objections, at: str) -> Effect:
    """Add what the package brings; what waited for it goes in as well.

    ``session`` is that of ``Store.absorb``; ``at``: now. The caller commits or rolls back.
    """
    judging = Judging(opened.trust, objections, rulings.cuts_of(session, opened.trust))
    stored = _stored(session)
    new = _new_rows(session, opened)
    grounded = [
        state
        for base in opened.bases
        for state in based.take_base(session, base, set(stored), judging)
    ]
    settled = Settled(session)
    past, replaced = based.take_past(session, opened.segments, stored, settled, judging)
    offered = list(stored.values())
    for checked in opened.segments:
        settled.load(checked.segment.chain, checked.segment.first, checked.segment.last)
        offered += checked.entries
    found = admit(offered, settled)
    lines = _lines(opened.segments)
    ready = [State(e, lines.get(e.digest, b""), *judging(e)) for e in found.ready]
    kept = [e for e, _gaps in found.waiting]
    states = [
        *ready,
        *(State(e, lines.get(e.digest, b""), WAITING) for e in kept),
        *(State(e, lines.get(e.digest, b""), FORKED) for e in found.forked),
    ]
    _store(session, states, stored)
    writing.move_heads(session, _ends(found.ready))
    writing.keep_signatures(
        session,
        (
            (s.chain, Head(s.last, s.digest), s.signature)
            for s in (c.segment for c in opened.segments)
        ),
    )
    arrived = {entry.digest for checked in opened.segments for entry in checked.entries}
    news = {state.entry.digest for state in (*states, *past)}
    taken = [*grounded, *past, *ready]
    in_force = {s.entry.digest: s.entry for s in taken if s.state == ACTIVE}
    touched = _rows_of(in_force.values())
    touched |= replaced | _take_back(session, opened, judging)
    return Effect(
        applied=tuple(s.entry.changeset for s in (*grounded, *ready) if s.state == ACTIVE),
        already_known=len(arrived - news),
        waiting=tuple(outbox.runs(found.waiting)),
        void=tuple((s.entry.changeset, s.reason) for s in taken if s.state == VOID),
        forked=tuple(e.changeset for e in found.forked if e.digest not in stored),
        touched=frozenset(touched),
        derived=_derive(
            session, touched, opened.trust, of_their_scope(changes_in(in_force.values(), new))
        ),
        contents=contents.take_in(session, opened, at),
        based=frozenset(base.scope for base in opened.bases) if grounded else frozenset(),
        past=len(past),
    )


def _new_rows(session: Session, opened: Opened) -> set[Row]:
    """Return the rows of a package about which nothing is here: it has their whole history."""
    entries = [entry for checked in opened.segments for entry in checked.entries]
    entries += [line.entry for base in opened.bases for line in base.lines]
    named = _rows_of(entries)
    return named - known(session, named)


def _rows_of(entries: Iterable[Entry]) -> set[Row]:
    return {Row(c.table, c.row) for entry in entries for c in entry.changeset.changes}


def _derive(
    session: Session, touched: set[Row], trust: Trust, told: Mapping[Row, list[Past]]
) -> Derived:
    derived = derive(session, touched, trust, told)
    late = set(based.late_rows(session, based.end_of_past(session)))
    return _joined(derived, derive(session, late, trust)) if late else derived


def settle_forks(session: Session, effect: Effect, trust: Trust, objections: Objections) -> Effect:
    """Let the superior's word hold on forks and revoked devices, as the whole set has it now.

    It rests while the past of a chain is not whole here.
    """
    cuts = rulings.cuts_of(session, trust)
    is_quiet = not cuts and not rulings.forked_scopes(session)
    if is_quiet or base_chains(session):
        return effect
    judging = Judging(trust, objections, cuts)
    found = rulings.review(session, trust, judging, cuts)
    touched = set(found.touched)
    if epochs.lost_branch(session):
        touched |= epochs.reissue(session)
        rulings.review(session, trust, judging, cuts)  # what it may not is void here at once
    touched |= effect.touched & found.touched
    known = {changeset.line() for changeset in effect.forked}
    return replace(
        effect,
        touched=effect.touched | touched,
        forked=(*effect.forked, *(c for c in found.forked if c.line() not in known)),
        derived=_joined(effect.derived, derive(session, touched, trust)),
    )


def _joined(first: Derived, second: Derived) -> Derived:
    return Derived(
        [*first.conflicts, *second.conflicts],
        [*first.inserted, *second.inserted],
        [*first.updated, *second.updated],
        first.about | second.about,
    )


def _take_back(session: Session, opened: Opened, judging: "Judging") -> set[Row]:
    """Make one's own changesets void that the peer found void, if they are; return their rows."""
    touched: set[Row] = set()
    for place in opened.receipt.void:
        if place.chain.origin != opened.header.receiver:
            continue
        at = {**place.chain._asdict(), "number": place.number, "state": ACTIVE}
        for row in session.scalars(select(ChangesetRow).filter_by(**at)):
            entry = Entry(parse_line(row.line), row.digest)
            row.state, row.state_reason = judging(entry)
            if row.state == VOID:
                touched |= {Row(c.table, c.row) for c in entry.changeset.changes}
    session.flush()
    return touched


def missing(effect: Effect) -> tuple[Gap, ...]:
    """Return what nobody here has and something waits for."""
    return tuple(sorted({gap for waiting in effect.waiting for gap in waiting.missing}))


@dataclass(frozen=True, slots=True)
class Judging:
    """Judges changesets: in force, or void with the reason; alike on every replica."""

    trust: Trust
    objections: Objections
    cuts: rulings.Cuts

    def __call__(self, entry: Entry) -> tuple[str, str]:
        """Return state and reason."""
        changeset = entry.changeset
        certificate = self.trust.certificate(changeset.chain.origin)
        if certificate is None:  # it waited for longer than its certificate held
            return VOID, "设备没有登记"
        if rulings.is_beyond(entry.place, self.cuts):
            return VOID, rulings.REVOKED
        # Only what fits its tables has a meaning that authority can judge.
        reasons = misfits(changeset.changes, changeset.chain.scope)
        reasons = reasons or self.objections(changeset, certificate.identity.origin)
        return VOID if reasons else ACTIVE, "；".join(reasons)


def _stored(session: Session) -> dict[str, Entry]:
    """Return what is kept here without effect, waiting or on a fork, by digest."""
    query = select(ChangesetRow).where(ChangesetRow.state.in_([WAITING, FORKED]))
    return {row.digest: Entry(parse_line(row.line), row.digest) for row in session.scalars(query)}


def _lines(segments: Iterable[CheckedSegment]) -> dict[str, bytes]:
    return {
        entry.digest: line
        for checked in segments
        for entry, line in zip(checked.entries, checked.segment.lines, strict=True)
    }


def _store(session: Session, states: list[State], stored: dict[str, Entry]) -> None:
    """Insert the new changesets with their changes; move on those that were kept waiting."""
    unique = {state.entry.digest: state for state in states}
    writing.restate(session, (unique[digest] for digest in unique.keys() & stored.keys()))
    new = [state for digest, state in unique.items() if digest not in stored]
    writing.add(session, enumerate(new, writing.next_id(session)))


def _ends(ready: Iterable[Entry]) -> dict[Chain, Head]:
    """Return the last changeset taken in of each chain."""
    last: dict[Chain, Head] = {}
    for entry in ready:
        chain, number = entry.place
        if chain not in last or last[chain].number < number:
            last[chain] = Head(number, entry.digest)
    return last
