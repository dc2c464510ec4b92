"""核对并关账: what blocks is a list of doors; the close freezes; a correction is agreed to."""

from datetime import date

import pytest
from pytestqt.qtbot import QtBot

from app.models.warning import HouseholdWarning
from app.ops import changes, month_close, months, warnings
from app.ops.changes import NewChange
from app.ops.lives import StepInput
from app.ops.review import VillageMonth
from app.ui import messages
from app.ui.closing.blockers import CHANGE, REASON, VISIT, WARNING, month_to_close
from app.ui.closing.closing_dialog import ClosingDialog
from app.ui.closing.village_months import VillageMonthsDialog
from app.ui.page import Desk
from app.ui.review.step_form import StepForm
from tests.ops.levels import acting_as
from tests.ui.conftest import OCTOBER, TODAY, VILLAGE


@pytest.fixture
def dialog(qtbot: QtBot, desk: Desk) -> ClosingDialog:
    made = ClosingDialog(None, desk, OCTOBER)
    qtbot.addWidget(made)
    made.show()
    return made


def answer(values: dict[str, str]) -> object:
    def run(form: StepForm) -> int:
        for name, text in values.items():
            form.fields[name].set_value(text)
        form.accept()
        return form.result()

    return run


def kinds(dialog: ClosingDialog) -> list[str]:
    return [line.kind for line in dialog.table.table.rows()]


def excuse_all(desk: Desk) -> None:
    for one in months.due_households(desk.store, OCTOBER, TODAY):
        month_close.set_unvisited(
            desk.store, desk.actor, one.household_id, OCTOBER, "全家外出联系不上", "已打电话"
        )


def state(desk: Desk) -> str:
    return months.month_status(desk.store, OCTOBER, TODAY).state


def test_every_household_without_form_or_reason_blocks_and_is_a_door(
    qtbot: QtBot, dialog: ClosingDialog
) -> None:
    assert set(kinds(dialog)) == {VISIT}
    assert not dialog.close_button.isEnabled()
    line = dialog.table.current()
    with qtbot.waitSignal(dialog.left_for) as left:
        dialog.open_door(line)
    assert left.args == ["visits", line.household_id]


def test_a_reason_makes_the_household_block_no_more(
    dialog: ClosingDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = len(kinds(dialog))
    monkeypatch.setattr(StepForm, "exec", answer({"reason": "其他", "note": ""}))
    dialog.write_reason()
    assert kinds(dialog).count(REASON) == 0
    monkeypatch.setattr(StepForm, "exec", answer({"reason": "其他", "note": "外出就医"}))
    dialog.write_reason()
    assert (kinds(dialog).count(VISIT), kinds(dialog).count(REASON)) == (many - 1, 1)
    assert "未访：其他：外出就医" in [line.what for line in dialog.table.table.rows()]


def test_warnings_and_changes_block_too(dialog: ClosingDialog, desk: Desk) -> None:
    excuse_all(desk)
    with desk.store.write("test.warning", desk.actor) as session:
        session.add(
            HouseholdWarning(
                id="w1", scope=VILLAGE, household_id="h2", code="WT-01", severity="red",
                message="水量不够", basis="", question="WT-01", period="2025-10",
                opened_on=date(2025, 10, 18),
            )
        )  # fmt: skip
        changes.changes_from_answers(
            session, household_id="h2", period=OCTOBER, items=["birth:"], actor=desk.actor,
            today=TODAY,
        )  # fmt: skip
    dialog.refresh()
    assert [kind for kind in kinds(dialog) if kind != REASON] == [WARNING, CHANGE]
    assert dialog.advice.text().startswith("还有2件没办")
    given = StepInput("属实", TODAY)
    warnings.act(desk.store, desk.actor, "w1", "confirm", given)
    dialog.refresh()
    assert [kind for kind in kinds(dialog) if kind != REASON] == [CHANGE]


def test_a_month_is_closed_corrected_and_agreed_to(
    qtbot: QtBot, dialog: ClosingDialog, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    excuse_all(desk)
    dialog.refresh()
    said: list[str] = []
    monkeypatch.setattr(messages, "ask", lambda *_words: True)
    monkeypatch.setattr(messages, "show_text", lambda _p, _t, text: said.append(text))
    dialog.close_button.click()
    assert state(desk) == "closed"
    assert said[0].startswith("2025年10月已关账。")
    assert dialog.correct_button.isVisible()
    monkeypatch.setattr(StepForm, "exec", answer({"note": "一户收入录错"}))
    dialog.correct_button.click()
    assert state(desk) == "correcting"
    with acting_as(desk.store, "township"):
        other = VillageMonthsDialog(None, desk, OCTOBER)
        qtbot.addWidget(other)
        other.table.set_rows([VillageMonth(VILLAGE, "上坝村", "correcting")])
        assert [s for s, made in other.buttons.items() if made.isVisibleTo(other)] == ["correcting"]
        monkeypatch.setattr(StepForm, "exec", answer({}))
        other.buttons["correcting"].click()
    assert state(desk) == "closed"


def test_the_month_before_comes_first_while_it_is_open(desk: Desk) -> None:
    assert month_to_close(desk.store, date(2025, 11, 3)) == OCTOBER
    excuse_all(desk)
    month_close.close_month(desk.store, desk.actor, OCTOBER, date(2025, 10, 31))
    assert str(month_to_close(desk.store, date(2025, 11, 3))) == "2025-11"


def test_a_change_by_hand_of_no_month_does_not_block(dialog: ClosingDialog, desk: Desk) -> None:
    changes.open_change(desk.store, desk.actor, NewChange("h2", "increase", "birth"), TODAY)
    dialog.refresh()
    assert CHANGE not in kinds(dialog)
