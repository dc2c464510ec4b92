"""Photos and scans of a household for its file: pictures as they are, scans page by page."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2

from app.domain.attachment import JPEG, PDF, SUBJECTS
from app.domain.dossier import Photo
from app.models.store import Store
from app.ops import attachments
from app.ops.attachment_errors import ContentDamagedError, ContentMissingError
from app.ops.attachments import AttachmentLine

_DPI = 120  # of scans: they are read, not measured
_POINTS = 72


def photos_of(store: Store, household_id: str) -> Iterator[Photo]:
    """Yield the attachments that stand, in the order of adding; a scan has one a page."""
    for line in attachments.listed(store, household_id=household_id):
        photo = Photo(_caption(line))
        try:
            data, media_type = attachments.content(store, line.attachment_id)
        except ContentMissingError:
            yield replace(photo, missing="内容还没有到本机")
        except ContentDamagedError:
            yield replace(photo, missing="内容坏了，请用“数据检查”看一下")
        else:
            yield from _pages(photo, data) if media_type == PDF else (_picture(photo, data, line),)


def _picture(photo: Photo, data: bytes, line: AttachmentLine) -> Photo:
    return replace(photo, content=data, width=line.width, height=line.height)


def _pages(photo: Photo, data: bytes) -> Iterator[Photo]:
    document = pypdfium2.PdfDocument(data)
    try:
        total = len(document)
        for number, page in enumerate(document, 1):
            image = page.render(scale=_DPI / _POINTS).to_pil().convert("RGB")
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=80)
            place = f"　第{number}页，共{total}页" if total > 1 else ""
            yield Photo(photo.caption + place, buffer.getvalue(), image.width, image.height)
    finally:
        document.close()


def _caption(line: AttachmentLine) -> str:
    words = [SUBJECTS[line.thing.subject], line.caption, line.thing.question]
    day = line.taken_on or line.added_on
    kind = "拍摄" if line.taken_on else "存入"
    scan = "" if line.media_type == JPEG else "（扫描件）"
    return f"{'·'.join(filter(None, words))}{scan}　{day.isoformat()}{kind}　{line.added_by}"
