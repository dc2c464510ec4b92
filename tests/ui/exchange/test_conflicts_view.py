"""数据交换: both sides of a conflict, decided by a digit; results of several packages; the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.household import Household
from app.models.store import Store
from app.ops import conflicts
from app.ui.exchange.exchange_page import ExchangePage
from tests.conftest import VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, enrol
from tests.ui.conftest import add_household, make_desk


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path, actor: Actor) -> Network:
    made = build(new_store, tmp_path / "stick")
    add_household(made.village, actor, 2, "赵德福", size=4)
    return made


@pytest.fixture
def laptop(network: Network, new_store: StoreMaker, tmp_path: Path) -> Store:
    """Return a second laptop of the village that knows everything."""
    second = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, second, tmp_path)
    network.send(network.village, network.township)
    network.send(network.township, second)
    return second


def set_phone(store: Store, number: str) -> None:
    with store.write("test.phone", ME) as session:
        session.get_one(Household, "h2").phone = number


def phone(store: Store) -> str | None:
    with store.read() as session:
        return session.get_one(Household, "h2").phone


@pytest.fixture
def page(
    qtbot: QtBot, network: Network, laptop: Store, qapp: QApplication
) -> Iterator[ExchangePage]:
    """Return the page of a village whose two laptops wrote different telephones."""
    set_phone(network.village, "13800000001")
    set_phone(laptop, "13800000055")
    network.send(laptop, network.township)
    network.send(network.township, network.village)
    made = ExchangePage(make_desk(network.village, ME))
    qtbot.addWidget(made)
    made.resize(1240, 690)
    made.show()
    made.refresh(None)
    yield made
    made._desk.runner.close()


def test_a_conflict_shows_both_values_who_when_and_which_counts(page: ExchangePage) -> None:
    page.show_target("conflicts")
    (line,) = page.conflicts.table.table.rows()
    assert "2号户的“联系电话”" in page.conflicts.sentence.text()
    assert "不选不影响别的" in page.conflicts.sentence.text()
    names = [card.accessibleName() for card in page.conflicts.sides]
    assert len(names) == 2
    assert {name[-11:] for name in names} == {"13800000001", "13800000055"}
    assert sum("现用" in name for name in names) == 1
    assert page.tabs.tabText(page.tabs.indexOf(page.conflicts)).endswith("（1）")
    assert line.sides[0].is_in_force


@pytest.mark.parametrize("digit", [1, 2])
def test_a_digit_takes_that_side(
    qtbot: QtBot, page: ExchangePage, network: Network, digit: int
) -> None:
    page.show_target("conflicts")
    (line,) = page.conflicts.table.table.rows()
    page.activateWindow()
    qtbot.waitUntil(page.conflicts.table.hasFocus, timeout=3000)
    qtbot.keyClick(page.conflicts.table, Qt.Key(Qt.Key.Key_0 + digit))
    assert conflicts.list_conflicts(network.village) == []
    assert phone(network.village) == line.sides[digit - 1].text
    assert page.conflicts.nothing.isVisible()


def test_later_leaves_it_open(page: ExchangePage, network: Network) -> None:
    page.show_target("conflicts")
    page.conflicts.choose(3)
    assert len(conflicts.list_conflicts(network.village)) == 1


def test_digits_outside_a_conflict_are_the_three_actions(
    page: ExchangePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed: list[int] = []
    monkeypatch.setattr(page.import_button, "click", lambda: pressed.append(2))
    page.export_button.setFocus()
    page.press(2)
    assert pressed == [2]


def test_one_bad_package_stops_no_other_and_each_has_its_own_result(
    qtbot: QtBot, network: Network, qapp: QApplication
) -> None:
    good = network.export(network.village, network.township).path
    bad = network.stick / "坏的.变更包"
    bad.write_bytes(good.read_bytes()[:-80])
    page = ExchangePage(make_desk(network.township, ME))
    qtbot.addWidget(page)
    page.show()
    page.look_at([bad, good])
    qtbot.waitUntil(page.results.isVisible, timeout=10000)
    table = page.results.table.table
    cells = [[table.data(table.index(row, column)) for column in (0, 2, 6)] for row in (0, 1)]
    assert cells[0][:2] == ["坏的.变更包", ""]
    assert "文件不完整" in cells[0][2]
    assert cells[1][1:] == ["1", "可以并入"]
    page.results.take_button.click()
    qtbot.waitUntil(lambda: "已并入1个包" in page.import_text.text(), timeout=10000)
    (line,) = page.history.table.table.rows()
    assert (line.direction, line.state, line.peer_name) == ("in", "imported", "上坝村")
    page._desk.runner.close()


def test_the_log_says_what_has_arrived_and_how_far_each_household_is(
    qtbot: QtBot, network: Network, qapp: QApplication
) -> None:
    page = ExchangePage(make_desk(network.village, ME))
    qtbot.addWidget(page)
    page.show()
    page.refresh(None)
    assert "未导出1" in page.history.households.text()
    assert page.history.table.table.rowCount() == 0
    network.send(network.village, network.township)
    page.refresh(None)
    assert "已导出1" in page.history.households.text()
    network.send(network.township, network.village)
    page.refresh(None)
    assert "镇已收到1" in page.history.households.text()
    model = page.history.table.table
    states = [model.data(model.index(row, 6)) for row in range(model.rowCount())]
    assert states == ["已并入", "对方已收到"]
    page._desk.runner.close()
