"""统计报表: every table of a period with its checks and pictures, a door behind each figure."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.period import Period
from app.domain.statistics.report import Report
from app.domain.statistics.table import Cell, ReportTable
from app.ops import statistics
from app.ops.report_prints import note_given_out
from app.ops.statistics import PrintedReport
from app.ops.statistics_rows import drill_down
from app.ui.colours import TONES
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk, KeyHelp
from app.ui.parts import WholeLabel, add_shortcut, button, plain
from app.ui.print_dialog import PrintDialog, PrintJob
from app.ui.statistics.charts_view import ChartsView
from app.ui.statistics.checks_view import checks_table, failed_lines, in_order, summary
from app.ui.statistics.period_bar import DAY, MONTH, YEAR, PeriodBar
from app.ui.statistics.report_table import ReportTableView
from app.ui.statistics.rows_dialog import RowsDialog
from app.ui.statistics.text_dialog import TextDialog
from app.ui.statistics.verify_dialog import VerifyDialog

CHARTS, CHECKS = "图", "全部核对"
_LINES = 9  # of a table that are seen at every text size


class StatisticsPage(QWidget):
    """List of tables at the left, the table with its checks at the right."""

    open_requested = Signal(str, str)
    page_key, title = "reports", "统计报表"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._wanted = 0  # number of the report that was asked for last
        self.report: Report | None = None
        areas = desk.runner.call(lambda: statistics.areas(desk.store)) or []
        self.period = PeriodBar(areas, desk.today())
        self.list = QListWidget()
        self.list.setAccessibleName("表的名单")
        self.table, self.charts, self.checks = ReportTableView(), ChartsView(), checks_table()
        self.heading, self.failed, self.notes = WholeLabel("heading"), plain(), WholeLabel("quiet")
        self.failed.setProperty("kind", "problem")
        self.empty = QLabel("本月还没有走访，表是空的。")
        self.before = button("看上月", self._on_before)
        self.bar = QProgressBar()
        self.stack = QStackedWidget()
        self._arrange()
        self.period.changed.connect(self.compute)
        self.list.currentRowChanged.connect(lambda _row: self._show_chosen())
        self.list.itemActivated.connect(lambda _item: self._focus_content())
        self.table.opened.connect(self.open_rows)
        self.charts.cell_opened.connect(self.open_rows)
        self.charts.month_opened.connect(self._on_month)
        self._add_shortcuts()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Compute the chosen report again."""
        self.compute()

    def show_target(self, target_id: str) -> None:
        """Show a table (T14), the pictures (charts), or the warnings of a month (2025-09)."""
        if not target_id:
            return
        if target_id[:4].isdigit():
            self._on_month(Period.parse(target_id))
        else:
            self.choose(CHARTS if target_id == "charts" else target_id)

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓", "选一张表；Enter 到表里"),
            ("方向键", "在表里移动；Enter 或双击打开这个数的名单"),
            ("E", "存成Excel"),
            ("P", "预览打印，或存成PDF"),
            ("W", "文字稿：预览打印，或存成Word"),
            ("Y", "年度数据核对"),
            ("Ctrl+C", "复制整张表"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.period.kind, self.list, self._content()]

    def set_scale(self, scale: float) -> None:
        """Keep the names of the tables readable at every text size."""
        self.split.setSizes([round(215 * min(scale, 1.5)), 900])
        self.stack.setMinimumHeight(self.fontMetrics().lineSpacing() * _LINES)  # then it scrolls

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.list.setFocus(event.reason())

    # ---------------------------------------------------------------- the report
    def compute(self) -> None:
        """Compute the chosen report: a village's at once, a larger area's on the worker."""
        self._wanted += 1
        wanted, job = self._wanted, self._job()
        if self._desk.store.level == "village":
            report = self._desk.runner.call(job)
            if report is not None:
                self._show(wanted, report)
            return
        self._busy("正在算…")
        self._desk.runner.start(lambda _progress: job(), lambda made: self._show(wanted, made))

    def choose(self, number: str) -> None:
        """Show one table by its number, the pictures or the checks."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == number:
                self.list.setCurrentRow(row)
                return

    def open_rows(self, words: str, cell: Cell) -> None:
        """Show the households or warnings behind a figure."""
        lines = self._desk.runner.call(lambda: drill_down(self._desk.store, cell))
        if not lines:
            return
        dialog = RowsDialog(self, words, lines)
        dialog.open_requested.connect(self.open_requested)
        dialog.exec()

    def _job(self) -> Callable[[], Report]:
        store, today = self._desk.store, self._desk.today()
        area = str(self.period.area.currentData())
        period, day = self.period.period(), self.period.chosen_day()
        year = int(self.period.year.currentData())
        jobs: dict[int, Callable[[], Report]] = {
            MONTH: lambda: statistics.monthly_report(store, period, today, area),
            YEAR: lambda: statistics.yearly_report(store, year, today, area),
            DAY: lambda: statistics.report_as_of(store, day, today, area),
        }
        return jobs[self.period.kind.currentIndex()]

    def _show(self, wanted: int, report: Report) -> None:
        if wanted != self._wanted:
            return  # another one was asked for meanwhile
        self.bar.hide()
        self.report = report
        self._fill_list(report)
        due = report.table("T11").row("合计").cells[0].value
        is_empty = report.kind == "monthly" and not due
        self.empty.setVisible(is_empty)
        self.before.setVisible(is_empty)
        self._show_chosen()

    def _fill_list(self, report: Report) -> None:
        row = max(0, self.list.currentRow())
        self.list.blockSignals(True)
        self.list.clear()
        for table in report.tables:
            self._add_entry(f"{table.number} {table.title}", table.number, bool(_failed(table)))
        self._add_entry(CHARTS, CHARTS, False)
        label = f"{CHECKS}（未通过{len(report.failed)}）" if report.failed else CHECKS
        self._add_entry(label, CHECKS, bool(report.failed))
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.list.blockSignals(False)

    def _add_entry(self, label: str, number: str, is_failed: bool) -> None:
        item = QListWidgetItem(f"✗ {label}" if is_failed else label)
        item.setData(Qt.ItemDataRole.UserRole, number)
        item.setToolTip(f"{label}，核对未通过" if is_failed else label)
        if is_failed:
            item.setForeground(QColor(TONES["red"].ink))
        self.list.addItem(item)

    def _show_chosen(self) -> None:
        report = self.report
        if report is None or self.list.currentRow() < 0:
            return
        number = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        if number == CHARTS:
            self._frame(report.title, "", "")
            self.charts.show_report(report)
            self.stack.setCurrentWidget(self.charts)
        elif number == CHECKS:
            self._frame(f"{report.heading.area} {report.heading.period} 核对", "",
                        summary(report.checks))  # fmt: skip
            self.checks.set_rows(in_order(report.checks))
            self.stack.setCurrentWidget(self.checks)
        else:
            self._show_table(report.table(number))

    def _show_table(self, table: ReportTable) -> None:
        words = f"{table.number} {table.full_title}　{table.heading.area} {table.heading.period}"
        if table.heading.correction:
            words += f"　{table.heading.correction}"
        parts = [*table.all_notes, *_passed(table)]
        self._frame(words, failed_lines(table.checks), "\n".join(parts))
        self.table.show_table(table)
        self.stack.setCurrentWidget(self.table)

    def _frame(self, words: str, failed: str, notes: str) -> None:
        self.heading.setText(words)
        self.failed.setText(failed)
        self.failed.setVisible(bool(failed))
        self.notes.setText(notes)
        self.notes.setVisible(bool(notes))

    # ---------------------------------------------------------------- doors and files
    def save_to(self, path: Path) -> None:
        """Write the whole report as Excel or PDF, by the ending of the path."""
        report = self.report
        if report is None:
            return
        is_paper = path.suffix.lower() == ".pdf"
        write = statistics.print_report if is_paper else statistics.write_report
        self._busy("正在写…")
        self._desk.runner.start(
            lambda _progress: write(self._desk.store, self._desk.actor, report, path),
            lambda done: self._on_saved(path, done),
        )

    def _on_saved(self, path: Path, done: PrintedReport) -> None:
        self.bar.hide()
        pages = f"，{done.pages}页" if done.pages else ""
        odd = f"　这些字印不出，用〓代替：{'、'.join(done.unknown)}" if done.unknown else ""
        self._tell(f"已存：{path.name}（{done.tables}张表{pages}）{odd}")

    def _save_workbook(self) -> None:
        if self.report is None:
            return
        proposal = f"{self.report.title}.xlsx"
        name, _filter = QFileDialog.getSaveFileName(self, "存成Excel", proposal, "Excel (*.xlsx)")
        if name:
            self.save_to(Path(name))

    def _on_print(self) -> None:
        """Show the printed set as it comes out; printed or kept, its figures are remembered."""
        report, desk = self.report, self._desk
        if report is None:
            return

        def remember() -> None:
            desk.runner.call(lambda: note_given_out(desk.store, desk.actor, report))

        job = PrintJob(
            report.title, lambda printing: statistics.report_paper(desk.store, report, printing)
        )
        dialog = PrintDialog(self, desk, job)
        dialog.taken.connect(remember)
        dialog.exec()

    def _on_text(self) -> None:
        if self.report is None:
            return
        dialog = TextDialog(self, self._desk, self.report, str(self.period.area.currentData()))
        dialog.saved.connect(lambda name: self._tell(f"已存：{name}"))
        dialog.exec()

    def _tell(self, words: str) -> None:
        self.notes.setText(words)
        self.notes.show()

    def _on_month(self, period: Period) -> None:
        self.period.show_month(period)
        self.choose("T14")

    def _on_before(self) -> None:
        self.period.show_month(self.period.period().previous())

    def _on_verify(self) -> None:
        VerifyDialog(self, self._desk).exec()

    def _busy(self, words: str) -> None:
        self.bar.setRange(0, 0)
        self.bar.setFormat(words)
        self.bar.show()

    def _on_failed(self) -> None:
        self.bar.hide()

    def _content(self) -> QWidget:
        shown = self.stack.currentWidget()
        if shown is self.charts and self.charts.pictures:
            return next(iter(self.charts.pictures.values()))
        return shown

    def _focus_content(self) -> None:
        self._content().setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------- building
    def _arrange(self) -> None:
        actions = QWidget()
        flow = FlowLayout(actions, gap=8)
        flow.addWidget(self.period)
        for label, run in (
            ("存成Excel(E)", self._save_workbook),
            ("预览打印(P)", self._on_print),
            ("文字稿(W)", self._on_text),
            ("年度数据核对(Y)", self._on_verify),
        ):
            flow.addWidget(button(label, run))
        right = QWidget()
        body = QVBoxLayout(right)
        body.setContentsMargins(8, 0, 0, 0)
        body.setSpacing(6)
        hint = QWidget()
        row = FlowLayout(hint, gap=12)
        row.addWidget(self.empty)
        row.addWidget(self.before)
        for view in (self.table, self.charts, self.checks):
            self.stack.addWidget(view)
        for part in (self.heading, hint, self.failed, self.bar):
            body.addWidget(part)
        body.addWidget(self.stack, 1)
        body.addWidget(self.notes)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.split = QSplitter()
        self.split.addWidget(self.list)
        self.split.addWidget(right)
        self.split.setStretchFactor(1, 1)
        self.set_scale(1.0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(actions)
        layout.addWidget(self.split, 1)
        self.bar.hide()
        self.failed.hide()
        self._desk.runner.failed.connect(lambda _error: self._on_failed())

    def _add_shortcuts(self) -> None:
        for keys, slot in (
            ("E", self._save_workbook),
            ("P", self._on_print),
            ("W", self._on_text),
            ("Y", self._on_verify),
        ):
            add_shortcut(self, keys, slot)


def _failed(table: ReportTable) -> list[str]:
    return [check.line for check in table.checks if check.ok is False]


def _passed(table: ReportTable) -> list[str]:
    """Return what could not be checked in full, and the numbers of the checks that passed."""
    open_ones = [check.line for check in table.checks if check.ok is None]
    numbers = dict.fromkeys(check.check for check in table.checks if check.ok)
    return open_ones + ([f"核对通过：{'、'.join(numbers)}（算式见“核对”）"] if numbers else [])
