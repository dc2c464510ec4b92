"""Measures of a household: plan one, correct one, lead one a step along its life."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.domain.answers import parse_amount, parse_date
from app.domain.labels import LABELS, label
from app.domain.measure import WHOLE_HOUSEHOLD
from app.domain.plan_catalogue import MeasureCatalogue
from app.domain.words import money
from app.ops.items import Item
from app.ops.lives import Action
from app.ops.measures import NewMeasure
from app.ops.plan_edit import MeasureText, PlanPage
from app.ui.data_table import DataTable
from app.ui.flow_layout import FlowLayout
from app.ui.parts import button, quiet
from app.ui.plans.form_dialog import Choices, Entry, FormDialog
from app.ui.table_model import Column

_OPEN = ("planned", "running")
_DELIVERS: Choices = (("village", "村"), ("township", "镇"), ("county", "县部门"))
_WARNING, _CAUSE = "warning:", "cause:"
_REASON = Entry("reason", "修改原因")


class MeasuresView(QWidget):
    """Emits what was decided: a new measure, a correction, or a step."""

    plan_requested = Signal(object)
    change_requested = Signal(str, object, str)
    step_requested = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._today = date.min
        self._page: PlanPage | None = None
        self._catalogue: MeasureCatalogue | None = None
        self._responsible = ""
        self._asks_reason = False
        self.table = DataTable(_COLUMNS, "帮扶措施")
        self.add_button = button("加措施", self._on_add)
        self.change_button = button("修改", self._on_change)
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=8)
        self._steps: list[QWidget] = []
        self._flow.addWidget(self.add_button)
        self._flow.addWidget(self.change_button)
        self.about = quiet()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.about)
        layout.addWidget(self._buttons)
        self.table.moved.connect(self._show_steps)
        self.table.opened.connect(lambda _item: self._on_change())

    def show_page(
        self, page: PlanPage, catalogue: MeasureCatalogue, today: date, responsible: str
    ) -> None:
        """Show the measures and keep the place in the list."""
        self._page, self._catalogue, self._today = page, catalogue, today
        self._responsible = responsible
        self.table.set_rows(list(page.measures))
        self._show_steps(self.table.current())

    def ask_reason(self) -> None:
        """Ask why a measure is corrected: a level above the village is at work."""
        self._asks_reason = True

    # ---------------------------------------------------------------- steps
    def _show_steps(self, item: Item | None) -> None:
        for old in self._steps:
            old.hide()  # a button that is just being clicked must outlive its click
            self._flow.removeWidget(old)
            old.deleteLater()
        self._steps = []
        self.change_button.setEnabled(item is not None and item.state in _OPEN)
        self.about.setText(_about(item) if item else "还没有措施。")
        for action in item.actions if item else ():
            made = button(action.label, partial(self._on_step, action))
            self._steps.append(made)
            self._flow.addWidget(made)

    def _on_step(self, action: Action) -> None:
        item: Item | None = self.table.current()
        if item is not None:
            self.step_requested.emit(item, action)

    # ---------------------------------------------------------------- plan and correct
    def _on_add(self) -> None:
        dialog = self.plan_dialog()
        if dialog is not None and dialog.exec():
            self.take_plan(dialog.values())

    def plan_dialog(self) -> FormDialog | None:
        """Return the dialog that plans a measure."""
        if self._page is None or self._catalogue is None:
            return None
        catalogue = self._catalogue
        categories = tuple((c.key, label("measure_category", c.key)) for c in catalogue.categories)
        first = catalogue.categories[0]
        dialog = FormDialog(
            self,
            "加措施",
            (
                Entry("measure_category", "类别", first.key, categories),
                Entry("measure_kind", "种类", "", _words(first.kinds), is_open=True),
                Entry("answers", "针对", "", self._answers()),
                *self._text_entries(None),
                Entry("measure_level", "由谁落实", "village", _DELIVERS),
            ),
            "加措施",
            lambda values: _problem(values, self._today),
        )
        category, kind = dialog.fields["measure_category"], dialog.fields["measure_kind"]
        assert isinstance(category, QComboBox)  # noqa: S101  made from choices
        assert isinstance(kind, QComboBox)  # noqa: S101  made from choices

        def refill(_index: int) -> None:
            kind.clear()
            for word, text in _words(catalogue.kinds(str(category.currentData()))):
                kind.addItem(text, word)

        category.currentIndexChanged.connect(refill)
        return dialog

    def take_plan(self, values: Mapping[str, str]) -> None:
        """Hand on a measure to plan."""
        if self._page is None:
            return
        answers = values["answers"]
        self.plan_requested.emit(
            NewMeasure(
                household_id=self._page.household_id,
                measure_category=values["measure_category"],
                measure_kind=values["measure_kind"],
                responsible_person=values["responsible_person"],
                content=values["content"],
                member_id=values["member_id"],
                cause=answers.removeprefix(_CAUSE) if answers.startswith(_CAUSE) else "",
                warning_ids=(answers.removeprefix(_WARNING),)
                if answers.startswith(_WARNING)
                else (),
                department=values["department"],
                measure_level=values["measure_level"],
                planned_start_on=_day(values["planned_start_on"], self._today),
                planned_end_on=_day(values["planned_end_on"], self._today),
                amount=_amount(values["amount"]),
            )
        )

    def _on_change(self) -> None:
        item: Item | None = self.table.current()
        if item is None or item.state not in _OPEN:
            return
        dialog = FormDialog(
            self,
            f"修改　{item.title}",
            (*self._text_entries(item), *([_REASON] if self._asks_reason else ())),
            "改好",
            lambda values: _problem(values, self._today),
        )
        if dialog.exec():
            self.take_change(dialog.values())

    def take_change(self, values: Mapping[str, str]) -> None:
        """Hand on the corrected words, days and amount of the current measure."""
        item: Item | None = self.table.current()
        if item is None:
            return
        given = MeasureText(
            content=values["content"],
            member_id=values["member_id"],
            department=values["department"],
            responsible_person=values["responsible_person"],
            planned_start_on=_day(values["planned_start_on"], self._today),
            planned_end_on=_day(values["planned_end_on"], self._today),
            amount=_amount(values["amount"]),
        )
        self.change_requested.emit(item.item_id, given, values.get("reason", ""))

    def _text_entries(self, item: Item | None) -> tuple[Entry, ...]:
        year_end = date(self._today.year, 12, 31).isoformat()
        fields = item.fields if item else {
            "responsible_person": self._responsible,
            "planned_start_on": self._today.isoformat(),
            "planned_end_on": year_end,
        }  # fmt: skip
        people = [("", WHOLE_HOUSEHOLD), *self._people()]

        def entry(name: str, caption: str) -> Entry:
            is_number = name in ("planned_start_on", "planned_end_on", "amount")
            return Entry(name, caption, fields.get(name, ""), is_plain_keys=is_number)

        return (
            entry("content", "措施内容"),
            Entry("member_id", "受益人", fields.get("member_id", ""), people),
            entry("department", "责任单位"),
            entry("responsible_person", "责任人"),
            entry("planned_start_on", "开始时间"),
            entry("planned_end_on", "完成时间"),
            entry("amount", "金额（元）"),
        )

    def _answers(self) -> Choices:
        """Return what a measure may answer: open warnings, the case's causes, then the others."""
        page = self._page
        if page is None:
            return ()
        warnings = [(_WARNING + p.warning_id, f"预警：{p.message}") for p in page.problems]
        own = [(_CAUSE + cause, f"风险原因：{label('risk_cause', cause)}") for cause in page.causes]
        others = [(_CAUSE + key, f"其他：{word}") for key, word in LABELS["risk_cause"].items()]
        known = {key for key, _ in own}
        return [*warnings, *own, *(one for one in others if one[0] not in known)]

    def _people(self) -> list[tuple[str, str]]:
        return list(self._page.people) if self._page is not None else []


