"""What two sides changed differently: both columns, what was there before, and the choice."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.ops import conflicts, times
from app.ops.conflict_decisions import APART, Choice
from app.ops.conflict_rules import CASES, PERSON
from app.ops.exchange_lines import ConflictLine, SideLine
from app.ui.data_table import DataTable
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk
from app.ui.parts import Card, button, plain, quiet, title
from app.ui.table_model import Column

LATE = "late"
LEVELS = {"village": "村", "township": "镇", "county": "县"}
KINDS = {
    "unit": "两边改了同一项",
    "removal": "一边减少，一边还在改",
    "composition": "两边改了同一户的成员",
    "late": "关账以后收到的改动",
    "heads": "户主不止一人",
    "steps": "两边办了不同的步骤",
    "person": "同一证件号登记了两次",
    "cases": "在管的监测对象不止一个",
}
_COLUMNS = (
    Column("户号", lambda line: line.household_no, width=4),
    Column("哪一项", lambda line: line.label, width=7),
    Column("怎么回事", lambda line: KINDS.get(line.kind, ""), spare=1),
)


class ConflictsView(QWidget):
    """List and card; 1, 2 … take a side, the last number leaves it for later."""

    open_requested = Signal(str, str)
    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.table = DataTable(_COLUMNS, "两边改得不一样的")
        self.sentence, self.nothing = plain(), plain("两边没有改得不一样的。")
        self.sides: list[Card] = []
        self._choices: list[Callable[[], object]] = []
        self._body = QVBoxLayout()
        self._holder = QScrollArea()
        self._holder.setWidgetResizable(True)
        self._holder.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._split = QSplitter()
        self._split.addWidget(self.table)
        self._split.addWidget(self._holder)
        self._split.setSizes([400, 600])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.nothing, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._split, 1)
        self.table.moved.connect(self._show)

    def refresh(self) -> None:
        """Read what is open."""
        found = self._desk.runner.call(lambda: conflicts.list_conflicts(self._desk.store))
        if found is not None:
            self.show_found(found)

    def show_found(self, found: Sequence[ConflictLine]) -> None:
        """Show what must be decided."""
        self.table.set_rows(found)
        self._split.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self._show(self.table.current())
        self.counted.emit(len(found))

    def choose(self, number: int) -> None:
        """Do what the digit says: a side, or later."""
        if 1 <= number <= len(self._choices):
            self._choices[number - 1]()

    def _show(self, line: ConflictLine | None) -> None:
        self._clear()
        if line is None:
            return
        self.sentence = plain(sentence(line))
        self._body.addWidget(self.sentence)
        base = base_text(line)
        if base:
            self._body.addWidget(quiet(f"原来　{base}"))
        columns = QHBoxLayout()
        self.sides = [_side_card(number, side) for number, side in enumerate(line.sides, 1)]
        for card in self.sides:
            columns.addWidget(card, 1)
        self._body.addLayout(columns)
        actions = QWidget()
        flow = FlowLayout(actions, gap=8)
        for words, run in self._offers(line):
            flow.addWidget(button(words, run))
        self._body.addWidget(actions)
        self._body.addStretch()

    def _offers(self, line: ConflictLine) -> list[tuple[str, Callable[[], object]]]:
        """Return the buttons; the numbered ones answer to their digits."""
        if line.kind == CASES:
            self._choices = []
            return [("到监测对象里办", lambda: self.open_requested.emit("objects", ""))]
        sides = [(_offer(line, side), Choice(side.side)) for side in line.sides]
        if line.kind == PERSON:
            sides.append(("是两个人，都留", Choice(value=APART)))
        numbered: list[tuple[str, Callable[[], object]]] = [
            (words, partial(self._resolve, line, choice)) for words, choice in sides
        ]
        numbered.append(("以后再定", self._later))
        self._choices = [run for _words, run in numbered]
        offers = [(f"{at} {words}", run) for at, (words, run) in enumerate(numbered, 1)]
        if line.kind == "unit" and line.field:
            offers.append(("另填一个…", lambda: self._on_other(line)))
        return offers

    def _resolve(self, line: ConflictLine, choice: Choice) -> None:
        desk = self._desk
        done = desk.runner.call(
            lambda: conflicts.resolve_conflict(desk.store, desk.actor, line.conflict_id, choice)
        )
        if done is not None:
            self.refresh()
            self.table.setFocus()

    def _later(self) -> None:
        row = self.table.currentIndex().row() + 1
        self.table.selectRow(row if row < self.table.table.rowCount() else 0)
        self.table.setFocus()

    def _on_other(self, line: ConflictLine) -> None:
        text, is_given = QInputDialog.getText(self, "另填一个", f"{line.label}改为")
        if is_given and text.strip():
            self._resolve(line, Choice(value=text.strip()))

    def _clear(self) -> None:
        """Put a fresh card in the place of the last one."""
        self._choices, self.sides = [], []
        card = QWidget()
        self._body = QVBoxLayout(card)
        self._body.setContentsMargins(8, 0, 8, 0)
        self._holder.setWidget(card)


def sentence(line: ConflictLine) -> str:
    """Return message 305 for one conflict."""
    if line.kind == LATE:
        return (
            f"{line.household_no}号户的{line.label}：关账以后才收到这些改动，报出去的数里没有。"
            "照关账时的，就改回去；作为更正，要镇里同意。"
        )
    now = next((side for side in line.sides if side.is_in_force), line.sides[0])
    what = f"{line.household_no}号户的“{line.label}”：{KINDS.get(line.kind, '')}。"
    return f"{what}暂用{_whose(now)}的。请选一个；不选不影响别的。"


def base_text(line: ConflictLine) -> str:
    """Return what stood there before the sides differed, "" for nothing."""
    if line.kind == LATE:
        return ""
    return next((side.base_text for side in line.sides if side.base_text), "")


def _in_lines(text: str) -> str:
    return text.replace("；", "\n")


def _offer(line: ConflictLine, side: SideLine) -> str:
    if line.kind == LATE:
        return "照关账时的" if side.is_in_force else "作为更正"
    return f"用{_whose(side)}的"


def _whose(side: SideLine) -> str:
    level = LEVELS.get(side.level, "")
    return f"{side.actor}（{level}）" if level else side.actor or "程序"


def _side_card(number: int, side: SideLine) -> Card:
    mark = "（现用）" if side.is_in_force else ""
    card = Card(f"{number} {_whose(side)}{mark}")
    text = side.text or "、".join(str(v) for v in side.values.values() if v is not None)
    value = title(_in_lines(text) or "空")
    value.setWordWrap(True)
    card.body.addWidget(value)
    card.body.addWidget(quiet(times.shown(side.at)))
    card.body.addStretch()
    card.setAccessibleName(f"{_whose(side)}{mark}：{text}")
    return card
