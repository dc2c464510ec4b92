"""From kept bytes to pixels, within bounds: another replica may have sent anything."""

from collections.abc import Callable
from functools import partial

import pypdfium2
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap, QPixmapCache

from app.domain.attachment import JPEG, PDF
from app.errors import AppError
from app.ops import attachments, pictures
from app.ops.attachments import AttachmentLine
from app.ui.page import Desk
from app.ui.pdf_pages import PdfPages

THUMBNAIL = 160  # pixels of the longer side
Shown = Callable[[QPixmap, str], None]


def pages_of(content: bytes, media_type: str, side: int) -> list[QImage]:
    """Return the pages of what is kept, each within ``side`` pixels; none if unreadable."""
    if media_type == PDF:
        return _scan(content, side)
    return [image] if not (image := _photo(content, media_type, side)).isNull() else []


def first_page(content: bytes, media_type: str, side: int) -> QImage:
    """Return the first page alone; a null image if it cannot be read."""
    found = _scan(content, side, most=1) if media_type == PDF else [
        _photo(content, media_type, side)
    ]  # fmt: skip
    return found[0] if found else QImage()


def fetch_thumbnail(desk: Desk, line: AttachmentLine, shown: Shown) -> None:
    """Give ``shown`` the small picture, from memory or read beside; else a null one with words."""
    key = f"attachment/{line.sha256}"
    known = QPixmap()
    if QPixmapCache.find(key, known):
        shown(known, "")
        return

    def arrived(read: QImage | str) -> None:
        if isinstance(read, str):
            shown(QPixmap(), read)
            return
        made = QPixmap.fromImage(read)
        QPixmapCache.insert(key, made)
        shown(made, "")

    desk.runner.look(partial(_thumbnail, desk, line.attachment_id), arrived)


def _thumbnail(desk: Desk, attachment_id: str) -> QImage | str:
    try:
        content, media_type = attachments.content(desk.store, attachment_id)
    except AppError as error:
        return error.message
    image = first_page(content, media_type, THUMBNAIL)
    return "看不了" if image.isNull() else image


def _photo(content: bytes, media_type: str, side: int) -> QImage:
    """Return a JPEG, asked for by its header first."""
    if media_type != JPEG:
        return QImage()
    data = QByteArray(content)  # must live as long as the buffer
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > pictures.limits().pixels:
        return QImage()
    box = QSize(side, side)
    if size.width() > side or size.height() > side:
        reader.setScaledSize(size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def _scan(content: bytes, side: int, most: int | None = None) -> list[QImage]:
    bound = most or pictures.limits().pdf_pages
    try:
        document = PdfPages(content)
    except pypdfium2.PdfiumError:
        return []
    try:
        return [document.image_within(n, side) for n in range(min(len(document), bound))]
    except pypdfium2.PdfiumError:
        return []
    finally:
        document.close()
