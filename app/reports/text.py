"""Chinese line breaking (避头尾): text in, lines out.

ReportLab's own breaking lets ” or ， stand at a line's start and “ at its end; here no line
begins or ends with a character that must not stand there, unless the line is too narrow for
any legal break. Digits and Latin words stay whole.
"""

from collections.abc import Mapping
from typing import NamedTuple

from app.reports.fonts import Glyph, Run, Typeface, clean

NO_START = frozenset(
    "，。、；：？！”’）》〉】〕］｝」』〗…—～·‧・％‰℃°々ー"
    "!%),.:;?]}>¢′″¨〞﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞＂＇＞｠￠ㄧぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
NO_END = frozenset("“‘（《〈【〔［｛「『〖$([{<￥¥£〝﹙﹛﹝＄＜｟￡#＃№")

_UNITS = frozenset("户人条次天元笔年月日项个张页")  # a number stays with what it counts
_FREE, _IN_WORD, _FORBIDDEN = range(3)  # how bad a break is; the best one that fits is taken
_SPACES = " \u3000"
_GLUE = "\u00a0"  # the no-break space: holds its neighbours together


class Style(NamedTuple):
    """How a text looks: typeface (see fonts), size and distance of lines in points."""

    face: str
    size: float
    leading: float


class Line(NamedTuple):
    """One line of laid-out text: its runs, and its width in points."""

    runs: tuple[Run, ...]
    width: float


def lay_out(text: str, face: Typeface, size: float, width: float) -> tuple[Line, ...]:
    """Return the lines of ``text`` in ``width`` points; a line feed starts a new line."""
    room = width * 1000 / size
    return tuple(
        Line(face.runs(line), measure(line, face) * size / 1000)
        for paragraph in clean(text).split("\n")
        for line in break_text(paragraph, room, face)
    )


def measure(text: str, face: Mapping[str, Glyph]) -> float:
    """Return the width of ``text`` in thousandths of the font size."""
    return sum([face[char][0] for char in text])


def break_text(text: str, room: float, face: Mapping[str, Glyph]) -> list[str]:
    """Return ``text`` cut into lines of at most ``room`` (thousandths of the font size).

    Spaces at a break are dropped, those at the very beginning kept. A word that is longer
    than the line is cut; a run of punctuation that is longer than the line is cut too,
    because nothing may stick out of a table cell. One character always fits.
    """
    text = text.rstrip(_SPACES)
    if measure(text, face) <= room:
        return [text]
    lines: list[str] = []
    start = 0
    while start < len(text):
        fits = _fitting(text, start, room, face)
        end = len(text) if fits == len(text) else _best_break(text, start, fits)
        lines.append(text[start:end].rstrip(_SPACES))
        start = _after_spaces(text, end)
    return lines


def _fitting(text: str, start: int, room: float, face: Mapping[str, Glyph]) -> int:
    """Return the end of the longest piece from ``start`` that fits; spaces may hang over."""
    for place in range(start, len(text)):
        room -= face[text[place]][0]
        if room < -1e-6 and place > start and text[place] not in _SPACES:
            return place
    return len(text)


def _best_break(text: str, start: int, fits: int) -> int:
    """Return the last best place in ``start + 1 … fits`` to end a line."""
    best, quality = fits, _FORBIDDEN
    for place in range(fits, start, -1):
        here = break_quality(text, place)
        if here == _FREE:
            return place
        if here < quality:
            best, quality = place, here
    return best


def break_quality(text: str, place: int) -> int:
    """Return how bad a break before ``text[place]`` is: 0 fine, 1 inside a word, 2 forbidden."""
    before, after = text[place - 1], text[place]
    if after in _SPACES or _GLUE in (before, after):
        return _FORBIDDEN  # spaces belong to the line before them
    if before in _SPACES:
        head = text[:place].rstrip(_SPACES)
        if not head:
            return _FORBIDDEN  # an indent does not stand alone
        before = head[-1]
        is_word = False
    else:
        is_word = _is_word(before) and (_is_word(after) or (before.isdigit() and after in _UNITS))
    if after in NO_START or before in NO_END:
        return _FORBIDDEN
    return _IN_WORD if is_word else _FREE


def _is_word(char: str) -> bool:
    code = ord(char)
    return code < 0x2000 and char != "·"


def _after_spaces(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACES:
        place += 1
    return place
