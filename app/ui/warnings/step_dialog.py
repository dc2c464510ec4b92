"""What a step must bring: a note, a reason, a second person, a department, a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain import form
from app.domain.warning import FALSE_ALARM_REASONS
from app.ops.lives import DATA_LABELS
from app.ops.proofs import PHOTO
from app.ops.warnings import Action, StepInput
from app.ui.attachments.proof_field import ProofField
from app.ui.colours import severity_text
from app.ui.parts import button, plain
from app.ui.warnings.remarks import REMARKS


@dataclass(frozen=True, slots=True)
class StepOffer:
    """What the fields of a step offer to choose from, and the day that «今天» means."""

    today: date
    people: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    due_on: date | None = None
    proof: ProofField | None = None


class StepDialog(QDialog):
    """Asks for the data of one step; Enter in the note or the named button takes it."""

    def __init__(
        self, parent: QWidget | None, action: Action, sentence: str, offer: StepOffer
    ) -> None:
        super().__init__(parent)
        self._action, self._offer = action, offer
        self.setWindowTitle(action.label)
        self.note = _NoteField(self.accept)
        self.note.setAccessibleName("说明")
        self.fields: dict[str, QComboBox | QLineEdit] = {
            name: self._field(name) for name in action.needs if name not in ("note", PHOTO)
        }
        self.remarks = QListWidget()
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        self._arrange(sentence)

    def given(self) -> StepInput:
        """Return what was entered; days as ISO text."""
        values = {name: self._text(name) for name in self.fields}
        proof = self._offer.proof
        if proof is not None and proof.value():
            values[PHOTO] = proof.value()
        return StepInput(note=self.note.toPlainText().strip(), values=values)

    def accept(self) -> None:
        """Close only with everything the step needs."""
        try:
            given = self.given()
        except ValueError as error:
            self.problem.setText(str(error))
            return
        missing = [DATA_LABELS.get(n, n) for n in self._action.needs if not given.get(n)]
        if missing:
            self.problem.setText(f"还缺：{'、'.join(missing)}。")
        elif "{" in given.note:
            self.problem.setText("批语里的{ }还没有填好。")
        else:
            super().accept()

    def _field(self, name: str) -> QComboBox | QLineEdit:
        choices = {
            "reason": FALSE_ALARM_REASONS,
            "second_person": ("", *self._offer.people),
            "department": self._offer.departments,
        }.get(name)
        if name == "severity":
            box = QComboBox()
            for key in ("red", "orange", "yellow"):
                box.addItem(severity_text(key), key)
            return box
        if choices is not None:
            box = QComboBox()
            box.setEditable(name != "reason")
            box.addItems(list(choices))
            return box
        line = QLineEdit()
        if name.endswith("_on"):
            due = self._offer.due_on if name == "due_on" else self._offer.today
            line.setText(due.isoformat() if due else "")
            line.setPlaceholderText("如 20251031、今天")
        return line

    def _text(self, name: str) -> str:
        """Return the value of a field; a day is read as people type it."""
        field = self.fields[name]
        if isinstance(field, QComboBox):
            return str(field.currentData() or field.currentText()).strip()
        text = field.text().strip()
        if name.endswith("_on") and text:
            return form.parse_date(text, self._offer.today).isoformat()
        return text

    def _arrange(self, sentence: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(plain(sentence))
        rows = QFormLayout()
        for name, field in self.fields.items():
            field.setAccessibleName(DATA_LABELS.get(name, name))
            rows.addRow(DATA_LABELS.get(name, name), field)
        if self._offer.proof is not None:
            rows.addRow("证明", self._offer.proof)
        rows.addRow("说明" if "note" in self._action.needs else "说明（可空）", self.note)
        if self._action.name == "return":
            self._add_remarks(layout)
        layout.addLayout(rows)
        layout.addWidget(self.problem)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(button("先不办", self.reject))
        buttons.addWidget(button(self._action.label, self.accept, primary=True))
        layout.addLayout(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 34)
        proof = self._offer.proof
        if proof is not None:
            proof.entered.connect(self.note.setFocus)
        first = next(iter(self.fields.values()), proof or self.note)
        first.setFocus()

    def _add_remarks(self, layout: QVBoxLayout) -> None:
        layout.addWidget(plain("批语（数字或 ↓ 选，回车放进说明）"))
        for number, text in enumerate(REMARKS, 1):
            self.remarks.addItem(f"{number} {text}")
        self.remarks.itemActivated.connect(lambda item: self._take(self.remarks.row(item)))
        self.remarks.itemClicked.connect(lambda item: self._take(self.remarks.row(item)))
        self.note.digit_first = self._take_digit
        layout.addWidget(self.remarks)

    def _take_digit(self, digit: str) -> None:
        self._take(int(digit) - 1)

    def _take(self, row: int) -> None:
        self.note.setPlainText(REMARKS[row])
        self.note.setFocus()
        place = REMARKS[row].find("{")
        if place >= 0:
            cursor = self.note.textCursor()
            cursor.setPosition(place)
            cursor.setPosition(REMARKS[row].find("}") + 1, cursor.MoveMode.KeepAnchor)
            self.note.setTextCursor(cursor)


class _NoteField(QPlainTextEdit):
    """Enter takes the step, Shift+Enter starts a line; a digit at the start picks a remark."""

    def __init__(self, accept: Callable[[], None]) -> None:
        super().__init__()
        self._accept = accept
        self.digit_first: Callable[[str], None] | None = None
        self.setTabChangesFocus(True)
        self.setMinimumHeight(round(self.fontMetrics().height() * 3.6))
        self.setMaximumHeight(round(self.fontMetrics().height() * 5))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shifted:
            if not event.isAutoRepeat():
                self._accept()
            return
        digit = event.text()
        if self.digit_first is not None and not self.toPlainText() and digit in list("123456789"):
            self.digit_first(digit)
            return
        super().keyPressEvent(event)
