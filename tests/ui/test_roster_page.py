"""户台账: list, filters, household page, and the import as its user sees it."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import Engine, event

from app.demo import people
from app.domain.ownership import Actor
from app.models.household import Area, Household, Member
from app.models.store import Store
from app.ops import (
    local_settings,
    measures,
    months,
    print_log,
    roster,
    roster_view,
    roster_words,
    tables,
    visits,
)
from app.ops.measures import NewMeasure
from app.ops.visits import NewVisit
from app.ui.page import Desk
from app.ui.roster import reasons, roster_model
from app.ui.roster.column_choice import ColumnChoice
from app.ui.roster.import_dialog import ImportDialog
from app.ui.roster.numbers_dialog import NumbersDialog
from app.ui.roster.preview_view import headline
from app.ui.roster.roster_page import RosterPage
from app.ui.table_model import TableModel
from tests.conftest import StoreMaker
from tests.ui.conftest import OCTOBER, TODAY, make_desk

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
    box = page.filters.boxes["group"]
    box.setCurrentText("二组")
    box.activated.emit(box.currentIndex())
    assert numbers(page) == ["4"]
    assert page.count.text() == "1户 2人"


def choose(page: RosterPage, name: str, key: str) -> None:
    box = page.filters.boxes[name]
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def test_class_visit_and_eight_must_visits_filter(page: RosterPage, desk: Desk) -> None:
    with desk.store.write("test.class", desk.actor) as session:
        session.get_one(Household, "h2").management_class = "key"
        for name in ("h4-1", "h4-2"):
            session.get_one(Member, name).health = "serious_illness"
    page.refresh(None)
    choose(page, "management_class", "key")
    assert numbers(page) == ["2"]
    choose(page, "management_class", "")
    choose(page, "flag", "illness")
    assert numbers(page) == ["4"]
    choose(page, "flag", "any")
    assert "4" in numbers(page)
    choose(page, "flag", "")
    choose(page, "visited", "已走访")
    assert numbers(page) == []
    assert page.nothing.isVisible()


def test_a_saved_filter_is_there_after_a_restart_and_can_be_dropped(
    qtbot: QtBot, page: RosterPage, desk: Desk
) -> None:
    choose(page, "group", "二组")
    page.filters.keep("二组的")
    choose(page, "group", "")
    again = RosterPage(desk)
    qtbot.addWidget(again)
    again.refresh(None)
    saved = again.filters.saved
    saved.setCurrentIndex(saved.findText("已存：二组的"))
    saved.activated.emit(saved.currentIndex())
    assert numbers(again) == ["4"]
    saved.setCurrentIndex(saved.findText("去掉“二组的”"))
    saved.activated.emit(saved.currentIndex())
    assert saved.findText("已存：二组的") < 0
    assert local_settings.read_setting(desk.store, "roster.filters") == ""


def test_chosen_columns_stay_chosen_and_who_it_is_cannot_go(
    qtbot: QtBot, page: RosterPage, desk: Desk
) -> None:
    page.show_columns(["人口", "管理类别"])
    titles = ["户号", "户主", "人口", "管理类别"]
    assert [column.title for column in page.table.table.columns] == titles
    assert numbers(page) == ["1", "2", "4"]
    again = RosterPage(desk)
    qtbot.addWidget(again)
    assert [column.title for column in again.table.table.columns] == titles
    dialog = ColumnChoice(page, roster_model.offered("village"), titles, roster_model.ALWAYS)
    qtbot.addWidget(dialog)
    assert dialog.chosen() == titles


def test_what_may_be_exported_is_everybody_the_filtered_or_the_selected(page: RosterPage) -> None:
    assert page.scopes() == []
    choose(page, "group", "一组")
    page.table.selectAll()
    chosen, listed = page.scopes()
    assert (chosen.words, listed.words) == ("选中的2户", "筛出来的2户")
    assert listed.household_ids == frozenset({"h1", "h2"})


def test_five_thousand_households_filter_and_move_without_asking_the_database(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "名册.xlsx"
    tables.write_rows(path, "农户信息", people.HEADINGS, people.rows(people.village(5000, 1)))
    roster.apply_import(store, actor, roster.preview_import(store, [path], TODAY))
    months.open_period(store, actor, OCTOBER, TODAY)
    desk = make_desk(store, actor)
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    assert page.table.table.rowCount() == 5000
    assert isinstance(page.table.model(), TableModel)
    qtbot.waitUntil(lambda: bool(page._month), timeout=60000)  # comes from the worker
    page.table.moved.disconnect()  # the line below reads one household
    reads: list[object] = []
    event.listen(Engine, "before_cursor_execute", lambda *_args: reads.append(1))
    began = time.perf_counter()
    choose(page, "visited", "未走访")
    choose(page, "kind", "lifted")
    seconds = time.perf_counter() - began
    page.table.table.sort(3)
    assert 0 < page.table.table.rowCount() < 5000
    assert reads == []
    assert seconds < 1
    desk.runner.close()


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
    page._toggle_mask()
    assert table.data(table.index(0, 5)) == "539901198203010017"
    assert [line.action for line in print_log.recent(desk.store)] == ["unmask"]
    page.household._timer.timeout.emit()  # ten seconds later
    assert table.data(table.index(0, 5)) == "539901********0017"


def test_numbers_of_several_households_are_shown_only_for_a_purpose(
    qtbot: QtBot, page: RosterPage, desk: Desk
) -> None:
    with desk.store.write("test.id", desk.actor) as session:
        session.get_one(Member, "h2-1").id_no = "539901198203010017"
    homes = [line.household for line in page.table.table.rows()[:2]]
    dialog = NumbersDialog(page, desk, homes)
    qtbot.addWidget(dialog)

    def numbers_shown() -> set[str]:
        table = dialog.table.table
        return {table.columns[4].text(row) for row in table.rows()}

    dialog.show_button.click()
    assert "用途" in dialog.problem.text()
    assert "539901********0017" in numbers_shown()
    assert print_log.recent(desk.store) == []
    dialog.purpose.setText("换发医保卡")
    dialog.show_button.click()
    assert "539901198203010017" in numbers_shown()
    (line,) = print_log.recent(desk.store)
    assert (line.action, line.households) == ("unmask", 2)
    assert line.paper == "证件号码和电话（用途：换发医保卡）"


def test_a_households_page_shows_its_measures_and_visits(page: RosterPage, desk: Desk) -> None:
    new = NewMeasure("h4", "health", "大病救治", "李会计", cause="illness", planned_start_on=TODAY)
    measures.plan_measure(desk.store, desk.actor, new, TODAY)
    visits.record(desk.store, desk.actor, NewVisit("h4", TODAY, "onsite", content="都好"), TODAY)
    page.open_household("h4")
    view = page.household
    tables = (view.measures, view.visits)
    assert [view.tabs.tabText(view.tabs.indexOf(t)) for t in tables] == ["措施 1", "走访 1"]
    (measure,), (visit,) = view.measures.table.rows(), view.visits.table.rows()
    shown = [column.text(measure) for column in view.measures.table.columns]
    assert shown[2:5] == ["因病", "全户", "李会计"]
    assert view.visits.table.columns[-1].text(visit) == "都好"
    page.open_household("h1")
    assert view.tabs.tabText(view.tabs.indexOf(view.measures)) == "措施"
    assert view.visits.table.rowCount() == 0


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


def test_the_household_page_shows_how_far_the_seven_steps_are(page: RosterPage) -> None:
    desk = page._desk
    new = NewMeasure("h2", "industry", "养殖", "张卫东", cause="illness", planned_start_on=TODAY)
    measures.plan_measure(desk.store, desk.actor, new, TODAY)
    page.open_household("h2")
    texts = {name: box.text() for name, box in page.household.bar.boxes.items()}
    assert list(texts) == list("排访评录测补销")
    assert (texts["排"], texts["补"]) == ("○排\n—", "✓补\n10-20")
    assert page.household.bar.boxes["测"].accessibleName() == "监测，还没有办"


def test_above_the_village_the_list_says_of_which_village_a_household_is(
    qtbot: QtBot, new_store: StoreMaker, actor: Actor, qapp: QApplication
) -> None:
    township = new_store("township", "539901101000", "云岭镇")
    with township.absorb() as session:
        for code, name in (("539901101201", "上坝村"), ("539901101202", "下坝村")):
            session.add(Area(scope=code, area_code=code, name=name, area_level="village"))
            session.add(Household(scope=code, household_no="1", household_kind="lifted"))
    desk = make_desk(township, actor)
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    assert page.table.table.columns[0].title == "村"
    assert [line.household.village for line in page.table.table.rows()] == ["上坝村", "下坝村"]
    box = page.filters.boxes["village"]
    box.setCurrentText("下坝村")
    box.activated.emit(box.currentIndex())
    assert [line.household.village for line in page.table.table.rows()] == ["下坝村"]
    desk.runner.close()
