"""What a new roster changes in a known one: matched, added, moved, corrected, missing.

People match by a valid identity number, then by household, name and birth, then, without two
numbers, by a name and day of birth that only one person of the village has. Nothing is concluded
from silence: who is missing from the file is listed, with the reason only if a register of
changes gives it. Values are those of the table (labels); both sides speak the same language.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.domain.roster import HEAD, HOUSEHOLD_FIELDS, MEMBER_FIELDS, RosterRow, RosterTable
from app.domain.roster_values import Value

Change = tuple[Value, Value]  # old, new
Changes = Mapping[str, Change]

_NEVER_EMPTIED = frozenset(
    (
        "name",
        "birth_date",
        "sex",
        "relation",
        "person_no",
        "household_no",
        "head_name",
        "household_kind",
    )
)  # an empty cell says nothing about these
_UNSAID_IS_NO = frozenset(("has_dibao", "has_tekun"))
_DAY = 10  # characters of a date with its day
_UNORDERED = frozenset(("health",))


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A person of the stored roster, in the words of a table."""

    member_id: str
    household_id: str
    is_present: bool
    is_id_valid: bool
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class KnownHousehold:
    """A living household of the stored roster, in the words of a table.

    ``is_provisional``: its number was made up because the source had none.
    """

    household_id: str
    household_no: str
    values: Mapping[str, Value]
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class KnownRoster:
    """The stored roster."""

    households: tuple[KnownHousehold, ...] = ()
    members: tuple[KnownMember, ...] = ()


@dataclass(frozen=True, slots=True)
class Departure:
    """A line of a register of changes (人员变动): who left, why, when (ISO, "" if unknown).

    ``reason`` is the kind of change as the register says it, ``cause`` one of the program's words:
    整户自然减少 may be because of 死亡, and 户籍迁出 is 迁出.
    """

    household_no: str
    name: str
    id_no: str
    reason: str
    cause: str
    on: str


@dataclass(frozen=True, slots=True)
class MatchedMember:
    """A row and the person it is about; ``member`` None is somebody new."""

    row: RosterRow
    member: KnownMember | None
    household_key: str
    changes: Changes = field(default_factory=dict)
    id_change: Change | None = None
    moved_from: str | None = None  # household id

    @property
    def is_unchanged(self) -> bool:
        """The file says of this person what is known."""
        return self.member is not None and not (
            self.changes or self.id_change or self.moved_from is not None
        )


@dataclass(frozen=True, slots=True)
class MatchedHousehold:
    """A household of the table and the one it is; ``household`` None is a new one."""

    key: str
    household_no: str | None
    head_name: str | None
    size: int
    values: Mapping[str, Value]
    household: KnownHousehold | None
    changes: Changes = field(default_factory=dict)
    split_from: str | None = None  # household number


@dataclass(frozen=True, slots=True)
class MissingMember:
    """A person who is known and not in the file; ``reason`` "" : the file is silent, ask."""

    member: KnownMember
    household_no: str
    reason: str = ""
    cause: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class RosterDiff:
    """The whole proposal."""

    households: tuple[MatchedHousehold, ...]
    members: tuple[MatchedMember, ...]
    gone: tuple[KnownHousehold, ...]
    missing: tuple[MissingMember, ...]
    unknown: tuple[RosterRow, ...] = ()  # of a list that adds nobody: people not in the roster

    @property
    def new_households(self) -> list[MatchedHousehold]:
        """Households that are not known."""
        return [h for h in self.households if h.household is None]

    @property
    def changed_households(self) -> list[MatchedHousehold]:
        """Known households with other values."""
        return [h for h in self.households if h.household is not None and h.changes]

    @property
    def added(self) -> list[MatchedMember]:
        """People who are not known, or were known to have left."""
        return [m for m in self.members if m.member is None or not m.member.is_present]

    @property
    def moved(self) -> list[MatchedMember]:
        """People who stand in another household."""
        return [m for m in self.members if m.moved_from is not None]

    @property
    def unchanged(self) -> list[MatchedMember]:
        """People of whom the file says what is known."""
        return [m for m in self.members if m.is_unchanged]


