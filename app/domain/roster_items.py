"""What an import would do, item by item, and what a person decides about each.

An item has a stable key: the same file against the same roster gives the same keys, so a decision
made on a preview still means the same thing when the tables are compared again before writing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.domain.roster import Place, Reason, RosterRow, RosterTable
from app.domain.roster_diff import (
    Changes,
    MatchedHousehold,
    MatchedMember,
    MissingMember,
    RosterDiff,
)
from app.domain.roster_values import Value

APPLY, SKIP, LATER = "apply", "skip", "later"
KINDS: Mapping[str, str] = {
    "new_household": "新户",
    "new_member": "新增人",
    "household_changed": "户信息改动",
    "member_changed": "人信息改动",
    "id_corrected": "证件号更正",
    "moved": "换了户的人",
    "returned": "又回到名册的人",
    "left": "变动表写明离开的人",
    "missing": "名册里有、表里没有的人",
    "gone_household": "表里没有的户",
    "doubtful": "拿不准的",
    "unchanged": "没有变化的人",
}
_DEFAULTS = {"missing": LATER, "gone_household": LATER}
_ASK = (APPLY, SKIP, LATER)
_NOTHING_TO_DECIDE = ("unchanged", "gone_household")
_RESCUED = {  # a rejected row that a person lets in → what is then said of it
    "E_ID_LOST_DIGITS": "W_ID_MISSING",
    "E_ID_CONFLICT": "W_ID_CHECK",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants: apply, skip, later. ``reason``, ``on``: why and when somebody left."""

    choice: str
    reason: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions by item (its key, or the key of its household or person), else by kind."""

    items: Mapping[str, Decision] = field(default_factory=dict)
    kinds: Mapping[str, Decision] = field(default_factory=dict)

    def of(self, key: str, kind: str, default: str = "") -> Decision:
        """Return what is decided about an item; its own default where nothing is."""
        found = self.items.get(key) or self.items.get(owner(key)) or self.kinds.get(kind)
        return found or Decision(default or _DEFAULTS.get(kind, APPLY))

    @property
    def is_empty(self) -> bool:
        """Nothing has been decided: every item follows its default."""
        return not (self.items or self.kinds)


UNDECIDED = Decisions()


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One thing that an import would do.

    Attributes:
        field, old, new: of a changed value; of a move the households' numbers.
        reasons: codes of the import that make it doubtful.
        choices: what may be decided; () if there is nothing to decide.
        default: what happens without a decision.
        place: the row of the file, None for who is not in it.
        words: why and when somebody left, as a register of changes says.
    """

    key: str
    kind: str
    household_no: str
    name: str
    field: str = ""
    old: Value = None
    new: Value = None
    reasons: tuple[str, ...] = ()
    choices: tuple[str, ...] = _ASK
    default: str = APPLY
    place: Place | None = None
    words: str = ""


def owner(key: str) -> str:
    """Return the key of the household or person that an item is about."""
    return ":".join(key.split(":", 2)[:2])


def row_key(place: Place) -> str:
    """Return the key of a row that is nobody known."""
    return f"row:{place.file}/{place.sheet}/{place.row}"


def import_items(table: RosterTable, diff: RosterDiff) -> Iterator[ImportItem]:
    """Yield every item of a proposal: households, people, who is missing, what is doubtful."""
    numbers = {home.key: home.household_no or home.key for home in diff.households}
    stored = {
        home.household.household_id: home.household.household_no
        for home in diff.households
        if home.household is not None
    } | {home.household_id: home.household_no for home in diff.gone}
    for home in diff.households:
        yield from _of_household(home)
    for member in diff.members:
        number = numbers.get(member.household_key, "")
        yield from _of_member(member, number, stored.get(member.moved_from or "", ""))
    for missing in diff.missing:
        yield _of_missing(missing)
    for gone in diff.gone:
        yield _item(
            f"household:{gone.household_id}:gone", "gone_household", gone.household_no,
            str(gone.values.get("head_name") or ""),
        )  # fmt: skip
    for row in table.rows:
        if row.row_class == "error":
            yield _of_rejected(row)


def let_in(table: RosterTable, decisions: Decisions) -> RosterTable:
    """Return the table with the rejected rows that a person lets in, without their number.

    A number that has lost digits is dropped; one that is somebody else's stays as written, is
    marked invalid and never used to match.
    """
    if decisions.is_empty:
        return table
    return replace(table, rows=tuple(_let_in(row, decisions) for row in table.rows))


def decided(diff: RosterDiff, decisions: Decisions) -> RosterDiff:
    """Return the part of a proposal that is to be written."""
    if decisions.is_empty:
        return diff

    def wanted(key: str, kind: str) -> bool:
        return decisions.of(key, kind).choice == APPLY

    households = []
    for home in diff.households:
        if home.household is None:
            if wanted(_new_home(home), "new_household"):
                households.append(home)
        else:
            key = f"household:{home.household.household_id}"
            kept = _wanted(home.changes, key, "household_changed", frozenset(), decisions)
            old = {name: change[0] for name, change in home.changes.items() if name not in kept}
            households.append(replace(home, changes=kept, values={**home.values, **old}))
    homes = {home.key for home in households}
    members = [_member(m, decisions, m.household_key in homes) for m in diff.members]
    missing = tuple(
        m
        for m in diff.missing
        if not m.reason or wanted(f"person:{m.member.member_id}:left", "left")
    )
    return replace(
        diff,
        households=tuple(households),
        members=tuple(m for m in members if m is not None),
        missing=missing,
    )


