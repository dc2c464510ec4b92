"""证明 of a step that asks for a photo: 1 电话记录, 2 照片后补, 3 加照片."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.attachment import LATER, count_text
from app.ops.attachments import Thing
from app.ui.attachments.panel import AttachmentPanel
from app.ui.page import Desk
from app.ui.parts import button, quiet

_CALL = "电话记录："


class ProofField(QWidget):
    """Takes photos, or words why there are none; ``value`` is what the step remembers of it.

    ``entered``: nothing more is to be said here.
    """

    entered = Signal()

    def __init__(self, desk: Desk, things: Sequence[Thing]) -> None:
        super().__init__()
        self._is_later = False
        self.panel = AttachmentPanel(desk, empty="", add_word="3 加照片")
        self.call_button = button("1 电话记录", self.write_call)
        self.later_button = button(f"2 照片{LATER}", self.promise)
        self.call = QLineEdit()
        self.call.setPlaceholderText("和谁通的话，说了什么")
        self.call.setAccessibleName("电话记录")
        self.said = quiet()
        self._arrange()
        self.panel.changed.connect(self._show)
        self.panel.show_things(things)
        self.call.hide()
        self._show()

    def value(self) -> str:
        """Return the photos in words, the record of a call, 后补, or "" for none of them."""
        photos = count_text(self.panel.media_types())
        call = self.call.text().strip()
        return photos or (f"{_CALL}{call}" if call else "") or (LATER if self._is_later else "")

    def set_value(self, text: str) -> None:
        """Show what was said before."""
        self._is_later = text == LATER
        if text.startswith(_CALL):
            self.write_call()
            self.call.setText(text.removeprefix(_CALL))
        self._show()

    def write_call(self) -> None:
        """1: write who was called."""
        self._is_later = False
        self.call.show()
        self.call.setFocus()
        self._show()

    def promise(self) -> None:
        """2: the photo will follow."""
        self._is_later = True
        self.call.clear()
        self.call.hide()
        self._show()
        self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        press = {
            Qt.Key.Key_1: self.write_call, Qt.Key.Key_2: self.promise,
            Qt.Key.Key_3: self.panel.choose,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if press is not None:
            press()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        later = "照片后补：补上以前会一直列在工作台。"
        self.said.setText(later if self.value() == LATER else "")
        self.said.setVisible(self.value() == LATER)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for made in (self.call_button, self.later_button):
            row.addWidget(made)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        for widget in (self.call, self.panel, self.said):
            layout.addWidget(widget)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.call_button)
