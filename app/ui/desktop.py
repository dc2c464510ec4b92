"""The desktop: application, start dialogs, window. Called by the bootstrap with a folder."""

import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from app.domain.labels import label
from app.domain.period import Period
from app.ops import (
    operators,
    paper_fonts,
    passphrases,
    places,
    restore,
    roster_view,
    unlock,
    workbench,
)
from app.paths import ReplicaPaths
from app.ui import fonts, messages, problems, theme
from app.ui.backup.keeper import BackupKeeper
from app.ui.idle_lock import IdleLock
from app.ui.main_window import Frame, MainWindow
from app.ui.page import Desk, Page, Store
from app.ui.pages import Maker, maker, page_class
from app.ui.resources import resource
from app.ui.runner import Runner
from app.ui.search_box import Hit
from app.ui.settings import attach
from app.ui.start.recover_dialog import RecoverDialog
from app.ui.start.rescue_dialog import offer_backup
from app.ui.start.unlock_dialog import Door, UnlockDialog
from app.ui.top_bar import Heading

if TYPE_CHECKING:  # the pages themselves are imported at their first use
    from app.ui.exchange.exchange_page import ExchangePage
    from app.ui.roster.roster_page import RosterPage
    from app.ui.settings.settings_page import SettingsPage
    from app.ui.workbench_page import WorkbenchPage

log = logging.getLogger(__name__)
HOLDER = "桌面程序"
FIRST_PAGE = "workbench"
_TYPING = 100  # ms: the dialog is painted, the passphrase is being typed
_LEVELS = {"village": "村", "township": "镇", "county": "县"}
_PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".heic"})
_PHOTO_PLACES = "照片没有加上。请拖到它要证明的那件事上：预警的卡片、检查表的备注（Ctrl+K）、措施。"


