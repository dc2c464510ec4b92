"""The form in the window, on a real replica: typed like a user, read back from the database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.form import AnswerKey, AnswerValue, Question
from app.models.household import Member
from app.ops import attachments, sheets, warnings
from app.ui.attachments.photos_dialog import PhotosDialog
from app.ui.page import Desk
from app.ui.sheet import loading
from app.ui.sheet.board import END, STRIP, default_value
from app.ui.sheet.form_view import FormView
from app.ui.sheet.note_dialog import NoteDialog
from app.ui.sheet.outlets import Place
from app.ui.sheet.visits_page import VisitsPage
from app.ui.sheet.worksheet_dialog import WorksheetDialog
from tests.ops import photos
from tests.ui.conftest import OCTOBER, TODAY

ENTER = Qt.Key.Key_Return


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> VisitsPage:
    page = VisitsPage(desk)
    qtbot.addWidget(page)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    page.open_household("h2")
    page.activateWindow()
    page.setFocus()
    QApplication.processEvents()
    return page


def form_of(page: VisitsPage) -> FormView:
    assert page.form is not None
    return page.form


def stored(desk: Desk, household_id: str = "h2") -> dict[AnswerKey, object]:
    data = sheets.open_sheet(desk.store, household_id, OCTOBER, TODAY)
    return {key: cell.value for key, cell in data.cells.items() if cell.origin == "given"}


def click(qtbot: QtBot, page: VisitsPage, *keys: Qt.Key | str) -> None:
    """Press keys where the keyboard stands, letting the window paint between them."""
    for key in keys:
        target = QApplication.focusWidget() or form_of(page)
        if isinstance(key, str):
            for letter in key:
                _type(target, letter)
        else:
            qtbot.keyClick(target, key)
        QApplication.processEvents()


def _type(target: QWidget, letter: str) -> None:
    """Send one letter as the system does; QTest itself takes Latin letters only."""
    plain = Qt.KeyboardModifier.NoModifier
    key = ord(letter) if letter.isascii() else 0
    QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, key, plain, letter))


def test_a_digit_in_the_strip_records_the_visit_and_goes_on(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    assert form_of(page).controller.place == Place(STRIP)
    click(qtbot, page, "1")
    assert stored(desk)["BF-03", ""] == "onsite"
    assert form_of(page).controller.place == Place("FD")
    click(qtbot, page, "１")  # full width, as an input method would send it
    assert stored(desk)["FD-01", ""] == "enough"


def test_a_dropout_shows_its_finding_at_the_key_press(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    form_of(page).move_to(("ED-01", "h2-3"))
    QApplication.processEvents()
    assert not any("赵明远" in text and "辍学" in text for text in page.hints.texts())
    click(qtbot, page, "6")
    assert stored(desk)["ED-01", "h2-3"] == "dropout"
    assert any("赵明远" in text for text in page.hints.texts())
    row = form_of(page).rows["ED-01", "h2-3"]
    assert row.text.severity == "red"
    assert "辍学" in row.accessibleName()


def test_an_amount_typed_is_judged_live_saved_by_enter_and_kept_as_draft_until_then(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    form_of(page).move_to(("EV-02", ""))
    QApplication.processEvents()
    click(qtbot, page, "1.2万")
    data = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    assert sheets.drafts(desk.store, data.sheet_id) == {("EV-02", ""): "1.2万"}
    assert any("债" in text for text in page.hints.texts())
    assert ("EV-02", "") not in stored(desk)
    click(qtbot, page, ENTER)
    assert stored(desk)["EV-02", ""] == Decimal(12000)
    assert sheets.drafts(desk.store, data.sheet_id) == {}


def test_half_typed_text_is_back_after_the_program_was_killed(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    form_of(page).move_to(("IN-02", ""))
    QApplication.processEvents()
    click(qtbot, page, "35")
    again = VisitsPage(desk)
    qtbot.addWidget(again)
    again.open_household("h2")
    form_of(again).move_to(("IN-02", ""))
    field = form_of(again).rows["IN-02", ""].field
    assert field is not None
    assert field.text() == "35"


def test_what_cannot_be_read_is_said_beside_the_field(qtbot: QtBot, page: VisitsPage) -> None:
    form_of(page).move_to(("IN-02", ""))
    QApplication.processEvents()
    click(qtbot, page, "3x", ENTER)
    row = form_of(page).rows["IN-02", ""]
    assert "请填数字" in row.text.problem
    assert form_of(page).controller.place.key == ("IN-02", "")


def test_a_held_key_answers_once(page: VisitsPage, desk: Desk) -> None:
    form = form_of(page)
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1", True)
    QApplication.sendEvent(form, held)
    assert stored(desk) == {}
    assert form.controller.place == Place(STRIP)


def test_keys_typed_before_the_next_chapter_is_painted_are_dropped(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    form = form_of(page)
    qtbot.keyClicks(form, "11")  # both before the event loop could paint
    assert ("FD-01", "") not in stored(desk)
    assert form.controller.place == Place("FD")


def test_tab_goes_down_the_form_as_the_eye_does(page: VisitsPage) -> None:
    form = form_of(page)
    form.move_to(("WT-01", ""))
    QApplication.processEvents()
    order: list[QWidget] = []
    widget: QWidget | None = form.strip
    for _step in range(500):
        assert widget is not None
        order.append(widget)
        widget = widget.nextInFocusChain()
    rows = [form.rows[key] for key in form.controller.board.rows("WT")]
    wanted = [form.strip, form.bars["FD"], form.bars["WT"], *rows, form.bars["LV"], form.end]
    places = [order.index(one) for one in wanted]
    assert places == sorted(places)


def test_missing_answers_are_named_and_the_second_enter_goes_there(
    qtbot: QtBot, page: VisitsPage
) -> None:
    form = form_of(page)
    form.controller.go(Place(END))
    form.redraw()
    click(qtbot, page, ENTER)
    assert "题没答" in form.end.words()
    click(qtbot, page, ENTER)
    assert form.controller.place == Place(STRIP)


def test_help_is_shown_and_hidden_by_f2(qtbot: QtBot, page: VisitsPage) -> None:
    form = form_of(page)
    form.move_to(("FD-01", ""))
    QApplication.processEvents()
    page._toggle_help()
    assert "米" in form.rows["FD-01", ""].text.help
    page._toggle_help()
    assert form.rows["FD-01", ""].text.help == ""


def test_page_down_goes_to_the_next_household(page: VisitsPage) -> None:
    page._neighbour(1)
    assert "和金花" in page.head.text()


def test_a_month_that_is_not_open_says_so_and_opens_it(qtbot: QtBot, desk: Desk) -> None:
    later = Desk(desk.store, desk.actor, lambda: date(2025, 11, 5), desk.runner)
    page = VisitsPage(later)
    qtbot.addWidget(page)
    page.refresh(None)
    assert "11月还没有开始" in page.empty.text()
    qtbot.mouseClick(page.empty.buttons[0], Qt.MouseButton.LeftButton)
    assert page.form is not None


def answer_the_rest(page: VisitsPage) -> None:
    """Give every answer that is still missing: the good one, else nothing much."""
    controller = form_of(page).controller
    for _round in range(3):  # answers bring further questions
        board = controller.board
        values: dict[AnswerKey, AnswerValue | None] = {}
        for key in board.missing():
            offer = board.offer(key) or default_value(board.question(key))
            values[key] = plain(board.question(key), offer)
        if values:
            page._save(values)
            board.change(values)


def plain(question: Question, value: AnswerValue | None) -> AnswerValue:
    if question.type == "money":
        return Decimal(str(value or 0))
    if value is None:
        return {"HS-01": "B", "BF-03": "onsite", "EM-01": "farming"}.get(question.code, 0)
    return value


def test_replies_after_an_answer_are_stored_with_it(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    form_of(page).move_to(("ED-01", "h2-3"))
    QApplication.processEvents()
    click(qtbot, page, "6", "2", "2")
    data = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    assert data.follow_ups["ED-01", "h2-3"] == {"since": "2", "why": "2"}
    assert "上月、打工" in form_of(page).rows["ED-01", "h2-3"].text.value


def test_a_household_handed_in_proposes_roster_changes_and_opens_warnings(
    qtbot: QtBot, page: VisitsPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def agree(_parent: object, _title: str, text: str, _yes: str) -> bool:
        said.append(text)
        return True

    monkeypatch.setattr("app.ui.messages.ask", agree)
    form = form_of(page)
    form.move_to(("ED-01", "h2-3"))
    QApplication.processEvents()
    click(qtbot, page, "6", "2", "2")
    answer_the_rest(page)
    form.controller.go(Place(END))
    form.redraw()
    click(qtbot, page, ENTER)
    assert "赵明远 未上学原因：空 → 打工" in said[0]
    found = warnings.list_warnings(desk.store, TODAY)
    assert ("ED-01", "h2-3") in {(line.code, line.member_id) for line in found}
    with desk.store.read() as session:
        assert session.get_one(Member, "h2-3").no_school_reason == "working"
    assert "赵德福" not in page.head.text()  # the next household is on the screen


def test_a_note_is_kept_beside_its_answer(
    qtbot: QtBot, page: VisitsPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    form_of(page).move_to(("CY-01", ""))
    monkeypatch.setattr(NoteDialog, "exec", lambda _self: 1)
    monkeypatch.setattr(NoteDialog, "text", lambda _self: "玉米倒了两亩")
    page.write_note()
    assert sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY).notes["CY-01", ""] == "玉米倒了两亩"
    assert form_of(page).rows["CY-01", ""].text.note == "玉米倒了两亩"


def test_photos_stand_beside_their_answer_and_beside_the_visit(
    qtbot: QtBot, page: VisitsPage, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = photos.photo(tmp_path / "a.jpg", size=(60, 40))

    def add(dialog: NoteDialog | PhotosDialog) -> int:
        with qtbot.waitSignal(dialog.panel.changed, timeout=20_000):
            dialog.panel.add_files([path])
        return 0

    monkeypatch.setattr(NoteDialog, "exec", add)
    monkeypatch.setattr(PhotosDialog, "exec", add)
    form_of(page).move_to(("CY-01", ""))
    page.write_note()
    assert form_of(page).rows["CY-01", ""].text.photos == 1
    form_of(page).controller.go(Place(STRIP))
    page.write_note()
    sheet = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY).sheet_id
    found = attachments.listed(desk.store, subject="sheet", subject_id=sheet)
    assert sorted(line.thing.question for line in found) == ["", "CY-01"]
    page.open_household("h2")
    form_of(page).move_to(("CY-01", ""))
    assert form_of(page).rows["CY-01", ""].text.photos == 1


def test_a_remark_of_the_township_stands_at_its_field(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    data = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    remark = sheets.Remark("请写清起止日期。", "王芳", date(2025, 10, 15), "w1")
    returned = replace(data, remarks={("ED-01", "h2-3"): remark})
    form = FormView(form_of(page).controller, loading.remarks(returned))
    qtbot.addWidget(form)
    form.move_to(("ED-01", "h2-3"))
    assert form.rows["ED-01", "h2-3"].text.remark == "镇里退回 王芳 10-15：请写清起止日期。"
    assert "【镇退回】" in form.bars["ED"].words()


def test_the_worksheet_saves_line_by_line_and_the_amount_follows(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    data = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    dialog = WorksheetDialog(None, desk, data.sheet_id)
    qtbot.addWidget(dialog)
    dialog.show()
    field = next(one for one in dialog.fields if one.key[0] == "dibao")
    field.setFocus()
    for letter in "300+200":
        _type(field, letter)
    qtbot.keyClick(field, ENTER)
    assert dialog.is_changed
    assert stored(desk)["IN-04", ""] == Decimal(500)
    field.setText("不知道")
    field.editingFinished.emit()
    assert "请填数字" in dialog.problem.text()
    assert stored(desk)["IN-04", ""] == Decimal(500)
    page._must_reload = True
    page._on_changed()
    assert form_of(page).controller.board.values["IN-04", ""] == Decimal(500)


def test_other_takes_its_words_in_the_row_and_keeps_them(
    qtbot: QtBot, page: VisitsPage, desk: Desk
) -> None:
    form = form_of(page)
    form.move_to(("EV-01", ""))
    click(qtbot, page, "9", ENTER)
    row = form.rows["EV-01", ""]
    assert QApplication.focusWidget() is row.field
    assert "要写明是什么事" in row.text.problem
    missing = loading.missing_sentence(form.controller.board, [("EV-01", "")])
    assert missing.endswith("按 Enter 去写。")
    click(qtbot, page, "水管冻裂", ENTER)
    data = sheets.open_sheet(desk.store, "h2", OCTOBER, TODAY)
    assert (data.cells["EV-01", ""].value, data.notes["EV-01", ""]) == (("other",), "水管冻裂")
    assert form.rows["EV-01", ""].field is None
