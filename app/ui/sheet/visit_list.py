"""The households due this month, by group or by urgency, with their state and what is open."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ops.months import DueHousehold
from app.ops.visit_list import by_urgency, reason
from app.ui import colours
from app.ui.colours import severity_rank, severity_text

_ID = Qt.ItemDataRole.UserRole
DONE_STATES = ("complete", "locked")
_MARKS = {"complete": "✓", "locked": "✓", "partial": "…", "empty": " "}
UNFINISHED, URGENT, WATCHED, ALL = "未完成", "未完成，先急后缓", "关注名单", "全部"


class VisitList(QWidget):
    """Lists due households; ``chosen`` carries the household id."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._households: list[DueHousehold] = []
        self._current = ""
        self._today = date.min
        self.count = QLabel()
        self.count.setProperty("kind", "title")
        self.count.setWordWrap(True)
        self.filter = QComboBox()
        self.filter.addItems([UNFINISHED, URGENT, WATCHED, ALL])
        self.filter.setAccessibleName("筛选")
        self.list = QListWidget()
        self.list.setAccessibleName("应访名单")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.hint = QLabel("Ctrl+L 收起\nCtrl+E 导出走访记录\nPgUp/PgDn 上/下户")
        self.hint.setProperty("kind", "keys")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.count, self.filter):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        self.check, self.print_all = QPushButton("核对"), QPushButton("印登记表")
        row = QHBoxLayout()
        for made in (self.check, self.print_all):
            row.addWidget(made)
        layout.addLayout(row)
        layout.addWidget(self.hint)
        self.filter.currentIndexChanged.connect(self._fill)
        self.list.itemActivated.connect(self._on_item)
        self.list.itemClicked.connect(self._on_item)

    def set_households(self, households: Sequence[DueHousehold], current: str, today: date) -> None:
        """Show the list; ``current`` is marked and stays visible whatever the filter says."""
        self._households, self._current, self._today = list(households), current, today
        done = [one for one in households if one.sheet_state in DONE_STATES]
        total, people = len(households), sum(one.persons for one in households)
        self.count.setText(
            f"应访{total}户{people}人\n已完成{len(done)}户{sum(one.persons for one in done)}人"
        )
        self._fill()

    def neighbour(self, step: int) -> str:
        """Return the household before or after the current one in the list shown, "" at the end."""
        shown = [one.household_id for one in self._shown()]
        if self._current not in shown:
            return shown[0] if shown else ""
        index = shown.index(self._current) + step
        return shown[index] if 0 <= index < len(shown) else ""

    def worst(self) -> str:
        """Return the household with the gravest open warning, "" if there is none."""
        found = [one for one in self._households if one.severities]
        if not found:
            return ""
        return max(found, key=lambda one: max(map(severity_rank, one.severities))).household_id

    def first_unfinished(self, after: str = "") -> str:
        """Return the first household that is not done, looking behind ``after`` first."""
        households = self._ordered()
        ids = [one.household_id for one in households]
        start = ids.index(after) + 1 if after in ids else 0
        ordered = households[start:] + households[:start]
        waiting = (one for one in ordered if one.sheet_state not in DONE_STATES)
        return next((one.household_id for one in waiting if one.household_id != after), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.list.currentItem()
            if item is not None:
                self._on_item(item)
            return
        super().keyPressEvent(event)

    def _ordered(self) -> list[DueHousehold]:
        is_urgent = self.filter.currentText() == URGENT
        return by_urgency(self._households) if is_urgent else self._households

    def _shown(self) -> list[DueHousehold]:
        current = self._current
        return [one for one in self._ordered() if one.household_id == current or self._has(one)]

    def _has(self, one: DueHousehold) -> bool:
        """Tell whether the filter takes a household."""
        if self.filter.currentText() == WATCHED:
            return bool(one.watched)
        return self.filter.currentText() == ALL or one.sheet_state not in DONE_STATES

    def _fill(self) -> None:
        self.list.clear()
        group = None
        for one in self._shown():
            if one.hamlet_group != group and self.filter.currentText() != URGENT:
                group = one.hamlet_group
                self.list.addItem(_heading(group or "未分组"))
            item = self._item(one)
            self.list.addItem(item)
            if one.household_id == self._current:
                self.list.setCurrentItem(item)

    def _item(self, one: DueHousehold) -> QListWidgetItem:
        mark = "▶" if one.household_id == self._current else _MARKS.get(one.sheet_state, " ")
        worst = max(one.severities, key=severity_rank, default="none")
        text = f"{mark} {one.household_no} {one.head_name} {one.persons}人"
        if one.severities.get(worst, 0):
            text += f" {severity_text(worst)}{one.severities[worst]}"
        item = QListWidgetItem(text)
        item.setData(_ID, one.household_id)
        tone = colours.TONES.get(worst) if one.severities.get(worst, 0) else None
        if tone is not None:
            item.setForeground(QColor(tone.ink))
            item.setBackground(QColor(tone.fill))  # readable on any palette
        item.setToolTip("\n".join(filter(None, (text, reason(one, self._today)))))
        return item

    def _on_item(self, item: QListWidgetItem) -> None:
        household_id = item.data(_ID)
        if household_id:
            self.chosen.emit(str(household_id))


def _heading(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = QFont()
    font.setBold(True)
    item.setFont(font)
    return item
