"""The photos of a thing with what may be done: look, add files, paste, drop, take down."""

from collections.abc import Sequence
from pathlib import Path

import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.attachment import count_text
from app.errors import AppError
from app.ops import attachments, pictures
from app.ops.attachments import AttachmentLine, Thing
from app.ops.pictures import Picture
from app.ui import messages
from app.ui.attachments.strip import ThumbnailStrip
from app.ui.attachments.viewer import Viewer
from app.ui.page import Desk
from app.ui.parts import add_shortcut, button, quiet

_FILTER = "照片和扫描件 (*.jpg *.jpeg *.png *.pdf);;所有文件 (*)"
_PASTED = "粘贴的图片"


class AttachmentPanel(QWidget):
    """Thumbnails over their buttons; ``changed`` after something was added or taken down.

    ``add_word``: what stands on the button, with the digit or letter that presses it. What is
    added before there is a thing waits for ``hang_on``.
    """

    changed = Signal()

    def __init__(
        self, desk: Desk, *, empty: str = "还没有照片。", add_word: str = "加照片"
    ) -> None:
        super().__init__()
        self._desk = desk
        self._things: tuple[Thing, ...] = ()
        self._waiting: list[Picture] = []
        self._may_add = attachments.may_add(desk.store, desk.actor)
        self.strip = ThumbnailStrip(desk, empty)
        self.add_button = button(add_word, self.choose)
        self.paste_button = button("粘贴", self.paste)
        self.drop_button = button("都去掉", self.drop_waiting)
        self.said = quiet()
        self._arrange()
        self.strip.opened.connect(self.look)

    def show_things(self, things: Sequence[Thing], *, may_change: bool = True) -> None:
        """Show what hangs on these things; what is added hangs on each of them."""
        store = self._desk.store
        found = self._desk.runner.call(lambda: attachments.of_things(store, things))
        self.show_lines(things, found or (), may_change=may_change)

    def show_lines(
        self, things: Sequence[Thing], lines: Sequence[AttachmentLine], words: str = "", *,
        may_change: bool = True,
    ) -> None:  # fmt: skip
        """Show attachments that were read already."""
        self._things = tuple(things)
        self.strip.show_lines(lines, words)
        self._row.setVisible(may_change and self._may_add)
        self.setAcceptDrops(may_change and self._may_add)
        self.said.hide()

    def hang_on(self, things: Sequence[Thing]) -> None:
        """Hang what waits on these things, which are there now."""
        self._things = tuple(things)
        found, self._waiting = self._waiting, []
        self._show_waiting()
        self._attach(found, ())

    def drop_waiting(self) -> None:
        """Forget what waits for its thing."""
        self._waiting = []
        self._show_waiting()

    def media_types(self) -> list[str]:
        """Return the kinds of what is here, hung or waiting."""
        hung = [line.media_type for line in self.strip.lines]
        return hung + [picture.media_type for picture in self._waiting]

    @property
    def may_change(self) -> bool:
        """Tell whether this person may add here."""
        return not self._row.isHidden()

    def choose(self) -> None:
        """Let the user choose files."""
        if self.may_change:
            names, _used = QFileDialog.getOpenFileNames(self, "选照片或扫描件", "", _FILTER)
            self.add_files([Path(name) for name in names])

    def paste(self) -> None:
        """Take files or a picture from the clipboard."""
        if self.may_change and not self._take(QGuiApplication.clipboard().mimeData()):
            self._say("剪贴板里没有图片。先截图或复制照片，再粘贴。")

    def add_files(self, paths: Sequence[Path]) -> None:
        """Read files beside, then attach what is kept and say what is not."""
        if not paths:
            return
        self._say(f"正在读{len(paths)}个文件…")
        self._desk.runner.start(
            lambda progress: attachments.read_files(paths, progress),
            lambda read: self._attach(*read),
        )

    def look(self, number: int) -> None:
        """Show one large."""
        remove = self._remove if self.may_change else None
        viewer = Viewer(self.window(), self._desk, self.strip.lines, number, remove)
        viewer.removed.connect(self._reload)
        viewer.exec()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._take(event.mimeData()):
            event.acceptProposedAction()

    def _take(self, data: QMimeData) -> bool:
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.add_files(paths)
            return True
        image = QImage(data.imageData()) if data.hasImage() else QImage()
        if image.isNull():
            return False
        try:
            self._attach([pictures.from_memory(_as_png(image), _PASTED)], [])
        except AppError as error:
            self._say(error.sentence())
        return True

    def _attach(self, found: Sequence[Picture], refused: Sequence[str]) -> None:
        if not shiboken6.isValid(self):
            return
        self._say("")
        notes, window = list(refused), self.window()  # a page that reloads replaces this panel
        desk, things = self._desk, self._things
        if found and not things:
            self._waiting += found
            self._show_waiting()
        elif found:
            done = desk.runner.call(
                lambda: attachments.add(desk.store, desk.actor, things, found, "", desk.today())
            )
            if done is not None:
                notes += [f"{note}。" for note in done.notes]
                self._reload()
        if notes:
            messages.show_text(window, "照片", "\n".join(notes))

    def _remove(self, line: AttachmentLine, reason: str) -> bool:
        desk, things = self._desk, self._things

        def job() -> object:
            ids = attachments.same_elsewhere(desk.store, line, things)
            return attachments.remove(desk.store, desk.actor, ids, reason, desk.today())

        return desk.runner.call(job) is not None

    def _reload(self) -> None:
        """Read again, unless a page that heard of the change has replaced this panel."""
        if shiboken6.isValid(self):
            self.show_things(self._things)
            self.changed.emit()

    def _show_waiting(self) -> None:
        words = count_text([one.media_type for one in self._waiting])
        self.strip.show_lines((), f"{words}，办好时一起存下。" if words else "")
        self.drop_button.setVisible(bool(self._waiting))
        self.changed.emit()

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _arrange(self) -> None:
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        for made in (self.add_button, self.paste_button, self.drop_button):
            row.addWidget(made)
        self.drop_button.hide()
        row.addWidget(quiet("也可以把文件拖到这里。"), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.strip, self._row, self.said):
            layout.addWidget(widget)
        self.said.hide()
        add_shortcut(self, "Ctrl+V", self.paste)


def photos_of(desk: Desk, thing: Thing, *, may_change: bool) -> AttachmentPanel:
    """Return the panel that stands on the card of one thing."""
    made = AttachmentPanel(desk)
    made.show_things([thing], may_change=may_change)
    return made


def _as_png(image: QImage) -> bytes:
    """Return a picture of the clipboard as bytes, no larger than what is kept."""
    side = pictures.limits().side
    if max(image.width(), image.height()) > side:
        image = image.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )  # fmt: skip
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
