"""The months of the villages at a township: sent back, ordered to be corrected, agreed to."""

from functools import partial

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.labels import label
from app.domain.month import CHECKING, CLOSED, CORRECTING
from app.domain.period import Period
from app.errors import AppError
from app.ops import month_close, review
from app.ops.lives import Action, StepInput
from app.ops.month_close import MonthDone
from app.ops.review import VillageMonth
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, title
from app.ui.review.step_form import ON, StepAsk, StepForm
from app.ui.review.submit import attempt
from app.ui.table_model import Column

_STEPS = {  # state → the township's step
    CHECKING: Action("back", "退回填报", ()),
    CLOSED: Action("correct", "责令更正", ("note",)),
    CORRECTING: Action("approve-correction", "同意更正", ()),
}


class VillageMonthsDialog(QDialog):
    """A list of villages; the buttons are the steps that are allowed for the current one."""

    def __init__(self, parent: QWidget | None, desk: Desk, period: Period) -> None:
        super().__init__(parent)
        self._desk, self._period = desk, period
        self.setWindowTitle("各村月份")
        self.table = DataTable(_COLUMNS, "各村月份")
        self.said = plain()
        self.buttons: dict[str, QPushButton] = {
            state: button(step.label, partial(self.act, state)) for state, step in _STEPS.items()
        }
        row = QHBoxLayout()
        row.addStretch()
        for made in (*self.buttons.values(), button("关闭（Esc）", self.reject)):
            row.addWidget(made)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(title(f"{period.year}年{period.month}月　各村到了哪一步"))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.said)
        layout.addLayout(row)
        give_size(self, 44, 28)
        self.table.moved.connect(self._show_buttons)
        self.refresh()

    def refresh(self) -> None:
        """Read the months again."""
        desk, period = self._desk, self._period
        found = desk.runner.call(lambda: review.village_months(desk.store, period))
        if found is not None:
            self.table.set_rows(found)
            self._show_buttons(self.table.current())

    def act(self, state: str) -> None:
        """Take the township's step with the month of the current village."""
        village: VillageMonth | None = self.table.current()
        if village is None:
            return
        step = _STEPS[state]
        ask = StepAsk(
            action=step,
            sentence=f"{village.name}　{self._period}　{step.label}",
            today=self._desk.today(),
            hidden=frozenset({ON}),
        )
        if StepForm(self, ask, lambda given: self._take(village, step.name, given)).exec():
            self.refresh()

    def _take(self, village: VillageMonth, action: str, given: StepInput) -> AppError | None:
        desk, done = self._desk, list[MonthDone]()

        def job() -> MonthDone:
            dated = StepInput(given.note, desk.today(), given.values)
            found = month_close.act_month(
                desk.store, desk.actor, self._period, action, dated, village.area_code
            )
            done.append(found)
            return found

        refusal = attempt(desk.runner, job)
        if done and done[0].produced:
            lines = [f"{number}号户 {code} {text}" for number, code, text in done[0].produced]
            self.said.setText("更正产生：\n" + "\n".join(lines))
        return refusal

    def _show_buttons(self, village: VillageMonth | None) -> None:
        for state, made in self.buttons.items():
            is_level = self._desk.store.level == "township"
            made.setVisible(is_level and village is not None and village.state == state)


_COLUMNS = (
    Column("村", lambda one: one.name),
    Column("状态", lambda one: label("period_state", one.state), width=6),
)
