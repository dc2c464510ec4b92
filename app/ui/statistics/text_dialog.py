"""文字稿: the text of a report; only the words of people are typed, all numbers are fields."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.annual_report import FreeText
from app.domain.statistics.report import Report
from app.ops import report_words, statistics
from app.ops.statistics_helpers import HelperWork, helper_report, helpers
from app.ui.page import Desk
from app.ui.parts import button, give_size, quiet, title
from app.ui.print_dialog import PrintDialog, PrintJob

_FIELDS = (("done", "主要做法"), ("problems", "存在的问题"), ("next_steps", "下一步打算"))


class TextDialog(QDialog):
    """Three fields; looked at as it will be printed, or kept for WPS. ``saved``: a file's name."""

    saved = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, report: Report, area: str = "") -> None:
        super().__init__(parent)
        self._desk, self._report = desk, report
        self._whole, self._area = report, area
        self.setWindowTitle("文字稿")
        self.title = title()
        self.fields: dict[str, QPlainTextEdit] = {}
        form = QFormLayout()
        self.person = self._person_box()
        if self.person.count() > 1:
            form.addRow("谁的", self.person)
        for name, caption in _FIELDS:
            field = self.fields[name] = QPlainTextEdit()
            field.setAccessibleName(caption)
            field.setTabChangesFocus(True)
            form.addRow(caption, field)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.accept))
        row.addWidget(button("存成Word（.docx）", self._on_word))
        self.look_button = button("预览打印", self._on_look, primary=True)
        row.addWidget(self.look_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self.title)
        layout.addWidget(quiet("数字由程序填，这里只写人写的话，一段一行；不写的一节不印。"))
        layout.addLayout(form, 1)
        layout.addLayout(row)
        self.finished.connect(lambda _result: self.keep())
        self._show(report)
        give_size(self, 48, 30)

    def _person_box(self) -> QComboBox:
        """Return the choice of whose summary it is: the area's, or one 帮扶责任人's."""
        box, desk, day = QComboBox(), self._desk, self._report.window.end
        box.setAccessibleName("谁的")
        box.addItem(f"{self._report.heading.area}（全部户）", None)
        for one in desk.runner.call(lambda: helpers(desk.store, day, self._area)) or ():
            box.addItem(f"帮扶责任人{one.label}，{len(one.household_ids)}户", one)
        box.currentIndexChanged.connect(lambda _place: self._on_person())
        return box

    def _on_person(self) -> None:
        self.keep()
        work, store, area = self.person.currentData(), self._desk.store, self._area
        report: Report | None = self._whole
        if isinstance(work, HelperWork):
            report = self._desk.runner.call(
                lambda: helper_report(store, self._whole, work, area),
            )
        if report is not None:
            self._show(report)

    def _show(self, report: Report) -> None:
        """Show whose text it is, and the words that were kept for it."""
        self._report, desk = report, self._desk
        self.title.setText(statistics.official_text(report).title)
        kept = desk.runner.call(lambda: report_words.words_of(desk.store, report.title))
        for name, field in self.fields.items():
            field.setPlainText(getattr(kept or FreeText(), name))

    def words(self) -> FreeText:
        """Return what stands in the fields."""
        return FreeText(**{name: field.toPlainText() for name, field in self.fields.items()})

    def keep(self) -> None:
        """Keep the words for the next time."""
        desk, words = self._desk, self.words()
        key = self._report.title
        desk.runner.call(lambda: report_words.keep_words(desk.store, desk.actor, key, words))

    def job(self) -> PrintJob:
        """Return what makes the text as it will be printed."""
        store, text = self._desk.store, statistics.official_text(self._report, self.words())
        return PrintJob(text.title, lambda printing: statistics.text_paper(store, text, printing))

    def save_to(self, path: Path) -> None:
        """Keep the text as a file: .docx to go on in WPS."""
        desk, text = self._desk, statistics.official_text(self._report, self.words())
        done = desk.runner.call(lambda: statistics.print_text(desk.store, desk.actor, text, path))
        if done is not None:
            self.saved.emit(path.name)
            self.accept()

    def _on_look(self) -> None:
        self.keep()
        PrintDialog(self, self._desk, self.job()).exec()

    def _on_word(self) -> None:
        proposal = f"{statistics.official_text(self._report).title}.docx"
        name, _filter = QFileDialog.getSaveFileName(self, "存成Word", proposal, "Word (*.docx)")
        if name:
            self.save_to(Path(name))
