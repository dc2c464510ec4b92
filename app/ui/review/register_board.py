"""What the pages of a register share: filters and actions above a list with its card."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ops.items import Item
from app.ui.empty_state import EmptyState
from app.ui.flow_layout import FlowLayout
from app.ui.page_stack import PageStack
from app.ui.parts import add_shortcut, quiet
from app.ui.review.item_view import ItemsView


class RegisterBoard(QWidget):
    """List and card, or what is said where the register, or what is chosen of it, is empty."""

    def __init__(
        self,
        filters: Sequence[QWidget],
        actions: Sequence[QPushButton],
        view: ItemsView,
        empty: EmptyState,
    ) -> None:
        super().__init__()
        self.view, self.empty, self.count = view, empty, QLabel()
        self._nothing = quiet("这里没有。换一个筛选看看。")
        self._work = QWidget()
        layout = QVBoxLayout(self._work)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(_bar((*filters, self.count), actions))
        layout.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(view, 1)
        self._stack = PageStack()
        self._stack.addWidget(self._work)
        self._stack.addWidget(empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def show_items(self, items: Sequence[Item], word: str, *, has_any: bool) -> None:
        """Show what passes the filters; ``has_any``: the register itself is not empty."""
        self._stack.setCurrentWidget(self._work if has_any else self.empty)
        self.view.set_items(items)
        homes = len({item.household_id for item in items})
        self.count.setText(f"{len(items)}{word} {homes}户")
        self.view.setVisible(bool(items))
        self._nothing.setVisible(not items)

    @property
    def is_empty(self) -> bool:
        """Tell whether the register itself is empty."""
        return self._stack.currentWidget() is self.empty

    def add_keys(self, page: QWidget, keys: Mapping[str, Callable[[], object]]) -> None:
        """Let keys work on the whole page, with O for the household."""
        for key, slot in {**keys, "O": self.view.open_household}.items():
            add_shortcut(page, key, slot)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        buttons = self.empty.buttons
        if not self.is_empty:
            self.view.setFocus(event.reason())
        elif buttons:
            buttons[0].setFocus(event.reason())


def _bar(filters: Sequence[QWidget], actions: Sequence[QPushButton]) -> QHBoxLayout:
    row, left = QHBoxLayout(), QWidget()
    flow = FlowLayout(left, gap=8)
    for widget in filters:
        flow.addWidget(widget)
    row.addWidget(left, 1)
    for made in actions:
        row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
    return row
