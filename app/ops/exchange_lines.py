"""What the exchange tells the screen and the command line: plain values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.changeset import NEW_ROW, Changeset, FieldChange
from app.domain.merge import Gap
from app.errors import AppError, Where
from app.ops.changed import Changed
from app.sync.errors import UnusualAmountError
from app.sync.package import Header
from app.sync.past import Row
from app.sync.trust import Trust

UNUSUAL_SHARE = (1, 5)  # more than a fifth of the households …
UNUSUAL_FEWEST = 5  # … and more than so many; or more than so many removed
_ROSTER = ("household", "member")


@dataclass(frozen=True, slots=True)
class Exported:
    """A package that was written. ``transactions``: changesets in it, ``contents``: photos, scans.

    ``bases``: scopes (areas) of which it holds a base. ``left``: changesets and contents that did
    not fit into it. ``further``: the rest of the series, where a folder was named.
    """

    path: Path
    receiver: str
    number: int
    transactions: int
    households: int
    warnings: int
    bytes: int
    sha256: str
    contents: int = 0
    bases: int = 0
    left: int = 0
    further: "tuple[Exported, ...]" = ()


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A run of a chain in a package. ``first``, ``last``: numbers."""

    origin: str
    epoch: str
    scope: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file shows. ``valid``: None where the sender's key is unknown here."""

    sender: str
    receiver: str
    sender_name: str
    receiver_name: str
    number: int
    bytes: int
    valid: bool | None
    error: AppError | None
    segments: tuple[SegmentLine, ...]
    changes: "Imported | None"


@dataclass(frozen=True, slots=True)
class SideLine:
    """One side of a conflict: whose changeset says what.

    ``side``: its name for a choice («1», «2» …). ``base``: what it replaced, ``base_text``: in
    words. ``level``: of its origin. ``text``: the value in words.
    """

    changeset: str
    values: dict[str, Any]
    actor: str
    at: str
    level: str
    is_in_force: bool
    side: str = ""
    base: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    base_text: str = ""


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """What a person must decide; until then the first side counts. ``field`` "": a whole sheet.

    ``kind``: unit, removal, composition, late; heads, steps, person, cases (rules over rows).
    ``label``: the field in words. ``blocks``: the unit takes no other edit until decided.
    """

    table: str
    row_id: str
    field: str
    household_id: str
    household_no: str
    sides: tuple[SideLine, ...]
    conflict_id: str = ""
    kind: str = "unit"
    label: str = ""
    scope: str = ""
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class GapLine:
    """Changesets that nobody here has. ``name``: the device that must send them again."""

    origin: str
    epoch: str
    scope: str
    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A changeset without effect, and why (void, or the second of one number)."""

    origin: str
    scope: str
    number: int
    actor: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unusual:
    """How much of the roster a package changes. ``households``: known before."""

    households: int
    changed: int
    removed: int

    def needs_confirmation(self) -> bool:
        """Tell whether a person must confirm before it goes in."""
        share, whole = UNUSUAL_SHARE
        many = self.changed > UNUSUAL_FEWEST and self.changed * whole > self.households * share
        return many or self.removed > UNUSUAL_FEWEST


@dataclass(frozen=True, slots=True)
class Earlier:
    """When and by whom the same file had been taken in."""

    at: str
    actor: str


@dataclass(frozen=True, slots=True)
class QuarantineLine:
    """A content that was not kept. ``reason``: unnamed, type, size."""

    sha256: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do.

    ``requested``: what the sender asks to be sent again. ``contents``: photos and scans that came,
    ``lacking``: that are named here and have not come. ``bases``: areas of which a base came.
    ``past``: changesets of the past that came, ``past_left``: that are to come.
    """

    sender: str
    sender_name: str
    number: int
    applied: int
    already_known: int
    waiting: int
    gaps: tuple[GapLine, ...]
    void: tuple[RefusedLine, ...]
    forked: tuple[RefusedLine, ...]
    conflicts: tuple[ConflictLine, ...]
    warnings_changed: int
    households_new: int
    households_changed: int
    earlier: Earlier | None
    unusual: Unusual
    changed: Changed
    requested: tuple[GapLine, ...] = ()
    contents: int = 0
    quarantined: tuple[QuarantineLine, ...] = ()
    lacking: int = 0
    bases: tuple[str, ...] = ()
    past: int = 0
    past_left: int = 0


def unusual(applied: Iterable[Changeset], homes: dict[Row, str], before: set[str]) -> Unusual:
    """Return how much of the roster known before the changesets change or end."""
    changed: set[str] = set()
    removed: set[Row] = set()
    for change in _changes_of_roster(applied):
        row = Row(change.table, change.row)
        changed |= {homes[row]} & before if row in homes else set()
        is_end = change.field == "removed_on" and change.new is not None
        if is_end or (change.field == "member_status" and change.new != "present"):
            removed.add(row)
    return Unusual(len(before), len(changed), len(removed))


def changed_roster(applied: Iterable[Changeset]) -> set[Row]:
    """Return the rows of the roster that changesets change or end."""
    return {Row(change.table, change.row) for change in _changes_of_roster(applied)}


def _changes_of_roster(applied: Iterable[Changeset]) -> Iterator[FieldChange]:
    for changeset in applied:
        for change in changeset.changes:
            if change.table in _ROSTER and change.field != NEW_ROW:
                yield change


def unusual_error(found: Unusual, path: Path) -> UnusualAmountError:
    """Return the question to the person who imports."""
    return UnusualAmountError(
        "amount",
        where=Where(file=path.name),
        households=found.households,
        changed=found.changed,
        removed=found.removed,
    )


def gap_line(gap: Gap, trust: Trust) -> GapLine:
    """Return a gap with the name of the device that must send it again."""
    return GapLine(*gap.chain, gap.first, gap.last, trust.name(gap.chain.origin))


def refused(changeset: Changeset, reason: str) -> RefusedLine:
    """Return a changeset without effect as a line."""
    return RefusedLine(
        changeset.chain.origin,
        changeset.chain.scope,
        changeset.number,
        changeset.actor,
        changeset.at,
        reason,
    )


def inspected(
    data: bytes,
    header: Header,
    trust: Trust,
    *,
    valid: AppError | bool | None,
    segments: tuple[SegmentLine, ...] = (),
    changes: Imported | None = None,
) -> Inspected:
    """Return what a file shows; ``valid``: an error, True, or None (sender unknown)."""
    error = valid if isinstance(valid, AppError) else None
    return Inspected(
        sender=header.sender,
        receiver=header.receiver,
        sender_name=trust.name(header.sender),
        receiver_name=trust.name(header.receiver),
        number=header.number,
        bytes=len(data),
        valid=False if error else (True if valid else None),
        error=error,
        segments=segments,
        changes=changes,
    )
