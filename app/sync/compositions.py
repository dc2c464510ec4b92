"""A household's composition conflicts as a whole: split, join, move, change of head.

Not births and deaths. Two laptops that split one household differently would otherwise mix into a
third one that nobody wanted; so one side counts whole until somebody decides.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW
from app.domain.household import HEAD
from app.domain.merge import Causality, Part, Place, Side, UnitChange, resolve
from app.models.conflict import COMPOSITION
from app.models.household import Member
from app.models.journal import ChangeRow
from app.models.statements import among
from app.sync.past import Past, Row, causality_of, history_of
from app.sync.trust import Trust
from app.sync.units import Conflict, Unit

FIELDS = ("household_id", "relation")


@dataclass(slots=True)
class Settled:
    """What was found: conflicts, the households looked at, the members written."""

    conflicts: list[Conflict] = field(default_factory=list)
    households: set[str] = field(default_factory=set)
    updated: set[Row] = field(default_factory=set)


def settle(session: Session, touched: Iterable[Row], trust: Trust) -> Settled:
    """Let one side of each contested composition count; return the conflicts."""
    result = Settled()
    moved = _moved(session, {row.id for row in touched if row.table == "member"})
    if not moved:
        return result
    history, homes = _related(session, moved)
    causality = causality_of(session, {p.place.chain.scope for c in history.values() for p in c})
    result.households = {home for its in homes.values() for home in its}
    members: dict[str, set[str]] = defaultdict(set)
    for member, its in homes.items():
        for home in its:
            members[home].add(member)
    losers: dict[str, set[Place]] = defaultdict(set)
    for home in sorted(result.households):
        writes = _writes(home, {m: history[m] for m in sorted(members[home])}, causality, trust)
        sides = resolve(writes, causality).sides if writes else ()
        if not sides:
            continue  # agreed, or nothing that moved somebody holds any more
        unit = Unit("household", home, COMPOSITION)
        written = {part.row for side in sides for part in side.values}
        result.conflicts.append(Conflict(unit, sides, COMPOSITION, tuple(sorted(written))))
        lost = _losers(writes, sides[0], causality)
        for member in members[home]:
            losers[member] |= lost
    for member, changes in history.items():
        if _write(session, member, changes, losers[member], causality, trust):
            result.updated.add(Row("member", member))
    session.flush()
    return result


def _moved(session: Session, ids: set[str]) -> set[str]:
    """Return the members that were ever moved, or whose relation to the head was changed."""
    query = select(ChangeRow.row_id).where(
        ChangeRow.table_name == "member", among(ChangeRow.row_id, ids), _IS_COMPOSITION
    )
    return set(session.scalars(query.distinct())) if ids else set()


_IS_COMPOSITION = ChangeRow.field.in_(FIELDS)


def _related(
    session: Session, moved: set[str]
) -> tuple[dict[str, list[Past]], dict[str, set[str]]]:
    """Return the history of all who ever shared a household with them, and their households."""
    history: dict[str, list[Past]] = {}
    homes: dict[str, set[str]] = {}
    seen: set[str] = set()
    todo = set(moved)
    while todo:
        for row, changes in history_of(session, {Row("member", m) for m in todo}).items():
            history[row.id] = changes
            homes[row.id] = set(_homes(changes))
        new = {home for m in todo for home in homes.get(m, ())} - seen
        seen |= new
        todo = _members(session, new) - history.keys()
    return history, homes


def _homes(changes: Iterable[Past]) -> Iterable[str]:
    for change in changes:
        if change.field == NEW_ROW:
            yield change.new["household_id"]
        elif change.field == "household_id":
            yield change.new


def _members(session: Session, homes: set[str]) -> set[str]:
    """Return who is in the households now, and who ever left or joined them."""
    texts = [json.dumps(home) for home in homes]
    moves = select(ChangeRow.row_id).where(
        ChangeRow.table_name == "member",
        ChangeRow.field == "household_id",
        or_(among(ChangeRow.new, texts), among(ChangeRow.old, texts)),
    )
    inside = select(Member.id).where(among(Member.household_id, homes))
    return {*session.scalars(inside), *session.scalars(moves.distinct())}


def _writes(
    home: str, history: Mapping[str, list[Past]], causality: Causality, trust: Trust
) -> list[UnitChange]:
    """Return what changesets that moved somebody or made a head wrote of this household."""
    by_place: dict[Place, list[tuple[str, Past]]] = defaultdict(list)
    about: set[Place] = set()
    for member, changes in history.items():
        for change in changes:
            if change.field not in FIELDS:
                continue
            by_place[change.place].append((member, change))
            is_move = change.field == "household_id" and home in (change.new, change.before())
            is_head = change.field == "relation" and change.new == HEAD
            if is_move or (is_head and _home_at(change, changes, causality) == home):
                about.add(change.place)
    about |= _decisions(by_place, about, causality)
    return [
        UnitChange(
            change.place,
            change.digest,
            trust.rank(change.place.chain.origin),
            Part("member", member, change.field),
            change.new,
        )
        for place in sorted(about)
        for member, change in by_place[place]
    ]


def _decisions(
    written: Mapping[Place, list[tuple[str, Past]]], about: set[Place], causality: Causality
) -> set[Place]:
    """Return what decided between sides: it had seen two of them and wrote all that they wrote.

    It may leave everybody where the side in force had them, and so name this household nowhere.
    """
    decided: set[Place] = set()
    earlier = {place: sum(causality.saw(place, other) for other in written) for place in written}
    for place in sorted(written.keys() - about, key=lambda place: (earlier[place], place)):
        seen = [other for other in about | decided if causality.saw(place, other)]
        heads = [one for one in seen if not any(causality.saw(other, one) for other in seen)]
        sides = {part for head in heads for part in _parts(written[head])}
        if len(heads) > 1 and sides <= _parts(written[place]):
            decided.add(place)
    return decided


def _parts(changes: Iterable[tuple[str, Past]]) -> set[tuple[str, str]]:
    return {(member, change.field) for member, change in changes}


def _home_at(at: Past, changes: list[Past], causality: Causality) -> str:
    """Return the household that a member was in as a changeset left it."""
    home = ""
    last: Past | None = None
    for change in changes:
        if change.field == NEW_ROW and not home:
            home = change.new["household_id"]
        if change.field != "household_id":
            continue
        known = change.place == at.place or causality.saw(at.place, change.place)
        if known and (last is None or causality.saw(change.place, last.place)):
            last, home = change, change.new
    return home


def _losers(writes: Iterable[UnitChange], winner: Side, causality: Causality) -> set[Place]:
    """Return the changesets that do not count while the winner does."""
    return {
        write.place
        for write in writes
        if write.place != winner.place and not causality.saw(winner.place, write.place)
    }


def _write(
    session: Session,
    member: str,
    changes: list[Past],
    without: set[Place],
    causality: Causality,
    trust: Trust,
) -> bool:
    """Write where a member belongs, as the changesets that count say."""
    row = session.get(Member, member)
    if row is None:
        return False
    changed = False
    for name in FIELDS:
        counted = [
            UnitChange(
                change.place,
                change.digest,
                trust.rank(change.place.chain.origin),
                Part("member", member, name),
                change.new[name] if change.field == NEW_ROW else change.new,
                change.field == NEW_ROW,
            )
            for change in changes
            if change.field == NEW_ROW or (change.field == name and change.place not in without)
        ]
        value = resolve(counted, causality).values[Part("member", member, name)]
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    return changed
