"""数据质量: a doubt is looked into and answered, a negative finding is proven or not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import monitored, registers, roster
from app.ops.registers import NewFinding
from app.ui.attachments.paper_field import PaperField
from app.ui.page import Desk
from app.ui.quality.list_dialog import ListDialog
from app.ui.quality.quality_page import QualityPage
from app.ui.review.step_form import StepForm
from app.ui.roster.person_picker import PersonPicker
from tests.excel import keys
from tests.ops import photos
from tests.ui.conftest import TODAY, make_desk


def note(desk: Desk, subject: str, code: str, household: str) -> None:
    new = NewFinding(household, code, f"测试{code}")
    registers.open_finding(desk.store, desk.actor, subject, new, TODAY)


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> QualityPage:
    note(desk, "data_doubt", "D-01", "h2")
    note(desk, "negative_check", "N-01", "h4")
    made = QualityPage(desk)
    qtbot.addWidget(made)
    desk.runner.changed.connect(made.refresh)
    made.show()
    made.refresh(None)
    return made


def answer(values: dict[str, str]) -> Callable[[StepForm], int]:
    def run(form: StepForm) -> int:
        for name, text in values.items():
            form.fields[name].set_value(text)
        form.accept()
        return form.result()

    return run


def test_without_doubts_the_page_says_where_they_come_from(qtbot: QtBot, desk: Desk) -> None:
    made = QualityPage(desk)
    qtbot.addWidget(made)
    made.refresh(None)
    assert made.board.is_empty
    assert made.board.empty.text() == "没有疑点。上级发来清单可在这里导入。"


def test_a_doubt_is_answered_with_words_and_leaves_the_list(
    desk: Desk, page: QualityPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(one for one in page._items if one.subject == "data_doubt")
    page.show_target(item.item_id)
    assert list(page.view.card.buttons) == ["correct", "confirm-ok"]
    monkeypatch.setattr(StepForm, "exec", answer({"note": "证件号已补"}))
    page.view.card.buttons["correct"].click()
    assert [one.fields["code"] for one in page.view.table.table.rows()] == ["N-01"]
    page.only_open.setChecked(False)
    states = {one.fields["code"]: one.state for one in page.view.table.table.rows()}
    assert states == {"D-01": "corrected", "N-01": "open"}


def test_a_negative_finding_needs_its_proof(
    desk: Desk, page: QualityPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(one for one in page._items if one.subject == "negative_check")
    page.show_target(item.item_id)
    monkeypatch.setattr(StepForm, "exec", answer({"note": "确有商品房", "proof": ""}))
    page.view.card.buttons["prove"].click()
    assert page._items[0].state == page._items[1].state == "open"
    monkeypatch.setattr(StepForm, "exec", answer({"note": "是继承的老房", "proof": "房产证"}))
    page.view.card.buttons["disprove"].click()
    found = registers.list_negatives(desk.store, TODAY, desk.actor, only_open=False)
    assert [one.state for one in found] == ["untrue"]


def test_a_photo_proves_a_negative_finding_without_words_for_it(
    qtbot: QtBot, desk: Desk, page: QualityPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(one for one in page._items if one.subject == "negative_check")
    page.show_target(item.item_id)
    path = photos.photo(tmp_path / "a.jpg", size=(60, 40))

    def run(form: StepForm) -> int:
        proof = form.fields["proof"]
        assert isinstance(proof, PaperField)
        with qtbot.waitSignal(proof.panel.changed, timeout=20_000):
            proof.panel.add_files([path])
        return answer({"note": "确有商品房"})(form)

    monkeypatch.setattr(StepForm, "exec", run)
    page.view.card.buttons["prove"].click()
    shown = registers.show_entry(desk.store, item.subject, item.item_id, TODAY, desk.actor)
    assert shown.state == "proven"
    assert shown.history[-1].values["proof"] == "照片1张"


def test_a_doubt_leads_to_the_house(qtbot: QtBot, page: QualityPage) -> None:
    page.kind.setCurrentIndex(1)
    page._fill()
    with qtbot.waitSignal(page.open_requested) as opened:
        page.go_to_household()
    assert opened.args == ["visits", "h2"]


def test_a_list_from_above_is_seen_taken_in_and_answered(
    qtbot: QtBot, store: Store, actor: Actor, tmp_path: Path, qapp: QApplication
) -> None:
    roster.apply_import(
        store, actor, roster.preview_import(store, [keys.ROSTERS / "01_村台账_整洁.xlsx"], TODAY)
    )
    desk = make_desk(store, actor)
    dialog = ListDialog(None, desk)
    qtbot.addWidget(dialog)
    dialog.look_at(keys.ROSTERS / "10_疑点核实反馈清单.xlsx")
    assert dialog.head.text().startswith("疑点清单")
    assert registers.list_doubts(store, TODAY, actor) == []
    dialog.take()
    stored = len(registers.list_doubts(store, TODAY, actor))
    assert stored
    assert dialog.notes.text().startswith(f"新记{stored}条")
    dialog.answer(tmp_path / "答复.xlsx")
    assert (tmp_path / "答复.xlsx").exists()
    dialog.look_at(keys.ROSTERS / "10_疑点核实反馈清单.xlsx")
    dialog.take()
    assert f"以前导入过{stored}条" in dialog.notes.text()
    desk.runner.close()


def test_a_row_that_nobody_was_found_for_is_tied_by_hand_and_taken_in(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keys.ROSTERS / "01_村台账_整洁.xlsx"
    roster.apply_import(store, actor, roster.preview_import(store, [first], TODAY))
    desk = make_desk(store, actor)
    dialog = ListDialog(None, desk)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.look_at(keys.ROSTERS / "08_部门预警清单.xlsx")
    unsure = dialog.table.current()
    assert unsure.member is None  # those without a person stand first
    head = roster.list_households(store)[5].head_name

    def pick(picker: PersonPicker) -> int:
        picker.search.setText(head)
        picker.look()
        qtbot.keyClick(picker.search, Qt.Key.Key_Return)
        return picker.result()

    monkeypatch.setattr(PersonPicker, "exec", pick)
    sure = dialog.preview.counts["matched"] if dialog.preview else 0
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert dialog.preview is not None
    assert dialog.preview.counts["matched"] == sure + 1
    tied = dialog.table.current()
    assert tied.row == unsure.row
    assert tied.member.values["name"] == head
    dialog.take()
    assert "新记" in dialog.notes.text()
    clues = monitored.list_cases(store, TODAY, actor)
    assert any(item.household_id == tied.member.household_id for item in clues)
    desk.runner.close()


def test_enter_presses_the_button_of_an_empty_page(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[ListDialog] = []

    def run(dialog: ListDialog) -> int:
        shown.append(dialog)
        return 0

    monkeypatch.setattr(ListDialog, "exec", run)
    made = QualityPage(desk)
    qtbot.addWidget(made)
    made.show()
    made.refresh(None)
    qtbot.keyClick(made.board.empty.buttons[0], Qt.Key.Key_Return)
    assert len(shown) == 1
