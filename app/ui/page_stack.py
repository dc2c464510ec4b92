"""A stack that needs the room of what it shows, however high the rest is."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget


class PageStack(QStackedWidget):
    """Qt's own stack asks for the room of its highest page, and so makes every page scroll."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _number: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        return self.currentWidget().minimumSizeHint() if self.count() else QSize()

    def heightForWidth(self, width: int) -> int:
        layout = self.currentWidget().layout() if self.count() else None
        return layout.totalMinimumHeightForWidth(width) if layout is not None else -1
