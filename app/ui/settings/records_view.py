"""What was printed lately, and what this program is."""

from datetime import datetime

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.period import Period
from app.ops import about, backup_plan, operators, print_log
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, plain, quiet
from app.ui.table_model import Column


class PrintsView(QWidget):
    """The list of prints."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.table = DataTable(_COLUMNS, "打印记录")
        layout = QVBoxLayout(self)
        layout.addWidget(quiet("只记什么时候印了什么、几户几页，不记是谁家。最近200次。"))
        layout.addWidget(self.table, 1)

    def refresh(self) -> None:
        found = self._desk.runner.call(lambda: print_log.recent(self._desk.store))
        if found is not None:
            self.table.set_rows(found)


class AboutView(QWidget):
    """Versions, identity and backups; copied with one button for the telephone."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.lines: list[tuple[str, str]] = []
        self.backup = plain()
        self._form = QFormLayout()
        row = QHBoxLayout()
        row.addWidget(button("复制", self._copy))
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.addLayout(self._form)
        layout.addWidget(self.backup)
        layout.addLayout(row)
        layout.addStretch()

    def refresh(self) -> None:
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(lambda: about.about(store, Period.of(today)))
        status = self._desk.runner.call(lambda: backup_plan.status(store, today))
        if found is None or status is None:
            return
        self.lines = [*found.lines[:2], ("Qt", qVersion()), *found.lines[2:]]
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, text in self.lines:
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
            label.setWordWrap(True)
            self._form.addRow(name, label)
        self.backup.setText(status.sentence())

    def _copy(self) -> None:
        text = "\n".join(f"{name}：{value}" for name, value in self.lines)
        QGuiApplication.clipboard().setText(text)


def _when(line: print_log.PrintLine) -> str:
    try:
        return f"{datetime.fromisoformat(line.at).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return line.at


_COLUMNS = (
    Column("时间", _when, width=9),
    Column("材料", lambda line: line.paper),
    Column("户", lambda line: str(line.households), width=4, right=True),
    Column("页", lambda line: str(line.pages), width=4, right=True),
    Column("角色", lambda line: operators.ROLES.get(line.role, ""), width=5),
)
