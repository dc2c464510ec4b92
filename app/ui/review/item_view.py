"""A list of things of one register with the card of the current one and its allowed steps."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.ops.items import Item
from app.ops.lives import Action, StepLine
from app.ui.data_table import DataTable
from app.ui.flow_layout import FlowLayout
from app.ui.parts import Card, button, plain, quiet, title
from app.ui.table_model import Column

Lines = Callable[[Item], Sequence[str]]
_LEVELS = {"village": "村", "township": "镇", "county": "县", "program": ""}
_LARGE, _LARGEST = 1.5, 1.75  # text sizes
_LINES = 8  # of a card that are always to be seen


def due_text(item: Item, today: date) -> str:
    """Return the days left in words, "" without a limit or at the end."""
    if item.due_on is None or (not item.actions and not item.overdue):
        return f"{item.due_on:%m-%d}" if item.due_on else ""
    left = (item.due_on - today).days
    if left < 0:
        return f"超{-left}天" if item.overdue else f"{item.due_on:%m-%d}"
    return "今天到期" if left == 0 else f"还剩{left}天"


def item_columns(level: str, today: date) -> tuple[Column, ...]:
    """Return the columns that every register shares."""
    place = (
        Column("户号", lambda i: i.household_no, width=3)
        if level == "village"
        else Column("村", lambda i: i.village, width=4)
    )
    return (
        place,
        Column("户主", lambda i: i.head_name, width=4),
        Column("内容", lambda i: i.title),
        Column("状态", lambda i: i.state_label, width=5),
        Column("期限", lambda i: due_text(i, today), width=5, spare=1),
    )


def history_text(step: StepLine) -> str:
    """Return one step of a history on one line."""
    note = f"：{step.note}" if step.note else ""
    return f"{step.on:%Y-%m-%d}　{step.label}　{_LEVELS.get(step.level, '')} {step.actor}{note}"


class ItemCard(QScrollArea):
    """Shows one thing; ``act_requested`` carries the step that was chosen."""

    act_requested = Signal(object)
    household_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.item: Item | None = None
        self.buttons: dict[str, QPushButton] = {}

    def minimumSizeHint(self) -> QSize:
        """Ask for the first lines; a page that has no room for them scrolls."""
        lines = self.fontMetrics().lineSpacing() * _LINES
        return QSize(super().minimumSizeHint().width(), lines)

    def show_item(self, item: Item | None, lines: Sequence[str], more: QWidget | None) -> None:
        """Show a thing with its own lines; ``more`` stands between them and the history."""
        self.item, self.buttons = item, {}
        if item is None:
            self.setWidget(QWidget())
            return
        card = Card(f"{item.head_name}户　{item.title}" if item.head_name else item.title)
        body = card.body
        late = "　已超期" if item.overdue else ""
        due = f"　限{item.due_on:%Y-%m-%d}" if item.due_on else ""
        body.addWidget(plain(f"{item.state_label}{due}{late}"))
        for line in lines:
            body.addWidget(plain(line))
        if more is not None:
            body.addWidget(more)
        body.addWidget(title("现在能做"))
        body.addWidget(self._actions(item))
        body.addWidget(title("经过"))
        for step in item.history:
            body.addWidget(plain(history_text(step)))
        if not item.history:
            body.addWidget(quiet("还没有办过。"))
        body.addStretch()
        self.setWidget(card)

    def _actions(self, item: Item) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row, gap=6)
        for number, action in enumerate(item.actions):
            made = button(action.label, partial(self._request, action), primary=number == 0)
            self.buttons[action.name] = made
            flow.addWidget(made)
        if not item.actions:
            flow.addWidget(quiet("现在轮到别人办，这里先看着。"))
        if item.household_id:
            flow.addWidget(
                button("O 户页", lambda: self.household_requested.emit(item.household_id))
            )
        return row

    def _request(self, action: Action) -> None:
        self.act_requested.emit(action)


class ItemsView(QWidget):
    """List and card; ``chosen`` when another thing is current, so that the page fills the card."""

    chosen = Signal(object)
    act_requested = Signal(object, object)
    household_requested = Signal(str)

    def __init__(self, columns: Sequence[Column], name: str) -> None:
        super().__init__()
        self.table = DataTable(columns, name)
        self.card = ItemCard()
        self._is_filling = False
        self._split = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.table, self.card):
            self._split.addWidget(widget)
        self._split.setChildrenCollapsible(False)
        self._split.setSizes([640, 560])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._split)
        self.table.moved.connect(self._on_moved)
        self.table.opened.connect(lambda _item: self.focus_card())
        self.card.act_requested.connect(self._on_act)
        self.card.household_requested.connect(self.household_requested)

    def set_items(self, items: Sequence[Item]) -> None:
        """Show things and keep the place."""
        keep = self.table.current()
        number = max(self.table.currentIndex().row(), 0)
        self._is_filling = True
        self.table.set_rows(items)
        found = (n for n, one in enumerate(items) if keep and one.item_id == keep.item_id)
        if items:
            self.table.selectRow(min(next(found, number), len(items) - 1))
        self._is_filling = False
        self.chosen.emit(self.table.current())

    def select(self, item_id: str) -> bool:
        """Go to one thing; False if it is not listed."""
        for number, one in enumerate(self.table.table.rows()):
            if one.item_id == item_id:
                self.table.selectRow(number)
                return True
        return False

    def current(self) -> Item | None:
        found: Item | None = self.table.current()
        return found

    def focus_card(self) -> None:
        """Go to the first step that is allowed."""
        for made in self.card.buttons.values():
            made.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def open_household(self) -> None:
        item = self.current()
        if item is not None and item.household_id:
            self.household_requested.emit(item.household_id)

    def set_scale(self, scale: float) -> None:
        """Put the card below the list where large text needs the whole width."""
        below = scale >= _LARGEST
        self._split.setOrientation(Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal)
        self._split.setSizes([200, 400] if below else [520, 680] if scale >= _LARGE else [640, 560])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.table.setFocus(event.reason())

    def _on_moved(self, item: Item | None) -> None:
        if not self._is_filling:
            self.chosen.emit(item)

    def _on_act(self, action: Action) -> None:
        self.act_requested.emit(self.card.item, action)
