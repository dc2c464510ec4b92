"""The merge is a function of the set of changesets, whatever the order of delivery."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import merge
from app.domain.changeset import Chain, Changeset, FieldChange, Head, digest, genesis
from app.domain.merge import (
    Admission,
    Causality,
    Entry,
    Gap,
    Origin,
    Part,
    Place,
    Resolution,
    UnitChange,
    admit,
    contested,
    may_read,
    resolve,
)

VILLAGE, SCOPE = "530423101201", "530423101201"
PHONE = Part("household", "h1", "phone")
NOTE = Part("household", "h1", "note")
Resolve = Callable[[Iterable[UnitChange], Causality], Resolution]


@dataclass
class Replica:
    """A device with the set of changesets it has taken in, and those that wait."""

    name: str
    rank: int = 1
    resolver: Resolve = resolve
    entries: dict[Place, Entry] = field(default_factory=dict)
    waiting: list[Entry] = field(default_factory=list)
    noted: dict[Chain, Head] = field(default_factory=dict)
    arrivals: list[Entry] = field(default_factory=list)

    @property
    def chain(self) -> Chain:
        return Chain(self.name, "e1", SCOPE)

    def edit(self, *values: tuple[Part, Any], creates: bool = False) -> Entry:
        """Write one changeset that has seen all that is taken in here."""
        number = sum(1 for place in self.entries if place.chain == self.chain) + 1
        before = self.entries.get(Place(self.chain, number - 1))
        heads = self.heads()
        changes = tuple(FieldChange(*part, old=self.value(part), new=v) for part, v in values)
        if creates:
            part = values[0][0]
            row = {p.field: v for p, v in values}
            changes = (FieldChange(part.table, part.row, "", None, row),)
        changeset = Changeset(
            chain=self.chain,
            number=number,
            previous=before.digest if before else genesis("00", "e1", SCOPE),
            at="2026-01-01T00:00:00Z",
            actor="甲",
            role="entry",
            operation="edit",
            operation_id=f"{self.name}-{number}",
            reason="",
            seen={c: h for c, h in heads.items() if self.noted.get(c) != h},
            changes=changes,
        )
        self.noted = heads
        entry = Entry(changeset, digest(changeset.line()))
        self.entries[entry.place] = entry
        self.arrivals.append(entry)
        return entry

    def heads(self) -> dict[Chain, Head]:
        heads: dict[Chain, Head] = {}
        for place, entry in self.entries.items():
            if (
                place.chain != self.chain
                and place.number > heads.get(place.chain, Head(0, "")).number
            ):
                heads[place.chain] = Head(place.number, entry.digest)
        return heads

    def take(self, offered: Iterable[Entry]) -> Admission:
        result = admit([*offered, *self.waiting], self.settled)
        self.entries |= {entry.place: entry for entry in result.ready}
        self.arrivals += result.ready
        self.waiting = [entry for entry, _gaps in result.waiting]
        return result

    def settled(self, chain: Chain, number: int) -> str | None:
        entry = self.entries.get(Place(chain, number))
        return entry.digest if entry else None

    def resolution(self, part: Part) -> Resolution:
        causality = Causality((p, e.changeset.seen) for p, e in self.entries.items())
        return self.resolver(self.changes(part), causality)

    def changes(self, *parts: Part) -> list[UnitChange]:
        found = []
        for entry in self.arrivals:
            rank = (
                int(entry.changeset.operation_id[0])
                if entry.changeset.operation_id[0].isdigit()
                else 1
            )
            for c in entry.changeset.changes:
                row = c.new if c.field == "" else {c.field: c.new}
                for name, value in row.items():
                    if Part(c.table, c.row, name) in parts:
                        part = Part(c.table, c.row, name)
                        found.append(
                            UnitChange(entry.place, entry.digest, rank, part, value, c.field == "")
                        )
        return found

    def value(self, part: Part) -> Any:
        return self.resolution(part).values.get(part) if self.changes(part) else None

    def dump(self) -> list[Any]:
        """Everything that people see: values in force and open conflicts."""
        lines = []
        for part in (PHONE, NOTE):
            if self.changes(part):
                found = self.resolution(part)
                sides = [(s.place, sorted(s.values.items())) for s in found.sides]
                lines.append((part, sorted(found.values.items()), sides))
        return lines


def sync(*replicas: Replica) -> None:
    everything = {e.digest: e for r in replicas for e in r.entries.values()}
    for replica in replicas:
        replica.take(everything.values())


# ---------------------------------------------------------------- one unit


def test_other_fields_of_one_household_merge_without_a_question() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((PHONE, "1"), (NOTE, ""))
    sync(a, b)
    a.edit((PHONE, "2"))
    b.edit((NOTE, "x"))
    sync(a, b)
    assert a.dump() == b.dump()
    assert (a.value(PHONE), a.value(NOTE)) == ("2", "x")
    assert not a.resolution(PHONE).sides
    assert not a.resolution(NOTE).sides


def test_the_same_value_twice_is_no_question() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((PHONE, "7"))
    b.edit((PHONE, "7"))
    sync(a, b)
    assert a.resolution(PHONE) == Resolution({PHONE: "7"})


def test_different_values_are_a_conflict_with_both_sides_everywhere_alike() -> None:
    a, b = Replica("a"), Replica("b")
    one, two = a.edit((PHONE, "1")), b.edit((PHONE, "2"))
    sync(a, b)
    assert a.dump() == b.dump()
    found = a.resolution(PHONE)
    assert {side.values[PHONE] for side in found.sides} == {"1", "2"}
    assert found.sides[0].digest == min(one.digest, two.digest)
    assert found.values == found.sides[0].values


def test_there_and_back_still_conflicts_where_a_comparison_with_old_values_is_blind() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((PHONE, "A"))
    sync(a, b)
    a.edit((PHONE, "B"))
    a.edit((PHONE, "A"))
    b.edit((PHONE, "B"))
    sync(a, b)
    assert {side.values[PHONE] for side in a.resolution(PHONE).sides} == {"A", "B"}


def test_the_higher_level_is_in_force_until_somebody_decides() -> None:
    a, t = Replica("a"), Replica("3")
    a.edit((PHONE, "village"))
    t.edit((PHONE, "county"))
    sync(a, t)
    found = a.resolution(PHONE)
    assert found.values == {PHONE: "county"}
    assert [side.rank for side in found.sides] == [3, 1]


def test_a_decision_that_has_seen_all_sides_ends_the_conflict_even_if_the_value_stays() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((PHONE, "1"))
    b.edit((PHONE, "2"))
    sync(a, b)
    kept = a.value(PHONE)
    b.edit((PHONE, kept))
    sync(a, b)
    assert a.resolution(PHONE) == Resolution({PHONE: kept})


def test_two_different_decisions_conflict_again() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((PHONE, "1"))
    b.edit((PHONE, "2"))
    sync(a, b)
    a.edit((PHONE, "1"))
    b.edit((PHONE, "2"))
    sync(a, b)
    assert len(a.resolution(PHONE).sides) == 2


def test_a_conflict_in_the_middle_of_three_offline_edits_is_found() -> None:
    a, b, c = Replica("a"), Replica("b"), Replica("c")
    a.edit((PHONE, "0"))
    sync(a, b, c)
    a.edit((PHONE, "1"))
    b.take(a.entries.values())
    b.edit((PHONE, "2"))
    c.edit((PHONE, "9"))
    sync(a, b, c)
    assert {side.values[PHONE] for side in c.resolution(PHONE).sides} == {"2", "9"}


def answers(*codes: str) -> list[tuple[Part, Any]]:
    return [(Part("answer", f"s1-{code}", "value"), "1") for code in codes]


def unit(replica: Replica) -> Resolution:
    """The whole sheet s1 as one unit."""
    parts = [part for part, _value in answers("FD-01", "CL-01", "ED-01")]
    parts.append(Part("sheet", "s1", "period"))
    causality = Causality((p, e.changeset.seen) for p, e in replica.entries.items())
    return resolve(replica.changes(*parts), causality)


def test_a_whole_sheet_is_one_conflict_not_sixty() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((Part("sheet", "s1", "period"), "2025-10"), creates=True)
    sync(a, b)
    a.edit(*answers("FD-01"))
    a.edit(*answers("CL-01"))
    b.edit(*answers("ED-01"))
    sync(a, b)
    found = unit(a)
    assert len(found.sides) == 2
    assert sorted(len(side.values) for side in found.sides) == [2, 3]
    assert found == unit(b)


def test_a_sheet_made_on_two_laptops_is_one_sheet_and_only_one_was_filled() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((Part("sheet", "s1", "period"), "2025-10"), creates=True)
    b.edit((Part("sheet", "s1", "period"), "2025-10"), creates=True)
    a.edit(*answers("FD-01"))
    sync(a, b)
    found = unit(b)
    assert not found.sides
    assert found.values[answers("FD-01")[0][0]] == "1"


def test_a_partial_edit_that_had_seen_two_sides_does_not_decide_the_rest() -> None:
    sheet = Part("sheet", "s1", "period")
    first, second, third = (Place(Chain(n, "e", SCOPE), 1) for n in "abc")
    causality = Causality([(third, {first.chain: Head(1, "d1"), second.chain: Head(1, "d2")})])
    other = Part("answer", "s1-x", "value")
    found = resolve(
        [
            UnitChange(first, "d1", 1, sheet, "x"),
            UnitChange(second, "d2", 1, sheet, "y"),
            UnitChange(third, "d3", 1, other, "z"),
        ],
        causality,
    )
    assert found.values == {sheet: "x", other: "z"}
    assert [side.values for side in found.sides] == [{sheet: "x"}, {sheet: "y"}]


def test_a_removal_is_contested_by_what_it_had_not_seen() -> None:
    a, b = Replica("a"), Replica("b")
    seen = a.edit((NOTE, "before"))
    sync(a, b)
    removal = b.edit((Part("household", "h1", "removed_on"), "2025-10-01"))
    unseen = a.edit((PHONE, "1"))
    sync(a, b)
    later = a.edit((NOTE, "later"))
    causality = Causality((p, e.changeset.seen) for p, e in a.entries.items())
    change = UnitChange(removal.place, removal.digest, 1, PHONE, None)
    places = [seen.place, removal.place, unseen.place, later.place]
    assert contested(change, places, causality) == (unseen.place,)


# ---------------------------------------------------------------- order, gaps, forks


def test_a_gap_is_named_and_goes_in_by_itself() -> None:
    a, b = Replica("a"), Replica("b")
    entries = [a.edit((PHONE, str(n))) for n in range(1, 6)]
    result = b.take([entries[0], entries[3], entries[4]])
    assert [gaps for _entry, gaps in result.waiting] == [(Gap(a.chain, 2, 3),)] * 2
    assert b.value(PHONE) == "1"
    assert [e.place.number for e in b.take(entries[1:3]).ready] == [2, 3, 4, 5]
    assert b.waiting == []
    assert b.value(PHONE) == "5"


def test_what_had_seen_something_missing_waits_and_the_rest_goes_in() -> None:
    a, b, c = Replica("a"), Replica("b"), Replica("c")
    first = a.edit((PHONE, "1"))
    before = b.edit((NOTE, "x"))
    b.take([first])
    after = b.edit((PHONE, "2"))
    result = c.take([before, after])
    assert result.ready == (before,)
    assert result.waiting == ((after, (Gap(a.chain, 1, 1),)),)
    c.take([first])
    assert c.value(PHONE) == "2"


def test_a_second_changeset_of_one_number_and_all_that_builds_on_it_is_a_fork() -> None:
    a, copied, c = Replica("a"), Replica("a"), Replica("c")
    first = a.edit((PHONE, "1"))
    copied.take([first])
    ours, theirs = a.edit((PHONE, "2")), copied.edit((PHONE, "3"))
    follow = copied.edit((PHONE, "4"))
    b = Replica("b")
    b.take([first, theirs])
    witness = b.edit((NOTE, "seen the copy"))
    c.take([first, ours])
    result = c.take([theirs, follow, witness])
    assert set(map(id, result.forked)) == {id(theirs), id(follow), id(witness)}
    assert result.waiting == ()
    assert c.value(PHONE) == "2"


@pytest.mark.parametrize("value", [str(n) for n in range(10, 22)])
def test_what_follows_on_the_branch_taken_in_goes_in_whatever_the_other_branch_hashes_to(
    value: str,
) -> None:
    a, copied, c = Replica("a"), Replica("a"), Replica("c")
    first = a.edit((PHONE, "1"))
    copied.take([first])
    ours, theirs = a.edit((PHONE, "2")), copied.edit((PHONE, value))
    follow = copied.edit((PHONE, f"{value}0"))
    c.take([first, ours])
    c.take([theirs, follow])
    later = a.edit((PHONE, f"later {value}"))
    result = c.take([theirs, follow, later])
    assert result.ready == (later,)
    assert {e.digest for e in result.forked} == {theirs.digest, follow.digest}
    alone = Replica("d")
    assert alone.take([follow, later]).forked == ()
    assert len(alone.waiting) == 2
    alone.take([first, ours])
    assert alone.value(PHONE) == f"later {value}"


def test_taking_in_twice_changes_nothing() -> None:
    a, b = Replica("a"), Replica("b")
    a.edit((PHONE, "1"))
    b.take(a.entries.values())
    again = b.take(a.entries.values())
    assert again == Admission((), (), ())


# ---------------------------------------------------------------- any order, same state


def by_value(changes: Iterable[UnitChange], causality: Causality) -> Resolution:
    """The planted fault: the last arrival wins when its old value is ours (here: always)."""
    values: dict[Part, Any] = {}
    for change in changes:
        values[change.part] = change.value
    return Resolution(values)


def random_history(rng: Random, resolver: Resolve, steps: int = 14) -> list[Replica]:
    """Edits on three to five replicas, deliveries partial, lost and reordered; then all meet."""
    names = ["a", "b", "c", "2", "3"][: rng.randint(3, 5)]
    replicas = [Replica(name, resolver=resolver) for name in names]
    sent: list[Entry] = []
    for _ in range(steps):
        replica = rng.choice(replicas)
        if rng.random() < 0.55:
            part = rng.choice([PHONE, NOTE])
            sent.append(replica.edit((part, rng.choice("xyz"))))
        elif sent:
            replica.take(rng.sample(sent, rng.randint(1, len(sent))))
    for replica in replicas:
        order = sent[:]
        rng.shuffle(order)
        for entry in order:
            replica.take([entry])
    return replicas


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_delivery_of_a_random_history_ends_in_the_same_dump(rng: Random) -> None:
    replicas = random_history(rng, resolve)
    assert all(not replica.waiting for replica in replicas)
    assert len({repr(replica.dump()) for replica in replicas}) == 1


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_change_is_in_force_or_a_side_or_replaced_by_one_that_had_seen_it(
    rng: Random,
) -> None:
    replica = random_history(rng, resolve)[0]
    causality = Causality((p, e.changeset.seen) for p, e in replica.entries.items())
    for part in (PHONE, NOTE):
        changes = replica.changes(part)
        if not changes:
            continue
        found = replica.resolution(part)
        shown = {repr(found.values[part])} | {repr(side.values[part]) for side in found.sides}
        for change in changes:
            replaced = any(causality.saw(o.place, change.place) for o in changes)
            assert replaced or repr(change.value) in shown


def test_the_test_above_catches_a_merge_by_value() -> None:
    diverged = 0
    for seed in range(60):
        replicas = random_history(Random(seed), by_value)  # noqa: S311  a repeatable history
        diverged += len({repr(replica.dump()) for replica in replicas}) > 1
    assert diverged > 5


def test_all_orders_of_four_concurrent_changes_agree() -> None:
    authors = [Replica(name) for name in ("a", "b", "c", "2")]
    entries = [r.edit((PHONE, v)) for r, v in zip(authors, "1223", strict=True)]
    dumps = set()
    for order in permutations(entries):
        reader = Replica("z")
        for entry in order:
            reader.take([entry])
        dumps.add(repr(reader.dump()))
    assert len(dumps) == 1


# ---------------------------------------------------------------- scopes


@pytest.mark.parametrize(
    ("level", "area", "scope", "allowed"),
    [
        ("village", VILLAGE, VILLAGE, True),
        ("village", VILLAGE, "530423101202", False),
        ("village", VILLAGE, "policy:530423101000", True),
        ("village", VILLAGE, "policy:530423000000", True),
        ("village", VILLAGE, "policy:530423102000", False),
        ("village", VILLAGE, "policy:530424000000", False),
        ("township", "530423101000", VILLAGE, True),
        ("township", "530423101000", "530423102201", False),
        ("township", "530423101000", "policy:530423101000", True),
        ("township", "530423101000", "policy:530423000000", True),
        ("township", "530423101000", "policy:530423102000", False),
        ("county", "530423000000", VILLAGE, True),
        ("county", "530423000000", "530424101201", False),
        ("county", "530423000000", "policy:530423101000", True),
        ("county", "530423000000", "policy:530424000000", False),
    ],
)
def test_a_replica_reads_its_villages_and_the_policy_above_and_below_it(
    level: str, area: str, scope: str, *, allowed: bool
) -> None:
    assert may_read(scope, Origin("d", level, area)) is allowed


def test_ranks_order_the_levels() -> None:
    assert merge.RANKS["village"] < merge.RANKS["township"] < merge.RANKS["county"]


def test_a_row_made_again_and_again_by_two_still_has_a_state() -> None:
    """Nobody's program does that to one row; a tampered one may; nothing crashes or vanishes."""

    def made(origin: str, number: int, value: str) -> UnitChange:
        place = Place(Chain(origin, "e", "v"), number)
        return UnitChange(place, f"{origin}{number}", 1, PHONE, value, creates=True)

    alike = [made(origin, number, "1") for origin in "ab" for number in (1, 2)]
    assert resolve(alike, Causality([])).values == {PHONE: "1"}
    crossed = [made("a", 1, "1"), made("a", 2, "2"), made("b", 1, "2"), made("b", 2, "1")]
    found = resolve(crossed, Causality([]))
    assert {side.values[PHONE] for side in found.sides} == {"1", "2"}
