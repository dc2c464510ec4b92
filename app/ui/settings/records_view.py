"""What was printed lately, and what this program is."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from app.domain.period import Period
from app.ops import about, backup_plan, operators, print_log
from app.ops.print_log import LogLine
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, plain, quiet
from app.ui.table_model import Column


class PrintsView(QWidget):
    """The list of prints, and the files with personal data that lie outside the program."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.table = DataTable(_COLUMNS, "打印记录", "还没有印过、存过什么。")
        self.files = DataTable(_FILE_COLUMNS, "存出去的文件", "没有存出去的文件。")
        self.tabs = QTabWidget()
        self.tabs.addTab(_page(self.table, _ABOUT_PRINTS), "最近500次")
        self.tabs.addTab(_page(self.files, _ABOUT_FILES), "存出去的文件")
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)

    def refresh(self) -> None:
        store = self._desk.store
        found = self._desk.runner.call(
            lambda: (print_log.recent(store), print_log.open_files(store))
        )
        if found is None:
            return
        lines, files = found
        self.table.set_rows(lines)
        self.files.set_rows(files)
        left = sum(line.is_there for line in files)
        self.tabs.setTabText(1, f"存出去的文件（{left}个还在）" if left else "存出去的文件")


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


def _page(table: DataTable, about: str) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(8, 8, 8, 8)
    layout.addWidget(quiet(about))
    layout.addWidget(table, 1)
    return page


def _when(line: LogLine) -> str:
    try:
        return f"{datetime.fromisoformat(line.at).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return line.at


def _who(line: LogLine) -> str:
    return line.actor or operators.ROLES.get(line.role, "")


def _count(number: int) -> str:
    return str(number) if number else ""


_ABOUT_PRINTS = "谁在什么时候印了、存了、看了什么，几户几页；不记是谁家。只在本机，不上报。"
_ABOUT_FILES = "这些文件没有加密，里面有个人信息；用完请删掉。移走、改名的也显示已删。"
_COLUMNS = (
    Column("时间", _when, width=9),
    Column("办理人", _who, width=4),
    Column("做了什么", lambda line: print_log.ACTIONS[line.action], width=6),
    Column("材料", lambda line: line.paper),
    Column("户", lambda line: _count(line.households), width=3, right=True, spare=1),
    Column("页", lambda line: _count(line.pages), width=3, right=True, spare=2),
)
_FILE_COLUMNS = (
    Column("现在", lambda line: "还在" if line.is_there else "已删", width=3,
           severity=lambda line: "yellow" if line.is_there else ""),
    Column("存的时间", _when, width=9),
    Column("办理人", _who, width=4, spare=1),
    Column("材料", lambda line: line.paper, width=10, spare=2),
    Column("文件", lambda line: Path(line.path).name, width=12),
    Column("文件夹", lambda line: str(Path(line.path).parent)),
)  # fmt: skip
