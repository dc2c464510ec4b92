"""A row of thumbnails: arrows go along it, Enter or space shows one large."""

from collections.abc import Sequence
from functools import partial

import shiboken6
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.domain.attachment import PDF, count_text
from app.ops.attachments import AttachmentLine
from app.ui.attachments.images import fetch_thumbnail
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk
from app.ui.parts import plain

_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_WIDE, _HIGH = 4.6, 3.4  # size of a thumbnail, in characters


class ThumbnailStrip(QWidget):
    """Shows attachments small; ``opened`` carries the number (from 0) of the one to see large."""

    opened = Signal(int)

    def __init__(self, desk: Desk, empty: str = "") -> None:
        super().__init__()
        self._desk, self._empty = desk, empty
        self.lines: tuple[AttachmentLine, ...] = ()
        self.buttons: list[QToolButton] = []
        self.words = plain()
        row = QWidget()
        self._flow = FlowLayout(row, gap=6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.words)
        layout.addWidget(row)

    def show_lines(self, lines: Sequence[AttachmentLine], words: str = "") -> None:
        """Show these attachments; ``words`` stand above, else how many there are."""
        self.lines = tuple(lines)
        for made in self.buttons:
            self._flow.removeWidget(made)
            made.hide()
            made.deleteLater()
        self.buttons = [self._button(number, line) for number, line in enumerate(self.lines)]
        said = words or count_text([line.media_type for line in self.lines]) or self._empty
        self.words.setText(said)
        self.words.setVisible(bool(said))

    def open_first(self) -> None:
        """Show the first one large, if there is one."""
        if self.lines:
            self.opened.emit(0)

    def _button(self, number: int, line: AttachmentLine) -> QToolButton:
        made = _Thumbnail(self)
        made.setIconSize(self._size())
        made.setText("…")
        made.setToolTip(about(line))
        made.setAccessibleName(f"{number + 1}　{about(line)}")
        made.clicked.connect(lambda _checked: self.opened.emit(number))
        made.stepped.connect(partial(self._step, number))
        self._flow.addWidget(made)
        made.show()
        fetch_thumbnail(self._desk, line, partial(_show, made))
        return made

    def _step(self, number: int, step: int) -> None:
        place = number + step
        if 0 <= place < len(self.buttons):
            self.buttons[place].setFocus(Qt.FocusReason.TabFocusReason)

    def _size(self) -> QSize:
        unit = self.fontMetrics().horizontalAdvance("汉")
        return QSize(round(unit * _WIDE), round(unit * _HIGH))


class _Thumbnail(QToolButton):
    """One small picture; the arrows leave it for its neighbour."""

    stepped = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("thumbnail")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self.stepped.emit(step)
        elif event.key() in _OPENS:
            self.click()
        else:
            super().keyPressEvent(event)


def about(line: AttachmentLine) -> str:
    """Return what a photo is, in words."""
    kind = "扫描件" if line.media_type == PDF else "照片"
    taken = f"，拍于{line.taken_on:%Y-%m-%d}" if line.taken_on else ""
    caption = f"，{line.caption}" if line.caption else ""
    return f"{kind}{caption}{taken}，{line.added_on:%m-%d} {line.added_by}加"


def _show(made: QToolButton, picture: QPixmap, words: str) -> None:
    """Put a picture that has arrived on its button, if that is still there."""
    if not shiboken6.isValid(made):
        return
    if picture.isNull():
        made.setText(words)
        return
    made.setText("")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    made.setIcon(QIcon(picture))
