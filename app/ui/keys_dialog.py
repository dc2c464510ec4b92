"""F1: the keys of this page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.ui.page import KeyHelp
from app.ui.parts import button, title

_LINES = 12  # below each other, before a second column begins
_MOST_WIDTH, _MOST_HEIGHT = 1300, 700  # pixels


class KeysDialog(QDialog):
    """A plain list of keys and what they do; any Enter or Esc closes it."""

    def __init__(self, parent: QWidget | None, heading: str, keys: KeyHelp) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{heading}：按键")
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(24)
        lines = -(-len(keys) // 2) if len(keys) > _LINES else len(keys)
        for number, (key, meaning) in enumerate(keys):
            column, row = divmod(number, lines)
            words = QLabel(meaning)
            words.setWordWrap(True)
            grid.addWidget(title(key), row, 2 * column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 2 * column + 1, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(2 * column + 1, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        close = button("知道了", self.accept, primary=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(area, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        unit = self.fontMetrics().horizontalAdvance("汉")
        width = min(unit * (62 if lines < len(keys) else 36), _MOST_WIDTH)
        for child in inner.findChildren(QWidget):
            child.ensurePolished()
        height = grid.totalHeightForWidth(width - 60) + close.sizeHint().height() + 60
        self.resize(width, min(height, _MOST_HEIGHT))
        close.setFocus()
