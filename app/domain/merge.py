"""The merge: a change replaces what it had seen; everything else is computed from the set.

Pure functions over changesets known. Nothing here decides by time, by order of arrival or by
comparing old values: state is a function of the set, so any order of delivery ends alike.
Source: change-packages.md «Merge», «Authority».
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from app.domain.changeset import Chain, Changeset, Head
from app.domain.ownership import POLICY

RANKS = {"village": 1, "township": 2, "county": 3}
_PREFIX = {"village": 12, "township": 9, "county": 6}  # digits that say where a place lies


@dataclass(frozen=True, slots=True)
class Origin:
    """The device that a changeset comes from, as its certificate says."""

    device_id: str
    level: str
    area_code: str


class Place(NamedTuple):
    """A changeset's place: its chain and its number there."""

    chain: Chain
    number: int


class Part(NamedTuple):
    """One field of one row."""

    table: str
    row: str
    field: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A changeset with the digest of its exact bytes."""

    changeset: Changeset
    digest: str

    @property
    def place(self) -> Place:
        """Chain and number."""
        return Place(self.changeset.chain, self.changeset.number)


class Gap(NamedTuple):
    """Numbers of a chain that are missing here, both ends included."""

    chain: Chain
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Admission:
    """What of the offered changesets can be taken in now.

    ``ready``: in an order in which each follows all that it had seen. ``waiting``: with what is
    missing. ``forked``: another changeset of the same number, or what builds on one.
    """

    ready: tuple[Entry, ...]
    waiting: tuple[tuple[Entry, tuple[Gap, ...]], ...]
    forked: tuple[Entry, ...]


Settled = Callable[[Chain, int], str | None]
"""The digest of what is taken in (active or void) at a place, None if nothing is."""


def admit(offered: Iterable[Entry], settled: Settled) -> Admission:
    """Sort the offered changesets into ready, waiting and forked.

    A changeset is ready when the one before it and all that it had seen are taken in, with the
    same digests. Offer what already waits together with what is new: it goes in by itself.
    """
    new = {entry.digest: entry for entry in offered if settled(*entry.place) != entry.digest}
    entries = sorted(new.values(), key=lambda e: (e.place, e.digest))
    ready, digests = _ready(entries, settled)

    def taken(place: Place) -> str | None:
        return digests.get(place) or settled(*place)

    left = [entry for entry in entries if digests.get(entry.place) != entry.digest]
    forked = _forked(left, taken)
    branch = {entry.digest for entry in forked}
    waiting = [entry for entry in left if entry.digest not in branch]
    holes = _Holes({entry.place for entry in waiting}, taken)
    return Admission(
        tuple(ready),
        tuple(
            (entry, holes.below(need for need in _needs(entry) if taken(need) is None))
            for entry in waiting
        ),
        tuple(forked),
    )


def _forked(left: list[Entry], taken: Callable[[Place], str | None]) -> list[Entry]:
    """Return the other changesets of numbers taken in, and what builds on or had seen them."""
    branch = {e.digest for e in left if taken(e.place) is not None}
    grown = True
    while grown:
        more = {
            entry.digest
            for entry in left
            if entry.digest not in branch
            and any(
                digest in branch or taken(need) not in (None, digest)
                for need, digest in _needs(entry).items()
            )
        }
        branch |= more
        grown = bool(more)
    return [entry for entry in left if entry.digest in branch]


def _ready(entries: list[Entry], settled: Settled) -> tuple[list[Entry], dict[Place, str]]:
    """Follow the changesets from those that lack nothing to those that had seen them.

    Of two that could take the same place the first in order does; the rest is a fork.
    """
    blocked_by: dict[str, int] = {}
    followers: dict[str, list[Entry]] = defaultdict(list)
    done: dict[Place, str] = {}
    ready: list[Entry] = []
    todo: list[Entry] = []
    for entry in entries:
        lacking = [d for need, d in _needs(entry).items() if settled(*need) != d]
        blocked_by[entry.digest] = len(lacking)
        for digest in lacking:
            followers[digest].append(entry)
        if not lacking:
            todo.append(entry)
    todo.reverse()
    while todo:
        entry = todo.pop()
        if entry.place in done or settled(*entry.place) is not None:
            continue
        done[entry.place] = entry.digest
        ready.append(entry)
        for follower in followers[entry.digest]:
            blocked_by[follower.digest] -= 1
            if not blocked_by[follower.digest]:
                todo.append(follower)
    return ready, done


def _needs(entry: Entry) -> dict[Place, str]:
    changeset = entry.changeset
    needs = {Place(chain, head.number): head.digest for chain, head in changeset.seen.items()}
    if changeset.number > 1:
        needs[Place(changeset.chain, changeset.number - 1)] = changeset.previous
    return needs


class _Holes:
    """Names what nobody here has of a chain: the numbers below what only waits.

    What is taken in of a chain has no holes, so its end is found by halving.
    """

    def __init__(self, open_entries: Iterable[Place], taken: Callable[[Place], str | None]) -> None:
        self._taken = taken
        self._numbers: dict[Chain, list[int]] = defaultdict(list)
        self._bottoms: dict[Place, int] = {}  # of the run of waiting numbers that a place is in
        for place in sorted(open_entries):
            before = self._bottoms.get(Place(place.chain, place.number - 1))
            self._bottoms[place] = place.number if before is None else before
            self._numbers[place.chain].append(place.number)

    def below(self, missing: Iterable[Place]) -> tuple[Gap, ...]:
        """Return the gaps that keep the missing places from being there."""
        ends: dict[tuple[Chain, int], int] = {}
        for place in missing:
            last = self._bottoms.get(place, place.number + 1) - 1
            first = self._first(place.chain, last)
            if first <= last:
                ends[place.chain, first] = max(last, ends.get((place.chain, first), 0))
        return tuple(Gap(chain, first, last) for (chain, first), last in sorted(ends.items()))

    def _first(self, chain: Chain, last: int) -> int:
        numbers = self._numbers.get(chain, [])
        at = bisect_left(numbers, last + 1)
        waiting = numbers[at - 1] if at else 0
        top = bisect_left(
            range(1, last + 1), 1, key=lambda n: int(self._taken(Place(chain, n)) is None)
        )
        return max(top, waiting) + 1


class Causality:
    """Tells which of two changesets had seen the other.

    Built from the ``seen`` of every changeset that took something in (those with an empty ``seen``
    add nothing). Along a chain what was seen only grows.
    """

    def __init__(self, seen: Iterable[tuple[Place, Mapping[Chain, Head]]]) -> None:
        self._numbers: dict[Chain, list[int]] = defaultdict(list)
        self._vectors: dict[Chain, list[dict[Chain, int]]] = defaultdict(list)
        for place, heads in sorted(seen, key=lambda item: item[0]):
            vectors = self._vectors[place.chain]
            vector = dict(vectors[-1]) if vectors else {}
            for chain, head in heads.items():
                vector[chain] = max(vector.get(chain, 0), head.number)
            self._numbers[place.chain].append(place.number)
            vectors.append(vector)

    def saw(self, later: Place, earlier: Place) -> bool:
        """Tell whether ``later`` had seen ``earlier`` (a changeset has not seen itself)."""
        if later.chain == earlier.chain:
            return later.number > earlier.number
        at = bisect_right(self._numbers.get(later.chain, []), later.number)
        return (
            bool(at) and self._vectors[later.chain][at - 1].get(earlier.chain, 0) >= earlier.number
        )


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What one changeset in force wrote to one part of a unit.

    ``rank``: its origin's level. ``creates``: the value came with the whole new row.
    """

    place: Place
    digest: str
    rank: int
    part: Part
    value: Any
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: the unit as the changeset at ``place`` leaves it."""

    place: Place
    digest: str
    rank: int
    values: Mapping[Part, Any]


@dataclass(frozen=True, slots=True)
class Resolution:
    """A unit's values in force, and the sides of its conflict if any, the one in force first."""

    values: Mapping[Part, Any]
    sides: tuple[Side, ...] = ()


