"""The roster: tables in and out, lists, search, one household.

What other layers call stands here; the work is done by the modules beside this one.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from app.domain.roster_items import UNDECIDED, Decision, Decisions, ImportItem
from app.domain.roster_values import Value
from app.excel.roster import Choice, roster_kinds
from app.excel.writer import Written, template, write_table
from app.models.household import Household, Member
from app.models.store import Store
from app.ops.roster_import import (
    FilePreview,
    NotVillageError,
    RosterCounts,
    RosterPreview,
    RosterResult,
    apply_import,
    preview_import,
    write_import_report,
)
from app.ops.roster_log import ImportLine, ReportLine, last_report, list_imports
from app.ops.roster_rows import PRESENT, StoredRoster, household_values, load_roster, member_values
from app.ops.roster_undo import UndoneImport, undo_import
from app.ops.roster_view import (
    HouseholdLine,
    HouseholdPage,
    MemberLine,
    household_page,
    list_households,
    search,
)

__all__ = [
    "UNDECIDED",
    "Choice",
    "Decision",
    "Decisions",
    "FilePreview",
    "HouseholdLine",
    "HouseholdPage",
    "ImportItem",
    "ImportLine",
    "MemberLine",
    "NotVillageError",
    "ReportLine",
    "RosterCounts",
    "RosterPreview",
    "RosterResult",
    "UndoneImport",
    "apply_import",
    "export_roster",
    "household_page",
    "last_report",
    "list_households",
    "list_imports",
    "preview_import",
    "roster_kinds",
    "search",
    "undo_import",
    "write_import_report",
]


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
