"""A label on one line that ends in … where the room ends, and then tells all as a tool tip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel


class ElidedLabel(QLabel):
    """Plain text on one line; never asks for more width than there is."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.set_full(text)

    def set_full(self, text: str) -> None:
        """Show ``text``, cut to the width."""
        self._full = text
        self.setText(text)  # also what a screen reader reads
        self._set_tip()

    def minimumSizeHint(self) -> QSize:
        return QSize(
            self.fontMetrics().horizontalAdvance("汉") * 2, super().minimumSizeHint().height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), self._cut())

    def _cut(self) -> str:
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, width)

    def _set_tip(self) -> None:
        self.setToolTip(self._full if self._cut() != self._full else "")
