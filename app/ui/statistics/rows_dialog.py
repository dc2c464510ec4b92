"""The rows behind a figure: each opens its household or its warning."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops.statistics_rows import DrillLine
from app.ui.data_table import DataTable
from app.ui.parts import button, give_size, quiet, title
from app.ui.table_model import Column

_PAGES = {"warning": "warnings", "measure": "plans", "clue": "objects", "doubt": "quality"}
_UNITS = {
    "household": "户", "member": "人", "warning": "条", "measure": "条", "sheet": "次",
    "change": "次", "clue": "次", "doubt": "条", "team_member": "人", "team_fund": "笔",
}  # fmt: skip
_COLUMNS = (
    Column("村", lambda line: line.village, width=6, spare=1),
    Column("户号", lambda line: line.household_no, width=8),
    Column("户主", lambda line: line.head_name, width=6),
    Column("内容", lambda line: line.text),
)


class RowsDialog(QDialog):
    """``open_requested``: page and id of what was chosen; the dialog is closed then."""

    open_requested = Signal(str, str)

    def __init__(self, parent: QWidget, words: str, lines: Sequence[DrillLine]) -> None:
        super().__init__(parent)
        self.setWindowTitle("名单")
        self.table = DataTable(_COLUMNS, "名单")
        self.table.set_rows(lines)
        self.table.opened.connect(self._on_opened)
        unit = _UNITS[lines[0].kind]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(title(words))
        layout.addWidget(quiet(f"{len(lines)}{unit}　Enter 打开，Ctrl+C 复制，Esc 返回"))
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("返回报表", self.reject))
        layout.addLayout(row)
        give_size(self, 48, 30)
        self.table.setFocus()

    def _on_opened(self, line: DrillLine) -> None:
        if not line.target_id:
            return
        self.accept()
        self.open_requested.emit(_PAGES.get(line.kind, "roster"), line.target_id)
