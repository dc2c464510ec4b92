"""Import wizard: decisions by key, silent people asked about, columns corrected, taken back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import roster
from app.ops.changes import list_changes
from app.ops.roster import ImportItem
from app.ui import messages
from app.ui.page import Desk
from app.ui.roster.import_columns import ColumnsDialog
from app.ui.roster.import_dialog import ImportDialog
from app.ui.roster.import_items import LeftDialog, change_text, value_text
from app.ui.roster.import_log import ImportLogDialog
from tests.ui.conftest import TODAY, make_desk

ROSTERS = Path(__file__).parents[1] / "data" / "rosters"
FIRST, NEXT = ROSTERS / "01_村台账_整洁.xlsx", ROSTERS / "04_村台账_下月更新.xlsx"
MESSY = ROSTERS / "02_村台账_杂乱.xlsx"


@pytest.fixture
def desk(store: Store, actor: Actor, qapp: QApplication) -> Iterator[Desk]:
    made = make_desk(store, actor)
    preview = roster.preview_import(store, [FIRST], date(2025, 9, 30))
    roster.apply_import(store, actor, preview)
    yield made
    made.runner.close()


def look(qtbot: QtBot, desk: Desk, path: Path) -> ImportDialog:
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.flow.previewed, timeout=20000):
        dialog.start([path])
    return dialog


def take(qtbot: QtBot, dialog: ImportDialog) -> None:
    with qtbot.waitSignal(dialog.flow.imported, timeout=20000):
        dialog.agree.click()


def items(dialog: ImportDialog, kind: str) -> list[ImportItem]:
    view = dialog.flow.items
    view.kind.setCurrentIndex(view.kind.findData(kind))
    return list(view.table.table.rows())


def test_the_next_month_shows_every_change_old_and_new(qtbot: QtBot, desk: Desk) -> None:
    dialog = look(qtbot, desk, NEXT)
    assert dialog.flow.tabs.count() == 2
    found = items(dialog, "member_changed")
    assert found
    assert all("→" in change_text(item) for item in found)


def test_a_first_import_has_nothing_to_decide_item_by_item(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication
) -> None:
    empty = make_desk(store, actor)
    dialog = look(qtbot, empty, FIRST)
    assert dialog.flow.tabs.count() == 1
    empty.runner.close()


def test_a_refused_item_stays_out_and_the_rest_goes_in(qtbot: QtBot, desk: Desk) -> None:
    dialog = look(qtbot, desk, NEXT)
    found = items(dialog, "member_changed")
    view = dialog.flow.items
    view.table.selectRow(0)
    qtbot.keyClick(view.table, Qt.Key.Key_2)
    refused = view.table.current()
    assert view.choice_text(refused) == "不要"
    take(qtbot, dialog)
    again = roster.preview_import(desk.store, [NEXT], date(2025, 10, 20))
    left = [item.key for item in again.files[0].items() if item.kind == "member_changed"]
    assert left == [refused.key]
    assert len(found) > 1


def test_a_whole_kind_is_decided_by_two_keys(qtbot: QtBot, desk: Desk) -> None:
    dialog = look(qtbot, desk, NEXT)
    found = items(dialog, "member_changed")
    view = dialog.flow.items
    qtbot.keyClick(view.table, Qt.Key.Key_A)
    qtbot.keyClick(view.table, Qt.Key.Key_2)
    assert {item.key for item in found} == set(view.decisions().items)


def test_who_is_silent_is_asked_about_and_becomes_a_natural_change(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = look(qtbot, desk, NEXT)
    (*_rest, one) = items(dialog, "missing")
    view = dialog.flow.items
    assert view.choice_text(one) == "以后再定"
    view.table.selectRow(len(_rest))

    def answer(asked: LeftDialog) -> int:
        asked.reason.setCurrentIndex(asked.reason.findData("death"))
        return 1

    monkeypatch.setattr(LeftDialog, "exec", answer)
    qtbot.keyClick(view.table, Qt.Key.Key_1)
    assert view.choice_text(one) == "死亡 2025-10-20"
    take(qtbot, dialog)
    assert "写成自然变更1人" in dialog.result_text.text()
    assert len(list_changes(desk.store, TODAY, desk.actor)) == 1


def test_what_was_imported_is_taken_back_from_the_log(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "ask", lambda *_args: True)
    monkeypatch.setattr(messages, "show_text", lambda *_args: None)
    log = ImportLogDialog(None, desk)
    qtbot.addWidget(log)
    log.undo_button.click()
    assert roster.list_households(desk.store) == []
    assert [line.is_undone for line in log.table.table.rows()] == [True]
    assert not log.undo_button.isEnabled()


def test_a_corrected_column_is_read_again_and_remembered(qtbot: QtBot, desk: Desk) -> None:
    dialog = look(qtbot, desk, NEXT)
    assert dialog.flow.preview is not None
    columns = ColumnsDialog(None, dialog.flow.preview)
    qtbot.addWidget(columns)
    assert columns.choice() is None
    heading = next(h for h, box in columns.boxes.items() if box.currentData() == "phone")
    columns.boxes[heading].setCurrentIndex(columns.boxes[heading].findData(""))
    choice = columns.choice()
    assert choice is not None
    with qtbot.waitSignal(dialog.flow.previewed, timeout=20000):
        dialog.flow.read([NEXT], choice)
    take(qtbot, dialog)
    again = roster.preview_import(desk.store, [NEXT], date(2025, 10, 20))
    (sheet,) = [s for s in again.files[0].file.sheets if s.used][:1]
    assert next(c.field for c in sheet.columns if c.heading == heading) == ""


def test_the_report_marks_the_faulty_cells_in_a_copy(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    dialog = look(qtbot, desk, MESSY)
    dialog.save_report(tmp_path / "报告.xlsx")
    assert openpyxl.load_workbook(tmp_path / "报告.xlsx").sheetnames


def test_numbers_that_identify_a_person_are_masked_and_keys_are_words() -> None:
    assert value_text("id_no", "530111199001011234") == "530111********1234"
    assert value_text("phone", "18700000475") == "187****0475"
    assert value_text("household_kind", "lifted") == "脱贫户"
    assert value_text("has_dibao", True) == "是"
    assert value_text("work_place", None) == "空"
