"""Targets and needs of the year; saved when a field is left, like everything else."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.answers import parse_amount
from app.domain.words import plain as plain_number
from app.ops.plan_edit import PlanTargets
from app.ui.parts import plain, quiet


class TargetsView(QWidget):
    """``changed`` carries the household and its new targets; what cannot be read stays there."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._household_id = ""
        self._shown = PlanTargets()
        self.removal, self.income, self.guarantees = QLineEdit(), QLineEdit(), QLineEdit()
        self.needs = _Needs(self._save)
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        for field in (self.removal, self.income, self.guarantees):
            field.editingFinished.connect(self._save)
        self._arrange()

    def show_targets(self, household_id: str, targets: PlanTargets) -> None:
        """Show what is stored."""
        self._household_id, self._shown = household_id, targets
        self.removal.setText(targets.removal)
        self.income.setText("" if targets.income is None else plain_number(targets.income))
        self.guarantees.setText(targets.guarantees)
        self.needs.setPlainText(targets.needs)
        self.problem.setText("")

    def set_read_only(self) -> None:
        for field in (self.removal, self.income, self.guarantees, self.needs):
            field.setReadOnly(True)

    def _save(self) -> None:
        text = self.income.text().strip()
        try:
            income = parse_amount(text) if text else None
        except ValueError as error:
            self.problem.setText(f"增收目标：{error}")
            return
        self.problem.setText("")
        given = PlanTargets(
            self.removal.text().strip(),
            income,
            self.guarantees.text().strip(),
            self.needs.toPlainText().strip(),
        )
        if given != self._shown:
            self._shown = given
            self.changed.emit(self._household_id, given)

    def _arrange(self) -> None:
        form = QFormLayout()
        for caption, field in (
            ("风险消除目标", self.removal),
            ("增收目标（元）", self.income),
            ("三保障目标", self.guarantees),
            ("需求（上墙）", self.needs),
        ):
            field.setAccessibleName(caption)
            label = QLabel(caption)
            label.setBuddy(field)
            form.addRow(label, field)
        self.removal.setPlaceholderText("例如：2025年12月底前消除风险")
        self.guarantees.setPlaceholderText("例如：义务教育、基本医疗、住房和饮水安全都有保障")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(quiet("离开一栏就存好。需求会印在上墙版上，别写病情、收入、证件和电话。"))
        layout.addStretch()


class _Needs(QPlainTextEdit):
    """Free text; saved when it is left."""

    def __init__(self, save: Callable[[], None]) -> None:
        super().__init__()
        self._save = save
        self.setTabChangesFocus(True)
        self.setMaximumHeight(round(self.fontMetrics().height() * 6))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._save()
