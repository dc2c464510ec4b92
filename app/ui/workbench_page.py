"""工作台: the month at a glance, and what to do today, in order."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.labels import LABELS, label
from app.domain.period import Period
from app.ops import backup_plan, roster_view, statistics, workbench
from app.ops.cadence import TaskLine
from app.ops.workbench import Todo, Workbench
from app.ui.backup.backup_view import BackupDialog
from app.ui.chip import SeverityChip
from app.ui.colours import severity_text
from app.ui.data_table import DataTable
from app.ui.empty_state import EmptyState
from app.ui.overdue_dialog import OverdueDialog
from app.ui.page import Desk, KeyHelp
from app.ui.page_stack import PageStack
from app.ui.parts import Card, add_shortcut, button, plain, quiet, repolish, title
from app.ui.statistics.chart_view import ChartView
from app.ui.table_model import Column
from app.ui.tasks_dialog import TasksDialog, mark_done, take_back

_COLUMNS = (
    Column("", lambda row: str(row[0]), width=1, right=True),
    Column(
        "级别",
        lambda row: severity_text(row[1].severity),
        width=2,
        severity=lambda row: row[1].severity,
    ),
    Column("要办的事", lambda row: row[1].text),
    Column("到期", lambda row: _until(row[1].due_on), width=6),
)


_CHOOSE = "↑↓ 选，Enter 去办；例行工作按 D 记办了"
_EXCHANGE = {"village": "和镇里交换", "township": "和村、县交换", "county": "和各镇交换"}
_MONTHS = 12  # of the picture
_LARGE = 1.5  # text size


class WorkbenchPage(QWidget):
    """Figures that are doors, and the list of today."""

    open_requested = Signal(str, str)
    import_requested = Signal()
    page_key, title = "workbench", "工作台"

    def __init__(self, desk: Desk, see_demo: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._stack = PageStack()
        choices: list[tuple[str, Callable[[], None]]] = [("导入名册", self.import_requested.emit)]
        if see_demo is not None:
            choices.append(("看演示", see_demo))
        self.empty = EmptyState("还没有名册。导入后，这里会列出今天先做什么。", tuple(choices))
        is_village = desk.store.level == "village"
        first = ("本月进度", "visits") if is_village else ("审核", "warnings")
        self.month = self._card(*first)
        self.warnings = self._card("预警", "warnings")
        self.due = Card("到期", is_door=True)
        self.due.opened.connect(self._on_due)
        self.exchange = self._card(_EXCHANGE[desk.store.level], "exchange")
        self.todo = DataTable(_COLUMNS, "今天先做这些")
        self.todo.horizontalHeader().hide()
        self.todo.opened.connect(self._on_todo)
        self._nothing = plain("今天没有要办的事。")
        self.said = quiet(_CHOOSE)
        self._marked: TaskLine | None = None
        self.chart = ChartView(lines=8)
        self.chart.opened.connect(self._on_month)
        self._shown: Workbench | None = None
        add_shortcut(self, "D", self.mark_task)
        add_shortcut(self, "Ctrl+Z", self.unmark_task)
        self.backup = plain()
        self.backup_button = button("备份…", self._on_backup)
        self._arrange()

    def refresh(self, changed: object | None) -> None:
        """Read the figures again."""
        today = self._desk.today()
        store = self._desk.store
        has_people = self._desk.runner.call(lambda: roster_view.has_households(store))
        if store.level == "village" and not has_people:
            self._stack.setCurrentWidget(self.empty)
            return
        shown = self._desk.runner.call(lambda: workbench.workbench(store, Period.of(today), today))
        if shown is not None:
            self._show(shown)
            self.show_backup()
            self._stack.setCurrentWidget(self._work)
            self._draw(today)

    def show_target(self, target_id: str) -> None:
        """The page has no parts to go to."""

    def show_backup(self) -> None:
        """Say how old the last verified backup is, in red words when it is too old."""
        found = backup_plan.status(self._desk.store, self._desk.today())
        self.backup.setText(found.sentence())
        self.backup.setProperty("kind", "problem" if found.is_late else "quiet")
        repolish(self.backup)

    def _on_backup(self) -> None:
        dialog = BackupDialog(self, self._desk)
        dialog.view.changed.connect(self.show_backup)
        dialog.exec()

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓", "选一件事"),
            ("Enter", "去办"),
            ("D", "例行工作：记办了；Ctrl+Z 撤回"),
            ("Tab", "到上面的数字，Enter 打开名单"),
            ("← →", "在图上选一个月，Enter 看那个月的报表"),
        )

    def set_scale(self, scale: float) -> None:
        """Leave room for today's list where the text is large."""
        self.chart.set_lines(8 if scale < _LARGE else 5)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        (self.todo if self.todo.table.rowCount() else self.month).setFocus(event.reason())

    def _show(self, shown: Workbench) -> None:
        self._shown = shown
        _fill(self.month, self._first_lines(shown))
        by = shown.by_severity
        chips = [
            (level, by[level]) for level in ("red", "orange", "yellow", "blue") if by.get(level)
        ]
        known = (state for state in LABELS["warning_state"] if shown.by_state.get(state))
        states = [f"{label('warning_state', state)} {shown.by_state[state]}" for state in known]
        _fill(self.warnings, ["　".join(states)] if chips else ["没有未销的预警"], chips)
        late = [f"已超期 {len(shown.overdue)} ▸"] if shown.overdue else ["没有超期"]
        late += [f"（{one.head_name} {one.message}）" for one in shown.overdue[:1]]
        _fill(self.due, [f"今天到期 {shown.due_today}", *late])
        _fill(self.exchange, _exchange_lines(shown, self._desk.store.level))
        self.todo.set_rows(list(enumerate(shown.todo, 1)))
        self.todo.setVisible(bool(shown.todo))
        self._nothing.setVisible(not shown.todo)

    def _draw(self, today: date) -> None:
        """Draw the last twelve months: a village's at once, a larger area's on the worker."""
        store = self._desk.store
        if store.level != "village":
            self._desk.runner.start(
                lambda _progress: statistics.warnings_chart(store, today), self.chart.set_chart
            )
            return
        chart = self._desk.runner.call(lambda: statistics.warnings_chart(store, today))
        if chart is not None:
            self.chart.set_chart(chart)

    def _on_month(self, place: int) -> None:
        month = Period.of(self._desk.today()).plus(place - _MONTHS + 1)
        self.open_requested.emit("reports", str(month))

    def _on_due(self) -> None:
        """Show who is overdue; with nobody, all warnings."""
        late = self._shown.overdue if self._shown is not None else ()
        if not late:
            self.open_requested.emit("warnings", "")
            return
        dialog = OverdueDialog(self, late, self._desk.today())
        dialog.open_requested.connect(self.open_requested)
        dialog.exec()

    def _first_lines(self, shown: Workbench) -> list[str]:
        """Return the month of a village, or what waits for a superior's review."""
        if self._desk.store.level != "village":
            waiting = ("pending_township", "pending_county", "returned")
            return [f"{label('warning_state', s)} {shown.by_state.get(s, 0)}条" for s in waiting]
        month = shown.month
        if month.state == "not_started":
            return [f"{month.period.month}月还没有开始"]
        rest_people = sum(one.persons for one in month.not_visited)
        return [
            f"应访 {month.due_households}户 {month.due_persons}人",
            f"已访 {month.visited_households}户 {month.visited_persons}人",
            f"未访 {len(month.not_visited)}户 {rest_people}人",
        ]

    def mark_task(self) -> None:
        """D: the current task that comes again is done."""
        row = self.todo.current()
        task = row[1].task if row is not None else None
        if task is not None and mark_done(self._desk, task):
            self._marked = task
            self.said.setText(f"“{task.label}”记下了：{self._desk.actor.name}今天办的。Ctrl+Z 撤回")

    def unmark_task(self) -> None:
        """Ctrl+Z: take the last mark back."""
        if self._marked is not None and take_back(self._desk, self._marked):
            self.said.setText(f"“{self._marked.label}”已撤回。")
            self._marked = None

    def show_tasks(self, task: TaskLine | None = None) -> None:
        """Show the tasks that come again, those that are done too."""
        dialog = TasksDialog(self, self._desk)
        if task is not None:
            dialog.stand_on(task)
        dialog.exec()

    def _on_todo(self, row: tuple[int, Todo]) -> None:
        if row[1].task is not None:
            self.show_tasks(row[1].task)
            return
        self.open_requested.emit(row[1].page, row[1].target)

    def _card(self, heading: str, page: str) -> Card:
        card = Card(heading, is_door=True)
        card.opened.connect(lambda: self.open_requested.emit(page, ""))
        return card

    def _arrange(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(8)
        for card in (self.month, self.warnings, self.due, self.exchange):
            figures.addWidget(card, 1)
        self._work = QWidget()
        layout = QVBoxLayout(self._work)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(figures)
        heading = QHBoxLayout()
        heading.addWidget(title("今天先做这些"))
        heading.addWidget(self.said, 1)
        heading.addWidget(button("例行工作…", self.show_tasks))
        layout.addLayout(heading)
        layout.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.todo, 1)
        self.todo.setMinimumHeight(self.fontMetrics().height() * 4)
        layout.addWidget(self.chart)
        below = QHBoxLayout()
        below.addWidget(self.backup, 1)
        below.addWidget(self.backup_button)
        layout.addLayout(below)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._stack.addWidget(self._work)
        self._stack.addWidget(self.empty)


