"""A household's further tabs: read when looked at, by keys, masked; a month opens read-only."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.household import Household, Member
from app.ops import attachments, sheet_history, sheets
from app.ops.attachments import Thing
from app.ui.page import Desk
from app.ui.roster import record_tabs
from app.ui.roster.record_tabs import SheetDialog
from app.ui.roster.roster_page import RosterPage
from tests.ops.photos import photo
from tests.ui.conftest import OCTOBER, TODAY


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> RosterPage:
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    return page


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> list[SheetDialog]:
    shown: list[SheetDialog] = []
    monkeypatch.setattr(SheetDialog, "exec", lambda dialog: shown.insert(0, dialog))
    return shown


def press(qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key)


def texts(table: object) -> list[list[str]]:
    model = table.table  # type: ignore[attr-defined]
    return [[column.text(row) for column in model.columns] for row in model.rows()]


def test_a_tab_is_read_when_it_is_looked_at_first(
    qtbot: QtBot, page: RosterPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    for name in ("SheetsTab", "IncomeTab", "PhotosTab", "HistoryTab"):
        cls = getattr(record_tabs, name)
        monkeypatch.setattr(cls, "read", lambda self, _home: read.append(type(self).__name__))
    page.open_household("h2")
    assert read == []
    press(qtbot, Qt.Key.Key_3)
    press(qtbot, Qt.Key.Key_8)
    press(qtbot, Qt.Key.Key_3)
    assert read == ["IncomeTab", "HistoryTab"]


def test_digits_reach_every_tab_and_the_keyboard_stands_in_it(
    qtbot: QtBot, page: RosterPage
) -> None:
    page.open_household("h2")
    for number in range(8):
        press(qtbot, Qt.Key(Qt.Key.Key_1 + number))
        tab = page.household.tabs.currentWidget()
        assert page.household.tabs.currentIndex() == number
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus is tab or tab.isAncestorOf(focus)


def test_enter_on_a_month_shows_its_answers(
    qtbot: QtBot, page: RosterPage, desk: Desk, dialogs: list[SheetDialog]
) -> None:
    opened = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    sheets.save_answers(
        desk.store, desk.actor, opened.sheet_id, {("ED-01", "h2-3"): "dropout"}, TODAY
    )
    page.open_household("h2")
    press(qtbot, Qt.Key.Key_2)
    (month,) = texts(page.household.sheets.table)
    assert month[:2] == ["2025-10", "填了一部分"]
    press(qtbot, Qt.Key.Key_Return)
    (row,) = texts(dialogs[0].table)
    assert row[1:4] == ["上学", "赵明远", "辍学"]


def test_income_shows_the_line_and_what_is_missing(qtbot: QtBot, page: RosterPage) -> None:
    page.open_household("h2")
    press(qtbot, Qt.Key.Key_3)
    assert "0/12" in page.household.income.sentence.text()
    assert page.household.income.annual.text() == "没有年度收入。"


def test_photos_of_all_its_things_are_listed_once_with_what_they_are_of(
    qtbot: QtBot, page: RosterPage, desk: Desk
) -> None:
    opened = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    path = photo(desk.store.path.parent / "a.jpg")
    for thing in (Thing("sheet", opened.sheet_id), Thing("household", "h2")):
        attachments.add_files(desk.store, desk.actor, [thing], [path], "", TODAY)
    page.open_household("h2")
    press(qtbot, Qt.Key.Key_7)
    strip = page.household.photos.panel.strip
    assert len(strip.lines) == 1
    assert "户 1" in strip.words.text() or "检查表 1" in strip.words.text()


def test_history_tells_old_and_new_and_a_change_elsewhere_shows_at_once(
    qtbot: QtBot, page: RosterPage, desk: Desk
) -> None:
    page.open_household("h2")
    press(qtbot, Qt.Key.Key_8)
    with desk.store.write("test.house", desk.actor, "重新鉴定") as session:
        session.get_one(Household, "h2").house_rating = "C"
        session.get_one(Member, "h2-1").phone = "18700000475"
    page.refresh(None)
    assert page.household.tabs.currentIndex() == 7
    rows = {row[3]: row for row in texts(page.household.history.table)[:2]}
    assert rows["住房安全等级"][2:] == ["户台账", "住房安全等级", "B → C", "重新鉴定"]
    assert rows["联系电话"][2] == "赵德福"
    assert "18700000475" not in str(rows)


def test_another_household_opens_at_its_people(qtbot: QtBot, page: RosterPage) -> None:
    page.open_household("h2")
    press(qtbot, Qt.Key.Key_8)
    page.open_household("h4")
    assert page.household.tabs.currentWidget() is page.household.members


def test_months_reach_three_years_back() -> None:
    assert sheet_history.MONTHS == 36
