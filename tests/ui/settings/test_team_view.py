"""设置 → 驻村队伍: the team and its money by keyboard."""

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ui.page import Desk
from app.ui.plans.form_dialog import FormDialog
from app.ui.settings.team_view import TeamView

NEW = {
    "name": "木春林", "unit": "县住建局", "position": "第一书记", "phone": "",
    "joined_on": "2025-01-06",
}  # fmt: skip


@pytest.fixture
def view(qtbot: QtBot, desk: Desk) -> TeamView:
    made = TeamView(desk)
    qtbot.addWidget(made)
    made.show()
    made.refresh()
    return made


def test_a_member_is_registered_corrected_by_enter_and_leaves(
    qtbot: QtBot, view: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.take_member(None, NEW)
    asked: list[FormDialog] = []
    monkeypatch.setattr(FormDialog, "exec", lambda dialog: asked.insert(0, dialog))
    view.members.selectRow(0)
    qtbot.keyClick(view.members, Qt.Key.Key_Return)
    assert asked[0].values() == NEW
    (line,) = view.members.table.rows()
    view.take_member(line, NEW | {"position": "队长"})
    view.take_leave(line, {"left_on": "2025-11-01"})
    (line,) = view.members.table.rows()
    assert (line.position, line.left_on) == ("队长", date(2025, 11, 1))


def test_money_is_noted_and_shown(view: TeamView) -> None:
    view.take_fund({"year": "2025", "source": "县财政", "amount": "20,000.50"})
    (fund,) = view.funds.table.rows()
    assert (fund.year, fund.amount) == (2025, Decimal("20000.50"))


def test_dialogs_say_what_is_wrong(qtbot: QtBot, view: TeamView) -> None:
    member, fund = view.member_dialog(None), view.fund_dialog()
    qtbot.addWidget(member)
    qtbot.addWidget(fund)
    member.accept()
    assert member.problem.text() == "请写姓名。"
    fund.accept()
    assert "金额" in fund.problem.text()
