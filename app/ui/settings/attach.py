"""Connects the settings page with the window: text size, and the lock when idle."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from app.ops import passphrases
from app.paths import ReplicaPaths
from app.ui.idle_lock import IdleLock, kept_minutes
from app.ui.main_window import MainWindow
from app.ui.page import Store

if TYPE_CHECKING:  # the page is imported at its first use
    from app.ui.settings.settings_page import SettingsPage


def make_lock(window: MainWindow, store: Store, kept: QSettings) -> IdleLock | None:
    """Return the lock of the window; a replica without a passphrase has none."""
    if not ReplicaPaths(store.path.parent).vault.exists():
        return None
    return IdleLock(window, partial(passphrases.is_passphrase, store), kept_minutes(kept))


def attach_settings(
    window: MainWindow,
    page: "SettingsPage",
    lock: IdleLock | None,
    remember_scale: Callable[[float], None],
) -> None:
    """Let the page's choices take effect."""

    def take_scale(scale: float) -> None:
        window.set_scale(scale)
        remember_scale(scale)

    page.scale_chosen.connect(take_scale)
    if lock is not None:
        page.minutes_chosen.connect(lock.set_minutes)
