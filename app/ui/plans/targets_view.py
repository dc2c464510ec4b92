"""Targets and needs of the year; saved when a field is left, like everything else."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.answers import parse_amount
from app.domain.words import plain as plain_number
from app.ops.plan_edit import PlanTargets
from app.ui.parts import button, plain, quiet, without_input_method
from app.ui.plans.form_dialog import Entry, FormDialog


class TargetsView(QWidget):
    """``changed`` carries the household, its new targets and why; what cannot be read stays."""

    changed = Signal(str, object, str)

    def __init__(self) -> None:
        super().__init__()
        self._household_id = ""
        self._shown = PlanTargets()
        self.removal, self.income, self.guarantees = QLineEdit(), QLineEdit(), QLineEdit()
        without_input_method(self.income)
        self.needs = _Needs(self._save)
        self.hint = quiet(_HINT)
        self.change_button = button("修改目标", self._on_change)
        self.change_button.hide()
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
        self.change_button.hide()
        self.hint.setText("目标和需求由村里写，镇里可以改。")

    def ask_reason(self) -> None:
        """Change only by a dialog that asks why: a level above the village is at work."""
        self.set_read_only()
        self.hint.setText("镇里要改，请按“修改目标”，写明原因；村里在历史里看得到。")
        self.change_button.show()

    def change_dialog(self) -> FormDialog:
        """Return the dialog in which a township changes the targets."""
        return FormDialog(
            self,
            "修改目标和需求",
            (
                *(Entry(name, caption, _text(field)) for name, caption, field in self._fields()),
                Entry("reason", "修改原因"),
            ),
            "改好",
            _problem,
        )

    def take_change(self, values: Mapping[str, str]) -> None:
        """Hand on what the dialog took."""
        self.changed.emit(self._household_id, _targets(values), values["reason"])

    def _on_change(self) -> None:
        dialog = self.change_dialog()
        if dialog.exec():
            self.take_change(dialog.values())

    def _save(self) -> None:
        values = {name: _text(field) for name, _, field in self._fields()}
        self.problem.setText(_amount_problem(values["income"]))
        if self.problem.text() or self.removal.isReadOnly():
            return
        given = _targets(values)
        if given != self._shown:
            self._shown = given
            self.changed.emit(self._household_id, given, "")

    def _fields(self) -> tuple[tuple[str, str, QLineEdit | QPlainTextEdit], ...]:
        return (
            ("removal", "风险消除目标", self.removal),
            ("income", "增收目标（元）", self.income),
            ("guarantees", "三保障目标", self.guarantees),
            ("needs", "需求（上墙）", self.needs),
        )

    def _arrange(self) -> None:
        form = QFormLayout()
        for _name, caption, field in self._fields():
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
        layout.addWidget(self.hint)
        layout.addWidget(self.change_button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addStretch()


def _text(field: QLineEdit | QPlainTextEdit) -> str:
    text = field.toPlainText() if isinstance(field, QPlainTextEdit) else field.text()
    return text.strip()


def _targets(values: Mapping[str, str]) -> PlanTargets:
    income = parse_amount(values["income"]) if values["income"] else None
    return PlanTargets(values["removal"], income, values["guarantees"], values["needs"])


def _amount_problem(text: str) -> str:
    try:
        parse_amount(text or "0")
    except ValueError as error:
        return f"增收目标：{error}"
    return ""


def _problem(values: Mapping[str, str]) -> str:
    return _amount_problem(values["income"]) or ("" if values["reason"] else "请写修改原因。")


_HINT = "离开一栏就存好。需求勾了“印需求”才上墙；写了病情、收入、证件、电话的，一律不上墙。"


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
