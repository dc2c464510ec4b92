"""户台账: list, filters, household page, and the import as its user sees it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.household import Member
from app.models.store import Store
from app.ops import roster_view, roster_words
from app.ui.page import Desk
from app.ui.roster import reasons
from app.ui.roster.import_dialog import ImportDialog
from app.ui.roster.preview_view import headline
from app.ui.roster.roster_page import RosterPage
from tests.conftest import StoreMaker
from tests.ui.conftest import TODAY, make_desk

ROSTERS = Path(__file__).parents[1] / "data" / "rosters"
TIDY = ROSTERS / "01_村台账_整洁.xlsx"
MESSY = ROSTERS / "02_村台账_杂乱.xlsx"


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> RosterPage:
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    page.setFocus()
    return page


def numbers(page: RosterPage) -> list[str]:
    return [line.household.household_no for line in page.table.table.rows()]


def test_households_and_people_are_counted_together(page: RosterPage) -> None:
    assert numbers(page) == ["1", "2", "4"]
    assert page.count.text() == "3户 7人"


def test_filters_narrow_the_list_and_its_count(qtbot: QtBot, page: RosterPage) -> None:
    box = page.boxes["group"]
    box.setCurrentText("二组")
    box.activated.emit(box.currentIndex())
    assert numbers(page) == ["4"]
    assert page.count.text() == "1户 2人"


def test_the_line_below_names_the_members(page: RosterPage) -> None:
    page.table.selectRow(1)
    assert "1赵德福（户主）" in page.below.text()
    assert "4赵明月（之女）" in page.below.text()


def test_enter_opens_a_household_and_identity_numbers_stay_masked_until_v(
    qtbot: QtBot, page: RosterPage, desk: Desk
) -> None:
    with desk.store.write("test.id", desk.actor) as session:
        session.get_one(Member, "h2-1").id_no = "539901198203010017"
    page.table.selectRow(1)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    table = page.household.members.table
    shown = [table.data(table.index(0, column)) for column in range(table.columnCount())]
    assert "539901********0017" in shown
    page.household.toggle_mask()
    assert table.data(table.index(0, 5)) == "539901198203010017"
    page.household._timer.timeout.emit()  # ten seconds later
    assert table.data(table.index(0, 5)) == "539901********0017"


def test_g_goes_to_the_visit_of_the_current_household(qtbot: QtBot, page: RosterPage) -> None:
    page.table.selectRow(2)
    with qtbot.waitSignal(page.open_requested) as opened:
        page._visit_current()
    assert opened.args == ["visits", "h4"]


def test_a_roster_is_looked_at_first_and_then_imported(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication
) -> None:
    desk = make_desk(store, actor)
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    assert "可导入名册" in page.empty.text()
    dialog = ImportDialog(page, desk)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.flow.previewed, timeout=20000):
        dialog.start([TIDY])
    assert roster_view.list_households(store) == []
    assert "120户" in dialog.flow.view.sentence.text()
    assert dialog.agree.text() == "导入120户"
    with qtbot.waitSignal(dialog.flow.imported, timeout=20000):
        dialog.agree.click()
    assert len(roster_view.list_households(store)) == 120
    assert "新建120户" in dialog.result_text.text()
    desk.runner.close()


def test_doubtful_rows_are_listed_with_sheet_row_and_reason(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication
) -> None:
    desk = make_desk(store, actor)
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.flow.previewed, timeout=20000) as seen:
        dialog.start([MESSY])
    assert seen.args is not None
    assert "处要您看" in headline(seen.args[0])
    rows = dialog.flow.view.table.table.rows()
    assert rows
    assert all(row.row > 0 and row.words and "E_" not in row.words for row in rows)
    assert [row.is_left_out for row in rows] == sorted(
        (row.is_left_out for row in rows), reverse=True
    )
    desk.runner.close()


def test_a_file_that_cannot_be_read_leaves_the_dialog_open_with_the_reason(
    qtbot: QtBot, store: Store, actor: Actor, tmp_path: Path, qapp: QApplication
) -> None:
    desk = make_desk(store, actor)
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    empty = tmp_path / "空.xlsx"
    empty.write_bytes(b"")
    with qtbot.waitSignal(desk.runner.failed, timeout=20000) as failed:
        dialog.start([empty])
    assert failed.args is not None
    assert "没有变" in failed.args[0].user_text()
    assert not dialog.agree.isEnabled()
    desk.runner.close()


def test_search_finds_by_initials(village: Store, actor: Actor, qapp: QApplication) -> None:
    with village.write("test.name", actor) as session:
        member = session.get_one(Member, "h2-1")
        member.name_initials, member.name_pinyin = "zdf", "zhaodefu"
    assert [line.head_name for line in roster_view.search(village, "zd")] == ["赵德福"]


def test_a_township_has_no_import_and_says_where_households_come_from(
    qtbot: QtBot, new_store: StoreMaker, actor: Actor, qapp: QApplication
) -> None:
    township = new_store("township", "539901101000", "云岭镇")
    desk = make_desk(township, actor)
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    assert "变更包" in page.empty.text()
    assert desk.today() == TODAY
    desk.runner.close()


def test_every_reason_of_an_import_has_a_short_word() -> None:
    assert set(roster_words.REASONS) <= set(reasons.REASONS)
    assert reasons.tally(["W_NO_HEAD", "E_DUPLICATE", "W_NO_HEAD"]) == (
        "同一人在表里出现两次，只留第一行 1、没有户主 2"
    )
