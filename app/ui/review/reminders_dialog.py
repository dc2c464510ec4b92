"""缺报: who has sent no package this month, and the text that reminds them."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ops.review import Reporter
from app.ui.data_table import DataTable
from app.ui.parts import button, give_size, plain, quiet
from app.ui.table_model import Column

_HOUR = "17点"


def reminder(one: Reporter, today: date, until: str) -> str:
    """Return the sentence for one village, to be sent by telephone or message."""
    last = f"上次{one.last_on.month}月{one.last_on.day}日" if one.last_on else "以前也没有"
    return f"{one.name}：{today.month}月变更包还没收到，{last}。今天{until}前请送U盘。"


class RemindersDialog(QDialog):
    """A list with the texts; one button copies them all."""

    def __init__(self, parent: QWidget | None, missing: Sequence[Reporter], today: date) -> None:
        super().__init__(parent)
        self._missing, self._today = list(missing), today
        self.setWindowTitle("缺报")
        self.until = QLineEdit(_HOUR)
        self.until.setAccessibleName("今天几点前")
        self.table = DataTable(self._columns(), "缺报名单")
        self.table.set_rows(self._missing)
        self.said = quiet()
        self.copy_button = button(f"复制{len(missing)}条催报", self.copy, primary=True)
        self.copy_button.setEnabled(bool(missing))
        self.until.textChanged.connect(lambda _text: self.table.viewport().update())
        self._arrange()

    def text(self) -> str:
        """Return all reminders, one a line."""
        until = self.until.text().strip() or _HOUR
        return "\n".join(reminder(one, self._today, until) for one in self._missing)

    def copy(self) -> None:
        """Put all reminders on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
        self.said.setText("已复制，可粘到微信或短信里。")

    def _columns(self) -> tuple[Column, ...]:
        def words(one: Reporter) -> str:
            return reminder(one, self._today, self.until.text().strip() or _HOUR)

        return (
            Column("哪里", lambda one: one.name, width=6),
            Column(
                "上次收到", lambda one: f"{one.last_on:%m-%d}" if one.last_on else "没有", width=5
            ),
            Column("催报", words),
        )

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        if not self._missing:
            layout.addWidget(plain("都收到了，没有缺报。"))
        form = QFormLayout()
        form.addRow("今天几点前", self.until)
        layout.addLayout(form)
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(button("关闭（Esc）", self.reject))
        row.addWidget(self.copy_button)
        layout.addLayout(row)
        give_size(self, 48, 24)
        self.copy_button.setFocus()
