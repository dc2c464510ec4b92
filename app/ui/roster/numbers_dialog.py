"""Whole numbers of several households: first what for, then they are shown; both is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain import masking
from app.domain.household import HEAD
from app.ops import print_log, roster_view
from app.ops.roster_view import HouseholdLine, MemberLine
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain
from app.ui.table_model import Column

_LEAST = 2  # characters of what the numbers are wanted for


@dataclass(frozen=True, slots=True)
class _Person:
    home: HouseholdLine
    member: MemberLine


class NumbersDialog(QDialog):
    """Masked until the purpose is given and kept in the list of prints."""

    def __init__(self, parent: QWidget, desk: Desk, homes: Sequence[HouseholdLine]) -> None:
        super().__init__(parent)
        self._desk, self._homes = desk, list(homes)
        self.is_unmasked = False
        self.setWindowTitle("看证件号和电话")
        self.purpose = QLineEdit()
        self.purpose.setPlaceholderText("用途，如：村委会统一换发医保卡")
        self.purpose.setAccessibleName("用途")
        self.purpose.returnPressed.connect(self.show_numbers)
        self.show_button = button("看完整号码", self.show_numbers, primary=True)
        self.problem = plain()
        self.problem.setProperty("kind", "problem")
        self.problem.hide()
        self.table = DataTable(self._columns(), "证件号和电话")
        self._arrange()
        self.table.set_rows(self._people())

    def show_numbers(self) -> None:
        """Show whole numbers once the purpose is kept."""
        purpose = self.purpose.text().strip()
        self.problem.setVisible(len(purpose) < _LEAST)
        if len(purpose) < _LEAST:
            self.problem.setText("请先写用途，至少2个字。会记进打印记录。")
            self.purpose.setFocus()
            return
        desk, number = self._desk, len(self._homes)
        what = print_log.with_purpose("证件号码和电话", purpose)
        noted = desk.runner.call(
            lambda: print_log.note_unmasking(desk.store, desk.actor, what, number)
        )
        if noted is not None:
            self.is_unmasked = True
            self.show_button.setEnabled(False)
            self.purpose.setReadOnly(True)
            self.table.viewport().update()
            self.table.setFocus()

    def _people(self) -> list[_Person]:
        store = self._desk.store
        found = self._desk.runner.call(
            lambda: [roster_view.household_page(store, home.household_id) for home in self._homes]
        )
        return [
            _Person(page.line, member)
            for page in found or ()
            for member in page.members
            if member.member_status == "present"
        ]

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("户号", lambda one: one.home.household_no, width=4),
            Column("户主", lambda one: one.home.head_name, width=4, spare=1),
            Column("姓名", lambda one: one.member.name, width=7),
            Column("关系", lambda one: one.member.relation, width=3, spare=2),
            Column("证件号码", self._id_no, width=11),
            Column("电话", self._phone),
        )

    def _id_no(self, one: _Person) -> str:
        number = one.member.id_no
        return number if self.is_unmasked else masking.masked_id_no(number)

    def _phone(self, one: _Person) -> str:
        own = one.home.phone if one.member.relation == HEAD else ""
        number = one.member.phone or own
        return number if self.is_unmasked else masking.masked_phone(number)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.purpose, 1)
        row.addWidget(self.show_button)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(button("关闭（Esc）", self.reject))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(
            plain(f"{len(self._homes)}户。写明用途才显示完整号码；谁、何时、看了几户都会记下。")
        )
        layout.addLayout(row)
        layout.addWidget(self.problem)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)
        give_size(self, 52, 32)
        self.purpose.setFocus()
