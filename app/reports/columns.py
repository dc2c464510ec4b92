"""Widths of columns by what stands in them: no number is broken, long texts get what is left."""

import re
from collections.abc import Sequence
from functools import lru_cache

from app.reports.fonts import MEASURED, typeface
from app.reports.table import PAD_X
from app.reports.text import Style, measure

# A number, a date or a word stays whole, and so do two characters.
_PIECE = re.compile(r"至?[!-~]+起?|[^\s!-~]{1,2}")
_SLACK = 0.1
_KEPT = 50_000  # texts remembered: words of the form repeat on every sheet
_SHORT_WORD = 4  # characters of a name or a word that is not broken


@lru_cache(maxsize=_KEPT)
def width_of(text: str, style: Style) -> float:
    """Return the width of a cell that holds each line of ``text`` in one line."""
    return max(_measured(line, style) for line in text.split("\n")) + 2 * PAD_X + _SLACK


@lru_cache(maxsize=_KEPT)
def good_of(text: str, style: Style) -> float:
    """Return the width at which ``text`` still reads well: names and short words whole."""
    whole = [line for line in text.split("\n") if len(line) <= _SHORT_WORD]
    return max([least_of(text, style), *(width_of(line, style) for line in whole)])


@lru_cache(maxsize=_KEPT)
def least_of(text: str, style: Style) -> float:
    """Return the width below which ``text`` could not be broken well."""
    pieces = _PIECE.findall(text)
    return max((_measured(piece, style) for piece in pieces), default=0.0) + 2 * PAD_X + _SLACK


def fitted(levels: Sequence[Sequence[float]], width: float) -> tuple[float, ...]:
    """Return widths that fill ``width``. ``levels``: of each column the wish first, then less.

    The widths lie between the first two levels that take more and less than there is; where
    even the wishes leave room all grow alike, where the least does not fit all shrink alike.
    """
    high = levels[0]
    if sum(high) <= width:
        return _scaled(high, width)
    for low in levels[1:]:
        if sum(low) <= width:
            share = (width - sum(low)) / (sum(high) - sum(low))
            return tuple(b + (a - b) * share for a, b in zip(high, low, strict=True))
        high = low
    return _scaled(high, width)


def _scaled(widths: Sequence[float], width: float) -> tuple[float, ...]:
    return tuple(one * width / sum(widths) for one in widths)


def _measured(text: str, style: Style) -> float:
    return measure(text, typeface(style.face)) * style.size / 1000


MEASURED += [width_of.cache_clear, good_of.cache_clear, least_of.cache_clear]
