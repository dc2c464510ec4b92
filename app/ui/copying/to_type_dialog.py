"""还要录入国家系统: the list, copy mode for its current row, and the mark when it is done."""

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import copy_fields, monitored, print_log
from app.ops.lives import StepInput
from app.ops.monitored import ToType
from app.ui import messages
from app.ui.copying.copy_window import CopyWindow
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, quiet
from app.ui.table_model import Column

_FIRST = "approve"  # what was approved is entered; everything later is a change there


class ToTypeDialog(QDialog):
    """Enter copies, M marks; only a township marks, as it is who enters."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self._is_township = desk.store.level == "township"
        self.window_of_fields: CopyWindow | None = None
        self.setWindowTitle("还要录入国家系统")
        self.table = DataTable(_COLUMNS, "还要录入国家系统", "都录入了。")
        self.copy_button = button("Enter 复制模式", self.copy, primary=True)
        self.mark_button = button("M 记已录入", self.mark)
        self.mark_button.setVisible(self._is_township)
        self.table.opened.connect(lambda _line: self.copy())
        QShortcut(QKeySequence("M"), self).activated.connect(self.mark)
        row = QHBoxLayout()
        row.addWidget(self.mark_button)
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        row.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(self.table, 1)
        layout.addWidget(
            quiet(
                "复制模式按国家系统的栏序，一栏一栏放到剪贴板。"
                + ("录完按 M 记下日期和经手人。" if self._is_township else "录完由镇里记下。")
            )
        )
        layout.addLayout(row)
        give_size(self, 52, 28)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self.show_found(self._desk.runner.call(lambda: monitored.to_type(self._desk.store)) or [])

    def show_found(self, found: Sequence[ToType]) -> None:
        """Show what must still be typed in."""
        self.table.set_rows(found)
        for made in (self.copy_button, self.mark_button):
            made.setEnabled(bool(found))

    def copy(self) -> None:
        """Enter: open copy mode for the current household."""
        line: ToType | None = self.table.current()
        if line is None:
            return
        store, actor = self._desk.store, self._desk.actor
        records = self._desk.runner.call(lambda: copy_fields.case_records(store, line.case_id))
        if not records:
            return
        noted = self._desk.runner.call(
            lambda: print_log.note_unmasking(store, actor, "录入国家系统的字段", 1)
        )
        if noted is None:
            return
        ends = "再按空格，记为已录入。" if self._is_township else "录完由镇里记下。"
        what = f"{line.household_no}号 {line.head_name}户　{line.what}"
        window = CopyWindow(self, what, records, ends=ends)
        window.copied_all.connect(self._on_copied)
        self.window_of_fields = window
        window.show()
        window.activateWindow()

    def mark(self) -> None:
        """M: note that the current row was typed in, today, by who is signed in."""
        line: ToType | None = self.table.current()
        if line is None or not self._is_township:
            return
        desk, today = self._desk, self._desk.today()
        who = f"{line.household_no}号 {line.head_name}户"
        text = f"{who}：{line.what}。\n日期{today}，经手{desk.actor.name}。"
        if not messages.ask(self, "已录入国家系统", text, "记为已录入"):
            return
        action = "enter" if line.action == _FIRST else "mark-typed"
        given = StepInput("", today, {"entered_by": desk.actor.name})
        done = desk.runner.call(
            lambda: monitored.act_case(desk.store, desk.actor, line.case_id, action, given, today)
        )
        if done is not None:
            self.refresh()

    def _on_copied(self) -> None:
        window, self.window_of_fields = self.window_of_fields, None
        if window is not None:
            window.accept()
        self.mark()


_COLUMNS = (
    Column("从哪天起", lambda one: one.since.isoformat(), width=6),
    Column("村", lambda one: one.village, width=6, spare=1),
    Column("户号", lambda one: one.household_no, width=7),
    Column("户主", lambda one: one.head_name, width=5),
    Column("要录什么", lambda one: one.what),
)
