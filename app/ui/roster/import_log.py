"""What was imported here, what the import said, and taking one back as a whole."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import roster, roster_reports
from app.ops.roster import ImportLine, ReportLine
from app.ops.roster_words import field_label, reason_text
from app.ui import messages
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title
from app.ui.table_model import Column

_FILES = "名册表 (*.xlsx *.xls *.et *.ods *.csv *.txt);;所有文件 (*)"
_BOOK = "Excel (*.xlsx)"


class ImportLogDialog(QDialog):
    """Imports above, below what the chosen one said about its cells."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle("导入记录")
        self.table = DataTable(_IMPORTS, "导入记录", "还没有导入过。")
        self.report = DataTable(_REPORT, "导入报告")
        for table in (self.table, self.report):
            table.setMinimumHeight(self.fontMetrics().height() * 4)
        self.undo_button = button("撤销这次导入", self._on_undo)
        self.save_button = button("清单存成Excel…", self._on_save)
        self.mark_button = button("在原表上标出…", self._on_mark)
        self.note, self.clean = quiet(), plain("没有要看的，每一行都导入了。")
        self.clean.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.table.moved.connect(self._show)
        row = QHBoxLayout()
        for made in (self.undo_button, self.save_button, self.mark_button):
            row.addWidget(made)
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.accept, primary=True))
        layout = QVBoxLayout(self)
        for widget, stretch in (
            (self.table, 1), (title("那次说了什么"), 0),
            (self.clean, 2), (self.report, 2), (self.note, 0),
        ):  # fmt: skip
            layout.addWidget(widget, stretch)
        layout.addLayout(row)
        give_size(self, 56, 36)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        found = self._desk.runner.call(lambda: roster.list_imports(self._desk.store)) or []
        self.table.set_rows(found)
        self._show(self.table.current())

    def save_report(self, path: Path) -> None:
        """Write what the chosen import said, line by line."""
        line: ImportLine | None = self.table.current()
        if line is None:
            return
        store, import_id = self._desk.store, line.import_id
        count = self._desk.runner.call(lambda: roster_reports.save_report(store, import_id, path))
        if count is not None:
            self.note.setText(f"已存成“{path.name}”，{count}条。")

    def mark_original(self, original: Path, path: Path) -> None:
        """Write a copy of the table that was imported, its faulty cells marked."""
        line: ImportLine | None = self.table.current()
        if line is None:
            return
        store, actor, today = self._desk.store, self._desk.actor, self._desk.today()
        import_id = line.import_id
        done = self._desk.runner.call(
            lambda: roster_reports.mark_original(store, actor, import_id, original, path, today)
        )
        if done is not None:
            self.note.setText(f"已存成“{path.name}”，有问题的格子标了颜色。")

    def _on_save(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(self, "清单存成Excel", "导入报告.xlsx", _BOOK)
        if name:
            self.save_report(Path(name))

    def _on_mark(self) -> None:
        source, _filter = QFileDialog.getOpenFileName(self, "选当时导入的那份表", "", _FILES)
        if not source:
            return
        name, _filter = QFileDialog.getSaveFileName(self, "存到哪里", "导入报告.xlsx", _BOOK)
        if name:
            self.mark_original(Path(source), Path(name))

    def _show(self, line: ImportLine | None) -> None:
        self.undo_button.setEnabled(line is not None and not line.is_undone)
        for made in (self.save_button, self.mark_button):
            made.setEnabled(line is not None)
        self.note.clear()
        if line is None:
            self.report.set_rows([])
            self.clean.hide()
            return
        store, import_id = self._desk.store, line.import_id
        found = self._desk.runner.call(lambda: roster.last_report(store, import_id))
        self.report.set_rows(found or [])
        self.clean.setVisible(not found)
        self.report.setVisible(bool(found))

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
    Column("", lambda line: roster_reports.CLASSES[line.row_class], width=5,
           severity=lambda line: "orange" if line.row_class == "error" else "none"),
    Column("工作表", lambda line: line.sheet, width=6),
    Column("行", lambda line: str(line.row), width=4, right=True, sort_key=lambda line: line.row),
    Column("栏", lambda line: field_label(line.field) if line.field else "", width=6),
    Column("为什么", _reason),
)  # fmt: skip
