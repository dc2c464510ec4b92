"""One household: who, where, type; its people and its records, a tab each."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from app.domain import masking
from app.domain.labels import label
from app.domain.words import money
from app.ops.items import Item
from app.ops.roster_view import HouseholdPage, MemberLine
from app.ops.seven_steps import Bar
from app.ops.warnings import WarningLine
from app.ui.colours import severity_text
from app.ui.data_table import DataTable
from app.ui.objects.step_bar import StepBar
from app.ui.page import Desk
from app.ui.parts import button, plain, title
from app.ui.roster.record_tables import measures_table, visits_table
from app.ui.roster.record_tabs import HistoryTab, IncomeTab, PhotosTab, RecordTab, SheetsTab
from app.ui.table_model import Column

SHOWN_SECONDS = 10
_LARGE = 1.5  # text size


class HouseholdView(QWidget):
    """Shows one ``HouseholdPage``; identity numbers are masked until V is pressed."""

    left = Signal()
    unmask_requested = Signal()
    visit_requested = Signal(str)
    warning_requested = Signal(str)
    print_requested = Signal(str)
    change_requested = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.household_id = ""
        self._unread: set[QWidget] = set()
        self._is_unmasked = False
        self._members: list[MemberLine] = []
        self.head, self.facts = title(), plain()
        self.head.setWordWrap(True)
        self.bar = StepBar()
        self.members = DataTable(self._member_columns(), "成员")
        self.warnings = DataTable(_WARNING_COLUMNS, "预警", "没有预警。")
        self.warnings.opened.connect(lambda line: self.warning_requested.emit(line.warning_id))
        self.visit = button("G 走访", lambda: self.visit_requested.emit(self.household_id))
        self.measures, self.visits = measures_table(), visits_table()
        self.sheets, self.income = SheetsTab(desk), IncomeTab(desk)
        self.photos, self.history = PhotosTab(desk), HistoryTab(desk)
        self.tabs = QTabWidget()
        for tab, name in self._tabs():
            self.tabs.addTab(tab, name)
        self.tabs.currentChanged.connect(lambda _number: self._read_shown())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide_numbers)
        self._arrange()

    def show_household(self, page: HouseholdPage, warnings: list[WarningLine], today: date) -> None:
        """Show a household; whatever was unmasked before is masked again."""
        self.hide_numbers()
        line = page.line
        self.household_id, self._members = line.household_id, list(page.members)
        kind = label("household_kind", line.household_kind)
        words = (f"{line.household_no}号", f"{line.head_name}户", f"{line.persons}人")
        self.head.setText(" ".join(filter(None, (*words, line.hamlet_group, kind))))
        self.facts.setText(facts_text(page))
        self.members.set_rows(self._members)
        self._fill(self.warnings, warnings, "预警")
        self._unread = {self.sheets, self.income, self.photos, self.history}
        self._read_shown()

    def show_tab(self, number: int) -> None:
        """Show one tab with the keyboard in it; one that is not there changes nothing."""
        if 0 <= number < self.tabs.count():
            self.tabs.setCurrentIndex(number)
            self.tabs.currentWidget().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_records(self, bar: Bar, measures: list[Item], visits: list[Item]) -> None:
        """Show how far the seven steps are, what was done, and who went there."""
        self.bar.show_bar(bar)
        self._fill(self.measures, measures, "措施")
        self._fill(self.visits, visits, "走访")

    def _fill(self, table: DataTable, rows: Sequence[object], word: str) -> None:
        table.set_rows(rows)
        self.tabs.setTabText(self.tabs.indexOf(table), f"{word} {len(rows)}" if rows else word)

    def _tabs(self) -> tuple[tuple[QWidget, str], ...]:
        return (
            (self.members, "成员"),
            (self.sheets, "检查表"),
            (self.income, "收入"),
            (self.warnings, "预警"),
            (self.measures, "措施"),
            (self.visits, "走访"),
            (self.photos, "附件"),
            (self.history, "变更历史"),
        )

    def _read_shown(self) -> None:
        """Let the shown tab read its household, if it has not done so."""
        tab = self.tabs.currentWidget()
        if tab in self._unread:
            self._unread.discard(tab)
            cast("RecordTab", tab).read(self.household_id)

    @property
    def is_unmasked(self) -> bool:
        """Whether whole numbers are on the screen now."""
        return self._is_unmasked

    def show_numbers(self) -> None:
        """Show identity numbers for ten seconds."""
        self._is_unmasked = True
        self._timer.start(SHOWN_SECONDS * 1000)
        self.members.viewport().update()

    def hide_numbers(self) -> None:
        """Hide identity numbers."""
        self._is_unmasked = False
        self._timer.stop()
        self.members.viewport().update()

    def _id_text(self, member: MemberLine) -> str:
        return member.id_no if self._is_unmasked else masking.masked_id_no(member.id_no)

    def _member_columns(self) -> tuple[Column, ...]:
        return (
            Column("", lambda m: str(m.number), width=1, right=True),
            Column("姓名", lambda m: m.name, width=5),
            Column("关系", lambda m: m.relation, width=3),
            Column("性别", lambda m: label("sex", m.sex), width=2, spare=5),
            Column("出生", lambda m: m.birth_date, width=6, spare=4),
            Column("证件号码", self._id_text, width=11),
            Column(
                "健康", lambda m: "、".join(label("health", h) for h in m.health), width=6, spare=1
            ),
            Column("劳动技能", lambda m: label("labor_skill", m.labor_skill), width=6, spare=3),
            Column("就业或在校", _work_text),
            Column("状态", lambda m: label("member_status", m.member_status), width=3, spare=2),
        )

    def set_scale(self, scale: float) -> None:
        """Put actions and steps on lines of their own where the text is large."""
        is_large = scale >= _LARGE
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        for row in (self._above, self._below):
            row.setDirection(down if is_large else across)
        self.bar.set_joint(" " if is_large else "\n")

    def _arrange(self) -> None:
        named, actions = QHBoxLayout(), QHBoxLayout()
        named.addWidget(button("返回（Esc）", self.left.emit))
        named.addWidget(self.head, 1)
        actions.addWidget(self.visit)
        for word, run in (
            ("V 证件号", self.unmask_requested.emit),
            ("N 自然变更", self.change_requested.emit),
            ("P 一户一策", lambda: self.print_requested.emit(self.household_id)),
        ):
            actions.addWidget(button(word, run))
        actions.addStretch()
        self._above, self._below = QHBoxLayout(), QHBoxLayout()
        self._above.addLayout(named, 1)
        self._above.addLayout(actions)
        self._below.addWidget(self.facts, 1)
        self._below.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(self._above)
        layout.addLayout(self._below)
        layout.addWidget(self.tabs, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.tabs.currentWidget().setFocus(event.reason())


def facts_text(page: HouseholdPage) -> str:
    """Return what is known of a household, apart from its people, on a few lines."""
    parts = []
    for case in page.cases:
        state = "已消除" if case.is_eliminated else "未消除"
        causes = "、".join(label("risk_cause", cause) for cause in case.causes)
        since = f"{case.identified_on}识别" if case.identified_on else ""
        words = (label("object_type", case.object_type), state, since, causes)
        parts.append("监测对象：" + " · ".join(word for word in words if word))
    facts = []
    if page.house_rating:
        facts.append(f"房屋等级 {label('house_rating', page.house_rating)}")
    if page.has_safe_water is not None:
        facts.append(f"安全饮水 {'是' if page.has_safe_water else '否'}")
    if page.farmland_mu is not None:
        facts.append(f"耕地 {page.farmland_mu}亩")
    if page.line.per_capita_income is not None:
        facts.append(f"年人均纯收入 {money(page.line.per_capita_income)}元")
    if page.line.phone:
        facts.append(f"电话 {masking.masked_phone(page.line.phone)}")
    parts.append(" · ".join(facts))
    return "\n".join(part for part in parts if part)


def _work_text(member: MemberLine) -> str:
    work = label("employment", member.employment) if member.employment else ""
    return member.school_status or work


_WARNING_COLUMNS = (
    Column("级别", lambda w: severity_text(w.severity), width=2, severity=lambda w: w.severity),
    Column("事项", lambda w: w.message),
    Column("题号", lambda w: w.code, width=4),
    Column("状态", lambda w: label("warning_state", w.state), width=5),
    Column("期限", lambda w: w.due_on.isoformat() if w.due_on else "", width=6),
)
