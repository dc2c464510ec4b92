"""One chapter as a bar: its name, what `+` would confirm in words, and the key it takes."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from app.ui.chip import SeverityChip
from app.ui.elided_label import ElidedLabel


@dataclass(frozen=True, slots=True)
class BarText:
    """What a bar shows. ``state``: open, done, partial, idle or none (nothing asked)."""

    code: str
    name: str
    words: str
    key: str
    state: str
    is_current: bool
    is_open: bool = False
    severity: str = "none"


_MARKS = {"done": "✓", "partial": "…", "none": "—"}


class BarView(QFrame):
    """Stays for the life of the form; ``set_text`` updates it."""

    entered = Signal(str)

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code
        self.setObjectName("bar")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._mark, self._name, self._words = QLabel(), QLabel(), ElidedLabel()
        self._chip, self._key = SeverityChip(), QLabel()
        self._name.setProperty("kind", "title")
        self._key.setProperty("kind", "title")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 8, 0)
        layout.setSpacing(6)
        for widget in (self._mark, self._name):
            layout.addWidget(widget)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._chip)
        layout.addWidget(self._key)

    def words(self) -> str:
        return self._words.text()

    def set_text(self, text: BarText) -> None:
        unit = self.fontMetrics().horizontalAdvance("汉")
        self._mark.setFixedWidth(unit)
        self._name.setFixedWidth(unit * 3)
        here = "▶" if text.is_current else "▼" if text.is_open else ""
        self._mark.setText(here or _MARKS.get(text.state, ""))
        self._name.setText(text.name)
        self._words.set_full(text.words)
        self._words.setProperty("kind", "quiet" if text.state in ("done", "none") else "")
        self._key.setText(text.key)
        self._chip.set_severity(text.severity)
        self.setProperty("state", text.state)
        self.setProperty("current", text.is_current)
        self.setAccessibleName(
            f"{text.name}，{text.words}，按 {text.key}" if text.key else text.name
        )
        for widget in (self, self._words):
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.entered.emit(self._code)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.entered.emit(self._code)
