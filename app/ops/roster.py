"""The roster: tables in and out, lists, search, one household.

Importing is preview, decision, one transaction: a preview writes nothing, and what was written
is what the preview said, compared again inside the transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain.ownership import Actor
from app.domain.roster_diff import KnownRoster, RosterDiff, compare
from app.domain.roster_values import Value
from app.errors import AppError
from app.excel.roster import FIND_OUT, Choice, RosterFile, read_roster, roster_kinds
from app.excel.writer import Written, template, write_table
from app.models.household import Household, Member
from app.models.store import Store
from app.ops.changed import Changed
from app.ops.roster_apply import RosterWriter, Village
from app.ops.roster_rows import PRESENT, StoredRoster, household_values, load_roster, member_values
from app.ops.roster_view import (
    HouseholdLine,
    HouseholdPage,
    MemberLine,
    household_page,
    list_households,
    search,
)

__all__ = [
    "Choice",
    "HouseholdLine",
    "HouseholdPage",
    "MemberLine",
    "apply_import",
    "export_roster",
    "household_page",
    "list_households",
    "preview_import",
    "roster_kinds",
    "search",
]

Progress = Callable[[int, int], None]
_VILLAGE_KINDS = frozenset(("village_roster",))


class NotVillageError(AppError):
    """Only a village keeps a roster; a superior gets it in packages."""

    code, message = "E216", "户台账在村里导入，镇、县由变更包收到。名册没有变。"
    hint = "请在村里的电脑上导入。"


@dataclass(frozen=True, slots=True)
class FilePreview:
    """One file and what it would change."""

    file: RosterFile
    diff: RosterDiff

    @property
    def is_complete(self) -> bool:
        """The file claims to hold the whole village: only then is somebody missing."""
        return self.file.kind.kind in _VILLAGE_KINDS


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What an import would do. Nothing has been written."""

    files: tuple[FilePreview, ...]
    today: date
    is_update: bool


@dataclass(frozen=True, slots=True)
class RosterCounts:
    """People: written anew, changed, left as they were."""

    households_created: int
    created: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What an import has done."""

    changed: Changed
    counts: RosterCounts


def no_progress(_done: int, _total: int) -> None:
    """Progress for callers that show none."""


def preview_import(
    store: Store | None,
    paths: Iterable[Path],
    today: date,
    progress: Progress = no_progress,
    choice: Choice = FIND_OUT,
) -> RosterPreview:
    """Read tables and compare them with the stored roster; nothing is written.

    ``store`` None compares with an empty roster: what a file says can be seen without a replica.

    ``progress`` (done, total) counts rows; an error that it raises stops the reading.

    Raises:
        TableError: a file cannot be read; the text says what to do.
        NotVillageError: this replica is not a village's.
    """
    if store is not None and store.level != "village":
        raise NotVillageError
    files = [read_roster(Path(path), progress, choice) for path in paths]
    known = KnownRoster()
    if store is not None:
        with store.read() as session:
            known = load_roster(session).known
    return RosterPreview(
        tuple(
            FilePreview(
                file,
                compare(
                    file.table,
                    known,
                    is_complete=file.kind.kind in _VILLAGE_KINDS,
                    adds_people=file.kind.adds_people,
                    departures=file.departures,
                ),
            )
            for file in files
        ),
        today,
        bool(known.households),
    )


def apply_import(
    store: Store, actor: Actor, preview: RosterPreview, progress: Progress = no_progress
) -> RosterResult:
    """Write what a preview showed, all files in one transaction; a failure leaves nothing.

    The tables are compared again with what is stored now: several files of one import see each
    other, and whatever was typed since the preview is kept in view.

    Raises:
        OwnershipError: this person may not write the roster.
    """
    tables: set[str] = set()
    households: set[str] = set()
    counts = RosterCounts(0, 0, 0, 0)
    village = Village(store.area_code, store.identity.name, preview.today)
    with store.write("roster.import", actor) as session:
        for item in preview.files:
            stored = load_roster(session)
            diff = compare(
                item.file.table,
                stored.known,
                is_complete=item.is_complete,
                adds_people=item.file.kind.adds_people,
                departures=item.file.departures,
            )
            writer = RosterWriter(session, stored, village, progress)
            applied = writer.write(diff)
            session.flush()
            tables |= applied.tables
            households |= applied.household_ids
            counts = RosterCounts(
                counts.households_created + applied.households_created,
                counts.created + applied.created,
                counts.updated + applied.updated,
                counts.unchanged + applied.unchanged,
            )
    return RosterResult(Changed(frozenset(tables), frozenset(households)), counts)


def export_roster(store: Store, kind: str, path: Path) -> Written:
    """Write the living roster as a workbook: ``kind`` household, member or object.

    Raises:
        OSError: the file cannot be written; what stood there before is untouched.
    """
    with store.read() as session:
        stored = load_roster(session)
    return write_table(path, template(kind), _export_rows(stored, kind))


def _export_rows(stored: StoredRoster, kind: str) -> Iterator[dict[str, Value]]:
    """Yield the rows of an export in the order of the roster, the head of a household first."""
    people: dict[str, list[Member]] = defaultdict(list)
    for member in stored.members.values():
        if member.member_status == PRESENT:
            people[member.household_id].append(member)
    for household in sorted(stored.households.values(), key=_roster_order):
        members = sorted(people[household.id], key=lambda member: member.number)
        case = stored.cases.get(household.id)
        if kind == "object" and case is None:
            continue
        income = stored.incomes.get(household.id)
        shared = household_values(household, members, income, case)
        if kind == "household":
            yield shared
        else:
            yield from (shared | member_values(member) for member in members)


def _roster_order(household: Household) -> tuple[int, str]:
    return household.position, household.household_no
