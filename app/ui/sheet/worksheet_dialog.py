"""收入明细: amounts by source and person, each saved at its field; the arithmetic below."""

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.income_worksheet import Jump, LineKey
from app.domain.words import money
from app.ops import income
from app.ops.income import AmountRow, LineRow, WorksheetPage
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title, without_input_method


class LineField(QLineEdit):
    """One amount; ``taken`` carries its text when Enter or Tab leaves it changed."""

    taken = Signal(object, str)

    def __init__(self, line: LineRow) -> None:
        super().__init__(_plain(line.value) if line.origin == "given" else "")
        self.key: LineKey = line.key
        self._kept = self.text()
        shown = money(line.value) if line.value is not None else ""
        self.setPlaceholderText(f"{shown}（照旧）" if line.origin == "prefilled" else "")
        self.setAccessibleName(f"{line.member_name}{line.label}，上月{_yuan(line.previous)}")
        without_input_method(self)
        self.editingFinished.connect(self._on_finished)

    def _on_finished(self) -> None:
        if self.text() != self._kept:
            self._kept = self.text()
            self.taken.emit(self.key, self.text())


class WorksheetDialog(QDialog):
    """Shows one sheet's worksheet; ``is_changed`` tells whether something was saved."""

    def __init__(self, parent: QWidget | None, desk: Desk, sheet_id: str) -> None:
        super().__init__(parent)
        self._desk, self._sheet_id = desk, sheet_id
        self.is_changed = False
        self.fields: list[LineField] = []
        self.setWindowTitle("收入明细")
        self.problem, self.sentence, self.jumps = plain(), plain(), plain()
        self.problem.setProperty("kind", "problem")
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(quiet("按来源和人填，元。Enter 到下一格，改一格存一格。"))
        layout.addWidget(self._area, 1)
        for label in (self.problem, self.jumps, self.sentence):
            layout.addWidget(label)
        row = QHBoxLayout()
        row.addStretch()
        close = button("填好了", self.accept, primary=True)
        row.addWidget(close)
        layout.addLayout(row)
        give_size(self, 50, 42)
        page = self._read()
        if page is not None:
            self._show(page)
        if self.fields:
            self.fields[0].setFocus()

    def _read(self) -> WorksheetPage | None:
        store, today = self._desk.store, self._desk.today()
        return self._desk.runner.call(lambda: income.worksheet_page(store, self._sheet_id, today))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
            return
        super().keyPressEvent(event)

    def _show(self, page: WorksheetPage) -> None:
        self.fields = []
        box = QWidget()
        grid = QGridLayout(box)
        grid.setColumnStretch(3, 1)
        row = 0
        for amount in page.amounts:
            grid.addWidget(title(_amount_text(amount)), row, 0, 1, 4)
            row += 1
            for line in amount.lines:
                self._add_line(grid, row, line)
                row += 1
        grid.setRowStretch(row, 1)
        self._area.setWidget(box)
        self._show_sums(page)

    def _show_sums(self, page: WorksheetPage) -> None:
        self.sentence.setText(page.income.sentence)
        names = {amount.question: amount.label for amount in page.amounts}
        self.jumps.setText("\n".join(_jump_text(jump, names) for jump in page.jumps))
        self.jumps.setVisible(bool(page.jumps))

    def _add_line(self, grid: QGridLayout, row: int, line: LineRow) -> None:
        grid.addWidget(QLabel(line.member_name), row, 0)
        grid.addWidget(QLabel(line.label), row, 1)
        grid.addWidget(quiet(f"上月 {_yuan(line.previous)}"), row, 2)
        if line.origin == "answer":
            grid.addWidget(plain(f"{_yuan(line.value)}（在“就业”里改）"), row, 3)
            return
        field = LineField(line)
        field.taken.connect(self._on_taken)
        self.fields.append(field)
        grid.addWidget(field, row, 3)

    def _on_taken(self, key: LineKey, text: str) -> None:
        """Save one line; what cannot be read is said and not saved."""
        self.problem.clear()
        try:
            amount = income.parse_line(text)
        except ValueError as error:
            self.problem.setText(f"“{text}”：{error}")
            return
        store, actor, today = self._desk.store, self._desk.actor, self._desk.today()
        done = self._desk.runner.call(
            lambda: income.save_lines(store, actor, self._sheet_id, {key: amount}, today)
        )
        if done is not None:
            self.is_changed = True
            self._refresh_figures()

    def _refresh_figures(self) -> None:
        """Show the new sums; the fields stay, so that the keyboard does."""
        page = self._read()
        if page is None:
            return
        grid = self._area.widget().layout()
        if isinstance(grid, QGridLayout):
            row = 0
            for amount in page.amounts:
                item = grid.itemAtPosition(row, 0)
                heading = item.widget() if item is not None else None
                if isinstance(heading, QLabel):
                    heading.setText(_amount_text(amount))
                row += 1 + len(amount.lines)
        self._show_sums(page)


def _amount_text(amount: AmountRow) -> str:
    value = amount.value if isinstance(amount.value, Decimal) else None
    before = amount.previous if isinstance(amount.previous, Decimal) else None
    rest = f"　未分项 {money(amount.rest)}元" if amount.rest else ""
    return f"{amount.label}　{_yuan(value)}（上月 {_yuan(before)}）{rest}"


def _jump_text(jump: Jump, names: Mapping[str, str]) -> str:
    name = names.get(jump.question, jump.question)
    return f"{name}：上月{money(jump.before)}元，本月{money(jump.now)}元，差得多，请核对。"


def _yuan(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{money(amount)}元"


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"
