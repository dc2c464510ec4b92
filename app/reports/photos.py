"""Pictures on paper: two a page, each over its caption, never larger than they are sharp."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.domain.dossier import Photo
from app.reports.fonts import BODY, HEADING
from app.reports.pages import THIN, UPRIGHT, Drawing, draw_text
from app.reports.table import Cell, Layout, Row, Table
from app.reports.text import Style

_WIDTH = UPRIGHT.frame_width
_HEIGHT, _CAPTION = 112 * mm, 8 * mm
_SHARPEST = 72 / 100  # points a pixel: below 100 dots an inch a picture is not blown up
_COUNT, _TEXT = Style(HEADING, 10.5, 14), Style(BODY, 10.5, 14)


def photos(found: Sequence[Photo], layout: Layout) -> Iterator[Table | Drawing]:
    """Yield how many there are, then each picture with its caption (of a long one a line)."""
    count = f"附照片和扫描件{len(found)}张" if found else "没有照片和扫描件。"
    yield Table((_WIDTH,), (Row((Cell(count, _COUNT),), 8 * mm),), is_ruled=False)
    for number, photo in enumerate(found, 1):
        line = layout.lines(f"{number}．{photo.caption}", _TEXT, _WIDTH)[0]
        caption = "".join(run.text for run in line.runs)
        yield Drawing(_HEIGHT + _CAPTION, _drawer(photo, caption))


def _drawer(photo: Photo, caption: str) -> Any:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        if photo.content:
            _draw_picture(canvas, photo, left, top)
        else:
            canvas.setLineWidth(THIN)
            canvas.rect(left, top - _HEIGHT, _WIDTH, _HEIGHT)
            middle = (left + _WIDTH / 2, top - _HEIGHT / 2)
            draw_text(canvas, middle, photo.missing, BODY, _TEXT.size, "center")
        under = (left + _WIDTH / 2, top - _HEIGHT - 5 * mm)
        draw_text(canvas, under, caption, BODY, _TEXT.size, "center")

    return draw


def _draw_picture(canvas: Canvas, photo: Photo, left: float, top: float) -> None:
    width, height = _size(photo)
    x, y = left + (_WIDTH - width) / 2, top - (_HEIGHT + height) / 2
    canvas.drawImage(ImageReader(io.BytesIO(photo.content)), x, y, width, height)


def _size(photo: Photo) -> tuple[float, float]:
    scale = min(_WIDTH / photo.width, _HEIGHT / photo.height, _SHARPEST)
    return photo.width * scale, photo.height * scale
