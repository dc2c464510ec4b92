"""One row of the open chapter: last month in grey, this month's answer, its digits."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.form import AnswerKey
from app.ui.chip import SeverityChip
from app.ui.colours import TONES
from app.ui.elided_label import ElidedLabel
from app.ui.flow_layout import FlowLayout
from app.ui.sheet.answer_field import AnswerField
from app.ui.sheet.board import Status
from app.ui.sheet.choices import Choice
from app.ui.sheet.option_button import OptionButton


@dataclass(frozen=True, slots=True)
class RowText:
    """Everything a row shows, as words.

    Attributes:
        short: name and noun, for the closed row; ``spoken`` is read aloud in the open one.
        field: kind of text field in the open row, "" for digits.
        chosen: values of ``choices`` that are picked.
        stale: last month's open finding in words, for a row that must be asked anew.
    """

    key: AnswerKey
    short: str
    spoken: str
    previous: str
    value: str
    status: Status
    is_needed: bool
    is_current: bool
    choices: tuple[Choice, ...] = ()
    chosen: frozenset[str] = frozenset()
    field: str = ""
    typed: str = ""
    problem: str = ""
    severity: str = "none"
    remark: str = ""
    note: str = ""
    photos: int = 0
    help: str = ""


_SETTLED = (Status.GIVEN, Status.RESTING)


class RowView(QFrame):
    """Draws one ``RowText``; only the cursor's row is open and has live widgets."""

    entered = Signal(object)
    digit = Signal(object, str)
    typed = Signal(str)
    symbol_typed = Signal(str)

    def __init__(self, text: RowText) -> None:
        super().__init__()
        self.text = text
        self.field: AnswerField | None = None
        self.setObjectName("row")
        self.setProperty("current", text.is_current)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_accessible(text))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 1, 6, 1)
        layout.setSpacing(2)
        layout.addLayout(self._line())
        if text.is_current:
            self._add_open_part(layout)
        if text.remark:
            layout.addWidget(_remark(text.remark))
        beside = "　".join(filter(None, (
            f"备注：{text.note}" if text.note else "",
            f"照片{text.photos}张" if text.photos else "",
        )))  # fmt: skip
        if beside:
            layout.addWidget(_note(beside))

    def set_live(self, problem: str, severity: str) -> None:
        """Show the reason beside the field while typing, without building the row anew."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._chip.set_severity(severity)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit(self.text.key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.entered.emit(self.text.key)

    def _line(self) -> QHBoxLayout:
        text = self.text
        line = QHBoxLayout()
        line.setSpacing(6)
        unit = self.fontMetrics().horizontalAdvance("汉")
        marker = QLabel("▶" if text.is_current else "✓" if text.status in _SETTLED else "")
        marker.setFixedWidth(unit)
        line.addWidget(marker, 0, Qt.AlignmentFlag.AlignTop)
        title = QLabel(text.spoken) if text.is_current else ElidedLabel(text.short)
        title.setWordWrap(text.is_current)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setProperty("kind", "title" if text.is_current else "")
        line.addWidget(title, 1)
        if not text.is_current:
            before = ElidedLabel(f"上月 {text.previous}" if text.previous else "")
            before.setProperty("kind", "quiet")
            before.setFixedWidth(unit * 10)
            line.addWidget(before)
            line.addWidget(self._value_label(unit))
        self._chip = SeverityChip(text.severity, self)  # without it a window for a moment
        line.addWidget(self._chip)
        return line

    def _value_label(self, unit: int) -> QLabel:
        text = self.text
        label = ElidedLabel(text.value or ("待答" if text.is_needed else ""))
        label.setFixedWidth(unit * 11)
        label.setObjectName("value")
        label.setProperty("offered", text.status is Status.OFFERED)
        label.setProperty("given", text.status is Status.GIVEN)
        return label

    def _add_open_part(self, layout: QVBoxLayout) -> None:
        text = self.text
        box = QWidget()
        if text.field:
            inner = QHBoxLayout(box)
            inner.setContentsMargins(22, 0, 0, 0)
            inner.addWidget(self._make_field(), 1)
            hint = QLabel("/ 说不清、不愿说…")
            hint.setProperty("kind", "quiet")
            inner.addWidget(hint)
        else:
            flow = FlowLayout(box)
            flow.setContentsMargins(22, 0, 0, 0)
            if text.previous:
                before = QLabel(f"上月 {text.previous}")
                before.setObjectName("option")
                before.setProperty("offered", True)
                flow.addWidget(before)
            for choice in text.choices:
                flow.addWidget(self._option(choice))
        layout.addWidget(box)
        self._problem = QLabel(text.problem, self)  # without it a window for a moment
        self._problem.setProperty("kind", "problem")
        self._problem.setContentsMargins(22, 0, 0, 0)
        self._problem.setVisible(bool(text.problem))
        layout.addWidget(self._problem)
        if text.help:
            note = QLabel(text.help)
            note.setWordWrap(True)
            note.setProperty("kind", "quiet")
            note.setContentsMargins(22, 0, 0, 0)
            layout.addWidget(note)

    def _make_field(self) -> AnswerField:
        text = self.text
        self.field = AnswerField(text.field, text.value if not text.typed else "")
        self.field.setText(text.typed)
        self.field.setAccessibleName(_accessible(text))
        self.field.textChanged.connect(self.typed)
        self.field.symbol_typed.connect(self.symbol_typed)
        self.setFocusProxy(self.field)
        return self.field

    def _option(self, choice: Choice) -> OptionButton:
        button = OptionButton(choice, str(choice.value) in self.text.chosen)
        button.pressed.connect(lambda digit: self.digit.emit(self.text.key, digit))
        return button


def _note(words: str) -> QLabel:
    label = ElidedLabel(words)
    label.setProperty("kind", "quiet")
    label.setContentsMargins(22, 0, 0, 0)
    return label


def _remark(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("remark")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _accessible(text: RowText) -> str:
    tone = TONES.get(text.severity)
    parts = (
        text.short,
        text.spoken,
        f"上月{text.previous}" if text.previous else "",
        f"本月{text.value}" if text.value else "本月待答",
        tone.word if tone else "",
    )
    return "，".join(part for part in parts if part)
