"""预警: from list to step, by keyboard, on a real replica."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.household import Household
from app.models.step import Step
from app.models.warning import HouseholdWarning
from app.ops import attachments, visits, warning_rows, warning_rules, warnings
from app.ops.warnings import Action, StepInput
from app.ui.attachments.proof_field import ProofField
from app.ui.page import Desk
from app.ui.review.remark_field import RemarkField
from app.ui.review.step_form import StepForm
from app.ui.warnings.step_ask import ask_step
from app.ui.warnings.warnings_page import WarningsPage
from tests.conftest import StoreMaker
from tests.ops import photos
from tests.ui.conftest import TODAY, VILLAGE, make_desk


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> WarningsPage:
    for number, (code, severity, member) in enumerate(
        (("ED-01", "red", "h2-3"), ("R-07", "red", "h2-3"), ("WT-02", "orange", ""))
    ):
        with desk.store.write("test.warning", desk.actor) as session:
            session.add(
                HouseholdWarning(
                    id=f"w{number}", scope=VILLAGE, household_id="h2", member_id=member,
                    code=code, severity=severity, message=f"测试{code}", basis=f"{code} 规则",
                    values='{"本月": "辍学"}', question=code, period="2025-10",
                    opened_on=date(2025, 10, 18),
                )
            )  # fmt: skip
    page = WarningsPage(desk)
    qtbot.addWidget(page)
    desk.runner.changed.connect(page.refresh)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    return page


def states(desk: Desk) -> dict[str, str]:
    found = warnings.list_warnings(desk.store, TODAY, only_open=False)
    return {line.code: line.state for line in found}


def test_codes_of_one_fact_stand_on_one_card(page: WarningsPage) -> None:
    assert page.table.table.rowCount() == 2
    assert page.count.text() == "共2事项（3条）"
    assert [tick.text()[:5] for tick in page.card.ticks] == ["ED-01", "R-07 "]


def test_a_step_on_the_card_leads_every_ticked_code(page: WarningsPage, desk: Desk) -> None:
    (confirm,) = [action for action in page.card.allowed() if action.name == "confirm"]
    page.take(confirm, page.card.ticked(), StepInput("已问班主任"))
    assert states(desk)["ED-01"] == states(desk)["R-07"] == "pending_township"
    assert states(desk)["WT-02"] == "suggested"
    assert page.table.table.rowCount() == 1


def test_an_unticked_code_stays_where_it_is(page: WarningsPage, desk: Desk) -> None:
    page.card.ticks[1].setChecked(False)
    (confirm,) = [action for action in page.card.allowed() if action.name == "confirm"]
    page.take(confirm, page.card.ticked(), StepInput(""))
    assert states(desk) == {
        "ED-01": "pending_township", "R-07": "suggested", "WT-02": "suggested",
    }  # fmt: skip


def test_a_refused_step_changes_nothing_and_says_why(
    qtbot: QtBot, page: WarningsPage, desk: Desk
) -> None:
    refused = Action("false-alarm", "不属实", ())
    with qtbot.waitSignal(desk.runner.failed) as failed:
        page.take(refused, page.card.ticked(), StepInput(""))
    assert failed.args is not None
    assert "还缺" in failed.args[0].user_text()
    assert set(states(desk).values()) == {"suggested"}


def test_a_warning_is_found_whatever_the_filter_says(page: WarningsPage) -> None:
    page.severity.setCurrentText("红")
    page._refilter()
    assert page.table.table.rowCount() == 1
    page.severity.setCurrentIndex(0)
    page.state.setCurrentText("已销号")
    page._refilter()
    assert page.table.table.rowCount() == 0
    page.show_target("w2")
    assert page.table.current().first.code == "WT-02"


def form_for(qtbot: QtBot, page: WarningsPage, action: Action) -> tuple[StepForm, list[StepInput]]:
    """Return the form of a step on the card, and what it has taken."""
    taken: list[StepInput] = []
    ask = ask_step(page._desk, action, page.card.ticked())
    form = StepForm(None, ask, taken.append)
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form, taken


def test_a_red_false_alarm_needs_reason_and_second_person(qtbot: QtBot, page: WarningsPage) -> None:
    action = Action("false-alarm", "不属实", ("reason", "second_person"))
    form, taken = form_for(qtbot, page, action)
    form.accept()
    assert "请填第二人姓名" in form.problems["second_person"].text()
    assert not taken
    form.fields["reason"].set_value("录入错误")
    form.fields["second_person"].set_value("李四")
    form.accept()
    assert taken == [StepInput("", None, {"reason": "录入错误", "second_person": "李四"})]
    assert form.result() == 1


def test_enter_leads_through_the_fields_and_takes_the_step_from_the_last(
    qtbot: QtBot, page: WarningsPage
) -> None:
    action = Action("assign", "派部门", ("department", "contact", "due_on"))
    form, taken = form_for(qtbot, page, action)
    fields = form.fields
    fields["department"].set_value("教体局")
    assert fields["department"].hasFocus()
    qtbot.keyClick(fields["department"], Qt.Key.Key_Return)
    fields["contact"].set_value("王老师")
    qtbot.keyClick(fields["contact"], Qt.Key.Key_Return)
    assert not fields["due_on"].testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    fields["due_on"].set_value("不知道")
    qtbot.keyClick(fields["due_on"], Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert fields["contact"].hasFocus()
    form.accept()
    assert "日期" in form.problems["due_on"].text()
    fields["due_on"].set_value("２０２５１１０１")
    for name in ("due_on", "departments", "note"):
        assert fields[name].hasFocus()
        qtbot.keyClick(fields[name], Qt.Key.Key_Return)
    (given,) = taken
    assert given.values == {"department": "教体局", "contact": "王老师", "due_on": "2025-11-01"}


def test_a_digit_puts_a_ready_remark_into_the_empty_note(qtbot: QtBot, page: WarningsPage) -> None:
    form, taken = form_for(qtbot, page, Action("return", "退回", ("note",)))
    remark = form.fields["note"]
    assert isinstance(remark, RemarkField)
    qtbot.keyClicks(remark.text, "1")
    qtbot.keyClick(remark.text, Qt.Key.Key_Return)
    assert "请改成实际内容" in remark.problem.text()  # {题目} waits to be completed
    remark.text.clear()
    qtbot.keyClicks(remark.text, "5")
    qtbot.keyClick(remark.text, Qt.Key.Key_Return)
    assert [given.note for given in taken] == ["请联系学校、司法所劝返，附联系记录。"]


def test_a_township_passes_several_at_once_but_never_a_red_one(
    qtbot: QtBot, new_store: StoreMaker, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("app.ui.messages.ask", lambda *_words: True)
    monkeypatch.setattr("app.ui.messages.show_text", lambda *words: said.append(str(words[2])))
    township = new_store("township", "539901101000", "云岭镇")
    desk = make_desk(township, actor)
    with township.absorb() as session:  # as a village's package brings them
        session.add(Household(id="h1", scope=VILLAGE, household_no="1", household_kind="lifted"))
        session.flush()
        for code, severity in (("EM-01", "yellow"), ("SS-02", "yellow"), ("ED-01", "red")):
            session.add(
                HouseholdWarning(
                    id=code, scope=VILLAGE, household_id="h1", code=code, severity=severity,
                    message=code, question=code, period="2025-10", opened_on=TODAY,
                )
            )  # fmt: skip
            session.add(
                Step(
                    id=f"s-{code}", scope=VILLAGE, subject="warning", subject_id=code,
                    household_id="h1", action="confirm", step_on=TODAY, actor="张卫东",
                    level="village",
                )
            )  # fmt: skip
    page = WarningsPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    page.table.selectAll()
    page.take_batch()
    found = warnings.list_warnings(township, TODAY, only_open=False)
    assert {line.code: line.state for line in found} == {
        "EM-01": "determined", "SS-02": "determined", "ED-01": "pending_township",
    }  # fmt: skip
    assert "已通过2条，跳过1条" in said[0]
    desk.runner.close()


def on_water(page: WarningsPage) -> WarningsPage:
    """Go to the orange warning, alone on its card."""
    page.show_target("w2")
    return page


def test_a_photo_added_at_the_card_proves_every_code_of_it(
    qtbot: QtBot, page: WarningsPage, desk: Desk, tmp_path: Path
) -> None:
    panel = page.card.photos
    assert panel is not None
    desk.runner.changed.disconnect(page.refresh)  # so that this card stays
    with qtbot.waitSignal(panel.changed, timeout=20_000):
        panel.add_files([photos.photo(tmp_path / "a.jpg", size=(60, 40))])
    on = {line.thing.subject_id for line in attachments.listed(desk.store)}
    assert on == {"w0", "w1"}
    page.refresh(None)
    assert page.card.photos is not None
    assert page.card.photos.strip.words.text() == "照片1张"


def test_adding_survives_the_reload_that_it_causes(
    qtbot: QtBot, page: WarningsPage, desk: Desk, tmp_path: Path
) -> None:
    panel = page.card.photos
    assert panel is not None
    panel.add_files([photos.photo(tmp_path / "a.jpg", size=(60, 40))])
    qtbot.waitUntil(lambda: bool(attachments.listed(desk.store)), timeout=20_000)
    assert page.card.photos is not panel


def test_confirming_without_a_photo_asks_for_proof_and_lists_what_is_owed(
    qtbot: QtBot, page: WarningsPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warning_rows, "demands_photo", lambda loaded: loaded.row.id == "w2")
    monkeypatch.setattr(warning_rules, "demands_photo", lambda loaded: loaded.row.id == "w2")
    on_water(page)
    assert page.card.photos is not None
    assert page.card.photos.strip.words.text() == "要照片：可以后补。"
    asked: list[ProofField] = []

    def fill(form: StepForm) -> int:
        proof = form.fields["photo"]
        assert isinstance(proof, ProofField)
        asked.append(proof)
        form.show()
        form.activateWindow()
        qtbot.waitUntil(proof.call_button.hasFocus)
        qtbot.keyClick(proof.call_button, Qt.Key.Key_2)
        assert form.fields["note"].hasFocus()
        form.fields["note"].set_value("已看过")
        form.accept()
        return form.result()

    monkeypatch.setattr(StepForm, "exec", fill)
    page.card.trigger("Q")
    assert len(asked) == 1
    shown = warnings.show_warning(desk.store, "w2", TODAY)
    assert shown.history[-1].values["photo"] == "后补"
    assert shown.line.is_photo_owed
    on_water(page)
    assert "照片后补" in page.card.photos.strip.words.text()
    assert page.table.current() is not None
    row = page.table.currentIndex().row()
    texts = [page.table.table.index(row, n).data() for n in range(page.table.table.columnCount())]
    assert any("（照片后补）" in str(text) for text in texts)


def test_a_call_is_recorded_and_shown(
    qtbot: QtBot, page: WarningsPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(form: StepForm) -> int:
        form.fields["note"].set_value("班主任说上周起没来")
        form.accept()
        return form.result()

    monkeypatch.setattr(StepForm, "exec", fill)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_1)
    (visit,) = visits.list_visits(desk.store, "h2")
    assert (visit.fields["visit_way"], visit.fields["purpose"]) == ("phone", "other")
    assert warnings.show_warning(desk.store, "w0", TODAY).calls == (
        "10-20 张卫东：班主任说上周起没来",
    )


def test_what_is_dropped_on_the_card_or_pasted_at_the_list_is_a_photo(
    qtbot: QtBot, page: WarningsPage, desk: Desk, tmp_path: Path
) -> None:
    data = QMimeData()
    path = photos.photo(tmp_path / "a.jpg", size=(60, 40))
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    page.card.dropEvent(drop)
    qtbot.waitUntil(lambda: len(attachments.listed(desk.store)) == 2, timeout=20_000)
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(image)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(attachments.listed(desk.store)) == 4  # two codes, two photos
