"""Rows on the clipboard: what somebody copied in WPS or Excel."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from app.ops.roster import Pasted


def pasted_rows() -> Pasted:
    """Return what the clipboard holds now; whether it is a table shows when it is read."""
    found = QGuiApplication.clipboard().mimeData() or QMimeData()
    return Pasted(found.text(), "" if found.text().strip() else found.html())
