"""What reached a closed month too late: told at the closing, decided on the conflicts' page."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ops import conflicts, months
from app.ui.closing.closing_dialog import ClosingDialog
from app.ui.exchange.exchange_page import ExchangePage
from tests.conftest import VILLAGE
from tests.ops.network import ME
from tests.ops.test_conflicts import Two, two
from tests.ops.test_late_edits import late
from tests.ops.village import OCTOBER
from tests.ui.conftest import make_desk

__all__ = ["late", "two"]


@pytest.fixture
def page(qtbot: QtBot, late: Two, qapp: QApplication) -> Iterator[ExchangePage]:
    made = ExchangePage(make_desk(late.a, ME))
    qtbot.addWidget(made)
    made.resize(1240, 690)
    made.show()
    made.refresh(None)
    made.show_target("conflicts")
    yield made
    made._desk.runner.close()


def test_the_card_offers_a_correction_in_words(page: ExchangePage, late: Two) -> None:
    assert "报出去的数里没有" in page.conflicts.sentence.text()
    names = [card.accessibleName() for card in page.conflicts.sides]
    assert ["水量够不够" in name for name in names] == [True, True]
    page.conflicts.choose(2)
    assert conflicts.list_conflicts(late.a) == []
    with late.a.read() as session:
        assert months.state(session, VILLAGE, OCTOBER) == "correcting"


def test_the_closing_tells_how_many_and_leads_there(qtbot: QtBot, page: ExchangePage) -> None:
    dialog = ClosingDialog(None, page._desk, OCTOBER)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "又收到1户的改动" in dialog.advice.text()
    with qtbot.waitSignal(dialog.left_for) as left:
        dialog.late_button.click()
    assert left.args == ["exchange", "conflicts"]
    page.conflicts.choose(1)
    dialog.refresh()
    assert not dialog.late_button.isVisible()


def test_a_household_is_listed_with_how_far_it_has_come(page: ExchangePage) -> None:
    table = page.households.table
    cells = [[table.data(table.index(row, column)) for column in range(3)]
             for row in range(table.rowCount())]  # fmt: skip
    assert cells == [["2", "赵德福", "镇已收到"]]
