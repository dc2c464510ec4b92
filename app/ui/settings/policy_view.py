"""Parameters that are in force now, with source and date; a file of a superior is taken in here."""

import re
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.period import Period
from app.domain.policy import Parameter
from app.ops import policy_packs
from app.ops.policy_packs import PackDiff, PackLine
from app.ui import messages
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, plain, quiet
from app.ui.settings.trial_dialog import TrialDialog
from app.ui.table_model import Column

_FILES = "参数包 (*.toml *.yaml *.yml);;所有文件 (*)"


class PolicyView(QWidget):
    """Read-only list; importing shows first what would change."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.head, self.note = plain(), plain()
        self.note.setProperty("kind", "problem")
        self.table = DataTable(_COLUMNS, "参数")
        self.import_button = button("导入参数包", self._on_import)
        self.import_button.setVisible(desk.store.level != "village")
        self.trial_button = button("参数试算", self._on_trial)
        row = QHBoxLayout()
        row.addWidget(self.trial_button)
        row.addWidget(self.import_button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(self.head)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addWidget(quiet("参数由县、镇下发，随变更包到村；已关账的月份仍用当时的参数。"))
        layout.addLayout(row)

    def refresh(self) -> None:
        store, period = self._desk.store, Period.of(self._desk.today())
        found = self._desk.runner.call(lambda: policy_packs.list_packs(store, period))
        if found is None:
            return
        now: PackLine = next(line for line in found if line.in_force)
        issuer = f"区划{now.area_code}下发" if now.area_code else "程序自带"
        until = f"至{now.valid_to}" if now.valid_to else "起，长期"
        self.head.setText(f"现在用：{now.valid_from}{until}　{issuer}　第{now.revision}版")
        rows = [one for one in now.parameters if one.label]
        self.table.set_rows(rows)
        levels = next((p for p in rows if p.name == "class_level_map"), None)
        to_confirm = levels is not None and "确认" in levels.source
        self.note.setText(
            "三类管理的名称和风险高低，各地说法不一（原文顺序对不上），须由县确认一次。"
            if to_confirm
            else ""
        )
        self.note.setVisible(to_confirm)

    def look_at(self, path: Path) -> None:
        """Show what a file would change, and take it in if the user agrees."""
        store, actor = self._desk.store, self._desk.actor
        found = self._desk.runner.call(lambda: policy_packs.diff(store, path))
        if found is None:
            return
        if found.is_known or not found.changes:
            messages.show_text(self, "导入参数包", "这个参数包已经导入过，或没有改动。数据没有变。")
            return
        if messages.ask(self, "导入参数包", diff_text(found), f"导入{len(found.changes)}项改动"):
            self._desk.runner.call(lambda: policy_packs.take_in(store, actor, path))

    def trial_dialog(self) -> TrialDialog:
        """Return the dialog that judges the month with other values."""
        return TrialDialog(self._desk, self.table.table.rows())

    def _on_trial(self) -> None:
        self.trial_dialog().exec()

    def _on_import(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, "选择参数包", "", _FILES)
        if name:
            self.look_at(Path(name))


def diff_text(found: PackDiff) -> str:
    """Return the changes as lines, the first ones only."""
    shown = [f"{one.label or one.name}：{one.old} → {one.new}" for one in found.changes[:12]]
    more = len(found.changes) - len(shown)
    rest = [f"……还有{more}项"] if more > 0 else []
    return "\n".join([f"从{found.valid_from}起：", *shown, *rest])


def value_text(value: Any) -> str:
    """Return a parameter's value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "，".join(f"{key}={value_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "、".join(value_text(item) for item in value)
    return "" if value is None else str(value)


def _value(one: Parameter) -> str:
    return f"{value_text(one.value)} {one.unit}".strip()


_CODE = re.compile(r"[A-Z]{1,2}-\d+")  # of a question or rule; further words are the file's own
_COLUMNS = (
    Column("参数", lambda one: one.label, width=13),
    Column("值", _value, width=10),
    Column("从", lambda one: one.valid_from, width=5, spare=2),
    Column("用在", lambda one: "、".join(_CODE.findall(one.used_by)), width=8, spare=3),
    Column("来源", lambda one: one.source),
)
