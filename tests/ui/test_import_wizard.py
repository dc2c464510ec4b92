"""Import wizard: decisions by key, silent people asked about, columns corrected, taken back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import roster
from app.ops.changes import list_changes
from app.ops.roster import ImportItem, Pasted
from app.ui import messages
from app.ui.page import Desk
from app.ui.quality.list_dialog import ListDialog
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
    refused = view.table.current()
    qtbot.keyClick(view.table, Qt.Key.Key_2)
    assert view.choice_text(refused) == "不要"
    assert view.table.current() is not refused  # the next one waits
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


def test_a_takes_only_what_is_alike_and_j_k_move(qtbot: QtBot, desk: Desk) -> None:
    dialog = look(qtbot, desk, NEXT)
    view = dialog.flow.items
    view.kind.setCurrentIndex(0)
    view.table.selectRow(0)
    for key, row in ((Qt.Key.Key_J, 1), (Qt.Key.Key_J, 2), (Qt.Key.Key_K, 1)):
        qtbot.keyClick(view.table, key)
        assert view.table.currentIndex().row() == row
    kind = view.table.current().kind
    shown = view.table.table.rows()
    alike = [item.key for item in shown if item.kind == kind and item.choices]
    assert len(alike) < view.count()
    qtbot.keyClick(view.table, Qt.Key.Key_A)
    qtbot.keyClick(view.table, Qt.Key.Key_3)
    assert set(view.decisions().items) == set(alike)


def test_f6_brings_the_keyboard_to_the_items_and_back(qtbot: QtBot, desk: Desk) -> None:
    dialog = look(qtbot, desk, NEXT)
    dialog.activateWindow()
    qtbot.keyClick(dialog, Qt.Key.Key_F6)
    assert dialog.flow.tabs.currentWidget() is dialog.flow.items
    assert dialog.focusWidget() is dialog.flow.items.table
    qtbot.keyClick(dialog, Qt.Key.Key_F6)
    assert dialog.focusWidget() is dialog.flow.view.table


def clipboard_of(path: Path, rows: int) -> str:
    """Return the first rows of a workbook as WPS copies them."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    lines = []
    for values in sheet.iter_rows(max_row=rows, values_only=True):
        cells = ["" if value is None else str(value) for value in values]
        cells = [f'"{cell}"' if "\n" in cell else cell for cell in cells]
        lines.append("\t".join(cells))
    return "\r\n".join(lines) + "\r\n"


def test_rows_copied_in_wps_are_pasted_looked_at_and_imported(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication, tmp_path: Path
) -> None:
    desk = make_desk(store, actor)
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    QApplication.clipboard().setText(clipboard_of(FIRST, 40))
    with qtbot.waitSignal(dialog.flow.previewed, timeout=20000):
        qtbot.keyClick(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyRelease(dialog, Qt.Key.Key_Control)
    assert roster.list_households(store) == []
    take(qtbot, dialog)
    head = roster.list_households(store)[0].head_name
    dialog.save_report(tmp_path / "报告.xlsx")
    assert "导入报告" in openpyxl.load_workbook(tmp_path / "报告.xlsx").sheetnames
    assert left_in_clear(store.path.parent, head) == []
    desk.runner.close()


def test_the_clipboards_html_serves_where_there_is_no_text(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication
) -> None:
    desk = make_desk(store, actor)
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    cells = [line.split("\t") for line in clipboard_of(FIRST, 12).splitlines()]
    rows = "".join(f"<tr><td>{'</td><td>'.join(line)}</td></tr>" for line in cells)
    data = QMimeData()
    data.setHtml(f"<table>{rows}</table>")
    QApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(dialog.flow.previewed, timeout=20000) as seen:
        dialog.paste()
    assert seen.args is not None
    assert seen.args[0].files[0].file.table.rows
    desk.runner.close()


def test_an_empty_clipboard_is_said_and_nothing_happens(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication
) -> None:
    desk = make_desk(store, actor)
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    QApplication.clipboard().clear()
    with qtbot.waitSignal(desk.runner.failed, timeout=20000) as failed:
        dialog.paste()
    assert failed.args is not None
    assert "没有变" in failed.args[0].user_text()
    assert not dialog.agree.isEnabled()
    desk.runner.close()


def left_in_clear(folder: Path, words: str) -> list[str]:
    """Return the files of a replica in which words can be read."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    codings = ("utf-8", "gbk", "utf-16-le")
    return [f.name for f in files if any(words.encode(c) in f.read_bytes() for c in codings)]


def test_a_list_from_above_goes_on_in_its_own_dialog_without_an_error(
    qtbot: QtBot, desk: Desk
) -> None:
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    failed: list[object] = []
    desk.runner.failed.connect(failed.append)
    with qtbot.waitSignal(dialog.finished, timeout=20000):
        dialog.start([ROSTERS / "08_部门预警清单.xlsx"])
    assert dialog.list_source == ROSTERS / "08_部门预警清单.xlsx"
    assert failed == []


def test_a_list_that_is_pasted_goes_on_there_too_and_has_no_layout_to_answer_in(
    qtbot: QtBot, desk: Desk
) -> None:
    pasted = Pasted("姓名\t身份证号码\t预警类型\n张建国\t539901196803120116\t疑似失学辍学\n")
    dialog = ImportDialog(None, desk)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.finished, timeout=20000):
        dialog.start([pasted])
    assert dialog.list_source == pasted
    taken = ListDialog(None, desk)
    qtbot.addWidget(taken)
    taken.look_at(pasted)
    assert taken.preview is not None
    assert [row.row.name for row in taken.preview.rows] == ["张建国"]
    assert (taken.take_button.isEnabled(), taken.answer_button.isEnabled()) == (True, False)


def test_the_log_saves_what_an_old_import_said_and_marks_the_old_file(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication, tmp_path: Path
) -> None:
    desk = make_desk(store, actor)
    roster.apply_import(store, actor, roster.preview_import(store, [MESSY], TODAY))
    log = ImportLogDialog(None, desk)
    qtbot.addWidget(log)
    said = log.report.table.rowCount()
    assert said
    log.save_report(tmp_path / "清单.xlsx")
    (sheet,) = openpyxl.load_workbook(tmp_path / "清单.xlsx").worksheets
    assert sheet.max_row == said + 1
    log.mark_original(MESSY, tmp_path / "标出.xlsx")
    assert openpyxl.load_workbook(tmp_path / "标出.xlsx").sheetnames[0] == "导入报告"
    refused: list[object] = []
    desk.runner.failed.connect(refused.append)
    log.mark_original(FIRST, tmp_path / "别的.xlsx")
    assert [error.code for error in refused] == ["E244"]  # type: ignore[attr-defined]
    assert not (tmp_path / "别的.xlsx").exists()
    desk.runner.close()


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
