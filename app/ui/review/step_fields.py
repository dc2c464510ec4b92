"""Editors for the named data of a step: a day, a choice, a person, a number, causes in order."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.form import parse_amount, parse_date
from app.ui.enter_key import ENTER, EnterComboBox
from app.ui.parts import quiet, without_input_method

Choice = tuple[str, str]  # value, word


class TextField(QLineEdit):
    """One line of words."""

    def value(self) -> str:
        return self.text().strip()

    def set_value(self, text: str) -> None:
        self.setText(text)


class DayField(QLineEdit):
    """A day as people type it: 20251031, 10-31 is not one, 今天."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self.setPlaceholderText("如 20251031")
        without_input_method(self)

    def value(self) -> str:
        text = self.text().strip()
        return parse_date(text, self._today).isoformat() if text else ""

    def set_value(self, text: str) -> None:
        self.setText(text)


class NumberField(QLineEdit):
    """A whole number; full-width digits are taken too."""

    def __init__(self) -> None:
        super().__init__()
        without_input_method(self)

    def value(self) -> str:
        text = self.text().strip()
        if text and not text.isdecimal():
            raise ValueError("应是整数")
        return str(int(text)) if text else ""

    def set_value(self, text: str) -> None:
        self.setText(text)


class MoneyField(QLineEdit):
    """Yuan: 3500, 1.2万, 300+200."""

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("元，如 12000、1.2万")
        without_input_method(self)

    def value(self) -> str:
        text = self.text().strip()
        found: Decimal | None = parse_amount(text) if text else None
        return "" if found is None else format(found, "f")

    def set_value(self, text: str) -> None:
        self.setText(text)


class ChoiceField(EnterComboBox):
    """One of some words; with ``is_open`` another word may be written."""

    def __init__(self, choices: Sequence[Choice], *, is_open: bool) -> None:
        super().__init__()
        self._is_open = is_open
        self.setEditable(is_open)
        self.addItem("", "")
        for value, word in choices:
            self.addItem(word, value)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)

    def value(self) -> str:
        place = self.findText(self.currentText().strip())
        if place >= 0:
            return str(self.itemData(place))
        return self.currentText().strip() if self._is_open else ""

    def set_value(self, text: str) -> None:
        place = self.findData(text)
        if place >= 0:
            self.setCurrentIndex(place)
        elif self._is_open:
            self.setCurrentText(text)


class OrderedField(QWidget):
    """Several of some words, in the order in which they were ticked; ``hint`` says how."""

    def __init__(self, choices: Sequence[Choice], hint: str) -> None:
        super().__init__()
        self._hint = hint
        self._chosen: list[str] = []
        self._words = dict(choices)
        self.list = QListWidget()
        self.list.setAccessibleName("可多选，空格勾选")
        for value, word in choices:
            item = QListWidgetItem(word)
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.said = quiet(hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        layout.addWidget(self.said)
        self.list.setMaximumHeight(self.fontMetrics().lineSpacing() * 6)
        self.list.itemChanged.connect(self._on_changed)
        self.setFocusProxy(self.list)

    def value(self) -> str:
        return ",".join(self._chosen)

    def set_value(self, text: str) -> None:
        for value in filter(None, text.split(",")):
            for row in range(self.list.count()):
                item = self.list.item(row)
                if item.data(Qt.ItemDataRole.UserRole) == value:
                    item.setCheckState(Qt.CheckState.Checked)

    def _on_changed(self, item: QListWidgetItem) -> None:
        value = str(item.data(Qt.ItemDataRole.UserRole))
        is_on = item.checkState() == Qt.CheckState.Checked
        self._chosen = [one for one in self._chosen if one != value] + ([value] if is_on else [])
        words = [f"{n}{self._words[one]}" for n, one in enumerate(self._chosen, 1)]
        self.said.setText("　".join(words) or self._hint)


class NoteField(QPlainTextEdit):
    """Words; Enter takes the step, Shift+Enter starts a line."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), round(self.fontMetrics().lineSpacing() * 3.2))

    def value(self) -> str:
        return self.toPlainText().strip()

    def set_value(self, text: str) -> None:
        self.setPlainText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in ENTER and not shifted:
            if not event.isAutoRepeat():
                self.entered.emit()
            return
        super().keyPressEvent(event)


Field = TextField | DayField | NumberField | MoneyField | ChoiceField | OrderedField | NoteField
"""Every editor has ``value`` (canonical text; ValueError says why not) and ``set_value``."""


def problem_label() -> QLabel:
    """Return the (hidden) line below a field that says what is wrong with it."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setProperty("kind", "problem")
    made.hide()
    return made