def compare(
    table: RosterTable,
    known: KnownRoster,
    *,
    is_complete: bool,
    adds_people: bool = True,
    departures: Iterable[Departure] = (),
) -> RosterDiff:
    """Return what the table of people changes; rejected rows take no part.

    ``is_complete``: the table claims to hold every household (a village's own roster); only then
    is somebody missing. ``adds_people`` False: a list about people who are known; it neither adds
    nor moves anybody.
    """
    matcher = _Matcher(table, known)
    members = matcher.members()
    unknown: tuple[RosterRow, ...] = ()
    if not adds_people:
        strangers = [m for m in members if m.member is None or not m.member.is_present]
        unknown = tuple(m.row for m in strangers)
        members = [replace(m, moved_from=None) for m in members if m.member and m.member.is_present]
    households = matcher.households(members)
    if not adds_people:
        households = [home for home in households if home.household is not None]
    gone: tuple[KnownHousehold, ...] = ()
    missing: tuple[MissingMember, ...] = ()
    if is_complete:
        matched = {h.household.household_id for h in households if h.household is not None}
        gone = tuple(h for h in known.households if h.household_id not in matched)
        missing = _missing(table, known, members, list(departures))
    return RosterDiff(tuple(households), tuple(members), gone, missing, unknown)


def compare_households(table: RosterTable, known: KnownRoster) -> RosterDiff:
    """Return what a table of households changes in those that are known.

    Whoever is the head follows from the people, and nobody but the head is named.
    """
    rows = [row for row in table.rows if row.row_class != "error"]
    matched = _Matcher(table, known).households([_of_nobody(row) for row in rows])
    homes = {home.key: home for home in matched if home.household is not None}
    told = tuple(
        replace(h, changes={n: c for n, c in h.changes.items() if n != "head_name"})
        for h in homes.values()
    )
    return RosterDiff(told, (), (), (), tuple(r for r in rows if r.household not in homes))


def _of_nobody(row: RosterRow) -> MatchedMember:
    return MatchedMember(row, None, row.household or "")


