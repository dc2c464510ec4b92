"""设置: people, parameters, fonts, passphrase, prints, about; and the lock when idle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.period import Period
from app.domain.plan import Edition
from app.ops import operators, paper_fonts, passphrases, plans, policy_packs, setup
from app.ops.printing import Printing
from app.ops.setup import ReplicaPlan
from app.reports import fonts
from app.ui import messages
from app.ui.idle_lock import IdleLock
from app.ui.page import Desk
from app.ui.settings.settings_page import SettingsPage
from tests.ui.conftest import TODAY, VILLAGE, make_desk

OLD, NEW = "shan-gao-shui-chang-2025", "he-kuan-tian-yuan-2026"


@pytest.fixture
def kept(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "desktop.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, kept: QSettings) -> SettingsPage:
    page = SettingsPage(desk, kept)
    qtbot.addWidget(page)
    desk.runner.changed.connect(page.refresh)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    return page


def test_people_are_listed_registered_and_given_a_role(
    qtbot: QtBot, page: SettingsPage, desk: Desk
) -> None:
    dialog = page.people.add_dialog()
    qtbot.addWidget(dialog)
    dialog.accept()
    assert "姓名" in dialog.problem.text()
    page.people.take_add({"name": "李红", "role": "entry"})
    page.people.take_role("李红", "leader")
    names = [(one.name, one.role) for one in page.people.table.table.rows()]
    assert names == [("张卫东", "administrator"), ("李红", "leader")]
    with qtbot.waitSignal(desk.runner.failed) as failed:
        page.people.take_add({"name": "李红", "role": "entry"})
    assert failed.args is not None
    assert failed.args[0].code == "E111"
    assert len(operators.list_operators(desk.store)) == 2


def test_parameters_are_shown_with_their_source_and_the_class_note(page: SettingsPage) -> None:
    page.list.setCurrentRow(1)
    rows = {one.name: one for one in page.policy.table.table.rows()}
    assert "publicity_days" in rows
    assert page.policy.head.text().startswith("现在用：2025-01")
    assert "程序自带" in page.policy.head.text()
    assert "须由县确认" in page.policy.note.text()
    assert page.policy.import_button.isHidden()


def test_a_county_takes_in_a_pack_after_seeing_what_changes(
    qtbot: QtBot, new_store: object, desk: Desk, kept: QSettings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    store = new_store("county", "539901000000", "云屏县")  # type: ignore[operator]  # a fixture
    county = make_desk(store, desk.actor)
    page = SettingsPage(county, kept)
    qtbot.addWidget(page)
    path = tmp_path / "pack.toml"
    path.write_text('valid_from = "2025-11"\n[process]\npublicity_days = 7\n', encoding="utf-8")
    asked: list[str] = []

    def agree(_parent: object, _title: str, text: str, yes: str) -> bool:
        asked.append(f"{text}|{yes}")
        return True

    monkeypatch.setattr(messages, "ask", agree)
    page.policy.look_at(path)
    county.runner.close()
    assert "公示天数：5" in asked[0]
    assert asked[0].endswith("导入1项改动")
    held = policy_packs.list_packs(store, Period(2025, 11))
    assert held[-1].in_force
    assert held[-1].area_code == "539901000000"


def test_a_text_size_is_handed_to_the_window(qtbot: QtBot, page: SettingsPage) -> None:
    page.list.setCurrentRow(2)
    page.look.scale.setCurrentIndex(3)
    with qtbot.waitSignal(page.scale_chosen) as chosen:
        page.look.scale.activated.emit(3)
    assert chosen.args == [1.5]
    assert "字体" in page.look.missing.text() or "没有找到" in page.look.missing.text()


def test_a_font_that_cannot_be_used_is_explained(
    qtbot: QtBot, page: SettingsPage, desk: Desk, tmp_path: Path
) -> None:
    broken = tmp_path / "仿宋.ttf"
    broken.write_bytes(b"no font")
    with qtbot.waitSignal(desk.runner.failed) as failed:
        page.look.choose("body", broken)
    assert failed.args is not None
    assert "TrueType" in failed.args[0].user_text()
    assert paper_fonts.state(desk.store).own == {}
    assert fonts.typeface("body")["中"].font == "NotoSerifSC-Regular"


def test_prints_and_the_files_that_are_still_there_are_listed_without_names(
    page: SettingsPage, desk: Desk, tmp_path: Path
) -> None:
    for edition, name in ((Edition.WALL, "墙.pdf"), (Edition.ARCHIVE, "档.pdf")):
        printing = Printing(desk.actor, tmp_path / name, TODAY)
        plans.print_plans(desk.store, plans.PlanJob(("h2",), edition), printing)
    page.show_target("打印记录")
    archive, wall = page.prints.table.table.rows()
    assert (wall.paper, wall.households, wall.actor) == ("一户一策（上墙版）", 1, "张卫东")
    assert "赵德福" not in repr([archive, wall])
    (file,) = page.prints.files.table.rows()  # the wall's edition may be seen by anybody
    assert (Path(file.path), file.is_there) == (tmp_path / "档.pdf", True)
    assert page.prints.tabs.tabText(1) == "存出去的文件（1个还在）"
    (tmp_path / "档.pdf").unlink()
    page.refresh(None)
    (file,) = page.prints.files.table.rows()
    assert page.prints.files.table.data(page.prints.files.table.index(0, 0)) == "已删"


def test_about_can_be_copied_for_the_telephone(qtbot: QtBot, page: SettingsPage) -> None:
    page.show_target("关于")
    page.about._copy()
    text = QGuiApplication.clipboard().text()
    assert "检查表版本：monthly@2025-01" in text
    assert "Qt：" in text


def test_idle_minutes_are_remembered(page: SettingsPage, desk: Desk, kept: QSettings) -> None:
    page.security.minutes.setCurrentIndex(3)
    page.security.minutes.activated.emit(3)
    assert SettingsPage(desk, kept).minutes() == 30
    kept.setValue("lock_minutes", "nonsense")
    assert SettingsPage(desk, kept).minutes() == 10


@pytest.fixture
def secured(tmp_path: Path, desk: Desk) -> Iterator[Desk]:
    """Return the desk of a replica with a real passphrase."""
    folder = tmp_path / "secured"
    setup.create_replica(folder, ReplicaPlan("village", VILLAGE, "上坝村", "张卫东"), OLD)
    store = setup.open_replica(folder, OLD, "测试")
    made = make_desk(store, desk.actor)
    yield made
    made.runner.close()
    store.close()


def test_the_passphrase_is_changed_only_with_the_old_one_typed_twice(
    qtbot: QtBot, secured: Desk, kept: QSettings
) -> None:
    page = SettingsPage(secured, kept)
    qtbot.addWidget(page)
    view = page.security
    for field, text in ((view.old, OLD), (view.new, NEW), (view.again, NEW + "x")):
        field.setText(text)
    view.change_button.click()
    assert "不一样" in view.message.text()
    assert passphrases.is_passphrase(secured.store, OLD)
    view.again.setText(NEW)
    view.old.setText("wrong")
    with qtbot.waitSignal(secured.runner.failed):
        view.change_button.click()
    assert passphrases.is_passphrase(secured.store, OLD)
    view.old.setText(OLD)
    view.change_button.click()
    assert "口令已换" in view.message.text()
    assert view.new.text() == ""
    assert passphrases.is_passphrase(secured.store, NEW)


def test_the_lock_opens_only_with_the_passphrase_and_goes_back_to_the_field(
    qtbot: QtBot, qapp: QApplication
) -> None:
    window, first, second = QWidget(), QLineEdit(), QLineEdit()
    layout = QVBoxLayout(window)
    layout.addWidget(first)
    layout.addWidget(second)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    second.setFocus()
    qtbot.waitUntil(second.hasFocus)
    lock = IdleLock(window, lambda text: text == OLD, 10)
    seen: list[str] = []

    def type_it() -> None:
        dialog = lock.dialog
        assert dialog is not None
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        dialog.field.setText("wrong")
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
        seen.append(dialog.problem.text())
        assert lock.dialog is dialog
        dialog.field.setText(OLD)
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)

    QTimer.singleShot(50, type_it)
    lock._timer.setInterval(1)
    lock._timer.start()
    qtbot.waitUntil(lambda: bool(seen) and lock.dialog is None, timeout=5000)
    lock._timer.stop()
    assert "口令不对" in seen[0]
    qtbot.waitUntil(second.hasFocus)


def test_a_key_starts_the_idle_time_again(qtbot: QtBot, qapp: QApplication) -> None:
    window = QLineEdit()
    qtbot.addWidget(window)
    lock = IdleLock(window, lambda _text: True, 10)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.hasFocus)
    lock._timer.stop()
    handle = window.windowHandle()
    assert handle is not None
    lock._watch(handle)
    qtbot.keyClick(handle, Qt.Key.Key_A)
    assert lock._timer.isActive()
    lock._timer.stop()


def test_the_backup_is_a_subject_of_the_settings_too(page: SettingsPage) -> None:
    page.show_target("备份")
    assert page.stack.currentWidget().isAncestorOf(page.backup.now)
    assert "备份" in page.backup.state.text()
