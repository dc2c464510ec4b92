"""Fonts of the papers: three bundled typefaces, with a fallback glyph by glyph.

Nothing is ever printed as a blank: a character that no font can draw becomes 〓 and is
named in the result, so that the village can write it in by hand.
"""

import struct
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from app.paths import RESOURCES
from app.reports.errors import FontMissingError, FontRefusedError

FOLDER = RESOURCES / "fonts"
BODY, HEADING, BOLD = "body", "heading", "bold"
UNKNOWN = "〓"

_FILES = {
    BODY: "NotoSerifSC-Regular.ttf",
    HEADING: "NotoSansSC-Regular.ttf",
    BOLD: "NotoSansSC-Bold.ttf",
}
_FALLBACKS = ("HanaMinA-ext.ttf", "HanaMinB.ttf")  # asked in this order, loaded when needed
_SYSTEM_FOLDERS = (
    Path("/usr/share/fonts/truetype/hanazono"),
    Path("C:/Windows/Fonts"),
)
_INVISIBLE = {"Cc", "Cf", "Cs"}  # control, format (zero width, direction), half of a pair
_NOT_EMBEDDABLE = 0x0302  # restricted licence, no subsets, bitmaps only
_CODES_PER_BLOCK = 100  # limit of one bfchar block in a PDF character map


class Glyph(NamedTuple):
    """How one character is drawn: width in thousandths of the size, font, what stands there."""

    width: float
    font: str
    text: str


class Run(NamedTuple):
    """A piece of text in one font; ``x`` is in thousandths of the size from the line's start."""

    x: float
    font: str
    text: str


class Typeface(dict[str, Glyph]):
    """Character → glyph of one style; once met, a character costs one look-up.

    ``unknown`` collects the characters that were replaced by 〓.
    """

    def __init__(self, base: "_Font", fallbacks: Callable[[], Iterator["_Font"]]) -> None:
        super().__init__()
        self.base = base
        self.unknown: set[str] = set()
        self._fallbacks = fallbacks
        self._plain: set[str] = set()  # met characters that the base font draws

    def __missing__(self, char: str) -> Glyph:
        glyph = self._find(char)
        self[char] = glyph
        if glyph.font == self.base.fontName and glyph.text == char:
            self._plain.add(char)
        return glyph

    def _find(self, char: str) -> Glyph:
        for font in (self.base, *self._fallbacks()) if not self.base.draws(char) else (self.base,):
            if font.draws(char):
                return Glyph(font.advance(char), font.fontName, char)
        self.unknown.add(char)
        return Glyph(self.base.advance(UNKNOWN), self.base.fontName, UNKNOWN)

    def runs(self, text: str) -> tuple[Run, ...]:
        """Return ``text`` cut where the font changes; usually one piece."""
        if self._plain.issuperset(text):
            return (Run(0.0, self.base.fontName, text),)
        runs: list[Run] = []
        start = position = 0.0
        piece, font = "", self.base.fontName
        for glyph in map(self.__getitem__, text):
            if glyph.font != font and piece:
                runs.append(Run(start, font, piece))
                start, piece = position, ""
            font, piece = glyph.font, piece + glyph.text
            position += glyph.width
        return (*runs, Run(start, font, piece))


class _Font(TTFont):  # type: ignore[misc]  # reportlab is not typed
    """A TrueType font that knows its empty glyphs and writes rare characters correctly."""

    def draws(self, char: str) -> bool:
        """Return whether ``char`` has a glyph with ink (a space needs none)."""
        glyph = self.face.charToGlyph.get(ord(char))
        if not glyph:
            return False
        places = self.face.glyphPos
        return char.isspace() or bool(places[glyph + 1] > places[glyph])

    def advance(self, char: str) -> float:
        """Return the width of ``char`` in thousandths of the font size."""
        return float(self.face.getCharWidth(ord(char)))

    def addObjects(self, doc: Any) -> None:  # noqa: N802  (reportlab's name)
        """Add the font to the document, with a character map that is right above U+FFFF.

        ReportLab writes the bare code there instead of UTF-16, so that 𣲗 could be seen
        but neither searched nor copied.
        """
        subsets = self.state[doc].subsets
        names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
        super().addObjects(doc)
        for name, subset in zip(names, subsets, strict=True):
            font = doc.idToObject["BasicFonts"].dict[name]
            doc.idToObject[font.ToUnicode.name].content = _character_map(font.BaseFont, subset)


