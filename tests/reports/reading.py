"""Reading a PDF back, as a viewer does."""

from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw


def page_texts(path: Path) -> list[str]:
    """Return the text of every page, without the viewer's line ends."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "") for page in document]
    finally:
        document.close()


def bookmarks(path: Path) -> list[tuple[str, int]]:
    """Return title and page index of every bookmark."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    finally:
        document.close()


def ink(path: Path, page: int, char: str) -> float:
    """Return the share of dark dots in the box of ``char`` on a page; -1 if it is not there."""
    document = pypdfium2.PdfDocument(path)
    try:
        text = document[page].get_textpage()
        place = _find(text, char)
        if place < 0:
            return -1.0
        left, bottom, right, top = text.get_charbox(place)
        scale = 3
        picture = document[page].render(scale=scale).to_pil().convert("L")
        box = (left, picture.height / scale - top, right, picture.height / scale - bottom)
        cut = picture.crop(tuple(int(edge * scale) for edge in box))
        histogram = cut.histogram()
        return float(sum(histogram[:128]) / max(1, sum(histogram)))
    finally:
        document.close()


def _find(text: Any, char: str) -> int:
    wanted = int.from_bytes(char.encode("utf-16-be")[:2])  # PDFium counts in UTF-16 units
    places = range(raw.FPDFText_CountChars(text))
    return next((n for n in places if raw.FPDFText_GetUnicode(text, n) == wanted), -1)


def colours(path: Path, page: int) -> list[tuple[int, int, int]]:
    """Return every colour that a page shows."""
    document = pypdfium2.PdfDocument(path)
    try:
        picture = document[page].render(scale=1).to_pil().convert("RGB")
        return [colour for _, colour in picture.getcolors(1 << 20)]
    finally:
        document.close()
