"""The village's team and its money of each year, as table T27 counts them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ops import statistics, team
from app.ops.team import NewFund, NewTeamMember, TeamLine
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, quiet
from app.ui.plans.form_dialog import Entry, FormDialog
from app.ui.table_model import Column


class TeamView(QWidget):
    """Members above, money below; Enter on a member corrects it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.members = DataTable(_MEMBERS, "驻村队员", "还没有登记队员。")
        self.funds = DataTable(_FUNDS, "工作队经费", "还没有记经费。")
        self.members.opened.connect(self._on_change)
        row = QHBoxLayout()
        for label, run in (
            ("登记队员", self._on_add),
            ("改登记", lambda: self._on_change(self.members.current())),
            ("离岗", self._on_leave),
            ("记经费", self._on_fund),
        ):
            row.addWidget(button(label, run))
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(quiet("报表“队伍与投入”（T27）按这里的队员和经费算，不用另填。"))
        layout.addWidget(self.members, 2)
        layout.addWidget(self.funds, 1)
        layout.addLayout(row)

    def refresh(self) -> None:
        store = self._desk.store
        found = self._desk.runner.call(lambda: (team.list_team(store), team.list_funds(store)))
        if found is not None:
            self.members.set_rows(found[0])
            self.funds.set_rows(found[1])

    def member_dialog(self, line: TeamLine | None) -> FormDialog:
        """Return the dialog of a member, empty for a new one."""
        today = self._desk.today().isoformat()
        entries = [
            Entry("name", "姓名", line.name if line else ""),
            Entry("unit", "派出单位", line.unit if line else ""),
            Entry("position", "职务", line.position if line else "", _POSITIONS, is_open=True),
            Entry("phone", "电话", line.phone if line else "", is_plain_keys=True),
            Entry(
                "joined_on", "到岗日期", line.joined_on.isoformat() if line else today,
                is_plain_keys=True,
            ),
        ]  # fmt: skip
        if line is None:
            entries += self._village()
        heading = f"改{line.name}的登记" if line else "登记队员"
        return FormDialog(self, heading, entries, "存下", _member_problem)

    def fund_dialog(self) -> FormDialog:
        """Return the dialog of a year's money."""
        entries = [
            Entry("year", "年度", str(self._desk.today().year), is_plain_keys=True),
            Entry("source", "来源", "县财政"),
            Entry("amount", "金额（元）", is_plain_keys=True),
            *self._village(),
        ]
        return FormDialog(self, "记经费", entries, "存下", _fund_problem)

    def take_member(self, line: TeamLine | None, values: Mapping[str, str]) -> None:
        """Note a new member, or what was corrected."""
        store, actor = self._desk.store, self._desk.actor
        new = NewTeamMember(
            values["name"],
            date.fromisoformat(values["joined_on"]),
            values["unit"],
            values["position"],
            values["phone"],
            values.get("village", ""),
        )
        if line is None:
            self._desk.runner.call(lambda: team.add_member(store, actor, new))
        else:
            member = line.team_member_id
            self._desk.runner.call(lambda: team.change_member(store, actor, member, new))
        self.refresh()

    def take_leave(self, line: TeamLine, values: Mapping[str, str]) -> None:
        """Note that a member has left."""
        store, actor = self._desk.store, self._desk.actor
        on = date.fromisoformat(values["left_on"])
        self._desk.runner.call(lambda: team.leave(store, actor, line.team_member_id, on))
        self.refresh()

    def take_fund(self, values: Mapping[str, str]) -> None:
        """Note the money of a year."""
        store, actor = self._desk.store, self._desk.actor
        new = NewFund(
            int(values["year"]), _money(values["amount"]), values["source"],
            values.get("village", ""),
        )  # fmt: skip
        self._desk.runner.call(lambda: team.set_fund(store, actor, new))
        self.refresh()

    def _village(self) -> list[Entry]:
        store = self._desk.store
        if store.level == "village":
            return []
        areas = self._desk.runner.call(lambda: statistics.areas(store)) or []
        villages = [(code, name) for code, name in areas if not code.endswith("000")]
        return [Entry("village", "村", villages[0][0] if villages else "", villages)]

    def _on_add(self) -> None:
        dialog = self.member_dialog(None)
        if dialog.exec():
            self.take_member(None, dialog.values())

    def _on_change(self, line: TeamLine | None) -> None:
        if line is None:
            return
        dialog = self.member_dialog(line)
        if dialog.exec():
            self.take_member(line, dialog.values())

    def _on_leave(self) -> None:
        line: TeamLine | None = self.members.current()
        if line is None:
            return
        entry = Entry("left_on", "离岗日期", self._desk.today().isoformat(), is_plain_keys=True)
        dialog = FormDialog(
            self, f"{line.name}离岗（当天起不在岗）", (entry,), "离岗",
            lambda values: _day_problem(values["left_on"]),
        )  # fmt: skip
        if dialog.exec():
            self.take_leave(line, dialog.values())

    def _on_fund(self) -> None:
        dialog = self.fund_dialog()
        if dialog.exec():
            self.take_fund(dialog.values())


def _member_problem(values: Mapping[str, str]) -> str:
    return _day_problem(values["joined_on"]) if values["name"] else "请写姓名。"


def _day_problem(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "日期请写成 2025-10-31。"
    return ""


def _fund_problem(values: Mapping[str, str]) -> str:
    if len(values["year"]) != 4 or not values["year"].isdecimal():
        return "年度请写四位数字，如 2025。"
    try:
        _money(values["amount"])
    except InvalidOperation:
        return "金额请写数字，如 20000 或 20000.50。"
    return ""


def _money(text: str) -> Decimal:
    return Decimal(text.replace(",", "").removesuffix("元"))


_POSITIONS = (("第一书记", "第一书记"), ("队长", "队长"), ("队员", "队员"))
_MEMBERS = (
    Column("村", lambda one: one.village_name, width=7, spare=1),
    Column("姓名", lambda one: one.name, width=5),
    Column("派出单位", lambda one: one.unit, width=7),
    Column("职务", lambda one: one.position, width=5),
    Column("电话", lambda one: one.phone, width=8, spare=2),
    Column("到岗", lambda one: one.joined_on.isoformat(), width=6),
    Column("离岗", lambda one: one.left_on.isoformat() if one.left_on else "在岗", width=6),
)
_FUNDS = (
    Column("村", lambda one: one.village_name, width=7, spare=1),
    Column("年度", lambda one: str(one.year), width=5),
    Column("来源", lambda one: one.source),
    Column("金额（元）", lambda one: f"{one.amount:,}", width=10, right=True),
)
