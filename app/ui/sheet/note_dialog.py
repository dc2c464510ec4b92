"""备注 / 照片: a few words beside an answer, and what shows it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.ops.attachments import Thing
from app.ui.attachments.panel import AttachmentPanel
from app.ui.page import Desk
from app.ui.parts import button, quiet, title


class NoteDialog(QDialog):
    """Takes a note and photos; Ctrl+Enter keeps the note, Esc leaves it as it was.

    Photos are kept when they are added.
    """

    def __init__(
        self, parent: QWidget, desk: Desk, about: str, text: str, things: Sequence[Thing]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("备注和照片")
        self.panel = AttachmentPanel(desk)
        self.panel.show_things(things)
        self.field = QPlainTextEdit(text)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName("备注")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(title(about))
        layout.addWidget(self.field)
        layout.addWidget(quiet("不要写病名、身份证号、银行卡号。"))
        layout.addWidget(self.panel)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("不记了", self.reject))
        row.addWidget(button("记下", self.accept, primary=True))
        layout.addLayout(row)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 30)
        self.field.setFocus()

    def text(self) -> str:
        return self.field.toPlainText().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
            return
        super().keyPressEvent(event)