class _Matcher:
    """Ties rows to known people, then households to known households."""

    def __init__(self, table: RosterTable, known: KnownRoster) -> None:
        self._table = table
        self._rows = [row for row in table.rows if row.row_class != "error"]
        self._households = {h.household_id: h for h in known.households}
        self._by_no = {h.household_no: h for h in known.households if h.household_no}
        self._by_number: dict[Value, KnownMember] = {}
        self._by_name: dict[tuple[str, Value], list[KnownMember]] = {}
        self._by_birth: dict[tuple[Value, Value], list[KnownMember]] = {}
        for member in sorted(known.members, key=lambda m: m.is_present):
            if member.is_id_valid and member.values.get("id_no"):
                self._by_number[member.values["id_no"]] = member
            if member.is_present:
                key = (member.household_id, member.values.get("name"))
                self._by_name.setdefault(key, []).append(member)
                self._by_birth.setdefault(_name_and_birth(member.values), []).append(member)
        self._taken: set[str] = set()
        self._pairs: dict[int, KnownMember] = {}
        self._homes: dict[str, str | None] = {}  # key of the table → known household id

    def members(self) -> list[MatchedMember]:
        """Return every importable row with the person it is about."""
        self._match_by_number()
        self._homes = self._find_homes()
        self._match_by_name()
        self._match_by_birth()
        return [self._member(index, row) for index, row in enumerate(self._rows)]

    def households(self, members: list[MatchedMember]) -> list[MatchedHousehold]:
        """Return every household that has an importable row."""
        self._homes = self._homes or self._find_homes()
        rows: dict[str, list[MatchedMember]] = {}
        for member in members:
            rows.setdefault(member.household_key, []).append(member)
        return [
            self._household(home.key, rows[home.key], home.household_no, home.head_name)
            for home in self._table.households
            if home.key in rows
        ]

    def _match_by_number(self) -> None:
        for index, row in enumerate(self._rows):
            member = self._by_number.get(row.values.get("id_no")) if row.is_id_valid else None
            if member is not None and member.member_id not in self._taken:
                self._take(index, member)

    def _match_by_name(self) -> None:
        for index, row in enumerate(self._rows):
            home = self._homes.get(row.household or "")
            if index in self._pairs or home is None:
                continue
            named = [
                member
                for member in self._by_name.get((home, row.values.get("name")), ())
                if member.member_id not in self._taken
            ]
            if row.values.get("birth_date") is None:
                agreeing = named if len(named) == 1 else []
            else:
                agreeing = [member for member in named if _births_agree(row, member)]
            if agreeing:
                self._take(index, agreeing[0])

    def _match_by_birth(self) -> None:
        """Find who has moved and has no number, or had none."""
        for index, row in enumerate(self._rows):
            member = None if index in self._pairs else self._only_one(row)
            if member is not None and member.member_id not in self._taken:
                self._take(index, member)

    def _take(self, index: int, member: KnownMember) -> None:
        self._pairs[index] = member
        self._taken.add(member.member_id)

    def _find_homes(self) -> dict[str, str | None]:
        """Tie households by number; without one, a household is where most of its people are.

        The same ties a number that is new to a household whose number was made up. People without
        an identity number tell it by a name and birth that only one bears.
        """
        homes: dict[str, str | None] = {}
        for home in self._table.households:
            known = self._by_no.get(home.household_no or "")
            homes[home.key] = known.household_id if known else None
        votes: dict[str, Counter[str]] = {}
        for index, row in enumerate(self._rows):
            key = row.household or ""
            if homes.get(key) is not None:
                continue
            member = self._pairs.get(index) or self._only_one(row)
            if member is None or not member.is_present:
                continue
            stored = self._households.get(member.household_id)
            if stored is None:
                continue
            if key.startswith("BLOCK:") or stored.is_provisional:
                votes.setdefault(key, Counter())[member.household_id] += 1
        used = set(homes.values())
        for key, counter in sorted(votes.items(), key=lambda vote: -vote[1].total()):
            best = counter.most_common(1)[0][0]
            if best not in used:
                homes[key] = best
                used.add(best)
        return homes

    def _only_one(self, row: RosterRow) -> KnownMember | None:
        """Return the one person of a row's name and birth, unless two numbers contradict."""
        if not self._by_birth or len(str(row.values.get("birth_date") or "")) < _DAY:
            return None
        found = self._by_birth.get(_name_and_birth(row.values), [])
        numbers = [values.get("id_no") for values in (row.values, *(m.values for m in found))]
        return found[0] if len(found) == 1 and not all(numbers) else None

    def _member(self, index: int, row: RosterRow) -> MatchedMember:
        key = row.household or ""
        member = self._pairs.get(index)
        if member is None:
            return MatchedMember(row, None, key)
        home = self._homes.get(key)
        moved = member.household_id if member.is_present and member.household_id != home else None
        doubtful = {reason.field for reason in row.reasons if _keeps_old(reason.code)}
        changes = _changes(member.values, row.values, MEMBER_FIELDS, doubtful)
        id_change = changes.pop("id_no", None)
        if member.is_id_valid and member.values.get("id_no") and not row.is_id_valid:
            id_change = None  # a number that fails its check replaces none that passes
        return MatchedMember(row, member, key, changes, id_change, moved)

    def _household(
        self, key: str, members: list[MatchedMember], number: str | None, head: str | None
    ) -> MatchedHousehold:
        first = members[0].row
        values = {name: first.values[name] for name in HOUSEHOLD_FIELDS if name in first.values}
        values["head_name"] = head
        home = self._homes.get(key)
        household = self._households.get(home) if home else None
        if household is None:
            sources = Counter(m.moved_from for m in members if m.moved_from)
            source = sources.most_common(1)[0][0] if sources else ""
            origin = self._households.get(source)
            return MatchedHousehold(
                key, number, head, len(members), values, None,
                split_from=origin.household_no if origin else None,
            )  # fmt: skip
        doubtful = {
            reason.field for m in members for reason in m.row.reasons if _keeps_old(reason.code)
        }
        if household.values.get("head_name") is None and _nobody_is_head(members):
            doubtful.add("head_name")  # the file names a head, yet none of its rows is one
        changes = _changes(household.values, values, HOUSEHOLD_FIELDS, doubtful)
        return MatchedHousehold(key, number, head, len(members), values, household, changes)


