"""What a page says when it has nothing to show, and the button for what to do first."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.parts import button

Action = tuple[str, Callable[[], None]]


class EmptyState(QWidget):
    """A sentence and up to three buttons in the middle of the page."""

    def __init__(self, text: str, actions: tuple[Action, ...] = ()) -> None:
        super().__init__()
        self._text = QLabel(text)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        row = QHBoxLayout()
        row.addStretch()
        self.buttons = [
            button(label, run, primary=number == 0) for number, (label, run) in enumerate(actions)
        ]
        for made in self.buttons:
            row.addWidget(made)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(self._text)
        layout.addSpacing(16)
        layout.addLayout(row)
        layout.addStretch(3)

    def set_text(self, text: str) -> None:
        self._text.setText(text)

    def text(self) -> str:
        return self._text.text()
