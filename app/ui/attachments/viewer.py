"""One photo or scan large: arrows to the next, R turns it, Delete takes it down, Esc closes."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QResizeEvent,
    QShortcut,
    QTransform,
)
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.attachment import ENDINGS
from app.errors import AppError
from app.ops import attachments, pictures
from app.ops.attachments import AttachmentLine
from app.ui.attachments.images import pages_of
from app.ui.attachments.strip import about
from app.ui.page import Desk
from app.ui.parts import button, give_size, quiet

Remove = Callable[[AttachmentLine, str], bool]


class Viewer(QDialog):
    """Shows what hangs on a thing; ``remove`` takes one down with a reason (None: only looking)."""

    removed = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        lines: Sequence[AttachmentLine],
        number: int,
        remove: Remove | None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._lines, self._remove = desk, list(lines), remove
        self._number, self._page, self._turns = number, 0, 0
        self._pages: list[QImage] = []
        self.setWindowTitle("照片和扫描件")
        self.picture = _Picture()
        self.said, self.keys_line = quiet(), quiet(self._keys())
        self._arrange()
        self.picture.setFocus()  # no button: Enter must not take a photo down
        self._load()

    @property
    def line(self) -> AttachmentLine:
        """The one that is shown."""
        return self._lines[self._number]

    def step(self, by: int) -> None:
        """Go to the next page, then to the next attachment; stay at the ends."""
        page = self._page + by
        if 0 <= page < len(self._pages):
            self._page = page
            self._draw()
        elif 0 <= self._number + by < len(self._lines):
            self._number, self._turns = self._number + by, 0
            self._load()

    def turn(self) -> None:
        """Turn it a quarter to the right, for looking only."""
        self._turns = (self._turns + 1) % 4
        self._draw()

    def save_as(self) -> None:
        """Write it into a plain file of the user's choice."""
        ending = ENDINGS.get(self.line.media_type, "")
        name, _filter = QFileDialog.getSaveFileName(self, "另存（文件不再加密）", f"附件{ending}")
        if name:
            line, store, actor = self.line, self._desk.store, self._desk.actor
            size = self._desk.runner.call(
                lambda: attachments.export(store, actor, line.attachment_id, Path(name))
            )
            self.said.setText("已另存。文件不再加密，用完请删掉。" if size else "没有存成。")

    def take_down(self) -> None:
        """End this attachment, with a reason."""
        if self._remove is None:
            return
        reason, is_given = QInputDialog.getText(self, "撤下", "为什么撤下？（留有记录）")
        if not is_given or not self._remove(self.line, reason):
            return
        del self._lines[self._number]
        self.removed.emit()
        if not self._lines:
            self.accept()
            return
        self._number = min(self._number, len(self._lines) - 1)
        self._load()

    def _keys(self) -> str:
        more = "　Delete 撤下" if self._remove is not None else ""
        return f"← → 上一张、下一张　R 转一下　Ctrl+S 另存{more}　Esc 关闭"

    def _load(self) -> None:
        self._page, self._pages = 0, []
        self.picture.show_words("正在打开…")
        self._show_words()
        line = self.line
        self._desk.runner.look(partial(_read, self._desk, line), partial(self._arrived, line))

    def _arrived(self, line: AttachmentLine, read: list[QImage] | str) -> None:
        if not shiboken6.isValid(self) or not self._lines or line != self.line:
            return
        if isinstance(read, str):
            self.picture.show_words(read)
            return
        self._pages = read
        self._draw()

    def _draw(self) -> None:
        if self._pages:
            turned = QTransform().rotate(90 * self._turns)
            self.picture.show_image(self._pages[self._page].transformed(turned))
        self._show_words()

    def _show_words(self) -> None:
        pages = len(self._pages)
        page = f"　第{self._page + 1}页，共{pages}页" if pages > 1 else ""
        self.said.setText(f"{self._number + 1}/{len(self._lines)}　{about(self.line)}{page}")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        if self._remove is not None:
            row.addWidget(button("撤下…", self.take_down))
        row.addWidget(button("另存…", self.save_as))
        row.addWidget(button("R 转一下", self.turn))
        row.addWidget(button("关闭（Esc）", self.accept, primary=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(6)
        layout.addWidget(self.picture, 1)
        layout.addLayout(row)
        layout.addWidget(self.keys_line)
        give_size(self, 64, 40)
        for keys, slot in (
            ("R", self.turn), ("Delete", self.take_down), ("Ctrl+S", self.save_as),
            ("Right", lambda: self.step(1)), ("Left", lambda: self.step(-1)),
            ("PgDown", lambda: self.step(1)), ("PgUp", lambda: self.step(-1)),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_E:  # the key that opened it closes it
            self.accept()
            return
        super().keyPressEvent(event)


class _Picture(QLabel):
    """A picture as large as there is room, never larger than it is; or words instead."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def show_words(self, text: str) -> None:
        self._image = QImage()
        self.setText(text)

    def show_image(self, image: QImage) -> None:
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull():
            return
        size: QSize = self._image.size()
        room = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        smooth = Qt.TransformationMode.SmoothTransformation
        fitted = self._image.scaled(
            room.boundedTo(size), Qt.AspectRatioMode.KeepAspectRatio, smooth
        )
        self.setPixmap(QPixmap.fromImage(fitted))


def _read(desk: Desk, line: AttachmentLine) -> list[QImage] | str:
    try:
        content, media_type = attachments.content(desk.store, line.attachment_id)
    except AppError as error:
        return error.sentence()
    return pages_of(content, media_type, pictures.limits().side) or "这张看不了。"
