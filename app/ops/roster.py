"""The roster: tables in and out, lists, search, one household.

What other layers call stands here; the work is done by the modules beside this one.
"""

from app.domain.roster_items import UNDECIDED, Decision, Decisions, ImportItem
from app.excel.pasted import Pasted
from app.excel.roster import Choice, roster_kinds
from app.excel.writer import Written
from app.ops.roster_export import (
    ExportChoice,
    columns_of,
    export_kinds,
    export_roster,
    export_table,
    has_whole_numbers,
)
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
    "ExportChoice",
    "FilePreview",
    "HouseholdLine",
    "HouseholdPage",
    "ImportItem",
    "ImportLine",
    "MemberLine",
    "NotVillageError",
    "Pasted",
    "ReportLine",
    "RosterCounts",
    "RosterPreview",
    "RosterResult",
    "UndoneImport",
    "Written",
    "apply_import",
    "columns_of",
    "export_kinds",
    "export_roster",
    "export_table",
    "has_whole_numbers",
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
