"""The lines above and below every page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.ui.search_box import Hit, SearchBox


@dataclass(frozen=True, slots=True)
class Heading:
    """What the window says about place, month and person."""

    place: str
    period: str
    who: str
    receipt: str
    is_demo: bool


class TopBar(QWidget):
    """Place and level, period, search, person."""

    def __init__(self, find: Callable[[str], Sequence[Hit]]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.place, self.period, self.who = QLabel(), QLabel(), QLabel()
        self.place.setObjectName("place")
        self.search = SearchBox(find)
        caption = QLabel("搜索 Ctrl+F")
        caption.setBuddy(self.search)
        caption.setProperty("kind", "quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(16)
        for widget in (self.place, self.period):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(caption)
        layout.addWidget(self.search, 3)
        layout.addStretch(1)
        layout.addWidget(self.who)

    def set_heading(self, heading: Heading) -> None:
        self.place.setText(heading.place)
        self.period.setText(heading.period)
        self.who.setText(heading.who)


class StatusLine(QWidget):
    """Save state, what the township has, text size, number of the last error."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.saved = QLabel("自动保存已开")
        self.saved.setObjectName("saveState")
        self.receipt, self.size_text, self.error = QLabel(), QLabel(), QLabel("错误编号 无")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        for widget in (self.saved, self.receipt, self.size_text, self.error):
            layout.addWidget(widget)
        layout.addStretch()
        hint = QLabel("F1 本页按键")
        hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout.addWidget(hint)

    def set_saved(self, moment: datetime) -> None:
        self.saved.setText(f"已自动保存 {moment:%H:%M}")

    def set_scale(self, scale: float) -> None:
        self.size_text.setText(f"字号 {round(scale * 100)}%")

    def set_error(self, code: str) -> None:
        self.error.setText(f"错误编号 {code or '无'}")
