"""Connects the settings page with the window: text size, and the lock when idle."""

from collections.abc import Callable
from functools import partial

from app.ops import paper_fonts, passphrases
from app.paths import ReplicaPaths
from app.ui.idle_lock import IdleLock
from app.ui.main_window import MainWindow
from app.ui.page import Store
from app.ui.settings.settings_page import SettingsPage


def attach_settings(
    window: MainWindow, page: SettingsPage, store: Store, remember_scale: Callable[[float], None]
) -> IdleLock | None:
    """Let the page's choices take effect; a replica without a passphrase has no lock."""

    def take_scale(scale: float) -> None:
        window.set_scale(scale)
        remember_scale(scale)

    page.scale_chosen.connect(take_scale)
    paper_fonts.apply(store)
    if not ReplicaPaths(store.path.parent).vault.exists():
        return None
    lock = IdleLock(window, partial(passphrases.is_passphrase, store), page.minutes())
    page.minutes_chosen.connect(lock.set_minutes)
    return lock
