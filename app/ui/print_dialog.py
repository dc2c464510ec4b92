"""Printing of 一户一策: made on the worker, seen before it is printed or kept."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
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

from app.ops import plans
from app.ops.plans import Printed
from app.ui.page import Desk
from app.ui.parts import button, plain, title
from app.ui.pdf_pages import SCREEN_DPI, PdfPages


class PrintDialog(QDialog):
    """Makes the papers of some households, shows them page by page, prints or saves them."""

    def __init__(self, parent: QWidget, desk: Desk, household_ids: Sequence[str]) -> None:
        super().__init__(parent)
        self._desk = desk
        self._folder = Path(tempfile.mkdtemp(prefix="zhucun-"))  # private; gone when closed
        self._path = self._folder / "一户一策.pdf"
        self._pages: PdfPages | None = None
        self._number = 0
        self.setWindowTitle("打印一户一策")
        self.head, self.notes = title("正在排版…"), plain()
        self.picture, self.bar = QLabel(), QProgressBar()
        self._arrange()
        desk.runner.progress.connect(self._on_progress)
        desk.runner.failed.connect(self.reject)
        self.finished.connect(self._on_finished)
        self._make(list(household_ids))

    def _make(self, household_ids: list[str]) -> None:
        store, today, path = self._desk.store, self._desk.today(), self._path
        self._desk.runner.start(
            lambda progress: plans.print_plans(store, household_ids, path, today, progress),
            self._on_made,
        )

    def _on_made(self, printed: Printed) -> None:
        self._pages = PdfPages(self._path)
        self.bar.hide()
        self.head.setText(f"{printed.households}户，{printed.pages}页")
        self.notes.setText("\n".join(printed.warnings))
        self.notes.setVisible(bool(printed.warnings))
        for made in (self.print_button, self.save_button, self.before, self.after):
            made.setEnabled(True)
        self.print_button.setFocus()
        self._show(0)

    def _show(self, number: int) -> None:
        if self._pages is None or not 0 <= number < len(self._pages):
            return
        self._number = number
        self.picture.setPixmap(QPixmap.fromImage(self._pages.image(number, SCREEN_DPI)))
        self.place.setText(f"第{number + 1}页，共{len(self._pages)}页")

    def _on_save(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(self, "存成PDF", "一户一策.pdf", "PDF (*.pdf)")
        if name:
            self._desk.runner.call(lambda: shutil.copyfile(self._path, name))

    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted and self._pages:
            self._pages.print_to(printer)

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
        shutil.rmtree(self._folder, ignore_errors=True)

    def _arrange(self) -> None:
        area = QScrollArea()
        area.setWidget(self.picture)
        area.setWidgetResizable(True)
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
        row.addWidget(button("关闭", self.reject))
        for made in (self.save_button, self.print_button):
            row.addWidget(made)
        for made in (self.print_button, self.save_button, self.before, self.after):
            made.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for line in (self.head, self.bar, self.notes):
            layout.addWidget(line)
        layout.addWidget(area, 1)
        layout.addLayout(row)
        self.notes.hide()
        unit = self.fontMetrics().horizontalAdvance("汉")
        self.resize(unit * 60, unit * 42)
