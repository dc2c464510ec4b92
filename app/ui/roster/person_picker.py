"""Who is meant: search in the roster, Enter takes the person."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.masking import masked_id_no
from app.ops import roster_view
from app.ops.roster_view import MemberLine
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet
from app.ui.table_model import Column

_HOMES = 12  # households whose people are listed
_PAUSE = 150  # milliseconds after the last key


@dataclass(frozen=True, slots=True)
class Person:
    """A present person with the household."""

    household_no: str
    head_name: str
    member: MemberLine


class PersonPicker(QDialog):
    """``person`` is who was chosen; the search begins with the name that the list gives."""

    def __init__(self, parent: QWidget | None, desk: Desk, sentence: str, name: str) -> None:
        super().__init__(parent)
        self._desk = desk
        self.person: Person | None = None
        self.setWindowTitle("指定是谁")
        self.search = QLineEdit(name)
        self.search.setAccessibleName("找人")
        self.search.setPlaceholderText("姓名、拼音首字母、证件号或电话后四位、户号")
        self.table = DataTable(_COLUMNS, "名册里的人")
        self.nothing = quiet("没有找到。换个写法再找；确实没有的，不会新建，答复里写明。")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self.look)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.table.opened.connect(self._take)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("先不定", self.reject))
        row.addWidget(button("就是这个人", lambda: self._take(self.table.current()), primary=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for widget in (plain(sentence), self.search):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.nothing)
        layout.addLayout(row)
        give_size(self, 50, 26)
        self.look()
        self.search.setFocus()
        self.search.selectAll()

    def look(self) -> None:
        """List the people of the households that the words mean; named ones first."""
        store, words = self._desk.store, self.search.text().strip()
        homes = self._desk.runner.call(lambda: roster_view.search(store, words, _HOMES)) or []
        found: list[Person] = []
        for home in homes:
            page = self._desk.runner.call(
                partial(roster_view.household_page, store, home.household_id)
            )
            if page is not None:
                found += [
                    Person(home.household_no, home.head_name, member)
                    for member in page.members
                    if member.member_status == "present"
                ]
        found.sort(key=lambda person: person.member.name != words)
        self.table.set_rows(found)
        self.nothing.setVisible(not found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the search line the arrows go into the list, Enter takes its current row."""
        is_searching, key = self.focusWidget() is self.search, event.key()
        if is_searching and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.table.setFocus()
        elif is_searching and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._timer.isActive():
                self._timer.stop()
                self.look()
            self._take(self.table.current())
        else:
            super().keyPressEvent(event)

    def _take(self, person: Person | None) -> None:
        if person is not None:
            self.person = person
            self.accept()


_COLUMNS = (
    Column("姓名", lambda one: one.member.name, width=5),
    Column("户号", lambda one: one.household_no, width=5),
    Column("户主", lambda one: one.head_name, width=5, spare=1),
    Column("关系", lambda one: one.member.relation, width=4, spare=2),
    Column("出生", lambda one: one.member.birth_date, width=6),
    Column("证件号码", lambda one: masked_id_no(one.member.id_no), width=11),
)
