"""The further tabs of a household's page: its months, income, photos and history, read when shown.

A tab reads its household when it is looked at for the first time, and again after a change.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.attachment import SUBJECTS, count_text
from app.domain.words import money
from app.ops import attachments, household_log, sheet_history
from app.ops.attachments import Thing
from app.ops.household_log import LogEntry
from app.ops.income import AmountRow, LineRow, MonthRow
from app.ops.sheet_history import AnswerLine, SheetLine
from app.ui.attachments.panel import AttachmentPanel
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title
from app.ui.table_model import Column


class RecordTab(Protocol):
    """A tab that reads one household."""

    def read(self, household_id: str) -> None:
        """Show this household."""


class SheetsTab(QWidget):
    """检查表: 36 months, each with what fell short; Enter shows a month's answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.table = DataTable(_SHEETS, "检查表历史", "还没有检查表。")
        self.table.opened.connect(self.open_sheet)
        _stand(self, quiet("近三年，新的在上。Enter 看那个月的答案。"), self.table)

    def read(self, household_id: str) -> None:
        """Show this household."""
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(
            lambda: sheet_history.sheet_history(store, household_id, today)
        )
        self.table.set_rows(found or [])

    def open_sheet(self, line: SheetLine) -> None:
        """Show what was answered in a month; nothing can be changed there."""
        store = self._desk.store
        found = self._desk.runner.call(lambda: sheet_history.sheet_answers(store, line.sheet_id))
        if found is not None:
            SheetDialog(self, line, found).exec()


class SheetDialog(QDialog):
    """One month's answers, those that fall short marked."""

    def __init__(self, parent: QWidget | None, line: SheetLine, answers: list[AnswerLine]) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{line.period}检查表")
        self.table = DataTable(_ANSWERS, "答案")
        self.table.set_rows(answers)
        row = QHBoxLayout()
        row.addWidget(quiet("只能看。要改：本月到“走访”里改，关了账的月走“更正”。"), 1)
        row.addWidget(button("关闭（Esc）", self.reject))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(title(_about(line)))
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        give_size(self, 56, 40)
        self.table.setFocus()


class IncomeTab(QWidget):
    """收入: the line of twelve months, the months, the lines of the worksheet, yearly incomes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.sentence, self.annual = plain(), plain()
        self.months = DataTable((_MONTH,), "近12个月", "还没有按月的收入。")
        self.lines = DataTable(_LINES, "收入明细")
        below = QHBoxLayout()
        below.addWidget(self.months, 3)
        below.addWidget(self.lines, 2)
        layout = _stand(self, self.sentence, self.annual)
        layout.addLayout(below, 1)

    def read(self, household_id: str) -> None:
        """Show this household."""
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(
            lambda: sheet_history.income_history(store, household_id, today)
        )
        if found is None:
            return
        page = found.page
        self.sentence.setText(page.income.sentence if page is not None else "")
        self.sentence.setVisible(page is not None)
        years = "　".join(f"{year}年 {money(amount)}元" for year, amount in found.annual)
        self.annual.setText(f"年人均纯收入　{years}" if years else "没有年度收入。")
        self.months.set_columns(_month_columns(page.amounts if page is not None else ()))
        self.months.set_rows([m for m in page.months if m.amounts][::-1] if page else [])
        lines = [row for amount in page.amounts for row in amount.lines] if page else []
        given = [row for row in lines if row.value is not None]
        self.lines.set_rows(given)
        self.lines.setVisible(bool(given))


class PhotosTab(QScrollArea):
    """附件: every photo and scan of the household and of what hangs on it; new ones are its own."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._household_id = desk, ""
        self.panel = AttachmentPanel(desk, empty="还没有照片和扫描件。")
        self.panel.changed.connect(lambda: self.read(self._household_id))
        box = QWidget()
        _stand(box, self.panel).addStretch()
        self.setWidget(box)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusProxy(self.panel.add_button)

    def read(self, household_id: str) -> None:
        """Show this household."""
        self._household_id, store = household_id, self._desk.store
        found = self._desk.runner.call(lambda: attachments.listed(store, household_id=household_id))
        lines = list({line.sha256: line for line in found or ()}.values())
        counted = Counter(SUBJECTS[line.thing.subject] for line in lines)
        of = "、".join(f"{word} {number}" for word, number in counted.items())
        words = f"{count_text([line.media_type for line in lines])}（{of}）" if lines else ""
        self.panel.show_lines([Thing("household", household_id)], lines, words)


