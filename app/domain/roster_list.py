"""Lists from above (部门预警清单, 疑点清单): whom does each row mean? Nobody is ever created.

A row is tied to a person by a valid identity number, else by household number and name. Where
that fails a person decides: candidates are named, nothing is guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.roster import Place
from app.domain.roster_diff import KnownMember, KnownRoster
from app.domain.roster_id import IdReading


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list. ``subject`` is what it is about: type of warning, number of the rule."""

    place: Place
    name: str
    identity: IdReading
    household_no: str
    village: str
    subject: str
    chapter: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TiedRow:
    """A row and whom it means.

    Attributes:
        status: matched, matched_by_household_and_name, duplicate (``first`` is the earlier row),
            name_mismatch, household_mismatch, id_invalid, no_id, other_village, not_in_roster.
        candidates: people of that name, where the number does not tell.
    """

    row: ListRow
    status: str
    member: KnownMember | None = None
    household_no: str = ""
    candidates: tuple[KnownMember, ...] = ()
    first: Place | None = None


def tie(rows: Iterable[ListRow], known: KnownRoster, village: str) -> list[TiedRow]:
    """Tie the rows of a list to the people of one village's roster."""
    ties = _Ties(known, village)
    return [ties.tie(row) for row in rows]


class _Ties:
    def __init__(self, known: KnownRoster, village: str) -> None:
        self._village = village
        self._numbers = {home.household_id: home.household_no for home in known.households}
        present = [member for member in known.members if member.is_present]
        self._by_id = {m.values.get("id_no"): m for m in present if m.is_id_valid}
        self._by_name: dict[str, list[KnownMember]] = {}
        for member in present:
            self._by_name.setdefault(str(member.values.get("name")), []).append(member)
        self._seen: dict[tuple[str, str], Place] = {}

    def tie(self, row: ListRow) -> TiedRow:
        if not row.identity.is_valid:
            return self._by_household_and_name(row)
        member = self._by_id.get(row.identity.value)
        if member is None:
            elsewhere = row.village not in ("", self._village)
            return TiedRow(row, "other_village" if elsewhere else "not_in_roster")
        return self._known(row, member)

    def _known(self, row: ListRow, member: KnownMember) -> TiedRow:
        number = self._numbers[member.household_id]
        first = self._seen.setdefault((row.subject, member.member_id), row.place)
        if first != row.place:
            return TiedRow(row, "duplicate", member, number, first=first)
        if row.name != member.values.get("name"):
            return TiedRow(row, "name_mismatch", member, number)
        if row.household_no and row.household_no != number:
            return TiedRow(row, "household_mismatch", member, number)
        return TiedRow(row, "matched", member, number)

    def _by_household_and_name(self, row: ListRow) -> TiedRow:
        named = self._by_name.get(row.name, [])
        here = [m for m in named if self._numbers[m.household_id] == row.household_no]
        if len(here) > 1:  # two of one name under one roof: the faulty number still tells the birth
            here = [m for m in here if _born(m) and _born(m) == row.identity.value[6:14]]
        if row.household_no and len(here) == 1:
            return TiedRow(
                row, "matched_by_household_and_name", here[0], self._numbers[here[0].household_id]
            )
        status = "no_id" if row.identity.code == "W_ID_MISSING" else "id_invalid"
        return TiedRow(row, status, candidates=tuple(named))


def _born(member: KnownMember) -> str:
    return str(member.values.get("birth_date") or "").replace("-", "")
