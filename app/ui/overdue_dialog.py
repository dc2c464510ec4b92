"""Who is overdue, and by how many days; Enter goes there."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.labels import label
from app.ops.warnings import WarningLine
from app.ui.colours import severity_text
from app.ui.data_table import DataTable
from app.ui.parts import button, give_size, quiet
from app.ui.table_model import Column


class OverdueDialog(QDialog):
    """``open_requested``: the page and the warning that was chosen; the dialog is closed then."""

    open_requested = Signal(str, str)

    def __init__(self, parent: QWidget, lines: Sequence[WarningLine], today: date) -> None:
        super().__init__(parent)
        self.setWindowTitle("已超期")
        self.table = DataTable(_columns(today), "已超期")
        self.table.set_rows(sorted(lines, key=lambda line: line.due_on or today))
        self.table.opened.connect(self._on_opened)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(quiet(f"已超期 {len(lines)}条　Enter 去办，Ctrl+C 复制，Esc 关闭"))
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        layout.addLayout(row)
        give_size(self, 56, 28)
        self.table.setFocus()

    def _on_opened(self, line: WarningLine) -> None:
        self.accept()
        self.open_requested.emit("warnings", line.warning_id)


def _columns(today: date) -> tuple[Column, ...]:
    def late(line: WarningLine) -> int:
        return (today - line.due_on).days if line.due_on is not None else 0

    return (
        Column("级别", lambda one: severity_text(one.severity), width=2,
               severity=lambda one: one.severity),
        Column("村", lambda one: one.village, width=5, spare=1),
        Column("户号", lambda one: one.household_no, width=7, spare=2),
        Column("户主", lambda one: one.head_name, width=5),
        Column("事项", lambda one: one.message),
        Column("现在", lambda one: label("warning_state", one.state), width=6),
        Column("超期", lambda one: f"{late(one)}天", width=4, right=True, sort_key=late),
    )  # fmt: skip
