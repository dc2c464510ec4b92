"""A layout that puts its widgets side by side and wraps them, like words."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Wraps at the right edge; the height follows from the width."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0)).height()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        for item, spot in self._spots(rect):
            item.setGeometry(spot)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect) -> QRect:
        covered = QRect(rect.topLeft(), QSize(0, 0))
        for _item, spot in self._spots(rect):
            covered = covered.united(spot)
        return covered

    def _spots(self, rect: QRect) -> list[tuple[QLayoutItem, QRect]]:
        spots: list[tuple[QLayoutItem, QRect]] = []
        y = rect.y()
        for line in self._lines(rect.width()):
            x, height = rect.x(), max(size.height() for _item, size in line)
            for item, size in line:
                middle = y + (height - size.height()) // 2
                spots.append((item, QRect(QPoint(x, middle), size)))
                x += size.width() + self._gap
            y += height + self._gap
        return spots

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """Break what is shown into lines that fit; a hidden widget leaves no gap."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = width
        for item in (one for one in self._items if not one.isEmpty()):
            size = item.sizeHint()
            if not lines or used + self._gap + size.width() > width:
                lines.append([])
                used = -self._gap
            lines[-1].append((item, size))
            used += self._gap + size.width()
        return lines
