"""N on a household: which change is it?"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from app.ui.changes.tasks import TASKS, ChangeTask
from app.ui.parts import button, give_size, plain


class _Tasks(QListWidget):
    """Leaves digits to the dialog; a list would search for them."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdecimal():
            event.ignore()
        else:
            super().keyPressEvent(event)


class ChangePicker(QDialog):
    """A list; 1–9 take the frequent ones at once, Enter the current one."""

    def __init__(self, parent: QWidget | None, whose: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("自然变更")
        self.list = _Tasks()
        self.list.setAccessibleName("自然变更的种类")
        for number, task in enumerate(TASKS, 1):
            self.list.addItem(f"{number} {task.word}" if number <= 9 else f"　{task.word}")
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(lambda _item: self.accept())
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        row.addWidget(button("下一步", self.accept, primary=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addWidget(plain(f"{whose}有什么变化？按数字，或 ↓ 选，Enter。"))
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        give_size(self, 26, 26)
        self.list.setFocus()

    def task(self) -> ChangeTask:
        """Return what was chosen."""
        return TASKS[max(0, self.list.currentRow())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if text in tuple("123456789") and not event.isAutoRepeat():
            self.list.setCurrentRow(int(text) - 1)
            self.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)
