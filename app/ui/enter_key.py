"""Enter in a form: on to the next field, with Shift back, and from the last one it is taken."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EnterComboBox(QComboBox):
    """A list to choose from whose Enter goes on, also where other words may be typed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self.lineEdit()
        if event.key() in ENTER and line is not None:
            line.deselect()  # else Enter would only take what is completed
        super().keyPressEvent(event)


def go_on(event: QKeyEvent, fields: Sequence[QWidget], take: Callable[[], object]) -> bool:
    """Move between ``fields`` if the key is Enter; False leaves the key to others.

    A field that takes several lines or steps keeps its Enter to itself, so that it never comes
    here. A key that is held down moves nothing.
    """
    if event.key() not in ENTER:
        return False
    focus = QApplication.focusWidget()
    shown = [field for field in fields if field.isVisible() and field.isEnabled()]
    place = next((n for n, one in enumerate(shown) if _holds(one, focus)), None)
    if place is None:
        return False
    if event.isAutoRepeat():
        return True
    is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    place += -1 if is_back else 1
    if place >= len(shown):
        take()
    elif place >= 0:
        shown[place].setFocus(
            Qt.FocusReason.BacktabFocusReason if is_back else Qt.FocusReason.TabFocusReason
        )
    return True


def _holds(field: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and (field is focus or field.isAncestorOf(focus))
