"""The remark of a return: T, a digit, Enter. It stands under a card and in the form of a step."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.ui.parts import quiet
from app.ui.review.remarks import filled, placeholder, remarks

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RemarkField(QWidget):
    """A field with the ready remarks below it; ``given`` carries the finished text."""

    given = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lookups: Mapping[str, str] = {}
        self.text = _Text(self)
        self.text.setAccessibleName("批语")
        self.text.setPlaceholderText("T 退回：按数字选批语，或直接写；Enter 退回")
        self.choices = _Choices(self)
        self.choices.setAccessibleName("常用批语")
        self.choices.setMinimumHeight(self.fontMetrics().lineSpacing() * 5)
        self.problem = quiet()
        for number, remark in enumerate(remarks(), 1):
            self.choices.addItem(f"{number} {remark}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.text, self.problem, self.choices):
            layout.addWidget(widget)
        self.setFocusProxy(self.text)
        self.close_choices()

    def start(self, lookups: Mapping[str, str]) -> None:
        """Begin an empty remark; ``lookups`` fill the placeholders that the program knows."""
        self._lookups = dict(lookups)
        self.text.clear()
        self.problem.hide()
        self.choices.setCurrentRow(-1)
        self.choices.show()
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_choices(self) -> None:
        """Put the remarks away."""
        self.text.clear()
        self.problem.hide()
        self.choices.hide()

    def take(self, row: int) -> None:
        """Put a ready remark into the field, on its first open place."""
        if not 0 <= row < len(remarks()):
            return
        self.text.setPlainText(filled(remarks()[row], self._lookups))
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self._go_to_placeholder():
            self.text.moveCursor(self.text.textCursor().MoveOperation.End)

    def value(self) -> str:
        """Return the remark.

        Raises:
            ValueError: it says nothing, or a place in it waits to be written over.
        """
        text = self.text.toPlainText().strip()
        if not text:
            raise ValueError("请写明退回的原因，或按数字选一条批语。")
        if self._go_to_placeholder():
            raise ValueError("{ }里的字请改成实际内容，再按 Enter。")
        return text

    def set_value(self, text: str) -> None:
        """Show a remark that is known already."""
        self.text.setPlainText(text)

    def finish(self) -> None:
        """Hand the remark on, if it says something and no place in it waits."""
        try:
            self.given.emit(self.value())
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()

    def to_choices(self) -> None:
        """Go down into the ready remarks."""
        self.choices.show()
        self.choices.setFocus(Qt.FocusReason.OtherFocusReason)
        self.choices.setCurrentRow(max(0, self.choices.currentRow()))

    def _go_to_placeholder(self) -> bool:
        spot = placeholder(self.text.toPlainText())
        if spot is None:
            return False
        cursor = self.text.textCursor()
        cursor.setPosition(spot[0])
        cursor.setPosition(spot[1], cursor.MoveMode.KeepAnchor)
        self.text.setTextCursor(cursor)
        return True


class _Text(QPlainTextEdit):
    """Digits choose while it is empty; Enter finishes; ↓ at the end goes to the list."""

    def __init__(self, field: RemarkField) -> None:
        super().__init__()
        self._field = field
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), round(self.fontMetrics().lineSpacing() * 2.5))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, field = event.key(), self._field
        if key in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if not event.isAutoRepeat():
                field.finish()
        elif key == Qt.Key.Key_Escape:
            field.left.emit()
        elif key == Qt.Key.Key_Down and not self.toPlainText():
            field.to_choices()
        elif not self.toPlainText() and event.text() in tuple("123456789"):
            field.take(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)


class _Choices(QListWidget):
    """The ready remarks: Enter takes one, ↑ on the first goes back."""

    def __init__(self, field: RemarkField) -> None:
        super().__init__()
        self._field = field
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        self.itemClicked.connect(lambda item: field.take(self.row(item)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ENTER:
            self._field.take(self.currentRow())
        elif key == Qt.Key.Key_Escape:
            self._field.left.emit()
        elif key == Qt.Key.Key_Up and self.currentRow() <= 0:
            self._field.text.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)
