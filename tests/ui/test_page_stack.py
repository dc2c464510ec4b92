"""A page is as high as itself: another page's height makes nobody scroll."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.page_stack import PageStack


def page(height: int) -> QWidget:
    made = QWidget()
    words = QLabel("还没有户。可导入名册。")
    words.setWordWrap(True)  # makes its height depend on its width
    words.setMinimumHeight(height)
    QVBoxLayout(made).addWidget(words)
    return made


def test_a_low_page_does_not_need_the_room_of_a_high_one(qtbot: QtBot) -> None:
    outer = QWidget()
    qtbot.addWidget(outer)
    stack, low, high = PageStack(), page(40), page(2000)
    QVBoxLayout(outer).addWidget(stack)
    for one in (low, high):
        stack.addWidget(one)
    layout = outer.layout()
    assert layout is not None
    assert layout.totalMinimumHeightForWidth(400) < 200
    stack.setCurrentWidget(high)
    assert layout.totalMinimumHeightForWidth(400) > 2000
    stack.setCurrentWidget(low)
    assert layout.totalMinimumHeightForWidth(400) < 200
    assert layout.totalMinimumSize().height() < 200
