"""The dialogs of the desktop as the tour shows them: filled from the replica, nothing written."""

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from app.domain.period import Period
from app.ops import months, roster_view, sheet_history, sheets, warnings
from app.ops.warnings import WarningPage
from app.ui.attachments.phone_record import call_form
from app.ui.changes.changes_dialog import ChangesDialog
from app.ui.closing.closing_dialog import ClosingDialog
from app.ui.copying.to_type_dialog import ToTypeDialog
from app.ui.measures.measures_dialog import MeasuresDialog
from app.ui.overdue_dialog import OverdueDialog
from app.ui.page import Desk
from app.ui.plans.dossier_dialog import DossierDialog
from app.ui.quality.list_dialog import ListDialog
from app.ui.roster import roster_model
from app.ui.roster.column_choice import ColumnChoice
from app.ui.roster.import_log import ImportLogDialog
from app.ui.roster.numbers_dialog import NumbersDialog
from app.ui.roster.record_tabs import SheetDialog
from app.ui.sheet.worksheet_dialog import WorksheetDialog
from app.ui.tasks_dialog import TasksDialog

_SOME = 8  # households whose numbers are looked at
Shown = Iterator[tuple[str, QWidget]]


def dialogs(parent: QWidget, desk: Desk) -> Shown:
    """Yield the dialogs of this level with their names."""
    lines = warnings.list_warnings(desk.store, desk.today())
    yield "tasks", TasksDialog(parent, desk)
    yield "overdue", OverdueDialog(parent, [x for x in lines if x.overdue], desk.today())
    if lines:
        page = _page(desk, lines[-1].warning_id)
        line = page.line
        yield "measures", MeasuresDialog(parent, desk, [page])
        yield "call", call_form(parent, desk, line.household_id, f"{line.head_name}户")
    yield "to-type", ToTypeDialog(parent, desk)
    yield "changes", ChangesDialog(parent, desk)
    yield "dossier", DossierDialog(parent)
    yield "list", ListDialog(parent, desk)
    level = desk.store.level
    shown = [column.title for column in roster_model.columns(level, [])]
    yield (
        "columns",
        ColumnChoice(parent, roster_model.offered(level), shown, roster_model.ALWAYS),
    )
    homes = roster_view.list_households(desk.store)
    if homes:
        yield "numbers", NumbersDialog(parent, desk, homes[:_SOME])
        yield from _months(parent, desk, homes[0].household_id)
    if level == "village":
        yield "import-log", ImportLogDialog(parent, desk)
        yield (
            "closing",
            ClosingDialog(parent, desk, months.running_period(desk.store, desk.today())),
        )


def _months(parent: QWidget, desk: Desk, household_id: str) -> Shown:
    """Yield a month's answers, and the worksheet of the running month."""
    found = sheet_history.sheet_history(desk.store, household_id, desk.today())
    if found:
        answers = sheet_history.sheet_answers(desk.store, found[0].sheet_id)
        yield "sheet", SheetDialog(parent, found[0], answers)
    period = Period.of(desk.today())
    if desk.store.level == "village" and found and found[0].period == period:
        opened = sheets.open_sheet(desk.store, household_id, period, desk.today())
        yield "worksheet", WorksheetDialog(parent, desk, opened.sheet_id)


def _page(desk: Desk, warning_id: str) -> WarningPage:
    return warnings.show_warning(desk.store, warning_id, desk.today(), desk.actor.role)
