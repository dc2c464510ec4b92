"""The recovery sheet (恢复单): the recovery key in large groups, on the screen and as a PDF."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from app.ops import previews

_GROUPS_A_LINE = 2
ADVICE = "忘了口令或电脑坏了，要靠它和备份找回数据。请打印后封好，交村委会保管，不和电脑放在一起。"


def key_lines(recovery_key: str) -> list[str]:
    """Return the key in lines of two groups of four characters."""
    groups = recovery_key.split("-")
    starts = range(0, len(groups), _GROUPS_A_LINE)
    return ["　".join(groups[n : n + _GROUPS_A_LINE]) for n in starts]


def is_proof(recovery_key: str, typed: str) -> bool:
    """True if ``typed`` is the first group of the second line: somebody holds the sheet."""
    wanted = key_lines(recovery_key)[1].split("　")[0]
    return typed.strip().upper() == wanted


def save_pdf(recovery_key: str, place: str, path: Path) -> None:
    """Write the sheet as one A4 page, whole or not at all.

    Raises:
        OSError: no room, write-protected.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle("驻村恢复单")
    size = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(
        QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(60, 60, 60, 60))
    )
    _document(recovery_key, place).print_(writer)
    buffer.close()
    previews.save(path, bytes(data.data()))


def print_sheet(parent: QWidget, recovery_key: str, place: str) -> bool:
    """Print the sheet on a printer that the user chooses; False if not."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, parent)
    if dialog.exec() != QDialog.DialogCode.Accepted:
        return False
    _document(recovery_key, place).print_(printer)
    return True


def _document(recovery_key: str, place: str) -> QTextDocument:
    document = QTextDocument()
    font = QGuiApplication.font()
    font.setPointSizeF(14)
    document.setDefaultFont(font)
    lines = [f"驻村 恢复单　　{place}", "", ADVICE, ""]
    lines += [f"第{number}行　{line}" for number, line in enumerate(key_lines(recovery_key), 1)]
    lines += ["", "保管人签字：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿"]
    document.setPlainText("\n".join(lines))
    return document
