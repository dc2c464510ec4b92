"""One option drawn as ``1在校``; a click is the same as its digit."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

from app.ui.colours import severity_text
from app.ui.sheet.choices import Choice


class OptionButton(QLabel):
    """A label with digit and word. Chosen and offered differ in more than colour."""

    pressed = Signal(str)

    def __init__(self, choice: Choice, is_chosen: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digit = choice.digit
        self.setObjectName("option")
        self.setTextFormat(Qt.TextFormat.PlainText)
        mark = f" {severity_text(choice.severity)}" if is_chosen else ""
        tick = "✓" if is_chosen else ""
        self.setText(f"{tick}{choice.digit}{choice.text}{mark}")
        self.setProperty("chosen", is_chosen)
        self.setProperty("severity", choice.severity)
        self.setAccessibleName(f"{choice.digit}，{choice.text}{'，已选' if is_chosen else ''}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit(self._digit)
