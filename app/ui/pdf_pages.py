"""Pages of a PDF as pictures, for preview and printer."""

import pypdfium2
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrinter

SCREEN_DPI, PAPER_DPI = 96, 300
_POINTS = 72


class PdfPages:
    """A PDF in memory; ``close`` frees it."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)

    def __len__(self) -> int:
        return len(self._document)

    def image(self, number: int, dpi: float) -> QImage:
        """Return one page (from 0) as a picture."""
        bitmap = self._document[number].render(scale=dpi / _POINTS)
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
        view = memoryview(bitmap.buffer)
        picture = QImage(view, width, height, stride, QImage.Format.Format_BGR888)
        return picture.copy()  # the buffer goes with the bitmap

    def image_within(self, number: int, side: int) -> QImage:
        """Return one page whose longer side has so many pixels: a page may claim any size."""
        width, height = self._document[number].get_size()
        return self.image(number, _POINTS * side / max(width, height, 1.0))

    def print_to(self, printer: QPrinter) -> None:
        """Draw every page on a printer."""
        painter = QPainter(printer)
        for number in range(len(self)):
            if number:
                printer.newPage()
            target = painter.viewport()
            picture = self.image(number, PAPER_DPI)
            size = picture.size().scaled(target.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(target.topLeft(), picture.scaled(size))
        painter.end()

    def close(self) -> None:
        self._document.close()