def resolve(changes: Iterable[UnitChange], causality: Causality) -> Resolution:
    """Return a unit's state: its heads' common value, or a conflict of the whole unit.

    Heads are the changesets that no other one of the unit had seen. ``changes`` of one changeset
    stand in their order: the last one of a part counts. While heads differ, the higher level's
    side is in force, else that of the smaller hash; a later changeset that had seen all sides and
    writes the unit whole decides.
    """
    writes = _by_changeset(changes)
    heads = _heads(writes, causality)
    sides = tuple(
        Side(
            h.place,
            h.digest,
            h.rank,
            _snapshot([w for w in writes if _within(w, h, causality)], causality)[0],
        )
        for h in heads
    )
    if len(sides) == 1:
        return _alone(sides[0], writes, causality)
    if all(side.values == sides[0].values for side in sides):
        return Resolution(sides[0].values)
    return Resolution(sides[0].values, sides)


@dataclass(frozen=True, slots=True)
class _Write:
    place: Place
    digest: str
    rank: int
    values: Mapping[Part, Any]
    creates: bool
    twins: tuple[Place, ...] = ()


def _by_changeset(changes: Iterable[UnitChange]) -> list[_Write]:
    """Join the changes of each changeset, and tie together those that made the same row alike.

    One natural id is one row: two laptops that open the same month made one sheet, and who has
    seen one of the two creations has seen both.
    """
    values: dict[Place, dict[Part, Any]] = defaultdict(dict)
    edits: set[Place] = set()
    first: dict[Place, UnitChange] = {}
    for change in changes:
        values[change.place][change.part] = change.value
        first.setdefault(change.place, change)
        if not change.creates:
            edits.add(change.place)
    writes = [
        _Write(place, change.digest, change.rank, values[place], place not in edits)
        for place, change in first.items()
    ]
    alike: dict[str, list[Place]] = defaultdict(list)
    for write in writes:
        if write.creates:
            alike[repr(sorted(write.values.items()))].append(write.place)
    return [
        replace(write, twins=tuple(alike[repr(sorted(write.values.items()))]))
        if write.creates
        else write
        for write in writes
    ]


