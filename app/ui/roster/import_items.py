"""What an import would do, item by item: old → new, and a person's decision by one key."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import groupby

from PySide6.QtCore import (
    QDate,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QObject,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.domain.labels import LABELS
from app.domain.masking import masked_id_no, masked_phone
from app.domain.natural_change import DECREASE_REASONS
from app.domain.roster_items import KINDS
from app.ops.roster import UNDECIDED, Decision, Decisions, ImportItem, RosterPreview
from app.ops.roster_words import field_label, reason_text
from app.ui.data_table import DataTable
from app.ui.flow_layout import FlowLayout
from app.ui.parts import button, plain, quiet
from app.ui.table_model import Column

APPLY, SKIP, LATER = "apply", "skip", "later"
_WORDS = {APPLY: "导入", SKIP: "不要", LATER: "以后再定"}
_KEYS = {Qt.Key.Key_1: APPLY, Qt.Key.Key_2: SKIP, Qt.Key.Key_3: LATER}
_MOVES = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}
_SILENT = frozenset({"unchanged"})
_ENUMS = {"main_cause": "risk_cause", "causes": "risk_cause"}
_MASKS = {"id_no": masked_id_no, "disability_cert_no": masked_id_no, "phone": masked_phone}


class LeftDialog(QDialog):
    """Why and since when somebody who is silent in the file is gone."""

    def __init__(self, parent: QWidget | None, names: Sequence[str], today: date) -> None:
        super().__init__(parent)
        self.setWindowTitle("为什么不在了")
        self.reason = QComboBox()
        for key, word in DECREASE_REASONS.items():
            self.reason.addItem(word, key)
        self.day = QDateEdit(QDate(today.year, today.month, today.day))
        self.day.setDisplayFormat("yyyy年M月d日")
        form = QFormLayout()
        form.addRow("原因", self.reason)
        form.addRow("哪一天", self.day)
        layout = QVBoxLayout(self)
        layout.addWidget(
            plain(f"{'、'.join(names)}在表里没有。不会删除，写成自然变更，待镇里办理。")
        )
        layout.addLayout(form)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("先不写", self.reject))
        agree = button("写成自然变更", self.accept, primary=True)
        agree.setDefault(True)
        row.addWidget(agree)
        layout.addLayout(row)

    def decision(self) -> Decision:
        """Return what was chosen."""
        day = self.day.date().toString(Qt.DateFormat.ISODate)
        return Decision(APPLY, str(self.reason.currentData()), day)


class ItemsView(QWidget):
    """Items of a preview; 1 import, 2 not, 3 later, for the selected rows or a whole kind."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._items: list[ImportItem] = []
        self._chosen: dict[str, Decision] = {}
        self._today = date.min
        self.kind = QComboBox()
        self.kind.setAccessibleName("种类")
        self.table = DataTable(self._columns(), "逐项改动")
        self.table.setMinimumHeight(self.fontMetrics().height() * 4)
        self.words = plain()
        self.table.installEventFilter(self)
        self.kind.currentIndexChanged.connect(lambda _index: self._fill())
        self.table.moved.connect(self._tell)
        bar = QWidget()
        flow = FlowLayout(bar, gap=8)
        flow.addWidget(self.kind)
        for words, choice in (("1 导入", APPLY), ("2 不要", SKIP), ("3 以后再定", LATER)):
            flow.addWidget(button(words, partial(self.decide, choice)))
        flow.addWidget(button("A 选中同类", self.select_alike))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(bar)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.words)
        layout.addWidget(
            quiet(
                "↑↓ 或 K J 选，1 导入 2 不要 3 以后再定，A 选中同类再一起定。"
                "不选就按“怎么办”一栏写的办；表里没有的人不会删除。"
            )
        )

    def show_preview(self, preview: RosterPreview) -> None:
        """Show the items of a preview; decisions made on another one are gone."""
        self._today = preview.today
        self._chosen = {}
        found = [item for file in preview.files for item in file.items()]
        self._items = [item for item in found if item.kind not in _SILENT]
        counts = Counter(item.kind for item in self._items)
        self.kind.blockSignals(True)
        self.kind.clear()
        self.kind.addItem(f"全部 {len(self._items)}", "")
        for kind, word in KINDS.items():
            if counts[kind]:
                self.kind.addItem(f"{word} {counts[kind]}", kind)
        self.kind.blockSignals(False)
        self._fill()

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def decisions(self) -> Decisions:
        """Return what a person has decided; nothing decided follows the defaults."""
        return Decisions(items=dict(self._chosen)) if self._chosen else UNDECIDED

    def decide(self, choice: str) -> None:
        """Decide about the selected rows; of people who are silent it is asked why they left."""
        rows: list[ImportItem] = [item for item in self.table.chosen() if item.choices]
        silent = [item for item in rows if item.kind == "missing"]
        decision = Decision(choice)
        if choice == APPLY and silent:
            dialog = LeftDialog(self, [item.name for item in silent], self._today)
            if not dialog.exec():
                return
            decision = dialog.decision()
        for item in rows:
            self._chosen[item.key] = decision if item in silent else Decision(choice)
        self.table.viewport().update()
        if len(rows) == 1:
            self._move(1)
        self._tell(self.table.current())
        self.changed.emit()

    def select_alike(self) -> None:
        """A: select every row of the kind of the current one."""
        current: ImportItem | None = self.table.current()
        if current is None:
            return
        model, place = self.table.table, self.table.currentIndex()
        chosen, last = QItemSelection(), model.columnCount() - 1
        for _, run in groupby(enumerate(model.rows()), lambda pair: pair[1].kind == current.kind):
            numbers = [number for number, item in run if item.kind == current.kind]
            if numbers:
                chosen.select(model.index(numbers[0], 0), model.index(numbers[-1], last))
        select = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.table.selectionModel().select(chosen, select)
        self.table.selectionModel().setCurrentIndex(
            place, QItemSelectionModel.SelectionFlag.NoUpdate
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys decide before the table takes them for a search."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _KEYS:
                self.decide(_KEYS[key])
            elif key in _MOVES:
                self._move(_MOVES[key])
            elif key == Qt.Key.Key_A:
                self.select_alike()
            else:
                return super().eventFilter(watched, event)
            return True
        return super().eventFilter(watched, event)

    def _move(self, step: int) -> None:
        number = self.table.currentIndex().row() + step
        if 0 <= number < self.table.table.rowCount():
            self.table.selectRow(number)

    def choice_text(self, item: ImportItem) -> str:
        """Return what will happen to an item."""
        if not item.choices:
            return "—"
        decision = self._chosen.get(item.key)
        if decision is not None and decision.reason:
            return f"{DECREASE_REASONS[decision.reason]} {decision.on}"
        return _WORDS[decision.choice if decision is not None else item.default]

    def _fill(self) -> None:
        wanted = self.kind.currentData()
        self.table.set_rows([i for i in self._items if wanted in ("", None, i.kind)])
        self._tell(self.table.current())

    def _tell(self, item: ImportItem | None) -> None:
        if item is None:
            self.words.setText("")
            return
        why = "".join(reason_text(code) for code in item.reasons)
        what = change_text(item)
        self.words.setText(f"{item.name or item.household_no}　{what}　{item.words}{why}".strip())

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("种类", lambda item: KINDS[item.kind], width=9),
            Column("户号", lambda item: item.household_no, width=7, spare=1),
            Column("姓名", lambda item: item.name, width=4),
            Column("改动", change_text),
            Column("怎么办", self.choice_text, width=6,
                   severity=lambda item: "orange" if item.default == LATER
                   and item.key not in self._chosen and item.choices else "none"),
        )  # fmt: skip


def change_text(item: ImportItem) -> str:
    """Return ``联系电话　187****0475 → 139****0001``, or what else happens."""
    if item.field:
        old, new = value_text(item.field, item.old), value_text(item.field, item.new)
        return f"{field_label(item.field)}　{old} → {new}"
    if item.kind == "new_household":
        return f"{item.new}人" if item.new else ""
    if item.place is not None:
        return f"{item.place.sheet}第{item.place.row}行"
    return item.words


def value_text(field: str, value: object) -> str:
    """Return a value as people write it; numbers that identify a person are masked."""
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field in _MASKS:
        return _MASKS[field](str(value))
    words = LABELS.get(_ENUMS.get(field, field), {})
    parts = value if isinstance(value, tuple | list) else [value]
    return "、".join(words.get(str(part), str(part)) for part in parts)
