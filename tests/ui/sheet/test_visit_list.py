"""The list beside the form: by group, by urgency, and those to watch."""

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ops.months import DueHousehold
from app.ui.sheet.visit_list import ALL, UNFINISHED, URGENT, WATCHED, VisitList

TODAY = date(2025, 10, 20)


def due(number: str, group: str, **more: Any) -> DueHousehold:
    values: dict[str, Any] = {"sheet_state": "partial", "position": int(number), **more}
    return DueHousehold(number, number, f"户{number}", group, 3, "lifted", "", "", **values)


@pytest.fixture
def shown(qtbot: QtBot) -> VisitList:
    view = VisitList()
    qtbot.addWidget(view)
    households = [
        due("1", "一组"),
        due("2", "一组", sheet_state="complete", watched=("肉蛋奶：每月有几次",)),
        due("3", "二组", severities={"red": 1}, next_due=date(2025, 10, 18)),
        due("4", "二组", flags=("ill",)),
    ]
    view.set_households(households, "1", TODAY)
    return view


def numbers(view: VisitList, choice: str) -> list[str]:
    view.filter.setCurrentText(choice)
    items = [view.list.item(row) for row in range(view.list.count())]
    return [str(item.data(Qt.ItemDataRole.UserRole) or item.text()) for item in items]


def test_by_group_with_headings_and_by_urgency_without(shown: VisitList) -> None:
    assert numbers(shown, UNFINISHED) == ["一组", "1", "二组", "3", "4"]
    assert numbers(shown, URGENT) == ["3", "4", "1"]
    assert numbers(shown, ALL) == ["一组", "1", "2", "二组", "3", "4"]


def test_the_next_household_is_the_next_of_the_order_shown(shown: VisitList) -> None:
    shown.filter.setCurrentText(URGENT)
    assert shown.first_unfinished(after="3") == "4"
    assert shown.neighbour(-1) == "4"


def test_who_is_to_be_watched_stays_with_the_reason_though_done(shown: VisitList) -> None:
    assert numbers(shown, WATCHED) == ["一组", "1", "2"]  # the first is the one that is open
    assert shown.list.item(2).toolTip().endswith("关注：肉蛋奶：每月有几次")
    shown.filter.setCurrentText(URGENT)
    assert "红色预警未销，超2天" in shown.list.item(0).toolTip()
