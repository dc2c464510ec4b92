"""Taking in a package: changesets are added to the journal, then the touched rows derived.

Import adds to the set of changesets known and decides nothing; order and repetition do not matter.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.changeset import Changeset, FieldChange, parse_line
from app.domain.merge import Entry, Gap, Origin, admit
from app.models.journal import (
    ACTIVE,
    FORKED,
    VOID,
    WAITING,
    ChainHeadRow,
    ChangeRow,
    ChangesetRow,
    HeadSignatureRow,
    SeenRow,
)
from app.sync import epochs, outbox, rulings
from app.sync.derive import Derived, derive, misfits
from app.sync.package import Opened
from app.sync.past import Row
from app.sync.receipt import Waiting
from app.sync.segments import CheckedSegment
from app.sync.trust import Trust

Objections = Callable[[Changeset, Origin], list[str]]
"""Why the device may not have made a changeset; empty if it may."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a package did to the journal and the tables."""

    applied: tuple[Changeset, ...]
    already_known: int
    waiting: tuple[Waiting, ...]
    void: tuple[tuple[Changeset, str], ...]
    forked: tuple[Changeset, ...]
    touched: frozenset[Row]  # what changesets now in force have written
    derived: Derived


@dataclass(frozen=True, slots=True)
class _State:
    """A changeset's row as it shall be."""

    entry: Entry
    state: str
    reason: str = ""


def take_in(session: Session, opened: Opened, objections: Objections) -> Effect:
    """Add what the package brings; what waited for it goes in as well.

    ``session`` is that of ``Store.absorb``. The caller commits or rolls back.
    """
    settled = outbox.Settled(session)
    stored = _stored(session)
    offered = list(stored.values())
    for checked in opened.segments:
        segment = checked.segment
        settled.load(segment.chain, segment.first, segment.last)
        offered += checked.entries
    found = admit(offered, settled)
    judging = Judging(opened.trust, objections, rulings.cuts_of(session, opened.trust))
    ready = [_State(entry, *judging(entry)) for entry in found.ready]
    states = [
        *ready,
        *(_State(entry, WAITING) for entry, _gaps in found.waiting),
        *(_State(entry, FORKED) for entry in found.forked),
    ]
    lines = _lines(opened.segments)
    _store(session, states, stored, lines)
    _move_heads(session, found.ready)
    _keep_signatures(session, opened.segments)
    arrived = {entry.digest for checked in opened.segments for entry in checked.entries}
    news = {entry.digest for entry in (*found.ready, *found.forked)}
    news |= {entry.digest for entry, _gaps in found.waiting}
    applied = tuple(s.entry.changeset for s in ready if s.state == ACTIVE)
    touched = {Row(c.table, c.row) for changeset in applied for c in changeset.changes}
    touched |= _take_back(session, opened, judging)
    return Effect(
        applied=applied,
        already_known=len(arrived - news),
        waiting=tuple(outbox.runs(found.waiting)),
        void=tuple((s.entry.changeset, s.reason) for s in ready if s.state == VOID),
        forked=tuple(e.changeset for e in found.forked if e.digest not in stored),
        touched=frozenset(touched),
        derived=derive(session, touched, opened.trust),
    )


def settle_forks(session: Session, effect: Effect, trust: Trust, objections: Objections) -> Effect:
    """Let the superior's word hold on forks and revoked devices, as the whole set has it now."""
    cuts = rulings.cuts_of(session, trust)
    is_quiet = not cuts and not rulings.forked_scopes(session)
    if is_quiet:
        return effect
    found = rulings.review(session, trust, Judging(trust, objections, cuts), cuts)
    touched = set(found.touched)
    if epochs.lost_branch(session):
        touched |= epochs.reissue(session)
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


def _store(
    session: Session, states: list[_State], stored: dict[str, Entry], lines: dict[str, bytes]
) -> None:
    """Insert the new changesets with their changes; move on those that were kept waiting."""
    unique = {s.entry.digest: s for s in states}
    for digest in unique.keys() & stored.keys():
        values = {"state": unique[digest].state, "state_reason": unique[digest].reason}
        session.execute(update(ChangesetRow).filter_by(digest=digest).values(values))
    new = [s for digest, s in unique.items() if digest not in stored]
    if not new:
        return
    top = session.scalars(select(func.max(ChangesetRow.id))).one() or 0
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    seen: list[dict[str, Any]] = []
    for id_, state in enumerate(new, top + 1):
        changeset = state.entry.changeset
        rows.append(_row(id_, state, lines[state.entry.digest]))
        changes += (_change(id_, change) for change in changeset.changes)
        seen += (
            {"changeset_id": id_, **chain._asdict(), **head._asdict()}
            for chain, head in changeset.seen.items()
        )
    connection = session.connection()
    for table, values_of in ((ChangesetRow, rows), (ChangeRow, changes), (SeenRow, seen)):
        if values_of:
            connection.execute(insert(table), values_of)


def _row(id_: int, state: _State, line: bytes) -> dict[str, Any]:
    changeset = state.entry.changeset
    return {
        "id": id_,
        **changeset.chain._asdict(),
        "number": changeset.number,
        "digest": state.entry.digest,
        "previous": changeset.previous,
        "at": changeset.at,
        "actor": changeset.actor,
        "role": changeset.role,
        "operation": changeset.operation,
        "operation_id": changeset.operation_id,
        "reason": changeset.reason,
        "line": line,
        "state": state.state,
        "state_reason": state.reason,
    }


def _change(changeset_id: int, change: FieldChange) -> dict[str, Any]:
    old, new = (
        json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for value in (change.old, change.new)
    )
    return {
        "changeset_id": changeset_id,
        "table_name": change.table,
        "row_id": change.row,
        "field": change.field,
        "old": old,
        "new": new,
    }


def _move_heads(session: Session, ready: Iterable[Entry]) -> None:
    """Set the end of each chain to the last changeset taken in of it."""
    last: dict[Any, Entry] = {}
    for entry in ready:
        chain = entry.changeset.chain
        if chain not in last or last[chain].place.number < entry.place.number:
            last[chain] = entry
    for chain, entry in last.items():
        head = session.get(ChainHeadRow, tuple(chain))
        if head is None:
            head = ChainHeadRow(**chain._asdict())
            session.add(head)
        head.number, head.digest = entry.place.number, entry.digest


def _keep_signatures(session: Session, segments: Iterable[CheckedSegment]) -> None:
    """Keep the signed heads, so that the segments can be forwarded unchanged."""
    for checked in segments:
        segment = checked.segment
        place = {
            **segment.chain._asdict(),
            "number": segment.last,
            "digest": segment.digest,
        }
        if session.scalars(select(HeadSignatureRow).filter_by(**place)).first() is None:
            session.add(HeadSignatureRow(**place, signature=segment.signature))
    session.flush()
