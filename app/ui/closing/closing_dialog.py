"""核对并关账 of a village: what blocks, a door to each, reasons, close, correct."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.labels import label
from app.domain.month import CHECKING, CLOSED, CORRECTING, FILLING, UNVISITED_REASONS
from app.domain.period import Period
from app.errors import AppError
from app.ops import conflicts, month_close, months
from app.ops.lives import Action, StepInput
from app.ops.month_close import MonthDone
from app.ui import messages
from app.ui.changes.changes_dialog import ChangesDialog
from app.ui.closing.blockers import CHANGE, REASON, VISIT, Blocker, blockers
from app.ui.colours import severity_text
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, quiet, title
from app.ui.review.step_form import ON, StepAsk, StepForm
from app.ui.review.step_offers import words
from app.ui.review.submit import attempt
from app.ui.table_model import Column

_REASON = Action("unvisited", "写未访原因", ("reason",))
_CORRECT = Action("correct", "更正", ("note",))


@dataclass(slots=True)
class _State:
    """What the month is now."""

    name: str = ""
    lines: tuple[Blocker, ...] = ()
    late: int = 0


class ClosingDialog(QDialog):
    """One page: the list, the reasons, the button; ``left_for`` carries a page and an id."""

    left_for = Signal(str, str)

    def __init__(self, parent: QWidget | None, desk: Desk, period: Period) -> None:
        super().__init__(parent)
        self._desk, self._period = desk, period
        self._state = _State()
        self.setWindowTitle("核对并关账")
        self.head, self.advice = title(), quiet()
        self.table = DataTable(_COLUMNS, "关账前要办的")
        self.figures = QLabel()
        self.reason_button = button("W 写未访原因", self.write_reason)
        self.back_button = button("退回填报", self.back)
        self.correct_button = button("更正…", self.correct)
        self.late_button = button("看后来收到的", self.show_late)
        self.close_button = button("核对并关账", self.close_month, primary=True)
        self._arrange()
        self.table.opened.connect(self.open_door)
        self.table.moved.connect(lambda _line: self._show_buttons())
        self.refresh()

    def refresh(self) -> None:
        """Read again what blocks."""
        desk, period = self._desk, self._period
        status = desk.runner.call(lambda: months.month_status(desk.store, period, desk.today()))
        found = desk.runner.call(lambda: blockers(desk.store, desk.actor, period, desk.today()))
        if status is None or found is None:
            return
        is_open = status.state in (FILLING, CHECKING)
        late = self._late() if status.state == CLOSED else 0
        self._state = _State(status.state, tuple(found) if is_open else (), late)
        self.table.set_rows(self._state.lines)
        self.head.setText(
            f"{period.year}年{period.month}月　{label('period_state', status.state)}　"
            f"应访{status.due_households}户 已完成{status.complete}户"
        )
        self.advice.setText(self._advice())
        self.table.setVisible(bool(self._state.lines))
        self._show_buttons()

    def open_door(self, line: Blocker) -> None:
        """Go to what blocks."""
        if line.kind == CHANGE:
            ChangesDialog(self, self._desk).exec()
            self.refresh()
            return
        self.left_for.emit(line.page, line.target)
        self.accept()

    def write_reason(self) -> None:
        """W: why a household that is due was not visited."""
        line: Blocker | None = self.table.current()
        if line is None or line.kind not in (VISIT, REASON):
            return
        ask = StepAsk(
            action=_REASON,
            sentence=f"{line.text}　为什么没有访到？写了原因就不算漏户。",
            today=self._desk.today(),
            choices={"reason": words(UNVISITED_REASONS)},
            hidden=frozenset({ON}),
            words={"note": "说明（选“其他”要写）", "reason": "未访原因"},
        )
        if StepForm(self, ask, lambda given: self._write(line, given)).exec():
            self.refresh()

    def close_month(self) -> None:
        """Check and close: afterwards only a correction changes the month."""
        month = f"{self._period.year}年{self._period.month}月"
        sentence = f"{month}关账以后，答案和名册不能再改，要改只能走更正。"
        if not messages.ask(self, "关账", sentence, f"关{self._period.month}月的账"):
            return
        desk = self._desk
        done = desk.runner.call(
            lambda: month_close.close_month(desk.store, desk.actor, self._period, desk.today())
        )
        self.refresh()
        if done is not None:
            doubts = f"发现{done.new_doubts}条疑点，在“数据质量”里核实。" if done.new_doubts else ""
            messages.show_text(self, "关账", f"{month}已关账。{doubts}下一步：导出变更包给镇里。")

    def back(self) -> None:
        """Go back from checking to filling."""
        self._step("back", StepInput())

    def correct(self) -> None:
        """Open a closed month again, with the reason; the township agrees afterwards."""
        ask = StepAsk(
            action=_CORRECT,
            sentence="原来的数会保留。改完由镇里同意更正，月份才再关上。",
            today=self._desk.today(),
            hidden=frozenset({ON}),
            words={"note": "为什么要更正"},
        )
        if StepForm(self, ask, lambda given: self._attempt("correct", given)).exec():
            self.refresh()

    def show_late(self) -> None:
        """Go to what reached the closed month too late; each becomes a correction or goes back."""
        self.left_for.emit("exchange", "conflicts")
        self.accept()

    def _late(self) -> int:
        """Return how many sheets of the month differ from what was closed."""
        desk = self._desk
        found = desk.runner.call(lambda: conflicts.list_conflicts(desk.store)) or []
        month = str(self._period)
        return sum(line.kind == "late" and line.label.startswith(month) for line in found)

    def _write(self, line: Blocker, given: StepInput) -> AppError | None:
        desk = self._desk
        refusal = attempt(
            desk.runner,
            lambda: month_close.set_unvisited(
                desk.store, desk.actor, line.household_id, self._period, given.get("reason"),
                given.note,
            ),
        )  # fmt: skip
        if refusal is not None and given.get("reason") == "其他":
            refusal.facts["field"] = "note"
        return refusal

    def _step(self, action: str, given: StepInput) -> None:
        self._desk.runner.call(lambda: self._take(action, given))
        self.refresh()

    def _attempt(self, action: str, given: StepInput) -> AppError | None:
        return attempt(self._desk.runner, lambda: self._take(action, given))

    def _take(self, action: str, given: StepInput) -> MonthDone:
        desk = self._desk
        dated = StepInput(given.note, desk.today(), given.values)
        return month_close.act_month(desk.store, desk.actor, self._period, action, dated)

    def _advice(self) -> str:
        state, lines = self._state.name, self._state.lines
        blocking = sum(line.blocks for line in lines)
        if state in (FILLING, CHECKING):
            if blocking:
                return f"还有{blocking}件没办，办完才能关账。Enter 去办，W 写未访原因。"
            return "都办好了，可以关账。"
        if self._state.late:
            return f"关账以后又收到{self._state.late}户的改动，不在报出去的数里。请逐户选定。"
        return {
            CLOSED: "这个月已关账。要改请按“更正”，写明原因。",
            CORRECTING: "正在更正。改好后导出变更包，镇里同意后再关上。",
        }.get(state, "这个月还没有开始。")

    def _show_buttons(self) -> None:
        state, line = self._state.name, self.table.current()
        is_open = state in (FILLING, CHECKING)
        self.close_button.setVisible(is_open)
        self.close_button.setEnabled(not any(one.blocks for one in self._state.lines))
        self.reason_button.setVisible(is_open)
        self.reason_button.setEnabled(line is not None and line.kind in (VISIT, REASON))
        self.back_button.setVisible(state == CHECKING)
        self.correct_button.setVisible(state == CLOSED)
        self.late_button.setVisible(self._state.late > 0)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for made in (self.reason_button, self.back_button):
            row.addWidget(made)
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        for made in (self.late_button, self.correct_button, self.close_button):
            row.addWidget(made)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        for widget in (self.head, self.advice):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        self.reason_button.setShortcut("W")
        give_size(self, 64, 34)


_COLUMNS = (
    Column("级别", lambda line: severity_text(line.severity), width=2,
           severity=lambda line: line.severity),
    Column("哪一件", lambda line: line.text),
    Column("差什么", lambda line: line.what, width=14),
)  # fmt: skip
