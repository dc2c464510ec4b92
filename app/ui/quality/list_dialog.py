"""A list from above (部门预警清单, 疑点清单): seen first, taken in, answered in its own layout."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.roster_answers import MATCHED
from app.domain.roster_items import row_key
from app.domain.roster_list import TiedRow
from app.ops import roster_lists
from app.ops.roster import Pasted
from app.ops.roster_lists import ListPreview, ListResult
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, repolish, title
from app.ui.roster.person_picker import PersonPicker
from app.ui.table_model import Column

_FILES = "清单 (*.xlsx *.xls *.csv);;所有文件 (*)"
_STATUS = {
    "matched": "对上了",
    "matched_by_household_and_name": "按户号和姓名对上",
    "duplicate": "和前面重复",
    "name_mismatch": "证件号是别人的",
    "household_mismatch": "户号不一致",
    "id_invalid": "证件号有误",
    "no_id": "没有证件号",
    "other_village": "不是本村的",
    "not_in_roster": "名册里没有",
}


class ListDialog(QDialog):
    """Choose, look, take in, answer; identity numbers are never shown."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.preview: ListPreview | None = None
        self._by_hand: set[str] = set()
        self.setWindowTitle("导入清单")
        self.head, self.notes = title("导入上级发来的清单"), plain("先看对上了谁，再导入。")
        self.table = DataTable(self._columns(), "清单", "还没有选文件。")
        self.tie_button = button("T 指定是谁…", self.ask_who)
        self.choose_button = button("选择文件", self._choose, primary=True)
        self.take_button = button("导入", self.take)
        self.answer_button = button("写答复…", self._choose_answer)
        for made in (self.tie_button, self.take_button, self.answer_button):
            made.setEnabled(False)
        self.table.opened.connect(lambda _row: self.ask_who())
        self.table.moved.connect(lambda _row: self._offer_tie())
        shortcut = QShortcut(QKeySequence("T"), self)
        shortcut.activated.connect(self.ask_who)
        row = QHBoxLayout()
        row.addWidget(self.tie_button)
        row.addStretch()
        for made in (button("关闭（Esc）", self.reject), self.choose_button, self.take_button,
                     self.answer_button):  # fmt: skip
            row.addWidget(made)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for widget in (self.head, self.notes):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        give_size(self, 60, 34)

    def look_at(self, source: Path | Pasted) -> None:
        """Read a list; nothing is taken in yet. Pasted rows have no layout to answer in."""
        store = self._desk.store
        found = self._desk.runner.call(lambda: roster_lists.preview_list(store, source))
        if found is None:
            return
        self._by_hand = set()
        unsure_first = sorted(found.rows, key=lambda row: row.status in MATCHED)
        self._show(replace(found, rows=tuple(unsure_first)))
        for made in (self.choose_button, self.take_button):  # what comes next stands out
            made.setProperty("primary", made is self.take_button)
            repolish(made)
        self.take_button.setEnabled(True)
        self.answer_button.setEnabled(isinstance(source, Path))
        (self.table if self._unsure(self.table.current()) else self.take_button).setFocus()

    def ask_who(self) -> None:
        """T or Enter: say by hand whom a row means that nobody was found for."""
        row: TiedRow | None = self.table.current()
        if row is None or not self._unsure(row):
            return
        sentence = (
            f"清单写的是：{row.row.name}，户号{row.row.household_no or '没写'}，{row.row.subject}"
        )
        picker = PersonPicker(self, self._desk, sentence, row.row.name)
        if picker.exec() and picker.person is not None:
            self.tie(row, picker.person.member.member_id)

    def tie(self, row: TiedRow, member_id: str) -> None:
        """Let a row mean a person of the roster."""
        store, preview = self._desk.store, self.preview
        if preview is None:
            return
        key = row_key(row.row.place)
        found = self._desk.runner.call(
            lambda: roster_lists.tie_by_hand(store, preview, key, member_id)
        )
        if found is not None:
            self._by_hand.add(key)
            number = self.table.currentIndex().row()
            self._show(found)
            self.table.selectRow(number)
            self.take_button.setEnabled(True)

    def _show(self, found: ListPreview) -> None:
        self.preview = found
        self.table.set_rows(found.rows)
        kind = "部门线索清单" if found.is_of_clues else "疑点清单"
        parts = [f"{_STATUS.get(key, key)}{count}" for key, count in found.counts.items()]
        self.head.setText(f"{kind}　{len(found.rows)}条")
        self.notes.setText(f"{'，'.join(parts)}。没对上的不会导入，也不会新建人；按 T 可指定是谁。")
        self._offer_tie()

    def _offer_tie(self) -> None:
        self.tie_button.setEnabled(self._unsure(self.table.current()))

    def _unsure(self, row: TiedRow | None) -> bool:
        return row is not None and (
            row.status not in (*MATCHED, "duplicate") or row_key(row.row.place) in self._by_hand
        )

    def _whom(self, row: TiedRow) -> str:
        if row_key(row.row.place) in self._by_hand and row.member is not None:
            return f"指定：{row.household_no}号 {row.member.values.get('name')}"
        return _STATUS.get(row.status, row.status)

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("姓名", lambda one: one.row.name, width=5),
            Column("户号", lambda one: one.household_no or one.row.household_no, width=7),
            Column("内容", lambda one: one.row.subject),
            Column("对上了谁", self._whom, width=11,
                   severity=lambda one: "none" if one.status in MATCHED else "orange"),
        )  # fmt: skip

    def take(self) -> None:
        """Take in what is tied to somebody of the roster."""
        desk, preview = self._desk, self.preview
        if preview is None:
            return
        done = desk.runner.call(
            lambda: roster_lists.apply_list(desk.store, desk.actor, preview, desk.today())
        )
        if done is not None:
            self.notes.setText(result_text(done))
            self.take_button.setEnabled(False)
            self.answer_button.setFocus()

    def answer(self, path: Path) -> None:
        """Write the list again with what has become of its rows."""
        store, actor, preview = self._desk.store, self._desk.actor, self.preview
        if preview is None:
            return
        count = self._desk.runner.call(
            lambda: roster_lists.answer_list(store, actor, preview, path)
        )
        if count is not None:
            self.notes.setText(f"答复写好了：{count}条已有结果，其余还在办。")

    def _choose(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, "选择清单", "", _FILES)
        if name:
            self.look_at(Path(name))

    def _choose_answer(self) -> None:
        proposal = f"答复-{self.preview.file.path.stem}.xlsx" if self.preview else ""
        name, _filter = QFileDialog.getSaveFileName(self, "写答复", proposal, "表格 (*.xlsx)")
        if name:
            self.answer(Path(name))


def result_text(done: ListResult) -> str:
    """Return what was taken in, in words."""
    parts = [
        f"新记{done.stored}条",
        f"以前导入过{done.known}条" if done.known else "",
        f"已在办{done.already}条" if done.already else "",
        *(f"{_STATUS.get(key, key)}{count}条" for key, count in done.left.items()),
    ]
    return f"{'，'.join(filter(None, parts))}。"