def _nobody_is_head(members: list[MatchedMember]) -> bool:
    return all(member.row.values.get("relation") != HEAD for member in members)


def _missing(
    table: RosterTable,
    known: KnownRoster,
    members: list[MatchedMember],
    departures: list[Departure],
) -> tuple[MissingMember, ...]:
    """Return who is known and not in the file; a rejected row still shows somebody."""
    found = {m.member.member_id for m in members if m.member is not None}
    numbers = {h.household_id: h.household_no for h in known.households}
    rejected = [row for row in table.rows if row.row_class == "error"]
    shown = {(row.household, row.values.get("name")) for row in rejected}
    by_number = {d.id_no: d for d in departures if d.id_no}
    by_name = {(d.household_no, d.name): d for d in departures}
    numbered = {m.values.get("id_no") for m in known.members}
    named = Counter(str(m.values.get("name") or "") for m in known.members if m.is_present)
    alone = {d.name: d for d in departures if d.id_no not in numbered and named[d.name] == 1}
    missing = []
    for member in known.members:
        if not member.is_present or member.member_id in found:
            continue
        number = numbers.get(member.household_id, "")
        name = str(member.values.get("name") or "")
        if (number, name) in shown:
            continue
        own_no = str(member.values.get("id_no") or "")
        line = by_number.get(own_no) or by_name.get((number, name)) or alone.get(name)
        if line is None:
            missing.append(MissingMember(member, number))
        else:
            missing.append(MissingMember(member, number, line.reason, line.cause, line.on))
    return tuple(missing)


def _keeps_old(code: str) -> bool:
    """Tell whether a warned value must not overwrite what is known."""
    return code in {
        "W_UNKNOWN_VALUE", "W_NOT_NUMBER", "W_PHONE", "W_FORMULA_ERROR", "W_LOST_CHARACTER",
        "W_ID_MISSING", "W_MASKED",
    }  # fmt: skip


def _changes(
    old: Mapping[str, Value], new: Mapping[str, Value], names: Iterable[str], doubtful: set[str]
) -> dict[str, Change]:
    """Return the fields that the table has and whose values differ."""
    return {
        name: (old.get(name), new[name])
        for name in names
        if name in new and name not in doubtful and not _same(name, old.get(name), new[name])
    }


def _same(name: str, old: Value, new: Value) -> bool:
    if old == new:
        return True
    if name == "birth_date" and isinstance(old, str) and isinstance(new, str):
        return len(new) == 7 and old.startswith(new)  # a known day is more than its month
    if new is None and name in _NEVER_EMPTIED:
        return True
    if name in _UNSAID_IS_NO and not old and not new:
        return True
    if isinstance(old, tuple) and isinstance(new, tuple) and name in _UNORDERED:
        return set(old) == set(new)
    return False


def _name_and_birth(values: Mapping[str, Value]) -> tuple[Value, Value]:
    return values.get("name"), values.get("birth_date")


def _births_agree(row: RosterRow, member: KnownMember) -> bool:
    new, old = row.values.get("birth_date"), member.values.get("birth_date")
    if not isinstance(new, str) or not isinstance(old, str):
        return False
    return new == old or new.startswith(old) or old.startswith(new)
