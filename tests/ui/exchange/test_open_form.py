"""A package comes in while a form is open: nobody saves over what he has not been shown."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ops import exchange, sheets
from app.ui.sheet.visits_page import VisitsPage
from tests.conftest import NOW
from tests.ops.network import ME
from tests.ops.test_conflicts import Two, two
from tests.ops.village import TODAY, answer_all, open_october
from tests.ui.conftest import make_desk

__all__ = ["two"]
WT = ("WT-01", "")


@pytest.mark.usefixtures("qapp")
def test_what_an_import_brought_stands_in_the_open_form(qtbot: QtBot, two: Two) -> None:
    open_october(two.a)
    sheet_id = answer_all(two.a, two.household)
    two.meet()
    desk = make_desk(two.a, ME)
    page = VisitsPage(desk)
    qtbot.addWidget(page)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    page.open_household(two.household)
    sheets.save_answers(two.b, ME, sheet_id, {WT: "short"}, TODAY)
    two.network.send(two.b, two.network.township)
    package = two.network.export(two.network.township, two.a).path
    done = exchange.import_package(two.a, ME, package, NOW)
    desk.runner.changed.emit(done.changed)
    page.refresh(done.changed)
    QApplication.processEvents()
    assert page.form is not None
    assert page.form.controller.board.facts.answers[WT] == "short"
    desk.runner.close()
