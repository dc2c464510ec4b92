"""Fusion with one small palette and one style sheet; everything grows with the text."""

import re
from collections.abc import Mapping
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.ui import colours, fonts
from app.ui.resources import resource

SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
_INKS = ("INK", "MUTED", "LINE", "SOFT_LINE", "DONE", "ACCENT_DARK")
_UNIT = re.compile(r"\b(\d+)u\b")


def apply_theme(app: QApplication, families: list[str], scale: float) -> None:
    """Set style, palette, font and style sheet for one text size (1.0 to 2.0).

    A high-contrast palette of the system wins over the program's own colours.
    """
    if app.property("textScale") == scale:
        return  # polishing every widget again takes a second
    system = app.property("systemPalette")
    if not isinstance(system, QPalette):
        system = app.palette()
        app.setProperty("systemPalette", system)
    app.setProperty("textScale", scale)
    names = names_for(system)
    app.setStyle("fusion")
    app.setPalette(_palette(names))
    app.setFont(fonts.base_font(families, scale))
    app.setStyleSheet(style_sheet(scale, names))


def style_sheet(scale: float, names: Mapping[str, str] | None = None) -> str:
    """Return the style sheet with colours filled in; ``8u`` becomes 8 pixels times ``scale``."""
    text = resource("style", "zhucun.qss").read_text(encoding="utf-8")
    values = dict(names if names is not None else _own_names())
    values["FOLDER"] = resource("style").as_posix()
    values["HEADING"] = f"{fonts.BASE_POINTS * 1.3 * scale:.1f}pt"
    filled = Template(text).substitute(values)
    return _UNIT.sub(lambda match: f"{round(int(match[1]) * scale)}px", filled)


def names_for(system: QPalette) -> dict[str, str]:
    """Return the colours by name: the program's own, or those of a high-contrast system."""
    own = _own_names()
    if not is_high_contrast(system):
        return own
    role = QPalette.ColorRole
    ink, paper = system.color(role.Text).name(), system.color(role.Base)
    accent, on_accent = system.color(role.Highlight), system.color(role.HighlightedText)
    shade = paper.lighter(300) if paper.lightness() else QColor("#303030")
    pale = shade if paper.lightness() < 128 else paper.darker(115)
    return own | dict.fromkeys(_INKS, ink) | {
        "PAPER": paper.name(),
        "GROUND": system.color(role.Window).name(),
        "ACCENT": accent.name(),
        "ON_ACCENT": on_accent.name(),
        "ACCENT_PALE": pale.name(),
    }  # fmt: skip


def is_high_contrast(palette: QPalette) -> bool:
    """True for palettes of nearly pure black and white, as systems offer for weak eyes."""
    window = palette.color(QPalette.ColorRole.Window).lightness()
    text = palette.color(QPalette.ColorRole.WindowText).lightness()
    return abs(window - text) >= 245 and window < 128


def _own_names() -> dict[str, str]:
    return {
        name: value
        for name, value in vars(colours).items()
        if name.isupper() and isinstance(value, str)
    }


def next_scale(scale: float, step: int) -> float:
    """Return the neighbouring text size; the ends stay where they are."""
    nearest = min(range(len(SCALES)), key=lambda index: abs(SCALES[index] - scale))
    return SCALES[max(0, min(len(SCALES) - 1, nearest + step))]


def _palette(names: Mapping[str, str]) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(names["GROUND"]))
    for which, name in (
        (role.Window, "GROUND"),
        (role.WindowText, "INK"),
        (role.Base, "PAPER"),
        (role.AlternateBase, "GROUND"),
        (role.Text, "INK"),
        (role.Button, "PAPER"),
        (role.ButtonText, "INK"),
        (role.Highlight, "ACCENT"),
        (role.HighlightedText, "ON_ACCENT"),
        (role.PlaceholderText, "MUTED"),
        (role.ToolTipBase, "PAPER"),
        (role.ToolTipText, "INK"),
    ):
        palette.setColor(which, QColor(names[name]))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Text, QColor(names["MUTED"]))
    palette.setColor(QPalette.ColorGroup.Disabled, role.ButtonText, QColor(names["MUTED"]))
    return palette
