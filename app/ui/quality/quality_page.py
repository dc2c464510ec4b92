"""数据质量: doubts by rule → the house → the answer; findings of the negative list likewise."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.ops import registers
from app.ops.attachments import Thing
from app.ops.items import Item
from app.ops.lives import Action, StepInput
from app.ui.attachments.panel import photos_of
from app.ui.colours import severity_rank, severity_text
from app.ui.empty_state import EmptyState
from app.ui.page import Desk, KeyHelp
from app.ui.parts import button
from app.ui.quality.list_dialog import ListDialog
from app.ui.review.item_view import ItemsView
from app.ui.review.register_board import RegisterBoard
from app.ui.review.step_form import StepForm, with_papers
from app.ui.review.step_offers import ask_for
from app.ui.review.submit import attempt
from app.ui.table_model import Column

_KINDS = {"data_doubt": "疑点", "negative_check": "负面清单"}


class QualityPage(QWidget):
    """Doubts and negative checks in one list, filtered by kind and rule."""

    open_requested = Signal(str, str)
    page_key, title = "quality", "数据质量"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._items: list[Item] = []
        self.kind, self.rule = QComboBox(), QComboBox()
        self.kind.setAccessibleName("种类")
        self.rule.setAccessibleName("规则")
        self.kind.addItem("种类：全部", "")
        for subject, word in _KINDS.items():
            self.kind.addItem(word, subject)
        self.only_open = QCheckBox("只看待核实的")
        self.only_open.setChecked(True)
        self.view = ItemsView(self._columns(), "疑点和负面清单")
        self.visit = button("G 走访这一户", self.go_to_household)
        self.lists = button("导入清单…", self.import_list)
        is_village = desk.store.level == "village"
        text = "没有疑点。上级发来清单可在这里导入。" if is_village else "没有疑点。"
        own = (("导入疑点清单", self.import_list),) if is_village else ()
        self.board = RegisterBoard(
            (self.kind, self.rule, self.only_open),
            (self.lists, self.visit) if is_village else (),
            self.view,
            EmptyState(text, own),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.board)
        self._connect()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the lists again and keep filters and place."""
        desk = self._desk
        found: list[Item] = []
        for read in (registers.list_doubts, registers.list_negatives):
            part = desk.runner.call(
                lambda read=read: read(  # type: ignore[misc]
                    desk.store, desk.today(), desk.actor, only_open=False
                )
            )
            found += part or []
        self.show_found(found)

    def show_found(self, found: Sequence[Item]) -> None:
        """Show these doubts and findings, the gravest first."""
        self._items = sorted(found, key=_order)
        self._fill_rules()
        self._fill()

    def show_target(self, target_id: str) -> None:
        """Go to one doubt, whatever the filters say."""
        if target_id and not self.view.select(target_id):
            self.only_open.setChecked(False)
            self.kind.setCurrentIndex(0)
            self.rule.setCurrentIndex(0)
            self._fill()
            self.view.select(target_id)

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓", "选一条"),
            ("Enter", "到卡片上的第一步"),
            ("G", "到这一户的检查表（镇、县：户页），看过再答"),
            ("O", "户页"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.kind, self.view.table, *list(self.view.card.buttons.values())[:1]]

    def set_scale(self, scale: float) -> None:
        self.view.set_scale(scale)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.board.setFocus(event.reason())

    # ---------------------------------------------------------------- doing
    def act(self, item: Item, action: Action) -> None:
        """Answer a doubt or a negative finding."""
        sentence = f"{item.household_no}号 {item.head_name}户　{item.title}"
        ask = ask_for(self._desk, item.subject, action, sentence, item.household_id)
        ask = with_papers(ask, self._desk, [_thing(item)])
        StepForm(self, ask, lambda given: self._take(item, action, given)).exec()

    def import_list(self) -> None:
        """Take in a list from above, or answer it."""
        ListDialog(self, self._desk).exec()
        self.refresh(None)

    def go_to_household(self) -> None:
        """G: the house is where a doubt is settled."""
        item = self.view.current()
        if item is not None:
            page = "visits" if self._desk.store.level == "village" else "roster"
            self.open_requested.emit(page, item.household_id)

    def _take(self, item: Item, action: Action, given: StepInput) -> AppError | None:
        desk = self._desk
        return attempt(
            desk.runner,
            lambda: registers.act_entry(
                desk.store, desk.actor, item.subject, item.item_id, action.name, given,
                desk.today(),
            ),
        )  # fmt: skip

    # ---------------------------------------------------------------- list and card
    def _fill(self) -> None:
        subject, code = self.kind.currentData() or "", self.rule.currentData() or ""
        shown = [
            item
            for item in self._items
            if (not subject or item.subject == subject)
            and (not code or item.fields["code"] == code)
            and (item.state == "open" or not self.only_open.isChecked())
        ]
        self.board.show_items(shown, "条", has_any=bool(self._items))

    def _fill_rules(self) -> None:
        chosen = self.rule.currentData() or ""
        codes = sorted({item.fields["code"] for item in self._items})
        self.rule.clear()
        self.rule.addItem("规则：全部", "")
        for code in codes:
            self.rule.addItem(code, code)
        self.rule.setCurrentIndex(max(0, self.rule.findData(chosen)))

    def _show(self, item: Item | None) -> None:
        self.visit.setEnabled(item is not None)
        if item is None:
            self.view.card.show_item(None, (), None)
            return
        photos = photos_of(self._desk, _thing(item), may_change=bool(item.actions))
        self.view.card.show_item(item, finding_lines(item), photos)

    # ---------------------------------------------------------------- building
    def _columns(self) -> tuple[Column, ...]:
        place = (
            Column("户号", lambda i: i.household_no, width=3)
            if self._desk.store.level == "village"
            else Column("村", lambda i: i.village, width=4)
        )
        return (
            Column(
                "级别",
                lambda i: severity_text(i.fields["severity"]),
                width=2,
                severity=lambda i: i.fields["severity"],
            ),
            Column("规则", lambda i: i.fields["code"], width=3, spare=1),
            place,
            Column("户主", lambda i: i.head_name, width=4),
            Column("疑点", lambda i: i.fields["message"]),
            Column("状态", lambda i: i.state_label, width=5, spare=2),
        )

    def _connect(self) -> None:
        for box in (self.kind, self.rule):
            box.activated.connect(lambda _index: self._fill())
        self.only_open.toggled.connect(lambda _on: self._fill())
        self.view.chosen.connect(self._show)
        self.view.act_requested.connect(self.act)
        self.view.household_requested.connect(
            lambda household: self.open_requested.emit("roster", household)
        )
        self.board.add_keys(self, {"G": self.go_to_household})


def _thing(item: Item) -> Thing:
    return Thing(item.subject, item.item_id)


def finding_lines(item: Item) -> list[str]:
    """Return what a doubt is about, in words."""
    fields = item.fields
    kind = _KINDS[item.subject]
    pairs = (
        ("种类", f"{kind}　{fields['code']}（{fields['severity_label']}）"),
        ("是谁", fields["member"]),
        ("哪个月", fields["period"]),
        ("发现", f"{item.opened_on:%Y-%m-%d}" if item.opened_on else ""),
    )
    return [f"{word}　{text}" for word, text in pairs if text]


def _order(item: Item) -> tuple[int, str, int, str]:
    number = item.household_no
    return -severity_rank(item.fields["severity"]), item.fields["code"], len(number), number
