"""At the door: wrong tries, a forgotten passphrase, damaged data, a new computer."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.ops import backup, backup_plan, passphrases, roster_view, setup
from app.ui import desktop
from app.ui.desktop import Launch
from app.ui.start.first_use import FirstUse
from app.ui.start.recover_dialog import RecoverDialog
from app.ui.start.rescue_dialog import RescueDialog
from app.ui.start.restore_dialog import RestoreDialog
from app.ui.start.unlock_dialog import UnlockDialog
from tests.ui.test_first_use import PASSPHRASE

NEW = "xin-de-kou-ling-hen-chang"
NOW = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """Return a replica with one backup in it, its recovery key, and the backup."""
    folder = tmp_path_factory.mktemp("door") / "replica"
    plan = setup.ReplicaPlan("village", "539901101201", "云岭村", "张卫东")
    made = setup.create_replica(folder, plan, PASSPHRASE)
    store = setup.open_replica(folder, PASSPHRASE, "测试", clock=lambda: NOW)
    kept = backup_plan.daily_backup(store)
    store.close()
    return folder, made.recovery_key, kept.path


@pytest.fixture
def folder(original: tuple[Path, str, Path], tmp_path: Path) -> Path:
    return shutil.copytree(original[0], tmp_path / "replica")


def unlock_dialog(qtbot: QtBot, folder: Path) -> UnlockDialog:
    dialog = UnlockDialog(desktop.make_door(Launch(folder, clock=lambda: NOW)))
    qtbot.addWidget(dialog)
    return dialog


def test_after_several_wrong_tries_the_field_rests_and_then_works_again(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    dialog = unlock_dialog(qtbot, folder)
    for _ in range(3):
        dialog.field.setText("wrong-wrong-wrong")
        dialog.try_open()
    assert not dialog.field.isEnabled()
    assert "秒再试" in dialog.problem.text()
    again = unlock_dialog(qtbot, folder)  # starting anew does not help
    assert not again.open_button.isEnabled()
    passphrases.forget_wrong_tries(folder)
    again._count_down()
    again.field.setText(PASSPHRASE)
    again.try_open()
    assert again.result() == QDialog.DialogCode.Accepted
    again.store.close()


def test_the_recovery_sheet_opens_and_sets_a_new_passphrase(
    qtbot: QtBot, qapp: QApplication, folder: Path, original: tuple[Path, str, Path]
) -> None:
    dialog = unlock_dialog(qtbot, folder)
    said: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, RecoverDialog)
        box.key.setText("ABCD-EFGH")
        box.first.setText(NEW)
        box.second.setText(NEW)
        box.try_recover()
        said.append(box.problem.text())
        box.key.setText(original[1].lower())
        box.try_recover()

    QTimer.singleShot(100, answer)
    dialog.forgotten.click()
    assert "口令不对" in said[0]
    assert dialog.result() == QDialog.DialogCode.Accepted
    dialog.store.close()
    setup.open_replica(folder, NEW, "测试").close()


def test_damaged_data_are_replaced_by_the_newest_good_backup_if_agreed(
    qtbot: QtBot, qapp: QApplication, folder: Path, original: tuple[Path, str, Path]
) -> None:
    database = folder / "replica.db"
    data = bytearray(database.read_bytes())
    data[-3000] ^= 1  # opens, but one page is not what was written
    database.write_bytes(data)
    bad = folder / "backup" / "备份-20251021-100000.备份"
    bad.write_bytes(original[2].read_bytes()[:-9] + b"123456789")
    dialog = unlock_dialog(qtbot, folder)
    dialog.field.setText(PASSPHRASE)
    dialog.try_open()
    assert "数据文件损坏" in dialog.problem.text()
    assert not dialog.mend.isHidden()

    def agree() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, RescueDialog)
        if box.go.isEnabled():
            assert "10月20日" in box.text.text()
            box.go.click()
        else:
            QTimer.singleShot(50, agree)

    QTimer.singleShot(50, agree)
    dialog.mend.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert backup.is_restored(dialog.store)
    dialog.store.close()
    (aside,) = folder.glob("damaged-*")
    assert (aside / "replica.db").read_bytes() == bytes(data)


def test_an_old_file_in_the_place_of_the_database_is_noticed(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    old = (folder / "replica.db").read_bytes()
    store = setup.open_replica(folder, PASSPHRASE, "测试", clock=lambda: NOW)
    from app.domain.ownership import Actor  # noqa: PLC0415
    from tests.ui.conftest import add_household  # noqa: PLC0415

    add_household(store, Actor("张卫东", "administrator"), 5, "罗小妹")
    store.clock = lambda: NOW.replace(day=21)
    backup_plan.daily_backup(store)
    store.close()
    (folder / "replica.db").write_bytes(old)
    dialog = unlock_dialog(qtbot, folder)
    dialog.field.setText(PASSPHRASE)
    dialog.try_open()
    assert "数据比10月21日" in dialog.problem.text()
    assert not dialog.mend.isHidden()


def test_a_new_computer_gets_the_village_from_the_stick(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, original: tuple[Path, str, Path]
) -> None:
    folder = tmp_path / "new"
    dialog = RestoreDialog(None, folder, NOW)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.try_restore()
    assert "请先选备份文件" in dialog.problem.text()
    dialog.choose(original[2])
    dialog.old.setText("not-this-one-at-all")
    dialog.try_restore()
    qtbot.waitUntil(lambda: "口令不对" in dialog.problem.text(), timeout=20_000)
    dialog.key.setText(original[1])
    dialog.new.setText(NEW)
    with qtbot.waitSignal(dialog.accepted, timeout=20_000):
        dialog.try_restore()
    wizard = FirstUse(folder, "测试", clock=lambda: NOW)
    qtbot.addWidget(wizard)
    wizard.open_restored(dialog.passphrase)
    assert wizard.store.identity.name == "云岭村"
    assert roster_view.list_households(wizard.store) == []
    wizard.store.close()
