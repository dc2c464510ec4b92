"""Natural changes as guided actions, on a real village."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.domain.natural_change import DONE, OPEN, PENDING
from app.models.household import Member
from app.ops import attachments, changes, roster_view
from app.ops.attachments import Thing
from app.ops.changes import NewChange
from app.ops.items import Item
from app.ui.attachments.panel import AttachmentPanel
from app.ui.attachments.paper_field import PaperField
from app.ui.changes.change_form import ChangeForm
from app.ui.changes.change_picker import ChangePicker
from app.ui.changes.changes_dialog import ChangesDialog, detail_lines
from app.ui.changes.tasks import TASKS, ChangeTask
from app.ui.page import Desk
from app.ui.review.step_fields import OrderedField
from tests.ops import photos
from tests.ui.conftest import TODAY


def task(word: str) -> ChangeTask:
    return next(one for one in TASKS if one.word == word)


def form(qtbot: QtBot, desk: Desk, word: str, known: Item | None = None) -> ChangeForm:
    home = roster_view.household_page(desk.store, "h2")
    made = ChangeForm(None, desk, home, task(word), known)
    qtbot.addWidget(made)
    made.show()
    return made


def listed(desk: Desk) -> list[Item]:
    return changes.list_changes(desk.store, TODAY, desk.actor, only_open=False)


def put(made: ChangeForm, **values: str) -> None:
    for name, text in values.items():
        made.fields[name].set_value(text)


def relation(desk: Desk, member_id: str) -> str:
    with desk.store.read() as session:
        return str(session.scalars(select(Member.relation).filter_by(id=member_id)).one())


def test_a_digit_chooses_the_change(qtbot: QtBot, qapp: QApplication) -> None:
    picker = ChangePicker(None, "赵德福户")
    qtbot.addWidget(picker)
    qtbot.keyClick(picker.list, Qt.Key.Key_2)
    assert picker.result() == 1
    assert picker.task().word == "死亡"


def test_a_birth_is_reported_and_waits_for_the_township(qtbot: QtBot, desk: Desk) -> None:
    made = form(qtbot, desk, "出生")
    put(made, name="赵小宝", relation="之子", sex="male", birth_date="20251010",
        effective_on="20251010", proof="出生医学证明")  # fmt: skip
    made.accept()
    assert made.result() == 1
    (item,) = listed(desk)
    assert (item.state, item.fields["effective_on"]) == (PENDING, "2025-10-10")
    assert json.loads(item.fields["details"])["name"] == "赵小宝"


def test_what_is_missing_stands_at_its_field(qtbot: QtBot, desk: Desk) -> None:
    made = form(qtbot, desk, "出生")
    assert not made.fields["id_no"].testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    made.accept()
    assert made.problems["name"].text() == "请填姓名。"
    assert made.problems["name"].isVisible()
    assert listed(desk) == []


def test_a_refusal_stands_at_its_field_and_leaving_takes_the_note_back(
    qtbot: QtBot, desk: Desk
) -> None:
    made = form(qtbot, desk, "婚入")
    put(made, name="王秀英", relation="之儿媳", sex="female", birth_date="19990101",
        effective_on="20251231", proof="结婚证")  # fmt: skip
    made.accept()
    assert made.result() == 0
    assert "晚于办理日期" in made.problems["effective_on"].text()
    put(made, effective_on="20251001")
    made.accept()
    assert made.result() == 1
    assert [item.state for item in listed(desk)] == [PENDING]
    again = form(qtbot, desk, "婚入")
    put(again, name="李某", relation="之儿媳", sex="female", birth_date="19990101",
        effective_on="20251231", proof="结婚证")  # fmt: skip
    again.accept()
    again.reject()
    assert sorted(item.state for item in listed(desk)) == ["cancelled", PENDING]


def test_the_death_of_the_head_asks_for_the_new_head_and_all_relations(
    qtbot: QtBot, desk: Desk
) -> None:
    made = form(qtbot, desk, "死亡")
    assert not made.fields["head_id"].isVisible()
    put(made, member_id="h2-1", effective_on="20251015", proof="死亡医学证明")
    assert made.fields["head_id"].isVisible()
    put(made, head_id="h2-2")
    assert list(made.relations.editors) == ["h2-3", "h2-4"]
    made.accept()
    assert "赵明远、赵明月" in made.problems["relations"].text()
    for editor in made.relations.editors.values():
        editor.set_value("之子")
    made.accept()
    assert made.result() == 1
    states = {item.fields["change_kind"]: item.state for item in listed(desk)}
    assert states == {"head_change": DONE, "decrease": PENDING}
    assert relation(desk, "h2-2") == "户主"


def test_the_death_of_a_child_asks_nobody(qtbot: QtBot, desk: Desk) -> None:
    made = form(qtbot, desk, "死亡")
    put(made, member_id="h2-4", effective_on="20251015", proof="村委会证明")
    assert not made.fields["head_id"].isVisible()
    made.accept()
    assert [item.state for item in listed(desk)] == [PENDING]


def test_a_split_asks_who_goes_and_who_heads_them(qtbot: QtBot, desk: Desk) -> None:
    made = form(qtbot, desk, "分户")
    going = made.fields["member_ids"]
    assert isinstance(going, OrderedField)
    put(made, member_ids="h2-2,h2-4", head_id="h2-2", effective_on="20251015", proof="户口页")
    assert list(made.relations.editors) == ["h2-4"]
    made.relations.editors["h2-4"].set_value("之女")
    made.accept()
    (item,) = listed(desk)
    lines = detail_lines(item, {"h2-2": "李秀兰", "h2-4": "赵明月"})
    assert "分出去　李秀兰、赵明月" in lines
    assert "新户主　李秀兰" in lines


def test_a_child_as_new_head_is_refused_at_the_head(qtbot: QtBot, desk: Desk) -> None:
    made = form(qtbot, desk, "户主变更")
    put(made, reason="old_age", head_id="h2-3", effective_on="20251015")
    for editor in made.relations.editors.values():
        editor.set_value("之父")
    made.accept()
    assert "16岁" in made.problems["head_id"].text()
    assert relation(desk, "h2-1") == "户主"


def test_the_list_shows_what_waits_and_completes_what_the_visit_left_open(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes.open_change(desk.store, desk.actor, NewChange("h2", "increase", "birth"), TODAY)
    dialog = ChangesDialog(None, desk)
    qtbot.addWidget(dialog)
    item = dialog.view.current()
    assert item is not None
    assert (item.state, item.title) == (OPEN, "自然增加·出生")
    assert list(dialog.view.card.buttons) == ["submit", "withdraw"]

    def fill(opened: ChangeForm) -> int:
        put(opened, name="赵小宝", relation="之子", sex="male", birth_date="20251010",
            effective_on="20251010", proof="出生医学证明")  # fmt: skip
        opened.accept()
        return opened.result()

    monkeypatch.setattr(ChangeForm, "exec", fill)
    dialog.view.card.buttons["submit"].click()
    item = dialog.view.current()
    assert item is not None
    assert item.state == PENDING
    assert len(listed(desk)) == 1


def test_a_word_that_is_not_offered_may_be_the_proof(qtbot: QtBot, desk: Desk) -> None:
    proof = form(qtbot, desk, "迁出").fields["proof"]
    assert isinstance(proof, PaperField)
    proof.set_value("派出所回执")
    assert proof.value() == "派出所回执"


def test_a_photo_of_the_paper_waits_for_the_report_and_then_hangs_on_it(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    made = form(qtbot, desk, "死亡")
    put(made, member_id="h2-4", effective_on="20251015")
    proof = made.fields["proof"]
    assert isinstance(proof, PaperField)
    with qtbot.waitSignal(proof.panel.changed, timeout=20_000):
        proof.panel.add_files([photos.photo(tmp_path / "a.jpg", size=(60, 40))])
    assert proof.panel.strip.words.text() == "照片1张，办好时一起存下。"
    assert attachments.listed(desk.store) == []
    made.accept()
    (item,) = listed(desk)
    assert item.fields["proof"] == "照片1张"
    (photo,) = attachments.listed(desk.store)
    assert photo.thing == Thing("natural_change", item.item_id)
    dialog = ChangesDialog(None, desk)
    qtbot.addWidget(dialog)
    shown = dialog.view.card.findChild(AttachmentPanel)
    assert shown is not None
    assert len(shown.strip.lines) == 1


def test_enter_goes_through_the_fields_and_reports_from_the_last(qtbot: QtBot, desk: Desk) -> None:
    made = form(qtbot, desk, "死亡")
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    put(made, member_id="h2-4", effective_on="20251015", proof="村委会证明")
    for name in ("member_id", "effective_on"):
        assert made.fields[name].hasFocus()
        qtbot.keyClick(made.fields[name], Qt.Key.Key_Return)
    proof = made.fields["proof"]
    assert isinstance(proof, PaperField)
    assert proof.words.hasFocus()
    qtbot.keyClick(proof.words, Qt.Key.Key_Return)
    assert [item.state for item in listed(desk)] == [PENDING]
