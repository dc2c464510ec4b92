"""The window: pages by key, search, text size, errors, saved state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.household import Member
from app.models.store import Store
from app.ui import desktop, fonts
from app.ui.main_window import MainWindow
from app.ui.resources import resource
from tests.conftest import StoreMaker

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(
    qtbot: QtBot, village: Store, actor: Actor, tmp_path: Path, qapp: QApplication
) -> Iterator[MainWindow]:
    with village.write("test.name", actor) as session:
        member = session.get_one(Member, "h2-1")
        member.name_initials, member.name_pinyin = "zdf", "zhaodefu"
    families = fonts.register_fonts(resource("fonts"))
    window = desktop.make_window(village, tmp_path, families, "张卫东")
    qtbot.addWidget(window)
    window.set_scale(1.0)
    window.show()
    window.activateWindow()
    window.show_page("workbench")
    yield window
    window.set_scale(1.0)
    window.close()


def test_alt_and_a_digit_change_the_page(qtbot: QtBot, window: MainWindow) -> None:
    for digit, key in (
        (Qt.Key.Key_2, "roster"),
        (Qt.Key.Key_3, "visits"),
        (Qt.Key.Key_7, "reports"),
        (Qt.Key.Key_9, "exchange"),
    ):
        qtbot.keyClick(window, digit, ALT)
        assert window.current().page_key == key
        assert window.navigation.buttons[key].isChecked()


def test_the_heading_says_place_month_and_person(window: MainWindow) -> None:
    assert window.top.place.text() == "上坝村（村）"
    assert window.top.period.text() == "2025年10月·填报中"
    assert window.top.who.text() == "张卫东·管理员"
    assert not window.stripe.isVisible()


def test_search_from_anywhere_opens_the_household(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F, CONTROL)
    assert window.top.search.hasFocus()
    qtbot.keyClicks(window.top.search, "zdf")
    assert "赵德福" in window.top.search.hits.item(0).text()
    window.top.search.completer().popup().hide()
    qtbot.keyClick(window.top.search, Qt.Key.Key_Return)
    assert window.current().page_key == "roster"
    assert window.top.search.text() == ""


def test_search_without_a_hit_says_what_can_be_searched(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClicks(window.top.search, "qqq")
    assert "没有找到“qqq”" in window.top.search.hits.item(0).text()
    assert not window.top.search.hits.item(0).isEnabled()


def test_text_grows_by_key_and_is_remembered(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    height = window.fontMetrics().height()
    qtbot.keyClick(window, Qt.Key.Key_Equal, CONTROL)
    assert window.fontMetrics().height() > height
    assert window.status.size_text.text() == "字号 115%"
    assert desktop._scale(tmp_path) == pytest.approx(1.15)
    qtbot.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert window.status.size_text.text() == "字号 100%"


def test_large_text_never_scrolls_sideways(window: MainWindow) -> None:
    window.set_scale(2.0)
    window.resize(1366, 768)
    QApplication.processEvents()
    assert window.width() <= 1366
    for key in window.pages:
        window.show_page(key)
        QApplication.processEvents()
        assert window.minimumSizeHint().width() <= 1366, key
    window.show_page("roster", "h2")
    QApplication.processEvents()
    assert window.minimumSizeHint().width() <= 1366


def test_an_answer_is_saved_and_the_line_below_says_when(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("visits", "h2")
    QApplication.processEvents()
    qtbot.keyClicks(QApplication.focusWidget(), "1")
    assert window.status.saved.text().startswith("已自动保存 ")


def test_a_folder_marked_as_demo_says_so_on_every_page(
    qtbot: QtBot, village: Store, tmp_path: Path, qapp: QApplication
) -> None:
    (tmp_path / "demo").touch()
    window = desktop.make_window(village, tmp_path, [], "张卫东")
    qtbot.addWidget(window)
    window.show()
    assert window.stripe.isVisible()
    assert "编的" in window.stripe.text()
    window.close()


def test_a_township_has_no_visits_of_its_own(
    qtbot: QtBot, new_store: StoreMaker, tmp_path: Path, qapp: QApplication
) -> None:
    township = new_store("township", "539901101000", "云岭镇")
    window = desktop.make_window(township, tmp_path, [], "张卫东")
    qtbot.addWidget(window)
    assert "visits" not in window.pages
    window.show_page("warnings")
    assert "没有待审事项" in window.current().empty.text()  # type: ignore[attr-defined]
    window.close()
