"""The card of a conflict as people see it: two real replicas, the whole window, both text sizes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.household import Household
from app.models.store import Store
from app.ui import desktop
from app.ui.exchange.exchange_page import ExchangePage
from app.ui.main_window import MainWindow
from app.ui.tour import SIZE
from tests.conftest import VILLAGE, StoreMaker
from tests.ops.network import ME, build, enrol
from tests.ui.conftest import add_household


@pytest.fixture
def village(new_store: StoreMaker, tmp_path: Path, actor: Actor) -> Store:
    """Return a village whose two laptops wrote different telephones."""
    network = build(new_store, tmp_path / "stick")
    add_household(network.village, actor, 2, "赵德福", size=4)
    second = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, second, tmp_path)
    network.send(network.village, network.township)
    network.send(network.township, second)
    for store, number in ((network.village, "13800000001"), (second, "13800000055")):
        with store.write("test.phone", ME) as session:
            session.get_one(Household, "h2").phone = number
    network.send(second, network.township)
    network.send(network.township, network.village)
    return network.village


@pytest.fixture(params=[1.0, 1.5])
def window(
    qtbot: QtBot, village: Store, qapp: QApplication, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    _app, families = desktop.application(request.param)
    made = desktop.make_window(village, village.path.parent, families, ME.name)
    qtbot.addWidget(made)
    made.resize(*SIZE)
    made.set_scale(request.param)
    made.show()
    yield made
    made.set_scale(1.0)
    made.close()


def test_both_sides_and_every_button_can_be_read(window: MainWindow, tmp_path: Path) -> None:
    window.show_page("exchange", "conflicts")
    page = window.pages["exchange"]
    assert isinstance(page, ExchangePage)
    for _round in range(4):
        QApplication.processEvents()
    picture = window.grab()
    assert picture.save(str(tmp_path / "conflict.png"))
    assert (picture.width(), picture.height()) == SIZE
    view = page.conflicts
    right = view._holder.viewport()
    buttons = [one for one in view.findChildren(QPushButton) if one.isVisible()]
    assert len(buttons) >= 3
    for widget in (*buttons, *view.sides, *right.findChildren(QLabel)):
        assert widget.width() >= widget.minimumSizeHint().width(), widget
        left = widget.mapTo(right, widget.rect().topLeft()).x()
        assert left + widget.width() <= right.width()
    assert view.table.currentIndex().isValid()
    assert view.table.horizontalScrollBar().maximum() == 0
