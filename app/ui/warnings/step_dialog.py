"""What a step must bring: a note, a reason, a second person."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.warning import FALSE_ALARM_REASONS
from app.ops.warnings import Action, StepInput
from app.ui.parts import button, plain
from app.ui.warnings.remarks import REMARKS


class StepDialog(QDialog):
    """Asks for the data of one step; Ctrl+Enter or the named button takes it."""

    def __init__(
        self, parent: QWidget | None, action: Action, sentence: str, people: Sequence[str]
    ) -> None:
        super().__init__(parent)
        self._action = action
        self.setWindowTitle(action.label)
        self.note = _NoteField(self.accept)
        self.note.setAccessibleName("说明")
        self.reason, self.second = QComboBox(), QComboBox()
        self.reason.addItems(FALSE_ALARM_REASONS)
        self.second.setEditable(True)
        self.second.addItems(list(people))
        self.second.setCurrentText("")
        self.remarks = QListWidget()
        self._problem = plain()
        self._problem.setProperty("kind", "problem")
        self._arrange(sentence)

    def given(self) -> StepInput:
        """Return what was entered."""
        values: dict[str, str] = {}
        if "reason" in self._action.needs:
            values["reason"] = self.reason.currentText()
        if "second_person" in self._action.needs:
            values["second_person"] = self.second.currentText().strip()
        return StepInput(note=self.note.toPlainText().strip(), values=values)

    def accept(self) -> None:
        """Close only with everything the step needs."""
        given = self.given()
        values = {"note": given.note, **given.values}
        names = {"note": "说明", "reason": "原因", "second_person": "第二人姓名"}
        missing = [names.get(n, n) for n in self._action.needs if not values.get(n, "").strip()]
        if missing:
            self._problem.setText(f"还缺：{'、'.join(missing)}。")
            return
        if "{" in given.note:
            self._problem.setText("批语里的{ }还没有填好。")
            return
        super().accept()

    def _arrange(self, sentence: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(plain(sentence))
        fields = QFormLayout()
        if "reason" in self._action.needs:
            fields.addRow("原因", self.reason)
        if "second_person" in self._action.needs:
            fields.addRow("第二人姓名", self.second)
        needed = "note" in self._action.needs
        fields.addRow("说明" if needed else "说明（可空）", self.note)
        if self._action.name == "return":
            self._add_remarks(layout)
        layout.addLayout(fields)
        layout.addWidget(self._problem)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(button("先不办", self.reject))
        buttons.addWidget(button(self._action.label, self.accept, primary=True))
        layout.addLayout(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 34)
        self.note.setFocus()

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
