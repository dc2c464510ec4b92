"""Photos on screen: thumbnails read beside, added, pasted, dropped, looked at, taken down."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QPixmapCache
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from app.ops import attachments
from app.ops.attachments import Thing
from app.ui import desktop, messages
from app.ui.attachments.panel import AttachmentPanel
from app.ui.attachments.proof_field import ProofField
from app.ui.attachments.viewer import Viewer
from app.ui.page import Desk
from tests.ops import photos

HOME = Thing("household", "h2")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the messages that were shown."""
    found: list[str] = []
    monkeypatch.setattr(messages, "show_text", lambda _p, _t, text: found.append(text))
    return found


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [photos.photo(tmp_path / f"{c}.jpg", size=(60, 40), colour=c) for c in ("red", "blue")]


@pytest.fixture
def panel(desk: Desk, qtbot: QtBot) -> AttachmentPanel:
    QPixmapCache.clear()
    made = AttachmentPanel(desk)
    qtbot.addWidget(made)
    made.show_things([HOME])
    made.show()
    return made


def filled(panel: AttachmentPanel, qtbot: QtBot, paths: list[Path]) -> AttachmentPanel:
    with qtbot.waitSignal(panel.changed, timeout=20_000):
        panel.add_files(paths)
    qtbot.waitUntil(lambda: all(not b.icon().isNull() for b in panel.strip.buttons))
    return panel


def test_files_become_thumbnails(panel: AttachmentPanel, qtbot: QtBot, paths: list[Path]) -> None:
    assert panel.strip.words.text() == "还没有照片。"
    filled(panel, qtbot, paths)
    assert panel.strip.words.text() == "照片2张"
    assert len(panel.strip.buttons) == 2
    assert "拍于2025-10-12" in panel.strip.buttons[0].accessibleName()


def test_what_is_refused_is_said_and_the_rest_added(
    panel: AttachmentPanel, qtbot: QtBot, paths: list[Path], tmp_path: Path, said: list[str]
) -> None:
    bad = tmp_path / "病历.jpg"
    bad.write_bytes(b"MZ")
    filled(panel, qtbot, [paths[0], bad])
    assert len(panel.strip.lines) == 1
    qtbot.waitUntil(lambda: bool(said))
    assert "这是程序" in said[0]


def test_arrows_go_along_and_enter_shows_one_large(
    panel: AttachmentPanel, qtbot: QtBot, paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(panel, qtbot, paths)
    shown: list[int] = []
    monkeypatch.setattr(Viewer, "exec", lambda self: shown.append(self._number))
    panel.strip.buttons[0].setFocus()
    qtbot.keyClick(panel.strip.buttons[0], Qt.Key.Key_Right)
    qtbot.waitUntil(panel.strip.buttons[1].hasFocus)
    qtbot.keyClick(panel.strip.buttons[1], Qt.Key.Key_Return)
    qtbot.keyClick(panel.strip.buttons[0], Qt.Key.Key_Space)
    assert shown == [1, 0]


def test_a_picture_is_pasted_and_files_are_dropped(
    panel: AttachmentPanel, qtbot: QtBot, paths: list[Path]
) -> None:
    image = QImage(3000, 2000, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(panel, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (line,) = panel.strip.lines
    assert (line.width, line.height) == (1600, 1066)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(paths[0]))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    with qtbot.waitSignal(panel.changed, timeout=20_000):
        panel.dropEvent(drop)
    assert len(panel.strip.lines) == 2
    QGuiApplication.clipboard().setText("只有字")
    panel.paste()
    assert "没有图片" in panel.said.text()


def test_a_reader_looks_and_adds_nothing(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "may_add", lambda _store, _actor: False)
    made = AttachmentPanel(desk)
    qtbot.addWidget(made)
    made.show_things([HOME])
    asked: list[bool] = []

    def ask(*_given: object) -> tuple[list[str], str]:
        asked.append(True)
        return [], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", ask)
    made.choose()
    assert asked == []
    assert not made.may_change
    assert not made.acceptDrops()


def viewer(desk: Desk, qtbot: QtBot, panel: AttachmentPanel) -> Viewer:
    made = Viewer(None, desk, panel.strip.lines, 0, panel._remove)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made.picture.pixmap().isNull())
    return made


def test_the_viewer_goes_on_turns_and_takes_down_by_keys(
    desk: Desk, panel: AttachmentPanel, qtbot: QtBot, paths: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    filled(panel, qtbot, paths)
    made = viewer(desk, qtbot, panel)
    size = made.picture.pixmap().size()
    assert size.height() > size.width()  # a photo taken upright
    qtbot.keyClick(made, Qt.Key.Key_R)
    assert made.picture.pixmap().size() == size.transposed()
    qtbot.keyClick(made, Qt.Key.Key_Right)
    assert made.said.text().startswith("2/2")
    qtbot.keyClick(made, Qt.Key.Key_Right)
    assert made.said.text().startswith("2/2")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a: ("拍错了", True))
    with qtbot.waitSignal(made.removed):
        qtbot.keyClick(made, Qt.Key.Key_Delete)
    assert made.said.text().startswith("1/1")
    assert len(attachments.of_things(desk.store, [HOME])) == 1


def test_the_viewer_leafs_through_a_scan_and_writes_it_out(
    desk: Desk, panel: AttachmentPanel, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    filled(panel, qtbot, [photos.scan(tmp_path / "scan.pdf", 2)])
    assert panel.strip.words.text() == "扫描件1份"
    made = viewer(desk, qtbot, panel)
    assert "第1页，共2页" in made.said.text()
    qtbot.keyClick(made, Qt.Key.Key_Right)
    assert "第2页，共2页" in made.said.text()
    out = tmp_path / "out.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: (str(out), ""))
    qtbot.keyClick(made, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert out.read_bytes().startswith(b"%PDF-")


def test_proof_is_photos_a_call_or_a_promise(desk: Desk, qtbot: QtBot, paths: list[Path]) -> None:
    field = ProofField(desk, [HOME])
    qtbot.addWidget(field)
    field.show()
    assert field.value() == ""
    qtbot.keyClick(field, Qt.Key.Key_2)
    assert field.value() == "后补"
    assert "工作台" in field.said.text()
    qtbot.keyClick(field, Qt.Key.Key_1)
    field.call.insert("13:20 班主任")
    assert field.value() == "电话记录：13:20 班主任"
    filled(field.panel, qtbot, paths[:1])
    assert field.value() == "照片1张"


def test_a_photo_dropped_beside_everything_is_told_where_it_belongs(said: list[str]) -> None:
    desktop._take_dropped(None, [Path("现场.JPG")])  # type: ignore[arg-type]
    assert "照片没有加上" in said[0]
