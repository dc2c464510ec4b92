"""A small dialog of named fields: Enter goes on, and from the last field takes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QLineEdit, QWidget

from app.ui.enter_key import EnterComboBox, go_on
from app.ui.form_frame import frame
from app.ui.parts import button, plain

Choices = Sequence[tuple[str, str]]  # key and label


@dataclass(frozen=True, slots=True)
class Entry:
    """One field. ``choices``: a list to choose from, ``is_open``: or to type; ``is_tick``."""

    name: str
    caption: str
    value: str = ""
    choices: Choices = ()
    is_open: bool = False
    is_tick: bool = False
    is_plain_keys: bool = False  # numbers and dates: no input method


class FormDialog(QDialog):
    """Asks for some values; ``check`` returns what is wrong with them, "" if nothing is."""

    def __init__(
        self,
        parent: QWidget | None,
        heading: str,
        entries: Sequence[Entry],
        take: str,
        check: Callable[[Mapping[str, str]], str],
    ) -> None:
        super().__init__(parent)
        self._check = check
        self.setWindowTitle(heading)
        self.fields: dict[str, QWidget] = {}
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for entry in entries:
            field = self.fields[entry.name] = _field(entry)
            field.setAccessibleName(entry.caption)
            form.addRow("" if entry.is_tick else entry.caption, field)
        self.take_button = button(take, self.accept, primary=True)
        buttons = (button("先不办", self.reject), self.take_button)
        frame(self, [plain(heading)], form, self.problem, buttons)
        next(iter(self.fields.values())).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not go_on(event, list(self.fields.values()), self.accept):
            super().keyPressEvent(event)

    def values(self) -> dict[str, str]:
        """Return what stands in the fields: a choice's key, "1" for a tick."""
        return {name: _value(field) for name, field in self.fields.items()}

    def accept(self) -> None:
        """Close only with values that can be taken."""
        problem = self._check(self.values())
        if problem:
            self.problem.setText(problem)
            return
        super().accept()


def _field(entry: Entry) -> QWidget:
    if entry.is_tick:
        tick = QCheckBox(entry.caption)
        tick.setChecked(entry.value == "1")
        return tick
    if entry.choices:
        box = EnterComboBox()
        box.setEditable(entry.is_open)
        for key, text in entry.choices:
            box.addItem(text, key)
        place = box.findData(entry.value)
        if place >= 0:
            box.setCurrentIndex(place)
        elif entry.is_open:
            box.setCurrentText(entry.value)
        return box
    line = QLineEdit(entry.value)
    line.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, not entry.is_plain_keys)
    return line


def _value(field: QWidget) -> str:
    if isinstance(field, QCheckBox):
        return "1" if field.isChecked() else ""
    if isinstance(field, QComboBox):
        place = field.findText(field.currentText())
        return str(field.itemData(place)) if place >= 0 else field.currentText().strip()
    assert isinstance(field, QLineEdit)  # noqa: S101  there is no fourth kind
    return field.text().strip()
