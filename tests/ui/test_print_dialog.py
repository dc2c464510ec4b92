"""Papers on the screen: in memory, kept only where the user says."""

from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.ops import print_log
from app.ui.page import Desk
from app.ui.print_dialog import PrintDialog, plans_job


def test_a_paper_is_looked_at_without_a_file_and_saved_where_the_user_says(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = PrintDialog(window, desk, plans_job(desk, ["h2"]))
    qtbot.waitUntil(dialog.save_button.isEnabled, timeout=20_000)
    assert dialog.place.text().startswith("第1页")
    assert print_log.recent(desk.store) == []
    assert list(tmp_path.rglob("*.pdf")) == []
    assert list(tmp_path.rglob("preview/*")) == []
    out = tmp_path / "一户一策.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    dialog.save_button.click()
    assert out.read_bytes().startswith(b"%PDF")
    assert list(tmp_path.glob("*.part")) == []
    assert [line.action for line in print_log.recent(desk.store)] == ["export"]
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    with qtbot.waitSignal(dialog.taken):
        dialog.print_to(printer)
    assert [line.action for line in print_log.recent(desk.store)] == ["print", "export"]
    dialog.reject()
