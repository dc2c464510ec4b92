"""From key events to the symbols of the form: any width, main keys or number pad."""

import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_NAMED = {
    Qt.Key.Key_Backspace: "backspace",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Escape: "escape",
}
_TEXT = {"+": "+", "=": "+", "-": "-", "/": "/", "、": "/"}  # 、 is the slash key in Chinese mode
_CHORDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def symbol(event: QKeyEvent) -> str:
    """Return the symbol of a key event, "" for keys that mean nothing to the form."""
    key = Qt.Key(event.key())
    if event.modifiers() & _CHORDS:
        is_undo = key == Qt.Key.Key_Z and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        return "undo" if is_undo else ""
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        return "back-enter" if shifted else "enter"
    if key in _NAMED:
        return _NAMED[key]
    text = unicodedata.normalize("NFKC", event.text())
    return text if len(text) == 1 and text in "0123456789" else _TEXT.get(text, "")
