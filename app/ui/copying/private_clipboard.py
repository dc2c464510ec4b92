"""One value on the clipboard, kept out of its history, gone when it is no longer needed."""

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication

# What Windows, KDE and others look for before they remember a clipboard's content.
_SECRET = {
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"\1",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
    "x-kde-passwordManagerHint": b"secret",
}


def put(text: str) -> None:
    """Put a value on the clipboard."""
    data = QMimeData()
    data.setText(text)
    for kind, value in _SECRET.items():
        data.setData(kind, QByteArray(value))
    QGuiApplication.clipboard().setMimeData(data)


def clear(text: str) -> None:
    """Take ``text`` off the clipboard; what somebody copied elsewhere since then stays."""
    clipboard = QGuiApplication.clipboard()
    if text and clipboard.text() == text:
        clipboard.clear()
