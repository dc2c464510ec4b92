"""Messages and questions as plain text: what happened, whether data changed, what to do now."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from app.errors import AppError


def error_box(parent: QWidget | None, error: AppError) -> QMessageBox:
    """Return the (not yet shown) message of an error; it stays until a key."""
    box = _box(parent, "请看一下", error.user_text())
    box.addButton("知道了", QMessageBox.ButtonRole.AcceptRole)
    return box


def show_error(parent: QWidget | None, error: AppError) -> None:
    """Show an error and wait for a key."""
    error_box(parent, error).exec()


def show_text(parent: QWidget | None, title: str, text: str) -> None:
    """Show plain text and wait for a key."""
    box = _box(parent, title, text)
    box.addButton("知道了", QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def ask(parent: QWidget | None, title: str, text: str, yes: str) -> bool:
    """Ask a question whose consent carries the name of the thing, e.g. «导入60户»."""
    box = _box(parent, title, text)
    agree: QPushButton = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.addButton("先不", QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is agree


def _box(parent: QWidget | None, title: str, text: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    # Names from files must never be read as mark-up.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    return box