def _fill(card: Card, lines: list[str], chips: list[tuple[str, int]] | None = None) -> None:
    """Put fresh lines under the heading of a card."""
    while card.body.count() > 1:
        item = card.body.takeAt(1)
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    if chips:
        card.body.addWidget(_chip_row(chips))
    for line in lines:
        card.body.addWidget(plain(line))
    card.body.addStretch()
    card.setAccessibleDescription("，".join(lines))


def _chip_row(chips: list[tuple[str, int]]) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    for level, number in chips:
        chip = SeverityChip(parent=row)
        chip.set_severity(level, f" {number}")
        layout.addWidget(chip)
    layout.addStretch()
    return row


def _exchange_lines(shown: Workbench, level: str) -> list[str]:
    back = [f"{one.head_name} {one.message}" for one in shown.returned[:1]]
    lines = [f"退回 {len(shown.returned)}条", *back] if shown.returned else ["没有退回"]
    if shown.to_review and level != "village":
        lines.append(f"待初审 {shown.to_review}条")
    if not shown.is_enrolled:
        lines.append("本机还没有登记")
    lines.append(f"上次导出 {_day(shown.last_export)}")
    lines.append(f"上次导入 {_day(shown.last_import)}")
    return lines


def _day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else "还没有过"


def _until(due: date | None) -> str:
    return f"{due.month}月{due.day}日前" if due else ""
