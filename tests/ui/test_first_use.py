"""The first start: from nothing to a filled village."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ops import devices, roster_view, setup
from app.ui.start import recovery_sheet
from app.ui.start.first_use import FirstUse
from app.ui.start.unlock_dialog import Door, UnlockDialog
from tests.ui.test_roster_page import TIDY

PASSPHRASE = "wo-jia-men-qian-you-ke-shu"


@pytest.fixture
def wizard(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[FirstUse]:
    wizard = FirstUse(tmp_path / "replica", "测试")
    qtbot.addWidget(wizard)
    wizard.show()
    yield wizard
    wizard.runner.close()
    if wizard.store is not None:
        wizard.store.close()


def fill_place(qtbot: QtBot, wizard: FirstUse) -> None:
    wizard.next.click()
    qtbot.keyClicks(wizard.place.code, "539901101201")
    wizard.place.name.setText("云岭村")
    wizard.next.click()


def fill_passphrase(qtbot: QtBot, wizard: FirstUse) -> None:
    wizard.passphrase.person.setText("张卫东")
    qtbot.keyClicks(wizard.passphrase.first, PASSPHRASE)
    qtbot.keyClicks(wizard.passphrase.second, PASSPHRASE)


def test_six_steps_lead_to_a_village_with_its_month_opened(qtbot: QtBot, wizard: FirstUse) -> None:
    fill_place(qtbot, wizard)
    fill_passphrase(qtbot, wizard)
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.stack.currentWidget() is wizard.recovery, timeout=20000)
    key = wizard.recovery.key()
    assert not wizard.next.isEnabled()
    wizard.recovery.proof.setText(key.split("-")[2])
    wizard.next.click()
    assert wizard.stack.currentWidget() is wizard.roster
    assert wizard.flow is not None
    with qtbot.waitSignal(wizard.flow.previewed, timeout=20000):
        wizard.read([TIDY])
    assert wizard.next.text() == "导入120户"
    with qtbot.waitSignal(wizard.flow.imported, timeout=20000):
        wizard.next.click()
    assert wizard.stack.currentWidget() is wizard.final
    assert "应访" in wizard.done_text.text()
    assert "下次交U盘时带上" in wizard.request_text.text()
    asked, _fingerprint = devices.read_request_file(wizard._folder / "云岭村.登记申请")
    assert asked.identity.device_id == wizard.store.device_id
    assert len(roster_view.list_households(wizard.store)) == 120
    wizard.next.click()
    assert wizard.first_page == "visits"


def test_a_roster_can_be_pasted_on_its_step_and_nowhere_else(
    qtbot: QtBot, wizard: FirstUse
) -> None:
    rows = (
        ("户编号", "户主姓名", "姓名", "与户主关系", "证件号码", "联系电话"),
        ("1", "赵德福", "赵德福", "户主", "539901198203010017", "13900001234"),
        ("1", "赵德福", "李秀兰", "配偶", "", ""),
    )
    QApplication.clipboard().setText("\n".join("\t".join(row) for row in rows))
    wizard._paste()
    assert wizard.stack.currentWidget() is wizard.welcome
    fill_place(qtbot, wizard)
    fill_passphrase(qtbot, wizard)
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.stack.currentWidget() is wizard.recovery, timeout=20000)
    wizard.recovery.proof.setText(wizard.recovery.key().split("-")[2])
    wizard.next.click()
    assert wizard.flow is not None
    with qtbot.waitSignal(wizard.flow.previewed, timeout=20000):
        wizard._paste()
    assert wizard.next.text() == "导入1户"


def test_a_weak_passphrase_is_refused_while_it_is_typed(qtbot: QtBot, wizard: FirstUse) -> None:
    fill_place(qtbot, wizard)
    wizard.passphrase.person.setText("张卫东")
    qtbot.keyClicks(wizard.passphrase.first, "abcdef")
    assert "太短，还差" in wizard.problem.text()
    assert not wizard.next.isEnabled()
    wizard.passphrase.first.setText("1234567890")
    assert "常见口令" in wizard.problem.text()
    wizard.passphrase.first.setText(PASSPHRASE)
    assert "两次" in wizard.problem.text()
    wizard.passphrase.second.setText(PASSPHRASE)
    assert wizard.problem.text() == ""
    assert wizard.next.isEnabled()


def test_an_area_code_has_twelve_digits(qtbot: QtBot, wizard: FirstUse) -> None:
    wizard.next.click()
    qtbot.keyClicks(wizard.place.code, "5399")
    assert "12位" in wizard.problem.text()
    assert not wizard.next.isEnabled()


def test_a_wrong_area_code_says_so_and_leaves_no_folder(qtbot: QtBot, wizard: FirstUse) -> None:
    errors: list[object] = []
    wizard.runner.failed.disconnect(wizard._on_failed)
    wizard.runner.failed.connect(errors.append)
    wizard.next.click()
    wizard.place.code.setText("539901101000")  # a township's code, but a village was chosen
    wizard.place.name.setText("云岭村")
    wizard.next.click()
    fill_passphrase(qtbot, wizard)
    wizard.next.click()
    qtbot.waitUntil(lambda: bool(errors), timeout=20000)
    assert not wizard._folder.exists()


def test_the_recovery_sheet_is_one_page_with_the_key(qapp: QApplication, tmp_path: Path) -> None:
    key = "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345-67AB"
    path = tmp_path / "恢复单.pdf"
    recovery_sheet.save_pdf(key, "云岭村", path)
    assert path.read_bytes().startswith(b"%PDF")
    assert recovery_sheet.key_lines(key)[1] == "JKLM　NPQR"
    assert recovery_sheet.is_proof(key, " jklm ")
    assert not recovery_sheet.is_proof(key, "NPQR")
    with pytest.raises(OSError, match="nowhere"):
        recovery_sheet.save_pdf(key, "云岭村", tmp_path / "nowhere" / "恢复单.pdf")


def test_a_wrong_passphrase_stays_at_the_door_and_the_right_one_opens(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    folder = tmp_path / "replica"
    plan = setup.ReplicaPlan("village", "539901101201", "云岭村", "张卫东")
    setup.create_replica(folder, plan, PASSPHRASE)
    dialog = UnlockDialog(Door(lambda text: setup.open_replica(folder, text, "测试")))
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.field, "not-the-passphrase")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert "口令不对" in dialog.problem.text()
    assert not dialog.store
    dialog.field.setText(PASSPHRASE)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.result() == 1
    dialog.store.close()