class HistoryTab(QWidget):
    """变更历史: who changed what, when, from what to what."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.table = DataTable(_CHANGES, "变更历史", "还没有变更。")
        words = quiet("新的在上。每月第一次填的答案在“检查表”里看，这里记以后的改动。")
        _stand(self, words, self.table)

    def read(self, household_id: str) -> None:
        """Show this household."""
        store = self._desk.store
        found = self._desk.runner.call(lambda: household_log.household_log(store, household_id))
        self.table.set_rows(found or [])


def _stand(widget: QWidget, *parts: QWidget) -> QVBoxLayout:
    """Put parts below each other; a table takes what is left."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(8, 8, 8, 8)
    layout.setSpacing(6)
    for part in parts:
        layout.addWidget(part, 1 if isinstance(part, DataTable) else 0)
    if any(isinstance(part, DataTable) for part in parts):
        widget.setFocusProxy(next(part for part in parts if isinstance(part, DataTable)))
    return layout


def _about(line: SheetLine) -> str:
    by = f"{line.submitted_on} {line.submitted_by}交" if line.submitted_on else "还没有交"
    return "　".join(filter(None, (str(line.period), by, line.visit)))


def _state(line: SheetLine) -> str:
    if line.submitted_on:
        return f"{line.submitted_on:%m-%d} {line.submitted_by}"
    return line.unvisited_reason or ("填了一部分" if line.answers else "没有填")


def _month_columns(amounts: Iterable[AmountRow]) -> tuple[Column, ...]:
    """Return a column for each amount of the worksheet."""

    def amount(place: int, question: str, label: str) -> Column:
        def text(row: MonthRow) -> str:
            value = row.amounts.get(question)
            return money(value) if isinstance(value, Decimal) else "—"

        return Column(label, text, width=4, right=True, spare=place)  # the first are the gravest

    columns = (amount(place, one.question, one.label) for place, one in enumerate(amounts))
    return (_MONTH, *columns, _COMPLETE)


def _change(entry: LogEntry) -> str:
    words = f"{entry.old} → {entry.new}" if entry.old else entry.new
    return words if entry.is_in_force else f"{words}（没有生效）"


def _line_amount(row: LineRow) -> str:
    return money(row.value) if row.value is not None else ""


_SHEETS = (
    Column("月份", lambda line: str(line.period), width=5),
    Column("交表", _state, width=8),
    Column("见到谁", lambda line: line.visit, width=8, spare=2),
    Column("答了", lambda line: f"{line.answers}题", width=3, right=True, spare=1),
    Column("缺项和提示", lambda line: "；".join(line.shortfalls) or "无"),
    Column("人均", lambda line: money(line.per_capita) if line.per_capita else "", width=4,
           right=True, spare=3),
)  # fmt: skip
_ANSWERS = (
    Column("章", lambda line: line.chapter, width=5, spare=1),
    Column("题", lambda line: line.question, width=8),
    Column("谁", lambda line: line.member or "全户", width=4),
    Column("答案", lambda line: f"{line.text}　▲缺项" if line.falls_short else line.text,
           severity=lambda line: "red" if line.falls_short else ""),
    Column("备注", lambda line: line.note, width=8, spare=2),
)  # fmt: skip
_MONTH = Column("月份", lambda row: str(row.period), width=5)
_COMPLETE = Column("", lambda row: "" if row.is_complete else "不全")
_LINES = (
    Column("谁", lambda row: row.member_name or "全户", width=4),
    Column("本月来源", lambda row: row.label),
    Column("元", _line_amount, width=5, right=True),
)
_CHANGES = (
    Column("时间", lambda entry: entry.at, width=8),
    Column("谁", lambda entry: entry.by, width=9),
    Column("什么", lambda entry: entry.what, width=9),
    Column("哪一项", lambda entry: entry.field, width=5),
    Column("原来 → 改成", _change),
    Column("原因", lambda entry: entry.reason, width=7, spare=1),
)
