"""The one palette. Red, orange and yellow are for shortfalls alone."""

from typing import NamedTuple

INK = "#1c2733"
MUTED = "#55616e"
PAPER = "#ffffff"
GROUND = "#f2f5f8"
LINE = "#c3ccd6"
SOFT_LINE = "#dbe2ea"
ACCENT = "#1d5a96"
ACCENT_DARK = "#164575"
ON_ACCENT = "#ffffff"
ACCENT_PALE = "#e1ecf7"
DONE = "#2b6840"
NAV_BACK = ACCENT_DARK  # the same in high contrast, where it is dark enough already
NAV_TEXT = PAPER
NAV_HOVER = ACCENT


class Tone(NamedTuple):
    """How one severity is shown: word, sign, and dark text on a pale fill (at least 4.5:1)."""

    word: str
    sign: str
    ink: str
    fill: str


TONES: dict[str, Tone] = {
    "red": Tone("红", "■", "#9b1c1c", "#fce8e8"),
    "orange": Tone("橙", "▲", "#8a4300", "#feeedd"),
    "yellow": Tone("黄", "●", "#665000", "#fdf6cf"),
    "blue": Tone("蓝", "◆", "#1a4d85", "#e3eefa"),
}
SEVERITY_ORDER = ("none", "blue", "yellow", "orange", "red")


def severity_text(severity: str) -> str:
    """Return word and sign, ``红■``; empty for ``none``."""
    tone = TONES.get(severity)
    return f"{tone.word}{tone.sign}" if tone else ""


def severity_rank(severity: str) -> int:
    """Return 0 for none up to 4 for red; unknown keys rank as none."""
    return SEVERITY_ORDER.index(severity) if severity in SEVERITY_ORDER else 0
