"""Icons drawn from the bundled SVG files in one colour of the palette."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui.resources import resource


def icon(name: str, colour: str, size: int = 24) -> QIcon:
    """Return the icon ``name`` (file name without ``.svg``) drawn in ``colour``."""
    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    pixmap = QPixmap(size * 2, size * 2)  # twice the size stays sharp at 200 %
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size * 2, size * 2))
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return QIcon(pixmap)
