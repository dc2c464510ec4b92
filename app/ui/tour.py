"""``tour``: a picture of every page of one replica, for documents and for looking at changes."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from app.ui import desktop
from app.ui.colours import severity_rank
from app.ui.keys_dialog import KeysDialog
from app.ui.main_window import COMMON_KEYS, MainWindow
from app.ui.page import Store
from app.ui.plans.plans_page import PlansPage
from app.ui.roster.roster_page import RosterPage
from app.ui.settings.settings_page import SettingsPage
from app.ui.sheet.visits_page import VisitsPage
from app.ui.start.first_use import FirstUse
from app.ui.start.steps import Step

SIZE = (1366, 768)
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
    try:
        for key, page in window.pages.items():
            window.show_page(key)
            album.take(window, key)
            for name, prepare in _scenes(page):
                prepare()
                album.take(window, f"{key}-{name}")
        album.take_dialog(_keys_of(window), "keys")
    finally:
        window.close()
    _tour_first_use(album)
    return album.paths


class _Album:
    """Numbers the pictures in the order they are taken."""

    def __init__(self, app: QApplication, out: Path) -> None:
        self._app, self._out = app, out
        self.paths: list[Path] = []

    def take(self, widget: QWidget, name: str) -> None:
        for _round in range(4):  # layouts settle in several rounds of events
            self._app.processEvents()
        path = self._out / f"{len(self.paths) + 1:02d}-{name}.png"
        widget.grab().save(str(path))
        self.paths.append(path)

    def take_dialog(self, dialog: QWidget, name: str) -> None:
        dialog.show()
        self.take(dialog, name)
        dialog.close()


def _scenes(page: object) -> Sequence[tuple[str, Callable[[], None]]]:
    """Return what is worth a picture of its own on a page."""
    if isinstance(page, VisitsPage):
        return (
            ("chapter", lambda: _open_chapter(page)),
            ("special", lambda: _press(page, "/")),
            ("finding", lambda: _open_worst(page)),
        )
    if isinstance(page, PlansPage):
        return (
            ("sheet", page.preview.draw_now),
            ("measures", partial(page.tabs.setCurrentIndex, 1)),
        )
    if isinstance(page, SettingsPage):
        rows = range(1, page.list.count())
        return tuple((f"{n}", partial(page.list.setCurrentRow, n)) for n in rows)
    if isinstance(page, RosterPage):
        return (("household", lambda: _open_first_household(page)),)
    return ()


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
