"""工作台: the picture of twelve months and the list of who is overdue are doors."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.warning import HouseholdWarning
from app.ops import cadence
from app.ui.overdue_dialog import OverdueDialog
from app.ui.page import Desk
from app.ui.statistics.chart_view import category_text
from app.ui.tasks_dialog import TasksDialog
from app.ui.workbench_page import WorkbenchPage
from tests.ui.conftest import TODAY, VILLAGE


def add_warning(desk: Desk, actor: Actor, warning_id: str, opened: date) -> None:
    with desk.store.write("test.warning", actor) as session:
        session.add(
            HouseholdWarning(
                id=warning_id, scope=VILLAGE, household_id="h2", code="WT-01", severity="red",
                message="水量不够", opened_on=opened, period=f"{opened:%Y-%m}",
            )
        )  # fmt: skip


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, actor: Actor) -> WorkbenchPage:
    add_warning(desk, actor, "w1", date(2025, 9, 12))
    add_warning(desk, actor, "w2", date(2025, 10, 20))
    made = WorkbenchPage(desk)
    qtbot.addWidget(made)
    made.resize(1240, 690)
    made.show()
    made.refresh(None)
    return made


def test_the_picture_counts_the_warnings_of_each_month(page: WorkbenchPage) -> None:
    chart = page.chart.chart()
    assert chart is not None
    assert len(chart.categories) == 12
    assert category_text(chart, 10) == "9月：新增 1，销号 0，月末未销 1"
    assert category_text(chart, 11) == "10月：新增 1，销号 0，月末未销 2"


def test_a_bar_opens_the_report_of_its_month(qtbot: QtBot, page: WorkbenchPage) -> None:
    page.chart.setFocus()
    qtbot.keyClick(page.chart, Qt.Key.Key_Left)
    with qtbot.waitSignal(page.open_requested) as asked:
        qtbot.keyClick(page.chart, Qt.Key.Key_Return)
    assert asked.args == ["reports", "2025-09"]


def test_the_due_card_lists_who_is_overdue_and_leads_there(
    qtbot: QtBot, page: WorkbenchPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[OverdueDialog] = []
    monkeypatch.setattr(OverdueDialog, "exec", lambda dialog: seen.insert(0, dialog))
    qtbot.keyClick(page.due, Qt.Key.Key_Return)
    (line,) = seen[0].table.table.rows()
    days = (TODAY - line.due_on).days
    assert line.warning_id == "w1"
    assert days > 0
    assert seen[0].table.table.data(seen[0].table.table.index(0, 6)) == f"{days}天"
    with qtbot.waitSignal(page.open_requested) as asked:
        qtbot.keyClick(seen[0].table, Qt.Key.Key_Return)
    assert asked.args == ["warnings", "w1"]


def tasks_of(page: WorkbenchPage) -> dict[str, int]:
    """Return month and key → row of the tasks that come again."""
    return {
        f"{row.task.period} {row.task.key}": number
        for number, (_n, row) in enumerate(page.todo.table.rows())
        if row.task is not None
    }


def test_a_task_that_comes_again_goes_when_it_is_marked_and_comes_back_with_ctrl_z(
    qtbot: QtBot, page: WorkbenchPage, desk: Desk
) -> None:
    desk.runner.changed.connect(page.refresh)
    number = tasks_of(page)["2025-10 monthly_screening"]
    _count, row = page.todo.table.row_at(number)
    assert row.due_on is not None
    page.todo.selectRow(number)
    page.todo.setFocus()
    waiting = len(tasks_of(page))
    key = (row.task.key, row.task.period)
    qtbot.keyClick(page.todo, Qt.Key.Key_D)
    assert len(tasks_of(page)) == waiting - 1
    (done,) = [line for line in cadence.tasks(desk.store, key[1], TODAY) if line.key == key[0]]
    assert (done.done_on, done.done_by) == (TODAY, "张卫东")
    assert "Ctrl+Z" in page.said.text()
    qtbot.keyClick(page.todo, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(tasks_of(page)) == waiting


def test_d_on_anything_else_does_nothing(qtbot: QtBot, page: WorkbenchPage) -> None:
    page.todo.selectRow(0)
    page.todo.setFocus()
    before = page.todo.table.rowCount()
    qtbot.keyClick(page.todo, Qt.Key.Key_D)
    assert page.todo.table.rowCount() == before


def test_the_dialog_of_tasks_tells_who_did_what_when_and_takes_it_back(
    qtbot: QtBot, page: WorkbenchPage, desk: Desk
) -> None:
    dialog = TasksDialog(page, desk)
    qtbot.addWidget(dialog)
    task = page.todo.table.row_at(tasks_of(page)["2025-10 visit_day"])[1].task
    dialog.stand_on(task)
    dialog.note.setText("集中走了一天")
    dialog.done_button.click()
    line = dialog.table.current()
    texts = [column.text(line) for column in dialog.table.table.columns]
    assert texts[3:] == ["10-20 张卫东办了", "集中走了一天"]
    assert not dialog.done_button.isEnabled()
    dialog.back_button.click()
    assert dialog.table.current().done_on is None