def _heads(writes: Iterable[_Write], causality: Causality) -> list[_Write]:
    """Return what no other one had seen, the side that counts first."""
    last: dict[Chain, _Write] = {}
    for write in writes:
        if write.place.chain not in last or last[write.place.chain].place < write.place:
            last[write.place.chain] = write
    ends = last.values()
    heads = [w for w in ends if not any(_saw(o, w, causality) for o in ends)]
    if not heads:  # somebody made a row again that he knew: only what was truly seen counts
        heads = [w for w in ends if not any(causality.saw(o.place, w.place) for o in ends)]
    return sorted(heads, key=lambda w: (-w.rank, w.digest))


def _saw(later: _Write, earlier: _Write, causality: Causality) -> bool:
    if causality.saw(later.place, earlier.place):
        return True
    return not causality.saw(earlier.place, later.place) and any(
        causality.saw(later.place, twin) for twin in earlier.twins
    )


def _within(write: _Write, head: _Write, causality: Causality) -> bool:
    return write.place == head.place or causality.saw(head.place, write.place)


def _snapshot(
    writes: list[_Write], causality: Causality
) -> tuple[dict[Part, Any], dict[Part, list[_Write]]]:
    """Return each part's value, and the heads of parts on which the writes still differ."""
    of_part: dict[Part, list[_Write]] = defaultdict(list)
    for write in writes:
        for part in write.values:
            of_part[part].append(write)
    values: dict[Part, Any] = {}
    disputed: dict[Part, list[_Write]] = {}
    for part, its_writes in of_part.items():
        heads = _heads(its_writes, causality)
        values[part] = heads[0].values[part]
        if any(head.values[part] != values[part] for head in heads):
            disputed[part] = heads
    return values, disputed


def _alone(head: Side, writes: list[_Write], causality: Causality) -> Resolution:
    """One head: no conflict, unless it left open on some part what it had seen there."""
    _values, disputed = _snapshot(writes, causality)
    if not disputed:
        return Resolution(head.values)
    sides = {w.place: w for heads in disputed.values() for w in heads}
    ordered = sorted(sides.values(), key=lambda w: (-w.rank, w.digest))
    return Resolution(
        head.values,
        tuple(
            Side(w.place, w.digest, w.rank, {p: w.values[p] for p in disputed if p in w.values})
            for w in ordered
        ),
    )


def contested(
    removal: UnitChange, others: Iterable[Place], causality: Causality
) -> tuple[Place, ...]:
    """Return the changes of a row, or of what hangs on it, that are concurrent with its removal.

    While there are any the row stays (default: keep) until a later changeset decides.
    """
    return tuple(
        sorted(
            place
            for place in set(others)
            if place != removal.place
            and not causality.saw(removal.place, place)
            and not causality.saw(place, removal.place)
        )
    )


def is_inside(area_code: str, origin: Origin) -> bool:
    """Tell whether a place is the origin's own or lies inside it."""
    digits = _PREFIX[origin.level]
    return area_code[:digits] == origin.area_code[:digits]


def may_read(scope: str, origin: Origin) -> bool:
    """Tell whether a replica may hold a scope.

    Its own village or the villages inside it; the policy of the areas above, its own, and inside.
    """
    area = scope.removeprefix(POLICY)
    if is_inside(area, origin):
        return True
    if not scope.startswith(POLICY):
        return False
    return _is_above(area, origin)


def _is_above(area: str, origin: Origin) -> bool:
    return any(
        area == origin.area_code[:digits].ljust(12, "0")
        for level, digits in _PREFIX.items()
        if RANKS[level] > RANKS[origin.level]
    )


def policies_over(scope: str) -> frozenset[str]:
    """Return the policy scopes that hold in a scope: of its own area and of those above it.

    Only these can stand in ``seen`` beside the scope itself: every reader of the scope reads them.
    """
    area = scope.removeprefix(POLICY)
    own = POLICY + area if scope.startswith(POLICY) else ""
    above = {POLICY + area[:digits].ljust(len(area), "0") for digits in (6, 9)}
    return frozenset(p for p in above if not own or p.rstrip("0") <= own.rstrip("0"))
