"""Photos and scans of a household for its file: pictures as they are, scans page by page."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2

from app.domain.attachment import JPEG, PDF, SUBJECTS, NotAcceptedError
from app.domain.dossier import Photo
from app.models.store import Store
from app.ops import attachments, pictures, shrinking
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
            yield from _pages(photo, data) if media_type == PDF else (_picture(photo, data),)
        except ContentMissingError:
            yield replace(photo, missing="内容还没有到本机")
        except ContentDamagedError:
            yield replace(photo, missing="内容坏了，请用“数据检查”看一下")
        except (NotAcceptedError, pypdfium2.PdfiumError):  # another replica may have sent anything
            yield replace(photo, missing="这一张看不了，请让拍的人重拍")


def _picture(photo: Photo, data: bytes) -> Photo:
    width, height = shrinking.size_of(data, pictures.limits())
    return replace(photo, content=data, width=width, height=height)


def _pages(photo: Photo, data: bytes) -> Iterator[Photo]:
    bounds = pictures.limits()
    document = pypdfium2.PdfDocument(data)
    try:
        total = min(len(document), bounds.pdf_pages)
        for number in range(1, total + 1):
            page = document[number - 1]
            scale = min(_DPI / _POINTS, bounds.side / max(page.get_size()))
            image = page.render(scale=scale).to_pil().convert("RGB")
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
