"""Fusion with one small palette and one style sheet; everything grows with the text."""

import re
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.ui import colours, fonts
from app.ui.resources import resource

SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
_UNIT = re.compile(r"\b(\d+)u\b")


def apply_theme(app: QApplication, families: list[str], scale: float) -> None:
    """Set style, palette, font and style sheet for one text size (1.0 to 2.0)."""
    if app.property("textScale") == scale:
        return  # polishing every widget again takes a second
    app.setProperty("textScale", scale)
    app.setStyle("fusion")
    app.setPalette(_palette())
    app.setFont(fonts.base_font(families, scale))
    app.setStyleSheet(style_sheet(scale))


def style_sheet(scale: float) -> str:
    """Return the style sheet with colours filled in; ``8u`` becomes 8 pixels times ``scale``."""
    text = resource("style", "zhucun.qss").read_text(encoding="utf-8")
    names = {
        name: value
        for name, value in vars(colours).items()
        if name.isupper() and isinstance(value, str)
    }
    names["FOLDER"] = resource("style").as_posix()
    names["HEADING"] = f"{fonts.BASE_POINTS * 1.3 * scale:.1f}pt"
    filled = Template(text).substitute(names)
    return _UNIT.sub(lambda match: f"{round(int(match[1]) * scale)}px", filled)


def next_scale(scale: float, step: int) -> float:
    """Return the neighbouring text size; the ends stay where they are."""
    nearest = min(range(len(SCALES)), key=lambda index: abs(SCALES[index] - scale))
    return SCALES[max(0, min(len(SCALES) - 1, nearest + step))]


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(colours.GROUND))
    for which, colour in (
        (role.Window, colours.GROUND),
        (role.WindowText, colours.INK),
        (role.Base, colours.PAPER),
        (role.AlternateBase, colours.GROUND),
        (role.Text, colours.INK),
        (role.Button, colours.PAPER),
        (role.ButtonText, colours.INK),
        (role.Highlight, colours.ACCENT),
        (role.HighlightedText, colours.PAPER),
        (role.PlaceholderText, colours.MUTED),
        (role.ToolTipBase, colours.PAPER),
        (role.ToolTipText, colours.INK),
    ):
        palette.setColor(which, QColor(colour))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Text, QColor(colours.MUTED))
    palette.setColor(QPalette.ColorGroup.Disabled, role.ButtonText, QColor(colours.MUTED))
    return palette
