"""Import of a roster: file → look → done. The same two views serve the first-use wizard."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.ops import roster
from app.ops.roster import Choice, RosterPreview, RosterResult
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title
from app.ui.roster.import_columns import ColumnsDialog
from app.ui.roster.import_items import ItemsView
from app.ui.roster.import_log import ImportLogDialog, undo
from app.ui.roster.preview_view import PreviewView, counts

FILTER = "名册表 (*.xlsx *.xls *.et *.ods *.csv *.txt);;所有文件 (*)"
ADVICE = "选Excel或WPS文件。表头、合并单元格、分组分表都不用改；先看结果再导入，原文件不动。"


def choose_files(parent: QWidget) -> list[Path]:
    """Let the user choose one or more tables."""
    names, _filter = QFileDialog.getOpenFileNames(parent, "选择名册文件", "", FILTER)
    return [Path(name) for name in names]


class ImportFlow(QWidget):
    """Reads files on the worker, shows the preview, writes on consent.

    ``previewed`` and ``imported`` tell the surrounding dialog; ``working`` while it must wait.
    """

    previewed = Signal(object)
    imported = Signal(object)
    working = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.preview: RosterPreview | None = None
        self._paths: list[Path] = []
        self.view, self.items = PreviewView(), ItemsView()
        self.tabs = QTabWidget()
        self.tabs.addTab(self.view, "看一看")
        self.bar = QProgressBar()
        self.bar.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.bar)
        desk.runner.progress.connect(self._on_progress)
        desk.runner.busy.connect(self._on_busy)

    def read(self, paths: list[Path], choice: Choice | None = None) -> None:
        """Read tables, by a corrected mapping if there is one; nothing is written."""
        self.preview, self._paths = None, paths
        store, today = self._desk.store, self._desk.today()
        chosen = choice or Choice()
        self._desk.runner.start(
            lambda progress: roster.preview_import(store, paths, today, progress, chosen),
            self._on_preview,
        )

    def correct_columns(self) -> None:
        """Show which column feeds which field; read again if a person corrects it."""
        if self.preview is None:
            return
        dialog = ColumnsDialog(self, self.preview)
        if dialog.exec():
            choice = dialog.choice()
            if choice is not None:
                self.read(self._paths, choice)

    def write(self) -> None:
        """Write what the preview shows, in one transaction."""
        preview = self.preview
        if preview is None:
            return
        store, actor, decisions = self._desk.store, self._desk.actor, self.items.decisions()
        self._desk.runner.start(
            lambda progress: roster.apply_import(store, actor, preview, progress, decisions),
            self.imported.emit,
        )

    def _on_preview(self, preview: RosterPreview) -> None:
        self.preview = preview
        self.view.show_preview(preview)
        self.items.show_preview(preview)
        if preview.is_update and self.items.count():
            self.tabs.addTab(self.items, f"逐项改动（{self.items.count()}）")
        else:
            self.tabs.removeTab(self.tabs.indexOf(self.items))
        self.previewed.emit(preview)

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.bar.setFormat(f"第{done}行，共{total}行" if total else "正在读…")

    def _on_busy(self, is_busy: bool) -> None:
        self.bar.setVisible(is_busy)
        self.working.emit(is_busy)


class ImportDialog(QDialog):
    """File, look, done, for a replica that is in use already."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle("导入名册")
        self.flow = ImportFlow(desk)
        self.result_text = QLabel()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._file_step())
        self._stack.addWidget(self.flow)
        self._stack.addWidget(self._done_step())
        self.cancel = button("先不导入", self._on_cancel)
        self.columns = button("表头对照…", self.flow.correct_columns)
        self.report = button("报告存成Excel…", self._on_report)
        self.log = button("导入记录…", lambda: ImportLogDialog(self, self._desk).exec())
        self.undo_button = button("撤销这次导入", self._on_undo)
        self._import_id = ""
        self.agree = button("导入", self.flow.write, primary=True)
        self.agree.setEnabled(False)
        row = QHBoxLayout()
        for made in (self.log, self.columns, self.report, self.undo_button):
            row.addWidget(made)
        row.addStretch()
        row.addWidget(self.cancel)
        row.addWidget(self.agree)
        for hidden in (self.columns, self.report, self.undo_button):
            hidden.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(self._stack, 1)
        layout.addLayout(row)
        give_size(self, 56, 34)
        self.flow.previewed.connect(self._on_preview)
        self.flow.imported.connect(self._on_imported)
        self.flow.working.connect(self._on_working)
        desk.runner.failed.connect(self._on_failed)
        self.finished.connect(lambda _result: desk.runner.failed.disconnect(self._on_failed))

    def start(self, paths: list[Path]) -> None:
        """Go to the look at once, e.g. with files that were dropped on the window."""
        if paths:
            self._stack.setCurrentWidget(self.flow)
            self.flow.view.sentence.setText("正在读…")
            self.flow.read(paths)

    def _file_step(self) -> QWidget:
        return _step("导入名册", ADVICE, "选择文件", lambda: self.start(choose_files(self)))

    def _done_step(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.addWidget(title("已导入"))
        layout.addWidget(self.result_text)
        layout.addStretch()
        return box

    def _on_working(self, is_busy: bool) -> None:
        self.agree.setEnabled(not is_busy and self.flow.preview is not None)

    def _on_failed(self) -> None:
        """Back to the choice of a file; the reason is shown by the window."""
        if self.flow.preview is None:
            self._stack.setCurrentIndex(0)

    def _on_preview(self, preview: RosterPreview) -> None:
        self.agree.setText(f"导入{counts(preview)[0]}户")
        self.columns.show()
        self.report.show()
        already = [file.already_sentence for file in preview.files if file.imported_on is not None]
        if already:
            self.flow.view.sentence.setText("\n".join(already))
        self.agree.setEnabled(True)
        self.agree.setFocus()

    def _on_imported(self, result: RosterResult) -> None:
        self.result_text.setText(result_sentence(result))
        self._stack.setCurrentIndex(2)
        self._import_id = result.import_id
        self.agree.setVisible(False)
        self.columns.hide()
        self.undo_button.setVisible(bool(result.import_id))
        self.cancel.setText("看名册")

    def save_report(self, path: Path) -> None:
        """Write the report of the import: a copy of the table with its faulty cells marked."""
        preview = self.flow.preview
        if preview is not None:
            self._desk.runner.call(lambda: roster.write_import_report(preview, path))

    def _on_report(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, "报告存成Excel", "导入报告.xlsx", "Excel (*.xlsx)"
        )
        if name:
            self.save_report(Path(name))

    def _on_undo(self) -> None:
        if undo(self, self._desk, self._import_id):
            self.undo_button.hide()
            self.result_text.setText("这次导入已经撤销。")

    def _on_cancel(self) -> None:
        self._desk.runner.cancel()
        self.accept() if self._stack.currentIndex() == 2 else self.reject()


def result_sentence(result: RosterResult) -> str:
    """Return what an import has done."""
    done = result.counts
    return (
        f"新建{done.households_created}户，新增{done.created}人，"
        f"改动{done.updated}人，{done.unchanged}人没有变化。"
        + (f"写成自然变更{done.reported}人，待镇里办理。" if done.reported else "")
    )


def _step(heading: str, sentence: str, label: str, run: Callable[[], object]) -> QWidget:
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setSpacing(12)
    layout.addWidget(title(heading))
    layout.addWidget(plain(sentence))
    row = QHBoxLayout()
    row.addWidget(button(label, run, primary=True))
    row.addStretch()
    layout.addLayout(row)
    layout.addWidget(quiet("也可以把文件拖到窗口里。"))
    layout.addStretch()
    return box
