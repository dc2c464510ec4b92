"""参数试算 on screen: who would come in and drop out with other values, and nothing is saved."""

import pytest
from pytestqt.qtbot import QtBot

from app.domain.period import Period
from app.ops import policy_packs, warnings
from app.ui.page import Desk
from app.ui.settings.policy_view import PolicyView
from app.ui.settings.trial_dialog import TrialDialog
from tests.ui.conftest import TODAY


@pytest.fixture
def dialog(qtbot: QtBot, desk: Desk) -> TrialDialog:
    view = PolicyView(desk)
    qtbot.addWidget(view)
    view.refresh()
    dialog = view.trial_dialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def type_value(dialog: TrialDialog, name: str, value: str) -> None:
    dialog.parameter.setCurrentIndex(dialog.parameter.findData(name))
    dialog.value.setText(value)


def tried(qtbot: QtBot, desk: Desk, dialog: TrialDialog) -> None:
    with qtbot.waitSignal(desk.runner.busy, check_params_cb=lambda is_busy: not is_busy):
        dialog.try_button.click()
    qtbot.wait(20)


def test_a_changed_value_tells_who_comes_in_and_saves_nothing(
    qtbot: QtBot, desk: Desk, dialog: TrialDialog
) -> None:
    before = policy_packs.list_packs(desk.store, Period(2025, 10))
    known = len(warnings.list_warnings(desk.store, TODAY))
    type_value(dialog, "wage_month_max", "3000")
    tried(qtbot, desk, dialog)
    rows = dialog.table.table.rows()
    assert dialog.summary.text().startswith("3户里，进来")
    assert dialog.summary.text().endswith("没有保存。")
    assert "→ 3" in dialog.changes.text()
    assert {way for way, _ in rows} == {"进来"}
    assert policy_packs.list_packs(desk.store, Period(2025, 10)) == before
    assert len(warnings.list_warnings(desk.store, TODAY)) == known


def test_a_value_that_cannot_be_is_refused_and_may_be_mended(
    qtbot: QtBot, desk: Desk, dialog: TrialDialog
) -> None:
    type_value(dialog, "line", "许多")
    with qtbot.waitSignal(desk.runner.failed):
        dialog.try_button.click()
    assert dialog.value.text() == "许多"
    assert dialog.values == {}
    assert "再试" in dialog.summary.text()


def test_without_a_change_nothing_is_judged(dialog: TrialDialog) -> None:
    dialog.try_button.click()
    assert dialog.summary.text() == "请先把一个参数改成别的值。"