def _words(words: tuple[str, ...]) -> Choices:
    return tuple((word, word) for word in words)


def _day(text: str, today: date) -> date | None:
    return parse_date(text, today) if text else None


def _amount(text: str) -> Decimal | None:
    return parse_amount(text) if text else None


def _problem(values: Mapping[str, str], today: date) -> str:
    if "measure_kind" in values and not values["measure_kind"]:
        return "请写措施种类。"
    if not values["responsible_person"]:
        return "请写责任人。"
    if not values.get("reason", "有"):
        return "请写修改原因。"
    try:
        _amount(values["amount"])
    except ValueError as error:
        return f"金额：{error}。"
    return _date_problem(values, today)


def _date_problem(values: Mapping[str, str], today: date) -> str:
    names = {
        "on": "日期",
        "planned_start_on": "开始时间",
        "planned_end_on": "完成时间",
    }
    for name, caption in names.items():
        try:
            _day(values.get(name, ""), today)
        except ValueError as error:
            return f"{caption}：{error}。"
    return ""


def _about(item: Item) -> str:
    fields = item.fields
    parts = [
        fields["measure_category_label"],
        fields["content"],
        f"责任单位 {fields['department']}" if fields["department"] else "",
        "针对预警" if fields["warning_ids"] else "",
        f"针对{label('risk_cause', fields['cause'])}" if fields["cause"] else "",
        "结转" if fields["is_carried_over"] == "是" else "",
        *(f"{step.on} {step.label}（{step.actor}）" for step in item.history),
    ]
    return "　".join(part for part in parts if part)


def _measure(item: Item) -> str:
    mark = "（结转）" if item.fields["is_carried_over"] == "是" else ""
    return f"{item.fields['measure_kind']}{mark}"


_COLUMNS = (
    Column("类别", lambda i: i.fields["measure_category_label"], width=6, spare=1),
    Column("措施", _measure),
    Column("受益人", lambda i: i.fields["member"] or WHOLE_HOUSEHOLD, width=4, spare=2),
    Column("责任人", lambda i: i.fields["responsible_person"], width=4, spare=3),
    Column("完成", lambda i: i.fields["planned_end_on"], width=6),
    Column(
        "金额", lambda i: money(Decimal(i.fields["amount"])) if i.fields["amount"] else "",
        width=5, right=True, spare=4,
    ),
    Column("状态", lambda i: i.state_label + ("·超期" if i.overdue else ""), width=6),
)  # fmt: skip
