"""Suggested measures with their reasons: a person ticks, nothing is added silently."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.answers import parse_date
from app.domain.labels import label
from app.domain.plan_suggestions import Suggestion
from app.ops.plan_edit import Key, PlanPage, Terms
from app.ui.parts import button, plain, quiet, without_input_method

_KEY = Qt.ItemDataRole.UserRole


class SuggestionsView(QWidget):
    """``add_requested`` carries the ticked keys and the terms."""

    add_requested = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._today = date.min
        self._names: dict[str, str] = {}
        self.advice, self.problem = quiet(), plain()
        self.problem.setProperty("kind", "problem")
        self.list = _TickList()
        self.list.setAccessibleName("建议的措施")
        self.list.setMinimumHeight(self.fontMetrics().lineSpacing() * 5)
        self.list.itemChanged.connect(lambda _item: self._count())
        self.responsible, self.until = QLineEdit(), QLineEdit()
        self.responsible.setAccessibleName("责任人")
        self.until.setAccessibleName("完成时间")
        without_input_method(self.until)
        self.add_button = button("加入选中的", self._on_add, primary=True)
        self._arrange()

    def show_page(self, page: PlanPage, today: date, responsible: str) -> None:
        """Show the suggestions of a household, nothing ticked."""
        self._today, self._names = today, dict(page.people)
        self.advice.setText("　".join(f"提醒：{words}" for words in page.advice))
        self.advice.setVisible(bool(page.advice))
        self.list.clear()
        for one in page.suggestions:
            self.list.addItem(self._item(one))
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not page.suggestions)
        self.list.setVisible(bool(page.suggestions))
        self.responsible.setText(responsible)
        self.until.setText(date(today.year, 12, 31).isoformat())
        self.problem.setText("")
        self._count()

    def ticked(self) -> list[Key]:
        """Return the keys of the ticked suggestions."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(_KEY) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _item(self, one: Suggestion) -> QListWidgetItem:
        item = QListWidgetItem(self._text(one))
        item.setData(_KEY, one.key)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Unchecked)
        return item

    def _text(self, one: Suggestion) -> str:
        name = self._names.get(one.member_id, "")
        words = f"{label('measure_category', one.category)}·{one.kind}"
        words += f"（{one.content}）" if one.content else ""
        words += f"　受益人 {name}" if name else ""
        words += "　已有这条措施，只加上这条预警" if one.measure_id else ""
        return f"{words}\n{'；'.join(one.reasons)}"

    def _count(self) -> None:
        count = len(self.ticked())
        self.add_button.setText(f"加入选中的{count}条" if count else "加入选中的")
        self.add_button.setEnabled(bool(count))

    def _on_add(self) -> None:
        try:
            until = parse_date(self.until.text(), self._today) if self.until.text() else None
        except ValueError as error:
            self.problem.setText(str(error))
            self.until.setFocus()
            return
        if not self.responsible.text().strip():
            self.problem.setText("请写责任人。")
            self.responsible.setFocus()
            return
        terms = Terms(self.responsible.text().strip(), self._today, until)
        self.add_requested.emit(self.ticked(), terms)

    def _arrange(self) -> None:
        self.nothing = quiet("没有建议。要加措施，到“措施”一栏按 加措施。")
        row = QHBoxLayout()
        for name, field in (("责任人", self.responsible), ("完成时间", self.until)):
            caption = QLabel(name)
            caption.setBuddy(field)
            row.addWidget(caption)
            row.addWidget(field, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(quiet("空格勾选，Enter 加入。只有勾了的才成为措施。"))
        layout.addWidget(self.advice)
        layout.addWidget(self.nothing)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        layout.addWidget(self.problem)
        layout.addWidget(self.add_button)
        self.list.taken.connect(self.add_button.click)


class _TickList(QListWidget):
    """Space ticks, Enter takes what is ticked."""

    taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.taken.emit()
            return
        super().keyPressEvent(event)


def proposed_person(page: PlanPage, default: str) -> str:
    """Return who is proposed as responsible: the newest open helper, else who works here."""
    helpers: Sequence[str] = [line.helper.name for line in page.helpers if line.ended_on is None]
    return helpers[-1] if helpers else default
