"""The dialogs of the desktop as the tour shows them: filled from the replica, nothing written."""

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from app.domain.period import Period
from app.ops import devices, months, review, roster_view, sheet_history, sheets, warnings
from app.ops.lives import Action
from app.ops.proofs import PHOTO
from app.ops.warnings import WarningPage
from app.ui import tour_samples
from app.ui.attachments.phone_record import call_form
from app.ui.backup.backup_view import BackupDialog
from app.ui.changes.change_form import ChangeForm
from app.ui.changes.changes_dialog import ChangesDialog
from app.ui.changes.tasks import TASKS, ChangeTask
from app.ui.closing.closing_dialog import ClosingDialog
from app.ui.closing.village_months import VillageMonthsDialog
from app.ui.copying.to_type_dialog import ToTypeDialog
from app.ui.exchange.device_dialogs import FingerprintDialog
from app.ui.exchange.revoke_dialog import RevokeDialog
from app.ui.measures.measure_form import measure_form
from app.ui.measures.measures_dialog import MeasuresDialog
from app.ui.objects.clue_form import clue_form
from app.ui.overdue_dialog import OverdueDialog
from app.ui.page import Desk
from app.ui.plans.dossier_dialog import DossierDialog
from app.ui.quality.list_dialog import ListDialog
from app.ui.review.package_dialogs import ImportAllDialog, WriteAllDialog
from app.ui.review.reminders_dialog import RemindersDialog
from app.ui.review.step_form import StepForm, with_papers
from app.ui.review.step_offers import ask_for
from app.ui.roster import roster_model
from app.ui.roster.column_choice import ColumnChoice
from app.ui.roster.import_log import ImportLogDialog
from app.ui.roster.numbers_dialog import NumbersDialog
from app.ui.roster.record_tabs import SheetDialog
from app.ui.sheet.worksheet_dialog import WorksheetDialog
from app.ui.start.restore_dialog import RestoreDialog
from app.ui.statistics.verify_dialog import VerifyDialog
from app.ui.tasks_dialog import TasksDialog
from app.ui.warnings.step_ask import ask_step

_STEPS = (
    ("step-return", Action("return", "退回", ("note",))),
    ("step-assign", Action("assign", "派部门", ("department", "contact", "due_on"))),
    ("step-confirm", Action("confirm", "确认上报", (PHOTO,))),
)
_PROVE = Action("prove", "属实", ("note", "proof"))
_FINGERPRINT = "1476 8345 6000 9652 9083 7718 7097 1005"
_SOME = 8  # households whose numbers are looked at
Shown = Iterator[tuple[str, QWidget]]


def dialogs(parent: QWidget, desk: Desk) -> Shown:
    """Yield the dialogs of this level with their names."""
    lines = warnings.list_warnings(desk.store, desk.today())
    yield "tasks", TasksDialog(parent, desk)
    yield "overdue", OverdueDialog(parent, [x for x in lines if x.overdue], desk.today())
    if lines:
        yield from _steps(parent, desk, _page(desk, lines[-1].warning_id))
    yield "to-type", _filled_to_type(parent, desk)
    yield "changes", _filled_changes(parent, desk)
    yield "dossier", DossierDialog(parent)
    yield "list", ListDialog(parent, desk)
    yield from _exchange(parent, desk)
    yield "verify", VerifyDialog(parent, desk)
    yield "backup", BackupDialog(parent, desk)
    yield "restore", RestoreDialog(parent, desk.store.path.parent, desk.store.clock())
    level = desk.store.level
    shown = [column.title for column in roster_model.columns(level, [])]
    yield (
        "columns",
        ColumnChoice(parent, roster_model.offered(level), shown, roster_model.ALWAYS),
    )
    homes = roster_view.list_households(desk.store)
    if homes:
        yield "numbers", NumbersDialog(parent, desk, homes[:_SOME])
        home = roster_view.household_page(desk.store, homes[0].household_id)
        yield "clue", clue_form(parent, desk, home.line.household_id)
        yield "change-death", ChangeForm(parent, desk, home, _task("death"))
        yield "change-split", ChangeForm(parent, desk, home, _task(""))
        yield from _doubt(parent, desk)
        yield from _months(parent, desk, homes[0].household_id)
    if level == "village":
        yield "import-log", ImportLogDialog(parent, desk)
        yield (
            "closing",
            ClosingDialog(parent, desk, months.running_period(desk.store, desk.today())),
        )


def _steps(parent: QWidget, desk: Desk, page: WarningPage) -> Shown:
    """Yield what is asked at the card of a warning."""
    line = page.line
    yield "measures", MeasuresDialog(parent, desk, [page])
    planned = measure_form(parent, desk, [page])
    if planned is not None:
        yield "measure", planned
    yield "call", call_form(parent, desk, line.household_id, f"{line.head_name}户")
    for name, action in _STEPS:
        yield name, StepForm(parent, ask_step(desk, action, [page]), lambda _given: None)


def _doubt(parent: QWidget, desk: Desk) -> Shown:
    """Yield the answer to a finding of the negative list, with its paper."""
    for item in tour_samples.doubts(desk)[-1:]:
        ask = ask_for(desk, "negative_check", _PROVE, f"{item.head_name}户　{item.title}")
        yield "doubt", StepForm(parent, with_papers(ask, desk, []), lambda _given: None)


def _filled_to_type(parent: QWidget, desk: Desk) -> ToTypeDialog:
    made = ToTypeDialog(parent, desk)
    made.show_found(tour_samples.to_type(desk))
    return made


def _filled_changes(parent: QWidget, desk: Desk) -> ChangesDialog:
    made = ChangesDialog(parent, desk)
    made.show_found(tour_samples.changes(desk))
    return made


def _exchange(parent: QWidget, desk: Desk) -> Shown:
    """Yield what enrols and ends devices, and what a superior does for all villages at once."""
    sentence = "上坝村（村）申请登记。请让对方念指纹。"
    yield "fingerprint", FingerprintDialog(parent, "登记新设备", sentence, _FINGERPRINT)
    if desk.store.level == "village":
        return
    below = [d for d in devices.list_devices(desk.store) if d.relation == "subordinate"]
    yield "revoke", RevokeDialog(parent, below)
    reporters = review.reporters(desk.store)
    yield "write-all", WriteAllDialog(parent, desk, reporters)
    yield "import-all", ImportAllDialog(parent, desk)
    yield "reminders", RemindersDialog(parent, reporters, desk.today())
    yield "village-months", VillageMonthsDialog(parent, desk, Period.of(desk.today()))


def _task(reason: str) -> ChangeTask:
    """Return a guided change; without a reason the first that asks for it: 分户."""
    return next(one for one in TASKS if one.reason == reason)


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
