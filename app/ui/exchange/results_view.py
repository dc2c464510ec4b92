"""A row a package: what it would change or has changed, or why it was refused; details below."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from app.ops.exchange_lines import Imported
from app.ui.data_table import DataTable
from app.ui.exchange import import_view
from app.ui.exchange.intake import Taken
from app.ui.parts import Card, button, plain
from app.ui.table_model import Column

_CAN, _DONE = "可以并入", "已并入"
_CONFLICTS = 4  # shown of one package; all of them wait in the page's own list


class ResultsView(Card):
    """Shows files before and after they are taken in; ``take_button`` is there before."""

    taken = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__("导入前先看")
        self.table = DataTable(_columns(_CAN), "变更包")
        self.detail, self.question = plain(), plain()
        self.question.setProperty("kind", "problem")
        self.leave_button: QPushButton = button("", self.left.emit)
        self.take_button = button("导入这些", self.taken.emit, primary=True)
        self.body.addWidget(self.table, 1)
        for label in (self.detail, self.question):
            self.body.addWidget(label)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.leave_button)
        row.addWidget(self.take_button)
        self.body.addLayout(row)
        self.table.moved.connect(self._tell)
        self.hide()

    def ask(self, found: Sequence[Taken]) -> None:
        """Show what the files would change, and ask whether to take in those that are good."""
        good = [one.found for one in found if one.found is not None]
        questions = [import_view.unusual_sentence(one) for one in good]
        self.question.setText("\n".join(text for text in questions if text))
        self.table.set_columns(_columns(_CAN))
        self._show("导入前先看", found, "先不导入")
        self.take_button.setVisible(bool(good))
        (self.take_button if good else self.leave_button).setFocus()

    def report(self, done: Sequence[Taken]) -> None:
        """Show what became of each file."""
        self.question.clear()
        self.table.set_columns(_columns(_DONE))
        self._show("导入结果", done, "知道了")
        self.take_button.hide()
        self.leave_button.setFocus()

    def _show(self, heading: str, lines: Sequence[Taken], way_out: str) -> None:
        head = self.body.itemAt(0).widget()
        if isinstance(head, QLabel):
            head.setText(heading)
        self.question.setVisible(bool(self.question.text()))
        self.leave_button.setText(way_out)
        self.table.set_rows(lines)
        self.table.selectRow(0)
        self._tell(self.table.current())
        self.show()

    def _tell(self, line: Taken | None) -> None:
        self.detail.setText("\n".join(_details(line)) if line is not None else "")


def _details(line: Taken) -> list[str]:
    if line.found is None:
        return [line.sentence()]
    conflicts = import_view.conflict_lines(line.found.conflicts)
    more = len(conflicts) - _CONFLICTS
    return [
        line.sentence(),
        *(f"冲突　{text}" for text in conflicts[:_CONFLICTS]),
        *([f"另有{more}处冲突"] if more > 0 else []),
    ]


def _figure(read: Callable[[Imported], int]) -> Callable[[Taken], str]:
    return lambda line: str(read(line.found)) if line.found is not None else ""


def _state(fine: str, line: Taken) -> str:
    if line.found is None:
        return line.error.sentence() if line.error else "没有导入"
    if line.found.earlier is not None:
        return "导入过，内容一样"
    if line.found.waiting:
        return f"先放着{line.found.waiting}笔，等缺的包"
    if line.found.void or line.found.forked:
        return f"有{len(line.found.void) + len(line.found.forked)}笔没有效力"
    return fine


def _number(line: Taken) -> int:
    return line.found.number if line.found is not None else 0


def _columns(fine: str) -> tuple[Column, ...]:
    """Return the columns; ``fine``: the word of a package with nothing special about it."""
    return (
        Column("文件", lambda line: line.path.name, width=16),
        Column("包号", lambda line: str(_number(line) or ""), width=3, sort_key=_number, spare=1),
        Column("新增户", _figure(lambda found: found.households_new), width=4, right=True),
        Column("改动户", _figure(lambda found: found.households_changed), width=4, right=True),
        Column("预警", _figure(lambda found: found.warnings_changed), width=3, right=True, spare=2),
        Column("冲突", _figure(lambda found: len(found.conflicts)), width=3, right=True),
        Column("怎么样", partial(_state, fine)),
    )
