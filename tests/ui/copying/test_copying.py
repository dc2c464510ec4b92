"""Copy mode: field after field by the keyboard, masked on screen, nothing left behind."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import monitored
from app.ops.copy_fields import CopyField, CopyRecord
from app.ui import messages
from app.ui.copying.copy_window import CopyWindow, shown
from app.ui.copying.to_type_dialog import ToTypeDialog
from app.ui.page import Desk
from app.ui.runner import Runner
from tests.ops.levels import acting_as
from tests.ops.test_monitored import act, deliberated, on
from tests.ops.village import add_family

ID_NO = "539901198203010017"
RECORDS = (
    CopyRecord(
        "m1",
        "赵德福",
        (
            CopyField("户编号", "2"),
            CopyField("监测对象类别", ""),
            CopyField("证件号码", ID_NO),
            CopyField("户联系电话", "13900001234"),
        ),
    ),
    CopyRecord("m2", "李秀兰", (CopyField("户编号", "2"), CopyField("姓名", "李秀兰"))),
)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> CopyWindow:
    made = CopyWindow(None, "2号 赵德福户", RECORDS, ends="再按空格，记为已录入。")
    qtbot.addWidget(made)
    made.show()
    return made


def clipboard() -> str:
    return QApplication.clipboard().text()


def test_space_and_enter_go_on_backspace_goes_back_and_empty_fields_are_passed(
    qtbot: QtBot, window: CopyWindow
) -> None:
    QApplication.clipboard().clear()
    assert clipboard() == ""
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert clipboard() == "2"
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert clipboard() == ID_NO
    assert window.bar.format() == "2/5"
    assert window.field.text() == "证件号码"
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert clipboard() == "2"
    assert "监测对象类别" in window.skipped.text()


def test_numbers_are_masked_on_the_screen_and_whole_on_the_clipboard(
    qtbot: QtBot, window: CopyWindow
) -> None:
    for _field in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Space)
    assert clipboard() == "13900001234"
    assert "139****1234" in window.value.text()
    assert shown(CopyField("证件号码", ID_NO)) == "539901********0017"
    assert shown(CopyField("组", "一组")) == "一组"


def test_page_keys_change_the_person(qtbot: QtBot, window: CopyWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert "李秀兰" in window.person.text()
    assert window.bar.format() == "4/5"
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert window.bar.format() == "1/5"


@pytest.mark.parametrize("end", ["close", "reject", "accept"])
def test_closing_takes_the_value_off_the_clipboard(
    qtbot: QtBot, window: CopyWindow, end: str
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Space)
    getattr(window, end)()
    assert clipboard() == ""


def test_what_somebody_copied_elsewhere_stays(qtbot: QtBot, window: CopyWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Space)
    QApplication.clipboard().setText("别处的")
    window.close()
    assert clipboard() == "别处的"


def test_the_value_asks_to_be_kept_out_of_histories(qtbot: QtBot, window: CopyWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Space)
    kinds = QApplication.clipboard().mimeData().formats()
    assert any("ExcludeClipboardContent" in kind for kind in kinds)
    assert "x-kde-passwordManagerHint" in kinds
    window.close()


def test_the_window_stays_above_others(window: CopyWindow) -> None:
    assert window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint


def test_a_township_copies_a_case_to_its_end_and_marks_it_with_day_and_person(
    qtbot: QtBot, store: Store, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = deliberated(store, add_family(store))
    act(store, "township", case_id, "pass", 12, note="情况属实")
    act(store, "county", case_id, "approve", 14, object_type="unstable_lifted",
        causes="因病、因残", approval_no="3号")  # fmt: skip
    asked: list[str] = []

    def agree(_parent: object, _title: str, text: str, _yes: str) -> bool:
        asked.append(text)
        return True

    monkeypatch.setattr(messages, "ask", agree)
    with acting_as(store, "township"):
        desk = Desk(store, Actor("王芳", "administrator"), lambda: on(16), Runner())
        dialog = ToTypeDialog(None, desk)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
        window = dialog.window_of_fields
        assert window is not None
        for _field in range(len(window._stops) + 1):
            qtbot.keyClick(window, Qt.Key.Key_Space)
        assert clipboard() == ""
        assert not window.isVisible()
        assert "王芳" in asked[0]
        assert str(on(16)) in asked[0]
        assert monitored.to_type(store) == []
        page = monitored.show_case(store, case_id, on(16), desk.actor)
        assert page.item.fields["entered_in_national_system_on"] == on(16).isoformat()
        assert dialog.table.table.rowCount() == 0
        desk.runner.close()