def departed(diff: RosterDiff, decisions: Decisions) -> Iterator[tuple[MissingMember, Decision]]:
    """Yield the people who are silent in the file and of whom somebody says why they left."""
    for missing in diff.missing:
        if missing.reason:
            continue
        decision = decisions.of(f"person:{missing.member.member_id}:missing", "missing")
        if decision.choice == APPLY and decision.reason:
            yield missing, decision


def _member(found: MatchedMember, decisions: Decisions, has_home: bool) -> MatchedMember | None:
    """Return what is to be written of a row; None if nothing is."""
    if found.member is None:
        wanted = decisions.of(row_key(found.row.place), "new_member").choice == APPLY
        return found if wanted and has_home else None
    key = f"person:{found.member.member_id}"
    if not found.member.is_present:
        wanted = decisions.of(f"{key}:returned", "returned").choice == APPLY
        return found if wanted and has_home else None
    moves = has_home and decisions.of(f"{key}:moved", "moved").choice == APPLY
    corrects = decisions.of(f"{key}:id_no", "id_corrected").choice == APPLY
    return replace(
        found,
        changes=_wanted(found.changes, key, "member_changed", _doubted(found.row), decisions),
        moved_from=found.moved_from if moves else None,
        id_change=found.id_change if corrects else None,
    )


def _wanted(
    changes: Changes, key: str, kind: str, doubted: frozenset[str], decisions: Decisions
) -> Changes:
    return {
        name: change
        for name, change in changes.items()
        if decisions.of(f"{key}:{name}", "doubtful" if name in doubted else kind, APPLY).choice
        == APPLY
    }


def _let_in(row: RosterRow, decisions: Decisions) -> RosterRow:
    codes = {reason.code for reason in row.reasons if reason.code.startswith("E_")}
    if not codes or not codes <= _RESCUED.keys():
        return row
    if decisions.of(row_key(row.place), "doubtful", LATER).choice != APPLY:
        return row
    reasons = tuple(
        Reason(_RESCUED.get(reason.code, reason.code), reason.field, reason.text)
        for reason in row.reasons
    )
    values = dict(row.values)
    if "E_ID_LOST_DIGITS" in codes:
        values["id_no"] = None
    return replace(row, reasons=reasons, values=values, is_id_valid=False)


def _of_household(home: MatchedHousehold) -> Iterator[ImportItem]:
    number, head = home.household_no or home.key, home.head_name or ""
    if home.household is None:
        yield _item(_new_home(home), "new_household", number, head, new=home.size,
                    old=home.split_from)  # fmt: skip
        return
    for name, (old, new) in home.changes.items():
        key = f"household:{home.household.household_id}:{name}"
        found = _item(key, "household_changed", number, head, field=name, old=old, new=new)
        # The head's name follows from the people: there is nothing of its own to decide.
        yield replace(found, choices=()) if name == "head_name" else found


def _of_member(found: MatchedMember, number: str, before: str) -> Iterator[ImportItem]:
    row, name = found.row, str(found.row.values.get("name") or "")
    codes = tuple(reason.code for reason in row.reasons)
    if found.member is None:
        yield _item(row_key(row.place), "new_member", number, name, place=row.place, reasons=codes)
        return
    key = f"person:{found.member.member_id}"
    if not found.member.is_present:
        yield _item(f"{key}:returned", "returned", number, name, place=row.place, reasons=codes)
        return
    if found.is_unchanged:
        yield _item(key, "unchanged", number, name, place=row.place)
        return
    if found.moved_from is not None:
        yield _item(f"{key}:moved", "moved", number, name, field="household_no", old=before,
                    new=number, place=row.place)  # fmt: skip
    if found.id_change is not None:
        old, new = found.id_change
        yield _item(f"{key}:id_no", "id_corrected", number, name, field="id_no", old=old, new=new,
                    place=row.place, reasons=codes)  # fmt: skip
    doubted = _doubted(row)
    for field_name, (old, new) in found.changes.items():
        kind = "doubtful" if field_name in doubted else "member_changed"
        why = tuple(r.code for r in row.reasons if r.field == field_name)
        yield _item(f"{key}:{field_name}", kind, number, name, field=field_name, old=old, new=new,
                    place=row.place, reasons=why)  # fmt: skip


def _of_missing(missing: MissingMember) -> ImportItem:
    kind = "left" if missing.reason else "missing"
    name = str(missing.member.values.get("name") or "")
    words = f"{missing.reason} {missing.on}".strip()
    key = f"person:{missing.member.member_id}:{kind}"
    return _item(key, kind, missing.household_no, name, words=words)


def _of_rejected(row: RosterRow) -> ImportItem:
    codes = tuple(reason.code for reason in row.reasons if reason.code.startswith("E_"))
    found = _item(
        row_key(row.place), "doubtful", row.household or "", str(row.values.get("name") or ""),
        place=row.place, reasons=codes,
    )  # fmt: skip
    can_enter = set(codes) <= _RESCUED.keys()
    return replace(found, choices=_ASK if can_enter else (), default=LATER if can_enter else SKIP)


def _item(key: str, kind: str, household_no: str, name: str, **more: object) -> ImportItem:
    choices = () if kind in _NOTHING_TO_DECIDE else _ASK
    default = _DEFAULTS.get(kind, APPLY)
    return replace(
        ImportItem(key, kind, household_no, name, choices=choices, default=default),
        **more,  # type: ignore[arg-type]
    )


def _new_home(home: MatchedHousehold) -> str:
    return "new_household:" + home.key.replace(":", "/")


def _doubted(row: RosterRow) -> frozenset[str]:
    """Return the fields of a row whose value is kept as written and should be looked at."""
    return frozenset(reason.field for reason in row.reasons if reason.code.startswith("W_"))
