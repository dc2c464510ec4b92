"""Small parts that several pages are made of."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PRESSES = (*_ENTER, Qt.Key.Key_Space)


def title(text: str = "") -> QLabel:
    """Return a bold label."""
    return _label(text, "title")


def heading(text: str = "") -> QLabel:
    """Return a label one size larger."""
    return _label(text, "heading")


def quiet(text: str = "") -> QLabel:
    """Return a grey label that wraps."""
    label = _label(text, "quiet")
    label.setWordWrap(True)
    return label


def plain(text: str = "") -> QLabel:
    """Return a label that wraps; mark-up in names stays text."""
    label = _label(text, "")
    label.setWordWrap(True)
    return label


class WholeLabel(QLabel):
    """Words that wrap and ask for all their lines, also where a splitter would ask for one."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setWordWrap(True)

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        if not self.isVisible():  # its width is not known yet
            return least
        return QSize(least.width(), self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()


def _label(text: str, kind: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    return label


class _Button(QPushButton):
    """Enter presses it too, wherever it stands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _ENTER:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()


def button(text: str, run: Callable[[], object], *, primary: bool = False) -> QPushButton:
    """Return a button that names the thing it does."""
    made = _Button(text)
    made.setProperty("primary", primary)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked: run())
    return made


def add_shortcut(widget: QWidget, keys: str, slot: Callable[[], object]) -> None:
    """Let keys work while the keyboard is inside a widget."""
    shortcut = QShortcut(QKeySequence(keys), widget)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(slot)


def without_input_method(field: QWidget) -> None:
    """Let digits and letters arrive as they are typed, whatever input method is on."""
    field.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


def give_size(dialog: QWidget, width: int, height: int) -> None:
    """Size a dialog in characters, but never beyond a screen of 1366×768."""
    unit = dialog.fontMetrics().horizontalAdvance("汉")
    dialog.resize(min(unit * width, 1300), min(unit * height, 700))


def repolish(widget: QWidget) -> None:
    """Draw a widget anew after one of its style properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Card(QFrame):
    """A framed box; with ``is_door`` set, Enter and a click go to what it counts."""

    opened = Signal()

    def __init__(self, heading: str, *, is_door: bool = False) -> None:
        super().__init__()
        self.setObjectName("card")
        self._is_door = is_door
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 8, 12, 8)
        self.body.setSpacing(4)
        self.heading = title(heading)
        self.heading.setWordWrap(True)
        self.body.addWidget(self.heading)
        self.setAccessibleName(heading)
        if is_door:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_door and event.key() in _PRESSES:
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_door and self.rect().contains(event.position().toPoint()):
            self.opened.emit()
