"""A stack that needs the room of what it shows, however high the rest is."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedLayout, QWidget


class PageStack(QWidget):
    """As Qt's stack, which asks for the room of its highest page and makes every page scroll."""

    def __init__(self) -> None:
        super().__init__()
        self._pages = _Pages(self)
        self.addWidget, self.currentWidget = self._pages.addWidget, self._pages.currentWidget
        self.setCurrentWidget = self._pages.setCurrentWidget
        self._pages.currentChanged.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._pages.invalidate()
        self.updateGeometry()


class _Pages(QStackedLayout):
    """Its size is asked of the layout, not of the widget; so it is answered here."""

    def minimumSize(self) -> QSize:
        return self.currentWidget().minimumSizeHint() if self.count() else QSize()

    def heightForWidth(self, width: int) -> int:
        layout = self.currentWidget().layout() if self.count() else None
        return layout.totalMinimumHeightForWidth(width) if layout is not None else -1
