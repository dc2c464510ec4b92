"""Bundled fonts and Qt's own Chinese texts, so that every machine shows the same window."""

import logging
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

log = logging.getLogger(__name__)

BASE_POINTS = 12
# First the family for text, then the ones that have rare characters such as 𣲗.
_ORDER = ("Sans", "Hana", "Serif")


def register_fonts(folder: Path) -> list[str]:
    """Register every bundled font with Qt and return the families in order of preference."""
    families: list[str] = []
    for path in sorted(folder.glob("*.ttf")):
        font_id = QFontDatabase.addApplicationFont(str(path))
        if font_id < 0:
            log.warning("font file not readable: %s", path.name)
            continue
        families += QFontDatabase.applicationFontFamilies(font_id)
    unique = list(dict.fromkeys(families))
    return sorted(unique, key=_rank)


def _rank(family: str) -> int:
    for rank, part in enumerate(_ORDER):
        if part in family:
            return rank
    return len(_ORDER)


def base_font(families: list[str], scale: float) -> QFont:
    """Return the application font: ``scale`` 1.0 is 12 points."""
    font = QFont()
    if families:
        font.setFamilies([*families, font.family()])
    font.setPointSizeF(BASE_POINTS * scale)
    return font


def install_translation(app: QApplication) -> bool:
    """Give Qt's standard buttons and menus their Chinese words; False if Qt came without them."""
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    found = translator.load("qtbase_zh_CN", folder)
    return found and app.installTranslator(translator)
