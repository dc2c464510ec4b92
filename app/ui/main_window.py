"""The window: navigation, frame lines and one page at a time; no logic of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.ui import messages, theme
from app.ui.keys_dialog import KeysDialog
from app.ui.navigation import Navigation
from app.ui.page import KeyHelp, Page
from app.ui.page_stack import PageStack
from app.ui.pages import Maker, Pages
from app.ui.runner import Runner
from app.ui.search_box import Hit
from app.ui.top_bar import Heading, StatusLine, TopBar

_EVERY_KEY = frozenset({"answer", "visit"})  # saved at each key press: the heading stays as it is
DEMO_TEXT = "演示：人和数都是编的，不会进入本村数据。"
COMMON_KEYS: KeyHelp = (
    ("Alt+1…0", "换页"),
    ("Ctrl+F", "搜索"),
    ("Esc", "返回，填好的不会丢"),
    ("F6", "到下一个区域"),
    ("Ctrl+= / Ctrl+-", "字放大 / 缩小"),
    ("F1 或 Ctrl+H", "本页按键"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the window asks from outside: heading, search, clock, and where text sizes go."""

    heading: Callable[[], Heading]
    find: Callable[[str], Sequence[Hit]]
    now: Callable[[], datetime]
    families: list[str]
    remember_scale: Callable[[float], None]


class MainWindow(QMainWindow):
    """Shows pages by key and carries changes and errors to where they are seen."""

    files_dropped = Signal(object)
    page_made = Signal(object)

    def __init__(self, frame: Frame, runner: Runner, makers: Mapping[str, Maker]) -> None:
        super().__init__()
        self._frame, self._runner, self._scale = frame, runner, 1.0
        self.pages = Pages(makers, self._take_page)
        self.stack = PageStack()
        self.navigation = Navigation(tuple(self.pages))
        self.top, self.status = TopBar(frame.find), StatusLine()
        self.stripe = QLabel(DEMO_TEXT)
        self.stripe.setObjectName("demoStripe")
        self._arrange()
        self._connect()
        self.refresh_heading()
        self.setWindowTitle("驻村")
        self.setAcceptDrops(True)
        self.resize(1366, 768)

    @property
    def runner(self) -> Runner:
        """What runs the operations of all pages."""
        return self._runner

    def show_page(self, key: str, target_id: str = "") -> None:
        """Show one page, fresh, and put the keyboard into it; unknown keys are not there."""
        page = self.pages.get(key)
        if page is None:
            return
        self.stack.setCurrentWidget(_widget(page))
        self.navigation.set_current(key)
        page.refresh(None)
        page.show_target(target_id)
        _widget(page).setFocus(Qt.FocusReason.OtherFocusReason)

    def current(self) -> Page:
        """Return the page that is shown."""
        shown = self.stack.currentWidget()
        return next(page for page in self.pages.made.values() if _widget(page) is shown)

    def set_scale(self, scale: float) -> None:
        """Show everything at this text size."""
        self._scale = scale
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply_theme(app, self._frame.families, scale)
        self.navigation.set_scale(scale)
        self.status.set_scale(scale)
        for page in self.pages.made.values():
            self._adapt(page)

    def refresh_heading(self) -> None:
        heading = self._frame.heading()
        self.top.set_heading(heading)
        self.status.receipt.setText(heading.receipt)
        self.stripe.setVisible(heading.is_demo)

    def show_error(self, error: AppError) -> None:
        self.status.set_error(error.code)
        messages.show_error(self, error)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._runner.close()
        super().closeEvent(event)

    def _take_page(self, page: Page) -> None:
        """Take in a page that was just made."""
        self.stack.addWidget(_widget(page))
        page.open_requested.connect(self.show_page)
        self._adapt(page)
        self.page_made.emit(page)

    def _adapt(self, page: Page) -> None:
        """Show a page at this text size, if that is more to it than its font."""
        adapt = getattr(page, "set_scale", None)
        if adapt is not None:
            adapt(self._scale)

    def _arrange(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.navigation)
        middle.addWidget(_Scrolling(self.stack), 1)
        root = QWidget()
        layout = QVBoxLayout(root)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.top)
        layout.addWidget(self.stripe)
        layout.addLayout(middle, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(root)

    def _connect(self) -> None:
        self.navigation.chosen.connect(self.show_page)
        self.top.search.opened.connect(lambda household: self.show_page("roster", household))
        self.top.search.left.connect(self._focus_page)
        self._runner.failed.connect(self.show_error)
        self._runner.changed.connect(self._on_changed)
        for keys, slot in (
            ("Ctrl+F", self.top.search.setFocus),
            ("Ctrl+=", lambda: self._step_scale(1)),
            ("Ctrl++", lambda: self._step_scale(1)),
            ("Ctrl+-", lambda: self._step_scale(-1)),
            ("F1", self._show_keys),
            ("Ctrl+H", self._show_keys),
            ("F6", self._next_area),
            ("Ctrl+Tab", self._next_area),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def _on_changed(self, changed: object) -> None:
        self.status.set_saved(self._frame.now().astimezone())
        if getattr(changed, "tables", frozenset()) - _EVERY_KEY:
            self.refresh_heading()
        self.current().refresh(changed)

    def _step_scale(self, step: int) -> None:
        self.set_scale(theme.next_scale(self._scale, step))
        self._frame.remember_scale(self._scale)

    def _show_keys(self) -> None:
        page = self.current()
        KeysDialog(self, page.title, (*page.keys(), *COMMON_KEYS)).exec()

    def _focus_page(self) -> None:
        self.stack.currentWidget().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _next_area(self) -> None:
        """Move the keyboard: navigation, search, then the areas of the page, and round."""
        page = self.stack.currentWidget()
        own = getattr(page, "areas", None)
        areas = [
            next(b for b in self.navigation.buttons.values() if b.isChecked()),
            self.top.search,
            *(own() if own is not None else [page]),
        ]
        here = QApplication.focusWidget()
        place = next(
            (n for n, area in enumerate(areas) if area is here or area.isAncestorOf(here)), -1
        )
        areas[(place + 1) % len(areas)].setFocus(Qt.FocusReason.TabFocusReason)


def _widget(page: Page) -> QWidget:
    """Every page is a widget; a protocol cannot say so."""
    return cast("QWidget", page)


class _Scrolling(QScrollArea):
    """Lets a page that is too high for the screen scroll, instead of making the window grow."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.setWidget(widget)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Show what has the keyboard, however it came there."""
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 0)
