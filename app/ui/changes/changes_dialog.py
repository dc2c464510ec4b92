"""自然变更 that are not done yet: the village reports, the township decides."""

import json
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import natural_change as domain
from app.errors import AppError
from app.ops import changes, roster_view
from app.ops.attachments import Thing
from app.ops.items import Item
from app.ops.lives import Action, StepInput
from app.ops.roster_view import HouseholdPage
from app.ui.attachments.panel import photos_of
from app.ui.changes.change_form import ChangeForm
from app.ui.changes.change_picker import ChangePicker
from app.ui.changes.tasks import task_of
from app.ui.empty_state import EmptyState
from app.ui.page import Desk
from app.ui.parts import button, give_size, title
from app.ui.review.item_view import ItemsView, item_columns
from app.ui.review.step_form import StepForm
from app.ui.review.step_offers import ask_for
from app.ui.review.submit import attempt

_GUIDED = frozenset({"submit", "resubmit"})


class ChangesDialog(QDialog):
    """List and card; only the steps that are allowed at this level are buttons."""

    household_requested = Signal(str)

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle("自然变更")
        self.head = title()
        self.only_open = QCheckBox("只看没办完的")
        self.only_open.setChecked(True)
        self.view = ItemsView(item_columns(desk.store.level, desk.today()), "自然变更")
        self.empty = EmptyState("没有没办完的自然变更。在户页按 N 可以报。")
        row = QHBoxLayout()
        row.addWidget(self.head, 1)
        row.addWidget(self.only_open)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(button("关闭（Esc）", self.reject))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addLayout(row)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)
        self.only_open.toggled.connect(lambda _on: self.refresh())
        self.view.chosen.connect(self._show)
        self.view.act_requested.connect(self.act)
        self.view.household_requested.connect(self._leave_for)
        give_size(self, 72, 38)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        desk, only_open = self._desk, self.only_open.isChecked()
        found = desk.runner.call(
            lambda: changes.list_changes(desk.store, desk.today(), desk.actor, only_open=only_open)
        )
        if found is not None:
            self.show_found(found)

    def show_found(self, found: Sequence[Item]) -> None:
        """Show these changes."""
        self.view.set_items(found)
        self.head.setText(f"自然变更　{len(found)}件")
        self.empty.setVisible(not found)
        self.view.setVisible(bool(found))

    def act(self, item: Item, action: Action) -> None:
        """Take a step; a report of the village goes through its guided dialog."""
        task = task_of(item.fields["change_kind"], item.fields["reason"])
        is_guided = action.name in _GUIDED or (
            action.name == "decide" and item.fields["change_kind"] == domain.HEAD_CHANGE
        )
        if is_guided and task is not None:
            home = _home(self._desk, item.household_id)
            if home is not None:
                ChangeForm(self, self._desk, home, task, item).exec()
        else:
            ask = ask_for(
                self._desk, item.subject, action, f"{item.head_name}户　{item.title}",
                item.household_id,
            )  # fmt: skip
            StepForm(self, ask, lambda given: self._take(item, action, given)).exec()
        self.refresh()

    def _take(self, item: Item, action: Action, given: StepInput) -> AppError | None:
        desk = self._desk
        return attempt(
            desk.runner,
            lambda: changes.act_change(
                desk.store, desk.actor, item.item_id, action.name, given, desk.today()
            ),
        )

    def _show(self, item: Item | None) -> None:
        if item is None:
            self.view.card.show_item(None, (), None)
            return
        thing = Thing(item.subject, item.item_id)
        photos = photos_of(self._desk, thing, may_change=bool(item.actions))
        self.view.card.show_item(item, detail_lines(item, self._members(item)), photos)

    def _members(self, item: Item) -> dict[str, str]:
        home = _home(self._desk, item.household_id)
        return {m.member_id: m.name for m in home.members} if home is not None else {}

    def _leave_for(self, household_id: str) -> None:
        self.household_requested.emit(household_id)
        self.reject()


def report_change(parent: QWidget | None, desk: Desk, household_id: str) -> bool:
    """Let the user choose and report a change of one household; tell whether it was reported."""
    home = _home(desk, household_id)
    if home is None:
        return False
    picker = ChangePicker(parent, f"{home.line.head_name}户")
    if not picker.exec():
        return False
    return bool(ChangeForm(parent, desk, home, picker.task()).exec())


def detail_lines(item: Item, names: dict[str, str]) -> list[str]:
    """Return what a change says, in words; identity numbers stay out."""
    fields = item.fields
    text = fields.get("details", "")
    details = json.loads(text) if text else {}
    going = [names.get(i, "") for i in str(details.get("member_ids", "")).split(",")]
    relations = details.get("relations") or {}
    relations = json.loads(relations) if isinstance(relations, str) else relations
    asked = "、".join(f"{names.get(i, '')}{word}" for i, word in relations.items())
    new = (details.get("name"), details.get("relation"))
    pairs: Sequence[tuple[str, str]] = (
        ("发生日期", fields.get("effective_on", "")),
        ("是谁", fields.get("member", "")),
        ("新成员", "　".join(str(one) for one in new if one)),
        ("分出去", "、".join(filter(None, going))),
        ("新户主", names.get(str(details.get("head_id", "")), "")),
        ("关系", asked),
        ("佐证", fields.get("proof", "")),
    )
    found = [f"{word}　{value}" for word, value in pairs if value]
    if fields.get("measures_to_end"):
        found.append("他还有没完的措施，请到措施里决定是否终止。")
    return found


def _home(desk: Desk, household_id: str) -> HouseholdPage | None:
    return desk.runner.call(lambda: roster_view.household_page(desk.store, household_id))
