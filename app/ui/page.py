"""What the window expects of a page, and what a page gets from the window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from app.ui.runner import Runner

Store = Any  # the class belongs to a deeper layer; the desktop only hands it on to operations
KeyHelp = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page works with: replica, person, calendar, runner."""

    store: Store
    actor: Any
    today: Callable[[], date]
    runner: Runner


class Page(Protocol):
    """A page: a widget with a key, a title and the duty to show fresh data."""

    page_key: str
    title: str
    open_requested: SignalInstance  # (page key, id on that page)

    def refresh(self, changed: object | None) -> None:
        """Read again; None means «everything may have changed»."""

    def show_target(self, target_id: str) -> None:
        """Go to one thing on the page; an empty id just shows the page."""

    def keys(self) -> KeyHelp:
        """Return the keys of this page for F1."""
