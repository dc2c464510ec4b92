"""What was imported here, what the import said, and taking one back as a whole."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import roster
from app.ops.roster import ImportLine, ReportLine
from app.ops.roster_words import field_label, reason_text
from app.ui import messages
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, title
from app.ui.table_model import Column

_CLASSES = {"error": "没有导入", "warn": "看一看", "ok": ""}


class ImportLogDialog(QDialog):
    """Imports above, below what the chosen one said about its cells."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle("导入记录")
        self.table = DataTable(_IMPORTS, "导入记录")
        self.report = DataTable(_REPORT, "导入报告")
        self.nothing = plain("还没有导入过。")
        self.undo_button = button("撤销这次导入", self._on_undo)
        self.table.moved.connect(self._show)
        row = QHBoxLayout()
        row.addWidget(self.undo_button)
        row.addStretch()
        row.addWidget(button("关闭", self.accept, primary=True))
        layout = QVBoxLayout(self)
        layout.addWidget(self.nothing)
        layout.addWidget(self.table, 1)
        layout.addWidget(title("那次说了什么"))
        layout.addWidget(self.report, 1)
        layout.addLayout(row)
        give_size(self, 52, 36)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        found = self._desk.runner.call(lambda: roster.list_imports(self._desk.store)) or []
        self.table.set_rows(found)
        self.nothing.setVisible(not found)
        self._show(self.table.current())

    def _show(self, line: ImportLine | None) -> None:
        self.undo_button.setEnabled(line is not None and not line.is_undone)
        if line is None:
            self.report.set_rows([])
            return
        store, import_id = self._desk.store, line.import_id
        found = self._desk.runner.call(lambda: roster.last_report(store, import_id))
        self.report.set_rows(found or [])

    def _on_undo(self) -> None:
        line: ImportLine | None = self.table.current()
        if line is not None and undo(self, self._desk, line.import_id):
            self.refresh()


def undo(parent: QWidget, desk: Desk, import_id: str) -> bool:
    """Take back an import after asking; True if it was taken back."""
    text = "新建的作废，改动的恢复原样。之后又改过的，整批都不撤销，会告诉您是哪里。"
    if not messages.ask(parent, "撤销这次导入", text, "撤销这次导入"):
        return False
    done = desk.runner.call(lambda: roster.undo_import(desk.store, desk.actor, import_id))
    if done is None:
        return False
    messages.show_text(
        parent,
        "已撤销",
        f"新建的{done.rows_ended}条已作废，改动的{done.fields_restored}处已恢复。",
    )
    return True


def _reason(line: ReportLine) -> str:
    return reason_text(line.code)


_IMPORTS = (
    Column("日期", lambda line: line.imported_on.isoformat(), width=6),
    Column("经手", lambda line: line.actor, width=5),
    Column("行", lambda line: str(line.rows), width=4, right=True),
    Column("新增人", lambda line: str(line.counts.get("created", 0)), width=4, right=True),
    Column("改动人", lambda line: str(line.counts.get("updated", 0)), width=4, right=True),
    Column("", lambda line: "已撤销" if line.is_undone else ""),
)
_REPORT = (
    Column("", lambda line: _CLASSES.get(line.row_class, ""), width=5,
           severity=lambda line: "orange" if line.row_class == "error" else "none"),
    Column("工作表", lambda line: line.sheet, width=6),
    Column("行", lambda line: str(line.row), width=4, right=True, sort_key=lambda line: line.row),
    Column("栏", lambda line: field_label(line.field) if line.field else "", width=6),
    Column("为什么", _reason),
)  # fmt: skip
