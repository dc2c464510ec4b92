"""Printing: made on the worker, seen before it is printed or kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.period import Period
from app.ops import plans, previews, visit_papers
from app.ops.plans import PlanJob
from app.ops.printing import Printed, Printing
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, title
from app.ui.pdf_pages import SCREEN_DPI, PdfPages
from app.ui.runner import Progress


@dataclass(frozen=True, slots=True)
class PrintJob:
    """What is printed: its name, and the operation that makes the PDF."""

    name: str
    make: Callable[[Printing], Printed]


def plans_job(desk: Desk, household_ids: Sequence[str]) -> PrintJob:
    """Return the job for 一户一策 of some households."""
    store, job = desk.store, PlanJob(tuple(household_ids))
    return PrintJob("一户一策", lambda printing: plans.print_plans(store, job, printing))


def visits_job(desk: Desk, household_ids: Sequence[str] | None) -> PrintJob:
    """Return the job for 月度走访登记表; None prints every household that is due."""
    store, period = desk.store, Period.of(desk.today())
    ids = None if household_ids is None else list(household_ids)
    return PrintJob(
        "月度走访登记表",
        lambda printing: visit_papers.print_visits(store, ids, period, printing),
    )


class PrintDialog(QDialog):
    """Makes papers, shows them page by page, prints or saves them (``taken``)."""

    taken = Signal()

    def __init__(self, parent: QWidget, desk: Desk, job: PrintJob) -> None:
        super().__init__(parent)
        self._desk, self._job = desk, job
        self._printed: Printed | None = None
        self._data = b""
        self._pages: PdfPages | None = None
        self._number = 0
        self.setWindowTitle(f"打印{job.name}")
        self.head, self.notes = title("正在排版…"), plain()
        self.picture, self.bar = QLabel(), QProgressBar()
        self._arrange()
        desk.runner.progress.connect(self._on_progress)
        desk.runner.failed.connect(self.reject)
        self.finished.connect(self._on_finished)
        desk.runner.start(self._make, self._on_made)

    def _make(self, progress: Progress) -> tuple[Printed, bytes]:
        actor, today = self._desk.actor, self._desk.today()
        return previews.in_memory(
            self._desk.store,
            lambda path: self._job.make(Printing(actor, path, today, progress)),
        )

    def _on_made(self, made: tuple[Printed, bytes]) -> None:
        printed, self._data = made
        self._printed = printed
        self._pages = PdfPages(self._data)
        self.bar.hide()
        whose = f"{printed.households}户，" if printed.households else ""
        self.head.setText(f"{whose}{printed.pages}页")
        self.notes.setText("\n".join(printed.warnings))
        self.notes.setVisible(bool(printed.warnings))
        for one in (self.print_button, self.save_button, self.before, self.after):
            one.setEnabled(True)
        self.print_button.setFocus()
        self._show(0)

    def _show(self, number: int) -> None:
        if self._pages is None or not 0 <= number < len(self._pages):
            return
        self._number = number
        shown = QPixmap.fromImage(self._pages.image(number, SCREEN_DPI))
        room = self.area.width() - self.area.verticalScrollBar().sizeHint().width() - 4
        if shown.width() > room:  # a lying page is seen whole
            shown = shown.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        self.picture.setPixmap(shown)
        self.place.setText(f"第{number + 1}页，共{len(self._pages)}页")

    def _on_save(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, "存成PDF", f"{self._job.name}.pdf", "PDF (*.pdf)"
        )
        store, actor, printed, data = self._desk.store, self._desk.actor, self._printed, self._data
        if name and printed is not None:
            self._desk.runner.call(lambda: previews.keep(store, actor, printed, Path(name), data))
            self.taken.emit()

    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self.print_to(printer)

    def print_to(self, printer: QPrinter) -> None:
        """Draw every page on a printer, and note it."""
        store, actor, printed = self._desk.store, self._desk.actor, self._printed
        if self._pages is None or printed is None:
            return
        self._pages.print_to(printer)
        self._desk.runner.call(lambda: previews.sent(store, actor, printed))
        self.taken.emit()

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.bar.setFormat(f"第{done}户，共{total}户")

    def _on_finished(self) -> None:
        self._desk.runner.cancel()
        self._desk.runner.failed.disconnect(self.reject)
        self._desk.runner.progress.disconnect(self._on_progress)
        if self._pages is not None:
            self._pages.close()

    def _arrange(self) -> None:
        self.area = QScrollArea()
        self.area.setWidget(self.picture)
        self.area.setWidgetResizable(True)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.place = QLabel()
        self.before = button("上一页", lambda: self._show(self._number - 1))
        self.after = button("下一页", lambda: self._show(self._number + 1))
        self.save_button = button("存成PDF", self._on_save)
        self.print_button = button("打印", self._on_print, primary=True)
        row = QHBoxLayout()
        for widget in (self.before, self.place, self.after):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        for made in (self.save_button, self.print_button):
            row.addWidget(made)
        for made in (self.print_button, self.save_button, self.before, self.after):
            made.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for line in (self.head, self.bar, self.notes):
            layout.addWidget(line)
        layout.addWidget(self.area, 1)
        layout.addLayout(row)
        self.notes.hide()
        give_size(self, 60, 42)
