"""The field for figures, dates and words inside the cursor's row."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.ui.sheet.keys import symbol

_HINTS = {
    "money": "金额，如 300+200、1.2万",
    "number": "数字",
    "date": "日期，如 20240501、今天",
    "text": "写几句",
}
_ALWAYS = ("enter", "back-enter", "up", "down", "escape")
_WHEN_EMPTY = ("+", "-", "/", "backspace", "undo")


class AnswerField(QLineEdit):
    """Keeps text to itself and hands the form's own keys on through ``symbol_typed``."""

    symbol_typed = Signal(str)

    def __init__(self, kind: str, shown: str) -> None:
        super().__init__()
        self._kind = kind
        self.setPlaceholderText(f"{shown}（Enter 认可）" if shown else _HINTS[kind])
        # Chinese input stays off where only figures make sense.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, kind == "text")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = symbol(event)
        if name in _ALWAYS or (name in _WHEN_EMPTY and not self.text()):
            if not event.isAutoRepeat():
                self.symbol_typed.emit(name)
            event.accept()
            return
        if event.isAutoRepeat() and event.text().isdigit():
            event.accept()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Shortcuts of the window must not take what this field understands itself.
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and symbol(event) in ("undo", "escape"):
            event.accept()
        return super().event(event)
