"""例行工作 (五个一、走访日、年度节点): this month's and last month's, done by whom, and not yet."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.period import Period
from app.ops import cadence
from app.ops.cadence import TaskLine
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import add_shortcut, button, give_size, quiet
from app.ui.table_model import Column


class TasksDialog(QDialog):
    """D or Enter notes that the current task is done, Z takes it back; both go to the journal."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle("例行工作")
        self.table = DataTable(_COLUMNS, "例行工作")
        self.note = QLineEdit()
        self.note.setPlaceholderText("说明（可空），如：全村走完")
        self.note.setAccessibleName("说明")
        self.done_button = button("D 记办了", self.mark, primary=True)
        self.back_button = button("Z 撤回", self.take_back)
        self.table.opened.connect(lambda _line: self.mark())
        self.table.moved.connect(self._on_moved)
        self.note.returnPressed.connect(self.mark)
        add_shortcut(self, "D", self.mark)
        add_shortcut(self, "Z", self.take_back)
        self._arrange()
        self.read()
        self.table.setFocus()

    def read(self) -> None:
        """Read the tasks again."""
        store, today = self._desk.store, self._desk.today()
        now = Period.of(today)
        found = self._desk.runner.call(
            lambda: [
                *cadence.tasks(store, now.previous(), today),
                *cadence.tasks(store, now, today),
            ]
        )
        self.table.set_rows(found or [])
        self._on_moved(self.table.current())

    def stand_on(self, task: TaskLine) -> None:
        """Make a task the current one."""
        for number, line in enumerate(self.table.table.rows()):
            if (line.key, line.period) == (task.key, task.period):
                self.table.selectRow(number)

    def mark(self) -> None:
        """D: done today, by whoever sits here."""
        line: TaskLine | None = self.table.current()
        if line is None or line.done_on is not None:
            return
        if mark_done(self._desk, line, self.note.text()):
            self.note.clear()
            self.read()

    def take_back(self) -> None:
        """Z: it was not done after all."""
        line: TaskLine | None = self.table.current()
        if line is not None and line.done_on is not None and take_back(self._desk, line):
            self.read()

    def _on_moved(self, line: TaskLine | None) -> None:
        is_done = line is not None and line.done_on is not None
        self.done_button.setEnabled(line is not None and not is_done)
        self.back_button.setEnabled(is_done)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        row.addWidget(self.back_button)
        row.addWidget(button("关闭（Esc）", self.reject))
        row.addWidget(self.done_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(quiet("上月和本月要办的。记了办，工作台就不再提醒。"))
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        give_size(self, 54, 24)


def mark_done(desk: Desk, line: TaskLine, note: str = "") -> bool:
    """Note that a task is done today; tell whether it was."""
    done = desk.runner.call(
        lambda: cadence.mark_done(
            desk.store, desk.actor, line.key, line.period, desk.today(), note.strip()
        )
    )
    return done is not None


def take_back(desk: Desk, line: TaskLine) -> bool:
    """Take a mark back; tell whether it was."""
    undone = desk.runner.call(
        lambda: cadence.take_back(desk.store, desk.actor, line.key, line.period)
    )
    return undone is not None


def _state(line: TaskLine) -> str:
    if line.done_on is not None:
        return f"{line.done_on:%m-%d} {line.done_by}办了"
    return "没办，已超期" if line.is_overdue else "还没办"


_COLUMNS = (
    Column("月份", lambda line: str(line.period), width=5),
    Column("例行工作", lambda line: line.label),
    Column("到期", lambda line: f"{line.due_on:%m-%d}", width=4),
    Column("办了没有", _state, width=9),
    Column("说明", lambda line: line.note, width=8, spare=1),
)