def _character_map(name: str, codes: Sequence[int]) -> str:
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
        f"/CMapName /{name} def /CMapType 2 def",
        f"1 begincodespacerange <00> <{len(codes) - 1:02X}> endcodespacerange",
    ]
    for start in range(0, len(codes), _CODES_PER_BLOCK):
        block = codes[start : start + _CODES_PER_BLOCK]
        lines.append(f"{len(block)} beginbfchar")
        for place, code in enumerate(block, start):
            lines.append(f"<{place:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>")
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines)


_own: dict[str, Path] = {}  # style → the county's own font file, for this run of the program
MEASURED: list[Callable[[], None]] = []  # forget what was measured with the fonts of before


@cache
def typeface(style: str, folder: Path = FOLDER) -> Typeface:
    """Return the typeface of ``style`` (BODY, HEADING or BOLD), loading it at the first call.

    A county's own font comes first, the bundled one where it lacks a character.

    Raises:
        FontMissingError: the file is not there, or is not a TrueType font.
    """
    bundled = folder / _FILES[style]
    own = _own.get(style)
    if own is None:
        return Typeface(_load(bundled), lambda: _fallbacks(folder))
    return Typeface(_load(own), lambda: chain([_load(bundled)], _fallbacks(folder)))


def use_own(style: str, path: Path | None) -> None:
    """Print ``style`` with a county's own font from now on; None: with the bundled one.

    Raises:
        FontRefusedError: it cannot be read, or may not be embedded; nothing changes.
    """
    if path is not None:
        _check_own(path)
        _own[style] = path
    else:
        _own.pop(style, None)
    for forget in (typeface.cache_clear, *MEASURED):
        forget()


def _check_own(path: Path) -> None:
    try:
        data = path.read_bytes()
        _Font(path.stem, str(path), shapable=False)
    except OSError as error:
        raise FontRefusedError(type(error).__name__, reason="文件读不出来") from error
    except (TTFError, struct.error, IndexError, KeyError) as error:
        raise FontRefusedError(repr(error), reason=_why_refused(str(error))) from error
    if _embedding(data) & _NOT_EMBEDDABLE:
        raise FontRefusedError(reason="字库的版权设置不许嵌入文件，印出来的PDF别人看不了")


def _embedding(data: bytes) -> int:
    """Return the rights that a font's maker gives (fsType); ReportLab does not refuse them all."""
    (count,) = struct.unpack_from(">H", data, 4)
    for entry in range(12, 12 + 16 * count, 16):
        if data[entry : entry + 4] == b"OS/2":
            (start,) = struct.unpack_from(">L", data, entry + 8)
            return int(struct.unpack_from(">H", data, start + 8)[0])
    return 0


def _why_refused(problem: str) -> str:
    if "postscript outlines" in problem:
        return "这是OpenType（CFF）字库，只能用TrueType字库（.ttf）"
    return "不是完好的TrueType字库（.ttf）"


def missing_fonts(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the file names of fonts that were not found, for 设置 and ``doctor``."""
    bundled = [name for name in _FILES.values() if not (folder / name).is_file()]
    return (*bundled, *(name for name in _FALLBACKS if _fallback_path(name, folder) is None))


def _fallbacks(folder: Path) -> Iterator[_Font]:
    for name in _FALLBACKS:
        path = _fallback_path(name, folder)
        if path is not None:
            yield _load(path)


def _fallback_path(name: str, folder: Path) -> Path | None:
    places = (place / name for place in (folder, *_SYSTEM_FOLDERS))
    return next((path for path in places if path.is_file()), None)


@cache
def _load(path: Path) -> _Font:
    try:
        font = _Font(path.stem, str(path), shapable=False)
    except (TTFError, OSError) as error:
        raise FontMissingError(repr(error), font=path.name) from error
    pdfmetrics.registerFont(font)
    return font


def clean(text: str) -> str:
    """Return ``text`` without characters that cannot be printed; a tab becomes a space.

    Line feeds stay; variation selectors go, because the plain character is what can be drawn.
    """
    if text.isprintable() and text.isascii():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char for char in text if char == "\n" or not _is_invisible(char))


@cache
def _is_invisible(char: str) -> bool:
    code = ord(char)
    is_selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return is_selector or unicodedata.category(char) in _INVISIBLE or char in "\u2028\u2029"
