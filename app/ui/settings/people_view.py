"""People of this replica and their roles."""

from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ops import operators
from app.ops.operators import Operator
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, quiet
from app.ui.plans.form_dialog import Entry, FormDialog
from app.ui.table_model import Column

_ROLES = tuple(operators.ROLES.items())


class PeopleView(QWidget):
    """A list, and the two things that can be done: register somebody, change a role."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.table = DataTable(_COLUMNS, "操作员")
        self.add_button = button("登记操作员", self._on_add)
        self.role_button = button("改角色", self._on_role)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addWidget(self.role_button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(
            quiet("录入：填表；组长：还能定户属性和专项排查；审核：镇县的审核人；只读：只看。")
        )
        layout.addWidget(self.table, 1)
        layout.addLayout(row)

    def refresh(self) -> None:
        found = self._desk.runner.call(lambda: operators.list_operators(self._desk.store))
        if found is not None:
            self.table.set_rows(found)

    def add_dialog(self) -> FormDialog:
        """Return the dialog that registers somebody."""
        entries = (Entry("name", "姓名"), Entry("role", "角色", "entry", _ROLES))
        return FormDialog(
            self, "登记操作员", entries, "登记", lambda v: "" if v["name"] else "请写姓名。"
        )

    def take_add(self, values: Mapping[str, str]) -> None:
        """Register somebody."""
        store, actor = self._desk.store, self._desk.actor
        name, role = values["name"], values["role"]
        self._desk.runner.call(lambda: operators.add_operator(store, actor, name, role))

    def take_role(self, name: str, role: str) -> None:
        """Give somebody another role."""
        store, actor = self._desk.store, self._desk.actor
        self._desk.runner.call(lambda: operators.set_role(store, actor, name, role))

    def _on_add(self) -> None:
        dialog = self.add_dialog()
        if dialog.exec():
            self.take_add(dialog.values())

    def _on_role(self) -> None:
        person: Operator | None = self.table.current()
        if person is None:
            return
        entry = Entry("role", "角色", person.role, _ROLES)
        dialog = FormDialog(self, f"{person.name}的角色", (entry,), "改角色", lambda _v: "")
        if dialog.exec():
            self.take_role(person.name, dialog.values()["role"])


_COLUMNS = (
    Column("姓名", lambda one: one.name, width=10),
    Column("角色", lambda one: operators.ROLES.get(one.role, one.role), width=8),
    Column("", lambda one: "默认" if one.is_default else ""),
)
