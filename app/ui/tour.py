"""``tour``: a picture of every page of one replica, for documents and for looking at changes."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from app.ops import copy_fields, operators, roster_view
from app.ops.changed import Changed
from app.ops.roster import Pasted, RosterCounts, RosterResult
from app.ui import desktop, tour_samples
from app.ui.colours import severity_rank
from app.ui.copying.copy_window import CopyWindow
from app.ui.exchange.exchange_page import ExchangePage
from app.ui.export_dialog import ExportDialog, Scope
from app.ui.keys_dialog import KeysDialog
from app.ui.main_window import COMMON_KEYS, MainWindow
from app.ui.page import Desk, Store
from app.ui.plans.plans_page import PlansPage
from app.ui.quality.quality_page import QualityPage
from app.ui.review.review_page import ReviewPage
from app.ui.roster.import_columns import ColumnsDialog
from app.ui.roster.import_dialog import ImportDialog
from app.ui.roster.roster_page import RosterPage
from app.ui.settings.settings_page import SettingsPage
from app.ui.sheet.visits_page import VisitsPage
from app.ui.start.first_use import FirstUse
from app.ui.start.steps import Step
from app.ui.tour_dialogs import dialogs
from app.ui.warnings.warnings_page import WarningsPage

SIZE = (1366, 768)
_PATIENCE = 10.0  # seconds for the worker
_MANY_KEYS = frozenset({"visits", "warnings"})  # pages whose keys fill a dialog
_COPIED, _FEW = 40, 3  # households in the table that is looked at; people of a small one
_LOST = "5.39901E+17"  # a number whose last digits a spreadsheet has lost
_SHOWN_FIELD = 7  # the field that copy mode is pictured at
_SAMPLE_KEY = "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345-67AB"


def tour(store: Store, operator: str, out: Path, font_scale: float) -> list[Path]:
    """Save a picture of every page at 1366×768 into ``out`` and return the paths.

    Nothing is written to the replica.
    """
    app, families = desktop.application(font_scale)
    window = desktop.make_window(store, store.path.parent, families, operator)
    window.resize(*SIZE)
    window.set_scale(font_scale)
    window.show()
    album = _Album(app, out)
    window.runner.busy.connect(album.on_busy)
    today = store.clock().astimezone().date()
    desk = Desk(store, operators.actor(store, operator), lambda: today, window.runner)
    try:
        for key, page in window.pages.items():
            window.show_page(key)
            album.take(window, key)
            if key in _MANY_KEYS:
                album.take_dialog(_keys_of(window), f"{key}-keys")
            for name, prepare in _scenes(page, desk):
                prepare()
                album.take(window, f"{key}-{name}")
        album.take_dialog(_keys_of(window), "keys")
        _tour_tables(album, desk)
        for name, dialog in dialogs(window, desk):
            album.take_dialog(dialog, name)
    finally:
        window.close()
        shiboken6.delete(window)  # a later change of the text size would go through all of it
    _tour_first_use(album)
    return album.paths


class _Album:
    """Numbers the pictures in the order they are taken."""

    def __init__(self, app: QApplication, out: Path) -> None:
        self._app, self._out = app, out
        self.paths: list[Path] = []
        self._is_busy = False

    def on_busy(self, is_busy: bool) -> None:
        """Hear whether the worker still reads what is to be seen."""
        self._is_busy = is_busy

    def take(self, widget: QWidget, name: str) -> None:
        self.wait(lambda: not self._is_busy)
        for _round in range(8):  # layouts settle in several rounds of events
            self._app.processEvents()
        path = self._out / f"{len(self.paths) + 1:02d}-{name}.png"
        widget.grab().save(str(path))
        self.paths.append(path)

    def wait(self, is_there: Callable[[], bool]) -> None:
        """Let the worker finish; a picture of something unfinished is better than none."""
        deadline = time.monotonic() + _PATIENCE
        while not is_there() and time.monotonic() < deadline:
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

    def take_dialog(self, dialog: QWidget, name: str) -> None:
        dialog.show()
        self.take(dialog, name)
        dialog.close()


Scenes = Sequence[tuple[str, Callable[[], None]]]


def _scenes(page: object, desk: Desk) -> Scenes:
    """Return what is worth a picture of its own on a page."""
    make = _MAKERS.get(type(page))
    return make(page, desk) if make is not None else ()


def _of_visits(page: VisitsPage, _desk: Desk) -> Scenes:
    return (
        ("chapter", lambda: _open_chapter(page)),
        ("special", lambda: _press(page, "/")),
        ("finding", lambda: _open_worst(page)),
    )


def _of_plans(page: PlansPage, _desk: Desk) -> Scenes:
    tabs = range(1, page.tabs.count())
    further = ((f"{n + 1}", partial(page.tabs.setCurrentIndex, n)) for n in tabs)
    return (("sheet", page.preview.draw_now), *further)


def _of_settings(page: SettingsPage, _desk: Desk) -> Scenes:
    rows = range(1, page.list.count())
    return tuple((f"{n}", partial(page.list.setCurrentRow, n)) for n in rows)


def _of_roster(page: RosterPage, _desk: Desk) -> Scenes:
    tabs = range(1, page.household.tabs.count())
    further = ((f"household-{n + 1}", partial(page.household.show_tab, n)) for n in tabs)
    return (("household", lambda: _open_first_household(page)), *further)


def _of_warnings(page: WarningsPage, _desk: Desk) -> Scenes:
    return (("open", partial(_show_open, page)),)


def _of_review(page: ReviewPage, desk: Desk) -> Scenes:
    def show() -> None:
        page.show_queue(tour_samples.queue(desk))
        page.queue.table.setFocus()

    return (
        ("queue", show),
        ("remark", page.queue.card.start_return),
        ("open", partial(_show_open_above, page)),
    )


def _of_quality(page: QualityPage, desk: Desk) -> Scenes:
    return (("filled", lambda: page.show_found(tour_samples.doubts(desk))),)


def _of_exchange(page: ExchangePage, desk: Desk) -> Scenes:
    def show() -> None:
        page.conflicts.show_found(tour_samples.conflict(desk))
        page.show_conflicts()

    return (("conflict", show),)


_MAKERS: Mapping[type, Callable[[Any, Desk], Scenes]] = {
    VisitsPage: _of_visits,
    PlansPage: _of_plans,
    SettingsPage: _of_settings,
    RosterPage: _of_roster,
    WarningsPage: _of_warnings,
    ReviewPage: _of_review,
    QualityPage: _of_quality,
    ExchangePage: _of_exchange,
}


def _tour_tables(album: _Album, desk: Desk) -> None:
    """Show import, export and copy mode; the table that is looked at is the roster itself."""
    homes = roster_view.list_households(desk.store)
    if desk.store.level == "village" and homes:
        _tour_import(album, desk)
    export = ExportDialog(None, desk, "member", [Scope(f"筛出来的{len(homes)}户")])
    export.place.setText("户台账.xlsx")  # no path of the machine that makes the pictures
    album.take_dialog(export, "export")
    if homes:
        records = copy_fields.copy_records(desk.store, homes[0].household_id)
        what = f"{homes[0].household_no}号 {homes[0].head_name}户　新识别对象"
        window = CopyWindow(None, what, records, ends="")
        for _field in range(_SHOWN_FIELD):
            window.step(1)
        album.take_dialog(window, "copying")


def _tour_import(album: _Album, desk: Desk) -> None:
    dialog = ImportDialog(None, desk)
    dialog.show()
    album.take(dialog, "import-source")
    dialog.start([Pasted(_roster_text(desk))])
    album.wait(lambda: dialog.flow.preview is not None)
    album.take(dialog, "import-preview")
    preview = dialog.flow.preview
    if preview is not None:
        album.take_dialog(ColumnsDialog(dialog, preview), "import-columns")
        dialog.flow.turn()
        dialog.flow.items.select_alike()
        album.take(dialog, "import-decisions")
        same = sum(len(file.diff.unchanged) for file in preview.files)
        people = sum(len(file.diff.members) for file in preview.files)
        dialog.show_result(
            RosterResult(Changed(), RosterCounts(0, 0, people - same, same), _SAMPLE_KEY)
        )
        album.take(dialog, "import-done")
    dialog.close()


def _roster_text(desk: Desk) -> str:
    """Return the roster as WPS would copy it, a few cells different."""
    headings = ("户编号", "户主姓名", "姓名", "与户主关系", "证件号码", "务工地点", "联系电话")
    lines = ["\t".join(headings)]
    for home in roster_view.list_households(desk.store)[:_COPIED]:
        page = roster_view.household_page(desk.store, home.household_id)
        for member in page.members[:-1] if len(page.members) > _FEW else page.members:
            place = "外县" if member.number == 1 else member.work_place
            id_no = _LOST if len(lines) == _FEW else member.id_no
            lines.append(
                "\t".join(
                    (home.household_no, home.head_name, member.name, member.relation,
                     id_no, place, home.phone)
                )
            )  # fmt: skip
    return "\n".join(lines)


def _open_chapter(page: VisitsPage) -> None:
    """Open the first chapter with a finding, else the water chapter."""
    form = page.form
    if form is None:
        return
    board = form.controller.board
    findings = sorted(form.controller.findings, key=lambda f: -severity_rank(f.severity))
    found = [*form.remarks(), *(key for finding in findings for key in finding.fields)]
    asked = [key for key in found if key in board.asked and board.question(key).place != "head"]
    keys = asked or board.rows("WT")
    if keys:
        form.move_to(keys[0])


def _open_worst(page: VisitsPage) -> None:
    """Open the household with the gravest warning, at the row it is about."""
    household_id = page.list.worst()
    if household_id:
        page.open_household(household_id)
        _open_chapter(page)


def _press(page: VisitsPage, symbol: str) -> None:
    if page.form is not None:
        page.form.look(symbol)


def _open_first_household(page: RosterPage) -> None:
    line = page.table.current()
    if line is not None:
        page.open_household(line.household.household_id)


def _show_open(page: WarningsPage) -> None:
    """Show every warning that is open, whoever has it now."""
    page.state.setCurrentIndex(1)
    page.refresh(None)


def _show_open_above(page: ReviewPage) -> None:
    """Show the other face of a superior's page."""
    page.tabs.setCurrentIndex(page.tabs.count() - 1)
    _show_open(page.warnings)


def _keys_of(window: MainWindow) -> QWidget:
    page = window.current()
    return KeysDialog(window, page.title, (*page.keys(), *COMMON_KEYS))


def _tour_first_use(album: _Album) -> None:
    """Show the wizard's steps as they look; no replica is made."""
    wizard = FirstUse(Path(), desktop.HOLDER)
    wizard.recovery.set_key(_SAMPLE_KEY)
    steps: tuple[Step, ...] = (
        wizard.welcome, wizard.place, wizard.passphrase, wizard.recovery, wizard.roster,
    )  # fmt: skip
    wizard.show()
    for number, step in enumerate(steps):
        wizard.show_step(step)
        album.take(wizard, f"first-use-{number}")
    wizard.close()
    wizard.runner.close()
    shiboken6.delete(wizard)
