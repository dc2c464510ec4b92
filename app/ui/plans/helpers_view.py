"""帮扶责任人 of a household: add one, end one; the past stays."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.answers import parse_date
from app.ops.plan_helpers import HelperGiven, HelperLine
from app.ui.data_table import DataTable
from app.ui.parts import button, quiet
from app.ui.plans.form_dialog import Entry, FormDialog
from app.ui.table_model import Column


class HelpersView(QWidget):
    """``assign_requested``: a person, a day, why; ``end_requested``: a line, a day, why."""

    assign_requested = Signal(object, object, str)
    end_requested = Signal(str, object, str)

    def __init__(self) -> None:
        super().__init__()
        self._today = date.min
        self._more: tuple[Entry, ...] = ()
        self._known: list[HelperGiven] = []
        self.table = DataTable(_COLUMNS, "帮扶责任人")
        self.add_button = button("加责任人", self._on_add)
        self.end_button = button("结束", self._on_end)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addWidget(self.end_button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.table, 1)
        layout.addWidget(quiet("换人时先结束原来的，再加新的；原来的记录留着。"))
        layout.addLayout(row)

    def show_helpers(
        self, lines: tuple[HelperLine, ...], known: list[HelperGiven], today: date
    ) -> None:
        self._today, self._known = today, known
        self.table.set_rows(list(lines))
        self.end_button.setEnabled(any(line.ended_on is None for line in lines))

    def ask_reason(self) -> None:
        """Ask why: a level above the village is at work."""
        self._more = (Entry("reason", "修改原因"),)

    def set_read_only(self) -> None:
        self.add_button.hide()
        self.end_button.hide()

    def add_dialog(self) -> FormDialog:
        """Return the dialog that registers a person."""
        names = [(one.name, f"{one.name}　{one.organisation}") for one in self._known]
        choices = tuple(dict.fromkeys([("", ""), *names]))
        return FormDialog(
            self,
            "加帮扶责任人",
            (
                Entry("name", "姓名", choices=choices, is_open=True),
                Entry("organisation", "单位"),
                Entry("post", "职务"),
                Entry("phone", "电话", is_plain_keys=True),
                Entry("is_phone_public", "电话可公开（印在上墙版上）", is_tick=True),
                Entry("on", "开始日期", self._today.isoformat(), is_plain_keys=True),
                *self._more,
            ),
            "加责任人",
            self._problem,
        )

    def take_add(self, values: Mapping[str, str]) -> None:
        """Hand on what the dialog took; a known person's blanks are filled in."""
        known = next((one for one in self._known if one.name == values["name"]), None)
        given = HelperGiven(
            values["name"],
            values["organisation"] or (known.organisation if known else ""),
            values["post"] or (known.post if known else ""),
            values["phone"] or (known.phone if known else ""),
            is_phone_public=values["is_phone_public"] == "1",
        )
        day = parse_date(values["on"], self._today)
        self.assign_requested.emit(given, day, values.get("reason", ""))

    def _on_add(self) -> None:
        dialog = self.add_dialog()
        if dialog.exec():
            self.take_add(dialog.values())

    def _on_end(self) -> None:
        line: HelperLine | None = self.table.current()
        if line is None or line.ended_on is not None:
            return
        dialog = FormDialog(
            self,
            f"结束{line.helper.name}的帮扶",
            (Entry("on", "最后一天", self._today.isoformat(), is_plain_keys=True), *self._more),
            "结束帮扶",
            self._day_problem,
        )
        if dialog.exec():
            values = dialog.values()
            day = parse_date(values["on"], self._today)
            self.end_requested.emit(line.assignment_id, day, values.get("reason", ""))

    def _problem(self, values: Mapping[str, str]) -> str:
        return self._day_problem(values) if values["name"] else "请写姓名。"

    def _day_problem(self, values: Mapping[str, str]) -> str:
        try:
            parse_date(values["on"], self._today)
        except ValueError as error:
            return f"{error}。"
        return "" if values.get("reason", "有") else "请写修改原因。"


def _span(line: HelperLine) -> str:
    start = line.assigned_on.isoformat()
    return f"{start}起" if line.ended_on is None else f"{start}至{line.ended_on.isoformat()}"


_COLUMNS = (
    Column("姓名", lambda line: line.helper.name, width=5),
    Column("单位", lambda line: line.helper.organisation),
    Column("职务", lambda line: line.helper.post, width=5, spare=2),
    Column("电话", lambda line: line.helper.phone, width=6, spare=1),
    Column("起止", _span, width=12),
)
