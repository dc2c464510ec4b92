"""Import of a roster: file, drop or paste → look → done. The same views serve the first use."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.ops import roster, roster_reports
from app.ops.roster import Choice, Pasted, RosterPreview, RosterResult
from app.ops.roster_lists import LIST_KINDS
from app.ui.page import Desk
from app.ui.parts import button, give_size, heading, plain, quiet
from app.ui.roster.clipboard import pasted_rows
from app.ui.roster.import_columns import ColumnsDialog
from app.ui.roster.import_items import ItemsView
from app.ui.roster.import_log import ImportLogDialog, undo
from app.ui.roster.preview_view import PreviewView, counts, doubts, doubts_table
from app.ui.runner import Progress

Source = Path | Pasted
FILTER = "名册表 (*.xlsx *.xls *.et *.ods *.csv *.txt);;所有文件 (*)"
ADVICE = "选Excel或WPS文件。表头、合并单元格、分组分表都不用改；先看结果再导入，原文件不动。"
_LIST = "这是上级发来的清单，不是名册。名册没有变。请选中清单文件导入，导入时先看对上了谁。"


def choose_files(parent: QWidget) -> list[Path]:
    """Let the user choose one or more tables."""
    names, _filter = QFileDialog.getOpenFileNames(parent, "选择名册文件", "", FILTER)
    return [Path(name) for name in names]


class ImportFlow(QWidget):
    """Reads tables on the worker, shows the preview, writes on consent.

    ``previewed`` and ``imported`` tell the surrounding dialog; ``working`` while it must wait;
    ``list_found``: the table is a list from above, which is taken in elsewhere.
    """

    previewed = Signal(object)
    imported = Signal(object)
    list_found = Signal(object)
    working = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.preview: RosterPreview | None = None
        self._sources: list[Source] = []
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
        shortcut = QShortcut(QKeySequence("F6"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self.turn)

    def read(self, sources: Sequence[Source], choice: Choice | None = None) -> None:
        """Read tables, by a corrected mapping if there is one; nothing is written."""
        self.preview, self._sources = None, list(sources)
        store, today = self._desk.store, self._desk.today()
        chosen, given = choice or Choice(), self._sources
        self.view.sentence.setText("正在读…")

        def job(progress: Progress) -> RosterPreview | AppError:
            try:
                return roster.preview_import(store, given, today, progress, chosen)
            except AppError as error:
                if error.facts.get("kind") in LIST_KINDS:
                    return error  # no fault: it only goes another way
                raise

        self._desk.runner.start(job, self._on_read)

    def turn(self) -> None:
        """F6: go to the other view, the keyboard with it."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % self.tabs.count())
        shown = self.tabs.currentWidget()
        (self.items.table if shown is self.items else self.view.table).setFocus()

    def save_report(self, path: Path) -> bool:
        """Write the tables again with their faulty cells marked; False if that failed."""
        preview, store, sources = self.preview, self._desk.store, self._sources
        actor = self._desk.actor
        if preview is None:
            return False
        done = self._desk.runner.call(
            lambda: roster_reports.write_report(store, actor, preview, sources, path)
        )
        return done is not None

    def correct_columns(self) -> None:
        """Show which column feeds which field; read again if a person corrects it."""
        if self.preview is None:
            return
        dialog = ColumnsDialog(self, self.preview)
        if dialog.exec():
            choice = dialog.choice()
            if choice is not None:
                self.read(self._sources, choice)

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

    def _on_read(self, found: RosterPreview | AppError) -> None:
        if isinstance(found, AppError):
            self.view.sentence.setText(_LIST)
            self.list_found.emit(self._sources[0])
        else:
            self._on_preview(found)

    def _on_preview(self, preview: RosterPreview) -> None:
        self.preview = preview
        self.view.show_preview(preview)
        self.items.show_preview(preview)
        if preview.is_update and self.items.count():
            self.tabs.addTab(self.items, f"逐项改动（{self.items.count()}）　F6")
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
    """Source, look, done, for a replica that is in use already.

    After it was closed ``list_source`` is a list from above that was chosen instead of a roster.
    """

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.list_source: Source | None = None
        self._import_id = ""
        self.setWindowTitle("导入名册")
        self.flow = ImportFlow(desk)
        self.result_text, self.note = plain(), quiet()
        self.last, self.left_over = plain(), doubts_table()
        self.cancel = button("先不导入", self._on_cancel)
        self.columns = button("表头对照…", self.flow.correct_columns)
        self.report = button("报告存成Excel…", self._on_report)
        self.log = button("导入记录…", lambda: ImportLogDialog(self, self._desk).exec())
        self.undo_button = button("撤销这次导入", self._on_undo)
        self.agree = button("导入", self.flow.write, primary=True)
        self._arrange()
        self._connect()
        self._tell_last()
        give_size(self, 60, 36)

    def start(self, sources: Sequence[Source]) -> None:
        """Go to the look at once, e.g. with files that were dropped on the window."""
        if sources:
            self._stack.setCurrentWidget(self.flow)
            self.flow.read(sources)

    def paste(self) -> None:
        """Ctrl+V: take the rows from the clipboard; they stay in memory."""
        if self._stack.currentIndex() == 0:
            self.start([pasted_rows()])

    def save_report(self, path: Path) -> None:
        """Write the report of the import: a copy of the table with its faulty cells marked."""
        if self.flow.save_report(path):
            self.note.setText(f"报告已存成“{path.name}”，有问题的格子标了颜色。")

    def _file_step(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setSpacing(12)
        layout.addWidget(heading("导入名册"))
        layout.addWidget(plain(ADVICE))
        row = QHBoxLayout()
        self.choose = button("选择文件…", lambda: self.start(choose_files(self)), primary=True)
        self.paste_button = button("粘贴　Ctrl+V", self.paste)
        for made in (self.choose, self.paste_button):
            row.addWidget(made)
        row.addStretch()
        layout.addLayout(row)
        layout.addWidget(
            quiet("也可以把文件拖到窗口里；或在WPS里选中行（带表头）复制，回来按 Ctrl+V。")
        )
        layout.addWidget(
            quiet("村台账、监测对象、脱贫人口、务工监测、人员变动，以及上级发来的清单，都认得。")
        )
        layout.addWidget(self.last)
        layout.addStretch()
        return box

    def _done_step(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setSpacing(12)
        layout.addWidget(heading("已导入"))
        layout.addWidget(self.result_text)
        layout.addWidget(
            plain("要改的地方：把报告存成Excel，照标色的格子改好，再导入一次，不会重复。")
        )
        layout.addWidget(plain("导错了：可整批撤销；以后也能在“导入记录”里撤销。"))
        layout.addWidget(self.left_over, 100)
        layout.addStretch(1)
        return box

    def _tell_last(self) -> None:
        store = self._desk.store
        found = self._desk.runner.call(lambda: roster.list_imports(store, 1)) or []
        if found:
            one = found[0]
            state = "，后来撤销了" if one.is_undone else ""
            self.last.setText(
                f"上次导入：{one.imported_on}　{one.actor}　{one.rows}行{state}。"
                "报告和撤销在左下角“导入记录”。"
            )

    def _on_working(self, is_busy: bool) -> None:
        self.agree.setEnabled(not is_busy and self.flow.preview is not None)

    def _on_failed(self) -> None:
        """Back to the choice of a source; the reason is shown by the window."""
        if self.flow.preview is None:
            self._stack.setCurrentIndex(0)
            self.choose.setFocus()

    def _on_list(self, source: Source) -> None:
        """A list goes on in the dialog of lists."""
        self.list_source = source
        self.reject()

    def _on_preview(self, preview: RosterPreview) -> None:
        self.agree.setText(f"导入{counts(preview)[0]}户")
        self.columns.show()
        self.report.show()
        already = [file.already_sentence for file in preview.files if file.imported_on is not None]
        if already:
            self.flow.view.sentence.setText("\n".join(already))
        self.agree.setEnabled(True)
        self.agree.setFocus()

    def show_result(self, result: RosterResult) -> None:
        """Show what was done, and what can be done about it."""
        self.result_text.setText(result_sentence(result))
        found = doubts(self.flow.preview) if self.flow.preview is not None else []
        self.left_over.set_rows(found)
        self.left_over.setVisible(bool(found))
        self._stack.setCurrentIndex(2)
        self._import_id = result.import_id
        self.agree.setVisible(False)
        self.columns.hide()
        self.undo_button.setVisible(bool(result.import_id))
        self.cancel.setText("看名册")
        self.cancel.setFocus()

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

    # ---------------------------------------------------------------- building
    def _arrange(self) -> None:
        self._stack = QStackedWidget()
        for step in (self._file_step(), self.flow, self._done_step()):
            self._stack.addWidget(step)
        row = QHBoxLayout()
        for made in (self.log, self.columns, self.report, self.undo_button):
            row.addWidget(made)
        row.addStretch()
        row.addWidget(self.cancel)
        row.addWidget(self.agree)
        for hidden in (self.columns, self.report, self.undo_button):
            hidden.hide()
        self.agree.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.note)
        layout.addLayout(row)

    def _connect(self) -> None:
        self.flow.previewed.connect(self._on_preview)
        self.flow.imported.connect(self.show_result)
        self.flow.list_found.connect(self._on_list)
        self.flow.working.connect(self._on_working)
        runner = self._desk.runner
        runner.failed.connect(self._on_failed)
        self.finished.connect(lambda _result: runner.failed.disconnect(self._on_failed))
        QShortcut(QKeySequence.StandardKey.Paste, self).activated.connect(self.paste)


def result_sentence(result: RosterResult) -> str:
    """Return what an import has done."""
    done = result.counts
    return (
        f"新建{done.households_created}户，新增{done.created}人，"
        f"改动{done.updated}人，{done.unchanged}人没有变化。"
        + (f"写成自然变更{done.reported}人，待镇里办理。" if done.reported else "")
        + (f"本月新列入应访{done.due}户。" if done.due else "")
    )
