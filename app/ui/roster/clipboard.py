"""Rows on the clipboard: what somebody copied in WPS or Excel."""

from PySide6.QtGui import QGuiApplication

from app.ops.roster import Pasted


def pasted_rows() -> Pasted:
    """Return what the clipboard holds now; whether it is a table shows when it is read."""
    clipboard = QGuiApplication.clipboard()
    text = clipboard.text()
    return Pasted(text, "" if text.strip() else clipboard.text("html")[0])
