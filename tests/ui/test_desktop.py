"""The desktop as the entry point opens it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from app.ops import setup
from app.ui import desktop
from app.ui.desktop import Launch
from app.ui.main_window import MainWindow
from tests.ui.test_first_use import PASSPHRASE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plan = setup.ReplicaPlan("village", "539901101201", "云岭村", "张卫东")
    setup.create_replica(tmp_path / "replica", plan, PASSPHRASE)
    (tmp_path / "口令").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return tmp_path


def test_a_replica_opens_with_its_passphrase_file_and_is_free_again_afterwards(
    qapp: QApplication, folder: Path
) -> None:
    seen: list[str] = []

    def look() -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                seen.append(widget.top.place.text())
                widget.close()  # the last window: the program ends

    QTimer.singleShot(0, look)
    assert desktop.run(Launch(folder / "replica", str(folder / "口令"))) == 0
    assert seen == ["云岭村（村）"]
    setup.open_replica(folder / "replica", PASSPHRASE, "测试").close()


def test_a_wrong_passphrase_file_is_refused_with_a_sentence(
    qapp: QApplication, folder: Path
) -> None:
    (folder / "口令").write_text("something-else-entirely", encoding="utf-8")
    said: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append(box.text())
        box.accept()

    QTimer.singleShot(200, answer)
    assert desktop.run(Launch(folder / "replica", str(folder / "口令"))) == 1
    assert "口令不对" in said[0]
