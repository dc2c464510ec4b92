"""The bar at the left: one button a page, each with Alt and its digit."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui import colours
from app.ui.icons import icon
from app.ui.parts import repolish


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: page key (also the icon's name), digit and word.

    A digit belongs to its page for ever, also while other pages are not there.
    """

    key: str
    digit: int
    word: str


PLACES = (
    Place("workbench", 1, "工作台"),
    Place("roster", 2, "户台账"),
    Place("visits", 3, "走访"),
    Place("warnings", 4, "预警"),
    Place("objects", 5, "监测对象"),
    Place("plans", 6, "一户一策"),
    Place("reports", 7, "报表"),
    Place("quality", 8, "数据质量"),
    Place("exchange", 9, "数据交换"),
    Place("settings", 0, "设置"),
)


_LARGE = 1.5  # scale from which the form needs the width
_ROOMY = 6  # entries that fit below each other with icons, at large text, in 768 px


class Navigation(QWidget):
    """Shows the given places; ``chosen`` carries the page key."""

    chosen = Signal(str)

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 8, 4, 8)
        layout.setSpacing(2)
        for place in PLACES:
            if place.key in keys:
                layout.addWidget(self._button(place))
        layout.addStretch()

    def set_current(self, key: str) -> None:
        """Mark one page as shown."""
        self.buttons[key].setChecked(True)
        for name, button in self.buttons.items():
            button.setIcon(self._icon(name))

    def set_scale(self, scale: float) -> None:
        """Put the words beside the icons, at large text below them, or alone where many crowd."""
        below = scale >= _LARGE
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if below and len(self.buttons) > _ROOMY:
            style = Qt.ToolButtonStyle.ToolButtonTextOnly
        elif below:
            style = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        is_tight = style == Qt.ToolButtonStyle.ToolButtonTextOnly
        self.setProperty("tight", is_tight)
        self._column.setContentsMargins(4, 2 if is_tight else 8, 4, 2 if is_tight else 8)
        self._column.setSpacing(0 if is_tight else 2)
        for button in self.buttons.values():
            button.setToolButtonStyle(style)
            repolish(button)
            button.setIconSize(QSize(round(16 * scale), round(16 * scale)))
        unit = self.fontMetrics().horizontalAdvance("汉")
        self.setFixedWidth(round(unit * (6.4 if below else 7.6)))

    def _icon(self, key: str) -> QIcon:
        checked = self.buttons[key].isChecked()
        return icon(key, colours.NAV_BACK if checked else colours.NAV_TEXT)

    def _button(self, place: Place) -> QToolButton:
        button = QToolButton()
        button.setText(f"{place.digit} {place.word}")
        button.setToolTip(f"{place.word}（Alt+{place.digit}）")
        button.setAccessibleName(place.word)
        button.setCheckable(True)
        button.setIcon(icon(place.key, colours.NAV_TEXT))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.chosen.emit(place.key))
        shortcut = QShortcut(QKeySequence(f"Alt+{place.digit}"), self)
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        shortcut.activated.connect(lambda: self.chosen.emit(place.key))
        self._group.addButton(button)
        self.buttons[place.key] = button
        return button