Demo = Callable[[], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Launch:
    """How the desktop was started.

    ``clock``: the time on another day than today; None for the real one. ``see_demo``: makes an
    invented village and opens it in a program of its own; without it no button offers that.
    """

    folder: Path
    passphrase_file: str | None = None
    clock: Clock | None = None
    see_demo: Demo | None = None


def run(launch: Launch) -> int:
    """Open the replica of the folder (or make one) and show the window until it is closed."""
    folder = launch.folder
    scale = _scale(folder)
    app, families = application(scale)
    store, page = _start(launch)
    if store is None:
        return 1
    window = make_window(store, folder, families, operators.actor(store).name, launch.see_demo)
    keeper = keep_backups(window, store)
    window.set_scale(scale)
    window.show_page(page)
    window.show()
    _tell_crashes(window)
    try:
        code = app.exec()
        error = keeper.close()
        if error is not None:
            messages.show_error(None, error)
        return code
    finally:
        store.close()


def _tell_crashes(window: MainWindow) -> None:
    """An error that nobody caught is logged as before, and told with its number (message 901)."""
    log_it = sys.excepthook
    telling: list[type[BaseException]] = []

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log_it(kind, error, trace)
        if not issubclass(kind, Exception):  # Ctrl+C in the terminal
            window.close()
        elif not telling:  # never one message about another
            telling.append(kind)
            window.show_error(problems.as_app_error(error))
            telling.clear()

    sys.excepthook = tell


def keep_backups(window: MainWindow, store: Store) -> BackupKeeper:
    """Make the day's backup while the window is used; the first page tells of it."""
    keeper = BackupKeeper(store)
    bench = window.pages["workbench"]
    keeper.made.connect(lambda: bench.refresh(None))
    keeper.failed.connect(window.show_error)
    window.runner.changed.connect(keeper.on_changed)
    return keeper


def application(scale: float) -> tuple[QApplication, list[str]]:
    """Return the one QApplication with fonts, Chinese buttons and theme, and the families."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([])
    app.setApplicationName("zhucun")
    app.setApplicationDisplayName("驻村")
    fonts.install_translation(app)
    families = fonts.register_fonts(resource("fonts"))
    theme.apply_theme(app, families, scale)
    return app, families


def make_window(
    store: Store, folder: Path, families: list[str], operator: str, see_demo: Demo | None = None
) -> MainWindow:
    """Return the window of an open replica; not shown yet."""
    runner = Runner()
    actor = operators.actor(store, operator)
    desk = Desk(store, actor, lambda: store.clock().astimezone().date(), runner)
    frame = Frame(
        heading=partial(_heading, desk, folder),
        find=partial(_find, desk),
        now=store.clock,
        families=families,
        remember_scale=partial(_settings(folder).setValue, "scale"),
    )
    kept = _settings(folder)
    window = MainWindow(frame, runner, _makers(desk, kept, see_demo))
    lock = attach.make_lock(window, store, kept)
    window.page_made.connect(partial(_wire, window, lock, frame.remember_scale))
    paper_fonts.apply(store)
    window.files_dropped.connect(partial(_take_dropped, window))
    return window


def _makers(desk: Desk, settings: QSettings, see_demo: Demo | None) -> dict[str, Maker]:
    """Return what makes the pages of this level, in the order of the bar."""
    is_village = desk.store.level == "village"
    makers = {
        "workbench": maker("workbench", desk, _on_worker(see_demo, desk.runner)),
        "roster": maker("roster", desk),
        "visits": maker("visits", desk),
        "warnings": maker("warnings" if is_village else "review", desk),
        **{key: maker(key, desk) for key in ("objects", "plans", "reports", "quality")},
        "exchange": maker("exchange", desk),
        "settings": maker("settings", desk, settings),
    }
    if not is_village:
        del makers["visits"]  # a superior visits nobody
    return makers


def _wire(
    window: MainWindow, lock: IdleLock | None, remember_scale: Callable[[float], None], page: Page
) -> None:
    """Connect a page that was just made with what lies outside of it."""
    if page.page_key == "workbench":
        cast("WorkbenchPage", page).import_requested.connect(partial(import_roster, window))
    elif page.page_key == "settings":
        attach.attach_settings(window, cast("SettingsPage", page), lock, remember_scale)


def _take_dropped(window: MainWindow, paths: Sequence[Path]) -> None:
    """Packages go to the exchange, anything else is taken for a roster; photos need their thing."""
    packages = [path for path in paths if path.suffix == ".变更包"]
    if any(path.suffix.lower() in _PHOTOS for path in paths):
        messages.show_text(window, "照片", _PHOTO_PLACES)
    elif packages:
        window.show_page("exchange")
        cast("ExchangePage", window.current()).look_at(packages)
    else:
        import_roster(window, paths)


def import_roster(window: MainWindow, paths: Sequence[Path] = ()) -> None:
    """Go to the roster and begin an import."""
    window.show_page("roster")
    cast("RosterPage", window.current()).import_roster([*paths])


def _on_worker(see_demo: Demo | None, runner: Runner) -> Demo | None:
    """Making the demo takes long: the window stays alive."""
    if see_demo is None:
        return None
    return lambda: runner.start(lambda _progress: see_demo(), lambda _none: None)


def _start(launch: Launch) -> tuple[Store, str]:
    """Return the open replica and the page to begin with; None if the user left."""
    folder = launch.folder
    if folder.is_dir():
        restore.finish_restore(ReplicaPaths(folder))
    if not ReplicaPaths(folder).vault.exists():
        from app.ui.start.first_use import FirstUse  # noqa: PLC0415  only once in its life

        wizard = FirstUse(folder, HOLDER, launch.see_demo, launch.clock)
        if wizard.exec() != QDialog.DialogCode.Accepted and wizard.store is None:
            return None, ""
        return wizard.store, wizard.first_page
    door = make_door(launch)
    if launch.passphrase_file is not None:
        try:
            text = Path(launch.passphrase_file).read_text(encoding="utf-8")
            return door.open_store(text.rstrip("\r\n")), FIRST_PAGE
        except Exception as error:
            messages.show_error(None, problems.as_app_error(error))
            return None, ""
    dialog = UnlockDialog(door)
    QTimer.singleShot(_TYPING, partial(page_class, FIRST_PAGE))
    dialog.exec()
    return dialog.store, FIRST_PAGE


def make_door(launch: Launch) -> Door:
    """Return how the replica is opened, recovered and rescued."""
    folder = launch.folder
    now = launch.clock or partial(datetime.now, UTC)

    def recover() -> str:
        dialog = RecoverDialog(None, partial(passphrases.recover, folder))
        dialog.exec()
        return dialog.passphrase

    return Door(
        lambda text: unlock.unlock_checked(folder, text, HOLDER, launch.clock),
        pause=lambda: passphrases.pause_left(folder, datetime.now(UTC)),
        recover=recover,
        rescue=lambda text: offer_backup(folder, text, now()),
        doubt=places.sentence(folder),
    )


def _heading(desk: Desk, folder: Path) -> Heading:
    store, period = desk.store, Period.of(desk.today())
    seen = workbench.glance(store, period)
    sent = seen.last_export
    month = f"{period.year}年{period.month}月"
    is_village = store.level == "village"
    state = f"·{label('period_state', seen.month_state)}" if is_village else ""
    place = f"{store.identity.name}（{_LEVELS[store.level]}）"
    role = operators.ROLES.get(desk.actor.role, desk.actor.role)
    return Heading(
        place=place,
        period=month + state,
        who=f"{desk.actor.name}·{role}",
        receipt=f"上次导出：{sent.month}月{sent.day}日" if sent else "上次导出：还没有",
        is_demo=ReplicaPaths(folder).demo_mark.exists(),
    )


def _find(desk: Desk, text: str) -> Sequence[Hit]:
    found = desk.runner.call(lambda: roster_view.search(desk.store, text, 12)) or []
    return [(line.household_id, _hit(line)) for line in found]


def _hit(line: roster_view.HouseholdLine) -> str:
    return f"{line.household_no}号 {line.head_name} {line.persons}人 {line.hamlet_group}"


def _scale(folder: Path) -> float:
    kept = _settings(folder).value("scale", 1.0)
    try:
        return min(2.0, max(1.0, float(str(kept))))
    except ValueError:
        return 1.0


def _settings(folder: Path) -> QSettings:
    return QSettings(str(folder / "desktop.ini"), QSettings.Format.IniFormat)
