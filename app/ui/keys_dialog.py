"""F1: the keys of this page."""

from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.page import KeyHelp


class KeysDialog(QDialog):
    """A plain list of keys and what they do; any Enter or Esc closes it."""

    def __init__(self, parent: QWidget | None, title: str, keys: KeyHelp) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{title}：按键")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        for row, (key, meaning) in enumerate(keys):
            label = QLabel(key)
            label.setProperty("kind", "title")
            grid.addWidget(label, row, 0)
            grid.addWidget(QLabel(meaning), row, 1)
        close = QPushButton("知道了")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(grid)
        layout.addWidget(close)
