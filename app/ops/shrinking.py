"""Photos made small: checked by their header, turned upright, shrunk, freed of what they tell.

The pixels of a picture that is too large are never decoded.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pypdfium2
from PIL import Image, ImageOps

from app.domain.attachment import (
    JPEG,
    PDF,
    TOO_MANY_PIXELS,
    Limits,
    NotAcceptedError,
    size_text,
)
from app.ops.pictures import DAMAGED, Picture, refuse

_FORMATS = ("JPEG", "PNG")
_QUALITIES = (85, 75, 65, 55)
_SMALLER = 0.8  # of the side, where no quality is small enough
_EXIF, _TAKEN, _CHANGED = 0x8769, 0x9003, 0x0132
_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})


def reduced(content: bytes, media_type: str, bounds: Limits) -> Picture:
    """Return what is kept of a file's bytes.

    Raises:
        NotAcceptedError: with the reason.
    """
    if media_type == PDF:
        return _scan(content, bounds)
    with _refusing(bounds):
        return _photo(content, bounds)


def size_of(content: bytes, bounds: Limits) -> tuple[int, int]:
    """Return width and height of a kept photo by its header.

    Raises:
        NotAcceptedError: it is none, or shows more than is ever kept.
    """
    with _refusing(bounds), Image.open(io.BytesIO(content), formats=("JPEG",)) as opened:
        return opened.size


@contextmanager
def _refusing(bounds: Limits) -> Iterator[None]:
    """Turn what Pillow makes of too many pixels, or of broken bytes, into a reason."""
    Image.MAX_IMAGE_PIXELS = bounds.pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except NotAcceptedError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAcceptedError(TOO_MANY_PIXELS.format(bounds.pixels // 10_000)) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise NotAcceptedError(DAMAGED) from error


def _photo(content: bytes, bounds: Limits) -> Picture:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        if opened.format == "PNG" and getattr(opened, "is_animated", False):
            refuse("这是动图，请截成一张照片")
        taken_on = _taken_on(opened)
        opened.draft("RGB", (2 * bounds.side, 2 * bounds.side))  # JPEG decodes smaller at once
        upright = ImageOps.exif_transpose(opened)
        small = _bare(upright)
    small.thumbnail((bounds.side, bounds.side), Image.Resampling.LANCZOS)
    encoded, small = _encoded(small, bounds.picture_bytes)
    return Picture(encoded, JPEG, small.width, small.height, taken_on)


def _bare(image: Image.Image) -> Image.Image:
    """Return the pixels alone, in three colours, on white: no text, place or profile stays."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")  # 16 bits of grey
    elif image.mode == "P":
        image = image.convert("RGBA")
    bare = Image.new("RGB", image.size, "white")
    is_clear = image.mode in _ALPHA
    shown = image.convert("RGBA") if is_clear else image.convert("RGB")
    bare.paste(shown, mask=shown.getchannel("A") if is_clear else None)
    return bare


def _encoded(image: Image.Image, most: int) -> tuple[bytes, Image.Image]:
    """Return a JPEG of at most so many bytes, and the picture that it shows."""
    while True:
        for quality in _QUALITIES:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=quality, optimize=True)
            if buffer.tell() <= most:
                return buffer.getvalue(), image
        side = round(max(image.size) * _SMALLER)
        image.thumbnail((side, side), Image.Resampling.LANCZOS)


def _taken_on(image: Image.Image) -> date | None:
    """Return the day that the camera wrote; what it wrote otherwise is nobody's business."""
    try:
        exif = image.getexif()
        text = exif.get_ifd(_EXIF).get(_TAKEN) or exif.get(_CHANGED)
        return datetime.strptime(str(text)[:10], "%Y:%m:%d").date()  # noqa: DTZ007  a day only
    except (ValueError, KeyError, TypeError, OSError, SyntaxError):
        return None  # no day, or none that can be read


def _scan(content: bytes, bounds: Limits) -> Picture:
    if len(content) > bounds.pdf_bytes:
        most = size_text(bounds.pdf_bytes)
        refuse(f"扫描件有{size_text(len(content))}，最大{most}，请用灰度、低一点的清晰度再扫")
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        is_locked = "password" in str(error).lower()
        raise NotAcceptedError("这个PDF有密码，请去掉密码" if is_locked else DAMAGED) from error
    try:
        pages = len(document)
        scripts = pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document)
        if scripts > 0 or document.count_attachments() > 0:
            refuse("这个PDF里夹着程序或别的文件，请打印成PDF再加")
        if not 0 < pages <= bounds.pdf_pages:
            refuse(f"扫描件有{pages}页，最多{bounds.pdf_pages}页")
        for number in range(pages):
            document[number].get_size()  # a page that cannot be opened is damage
    except pypdfium2.PdfiumError as error:
        raise NotAcceptedError(DAMAGED) from error
    finally:
        document.close()
    return Picture(content, PDF, 0, 0, None)
