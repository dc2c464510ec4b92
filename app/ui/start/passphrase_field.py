"""A passphrase field that notices a locked Caps key."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.ui.parts import without_input_method


class PassphraseField(QLineEdit):
    """Hides what is typed; ``caps_changed`` says whether Caps Lock seems to be on."""

    caps_changed = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAccessibleName(name)
        without_input_method(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text()
        if letter.isalpha() and letter.isascii():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_changed.emit(letter.isupper() != shifted)
        super().keyPressEvent(event)
