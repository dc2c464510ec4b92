"""户台账: all households with filters, the members of the current one, and the household page."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ops import (
    local_settings,
    measures,
    print_log,
    roster_view,
    seven_steps,
    visits,
    warnings,
)
from app.ops.months import DueHousehold
from app.ui.changes.changes_dialog import ChangesDialog, report_change
from app.ui.data_table import DataTable
from app.ui.elided_label import ElidedLabel
from app.ui.empty_state import EmptyState
from app.ui.export_dialog import ExportDialog, Scope
from app.ui.page import Desk, KeyHelp
from app.ui.page_stack import PageStack
from app.ui.parts import add_shortcut, button, quiet
from app.ui.print_dialog import PrintDialog, plans_job
from app.ui.quality.list_dialog import ListDialog
from app.ui.roster import roster_model
from app.ui.roster.column_choice import ColumnChoice
from app.ui.roster.filter_bar import FilterBar
from app.ui.roster.household_view import HouseholdView
from app.ui.roster.import_dialog import ImportDialog
from app.ui.roster.import_log import ImportLogDialog
from app.ui.roster.numbers_dialog import NumbersDialog
from app.ui.roster.roster_model import RosterLine

_AT_ONCE = 1000  # households whose month is read without anybody noticing
_KEPT = "roster.columns"


class RosterPage(QWidget):
    """List and household page; ``import_roster`` is also called from the workbench."""

    open_requested = Signal(str, str)
    page_key, title = "roster", "户台账"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._lines: list[RosterLine] = []
        self._month: dict[str, DueHousehold] = {}
        self.filters = FilterBar(desk)
        self.count, self.below = QLabel(), ElidedLabel()
        self.table = DataTable(roster_model.columns(desk.store.level, self._chosen()), "户台账")
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.household = HouseholdView(desk)
        self.household.visit.setVisible(desk.store.level == "village")
        self.empty = self._make_empty()
        self._arrange()
        self._connect()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the roster again and keep filters and place; a big one's month comes a bit later."""
        store, today = self._desk.store, self._desk.today()
        lines = self._desk.runner.call(lambda: roster_model.load(store, today))
        if lines is None:
            return
        self._lines = roster_model.in_month(lines, self._month)
        if len(lines) > _AT_ONCE:
            self._desk.runner.start(
                lambda _progress: roster_model.load_month(store, today), self._on_month
            )
            self._fill()
        else:
            month = self._desk.runner.call(lambda: roster_model.load_month(store, today))
            self._on_month(month or {})
        self.filters.offer_places(self._lines)
        if self._stack.currentWidget() is self.household and self.household.household_id:
            self.open_household(self.household.household_id)
        else:
            self._stack.setCurrentWidget(self._list if lines else self.empty)

    def show_target(self, target_id: str) -> None:
        """Open one household; without an id, the list."""
        if target_id:
            self.open_household(target_id)
        elif self._lines:
            self._back()

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓ PgUp PgDn", "选户"),
            ("Enter", "户页；Esc 返回"),
            ("1…8", "户页里换页：成员、检查表、收入、预警、措施、走访、附件、变更历史"),
            ("G", "走访这一户"),
            ("P", "打印一户一策（勾选多户一起印）"),
            ("V", "户页里显示证件号（10秒）；名单里看选中各户的，要写用途"),
            ("N", "自然变更：出生、去世、婚嫁、迁移、分户、换户主…"),
            ("Shift+N", "没办完的自然变更"),
            ("Ctrl+C", "复制选中的行，可粘到WPS"),
            ("Ins", "选列"),
            ("Ctrl+E", "导出Excel：筛出来的、选中的或全部"),
            ("I", "导入名册；Shift+I 导入记录"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.filters.boxes["group"], self.table]

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        shown = self._stack.currentWidget()
        (self.household if shown is self.household else self.table).setFocus(event.reason())

    def import_roster(self, paths: Sequence[Path] = ()) -> None:
        """Let the user import a roster, at once from ``paths`` if files were dropped."""
        if self._desk.store.level == "village":
            dialog = ImportDialog(self, self._desk)
            dialog.start(paths)
            dialog.exec()
            if dialog.list_source is not None:
                taken = ListDialog(self, self._desk)
                taken.look_at(dialog.list_source)
                taken.exec()

    def set_scale(self, scale: float) -> None:
        self.household.set_scale(scale)

    def open_household(self, household_id: str) -> None:
        """Show one household's page."""
        store, today = self._desk.store, self._desk.today()
        page = self._desk.runner.call(lambda: roster_view.household_page(store, household_id))
        found = self._desk.runner.call(lambda: warnings.list_warnings(store, today))
        if page is None or found is None:
            return
        own = [line for line in found if line.household_id == household_id]
        is_same = self._is_shown(household_id)
        self.household.show_household(page, own, today)
        done = self._desk.runner.call(
            lambda: measures.list_measures(
                store, today, self._desk.actor, household_id=household_id
            )
        )
        went = self._desk.runner.call(lambda: visits.list_visits(store, household_id))
        bar = self._desk.runner.call(lambda: seven_steps.of_household(store, household_id))
        self.household.show_records(bar or (), done or [], went or [])
        self._stack.setCurrentWidget(self.household)
        if not is_same:  # after a change the keyboard stays where it is
            self.household.show_tab(0)

    def show_imports(self) -> None:
        """Shift+I: what was imported here, its report, and taking it back."""
        if self._desk.store.level == "village":
            ImportLogDialog(self, self._desk).exec()

    def export(self) -> None:
        """Ctrl+E: write the list as Excel."""
        ExportDialog(self, self._desk, "member", self.scopes()).exec()

    def scopes(self) -> list[Scope]:
        """Return whose rows may be exported: those selected, those listed."""
        listed, chosen = self.table.table.rows(), self.table.chosen()
        is_narrowed = len(listed) < len(self._lines)
        found = [(f"筛出来的{len(listed)}户", listed)] if is_narrowed else []
        if len(chosen) > 1:
            found.insert(0, (f"选中的{len(chosen)}户", chosen))
        return [
            Scope(words, frozenset(line.household.household_id for line in lines))
            for words, lines in found
        ]

    def choose_columns(self) -> None:
        """Ins: choose the columns of the list."""
        level = self._desk.store.level
        shown = [column.title for column in self.table.table.columns]
        dialog = ColumnChoice(self, roster_model.offered(level), shown, roster_model.ALWAYS)
        if dialog.exec():
            self.show_columns(dialog.chosen())

    def show_columns(self, titles: Sequence[str]) -> None:
        """Show these columns from now on."""
        store, actor = self._desk.store, self._desk.actor
        kept = json.dumps(list(titles), ensure_ascii=False)
        self._desk.runner.call(lambda: local_settings.keep_setting(store, actor, _KEPT, kept))
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.set_columns(roster_model.columns(store.level, titles))
        self._fill()

    # ---------------------------------------------------------------- list
    def _chosen(self) -> list[str]:
        store = self._desk.store
        text = self._desk.runner.call(lambda: local_settings.read_setting(store, _KEPT))
        return list(json.loads(text)) if text else []

    def _on_month(self, month: dict[str, DueHousehold]) -> None:
        self._month = month
        self._lines = roster_model.in_month(self._lines, month)
        self._fill()

    def _fill(self) -> None:
        wanted = self.filters.filters()
        shown = [line for line in self._lines if wanted.passes(line)]
        self.table.set_rows(shown)
        people = sum(line.household.persons for line in shown)
        self.count.setText(f"{len(shown)}户 {people}人")
        self.nothing.setVisible(not shown)

    def _on_moved(self, line: RosterLine | None) -> None:
        if line is None:
            self.below.set_full("")
            return
        store, household_id = self._desk.store, line.household.household_id
        page = self._desk.runner.call(lambda: roster_view.household_page(store, household_id))
        if page is not None:
            names = " │ ".join(
                f"{m.number}{m.name}（{m.relation}）"
                for m in page.members
                if m.member_status == "present"
            )
            self.below.set_full(f"{line.household.head_name}户：{names}")

    def _on_visit(self, household_id: str) -> None:
        if self._desk.store.level == "village":
            self.open_requested.emit("visits", household_id)

    def _visit_current(self) -> None:
        shown = self._current_id()
        if shown:
            self._on_visit(shown)

    def _report_change(self) -> None:
        """N: report a natural change of the current household; a township decides in the list."""
        household_id = self._current_id()
        if self._desk.store.level != "village":
            self.show_changes()
        elif household_id:
            report_change(self, self._desk, household_id)

    def show_changes(self) -> None:
        """Show the natural changes that are not done yet."""
        dialog = ChangesDialog(self, self._desk)
        dialog.household_requested.connect(self.open_household)
        dialog.exec()

    def _print_current(self) -> None:
        if self._stack.currentWidget() is self.household:
            chosen = [self.household.household_id]
        else:
            chosen = [line.household.household_id for line in self.table.chosen()]
        if chosen:
            PrintDialog(self, self._desk, plans_job(self._desk, chosen)).exec()

    def _is_shown(self, household_id: str) -> bool:
        is_page = self._stack.currentWidget() is self.household
        return is_page and self.household.household_id == household_id

    def _current_id(self) -> str:
        if self._stack.currentWidget() is self.household:
            return self.household.household_id
        line = self.table.current()
        return line.household.household_id if line is not None else ""

    def _back(self) -> None:
        self.household.hide_numbers()
        self._stack.setCurrentWidget(self._list if self._lines else self.empty)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------- building
    def _make_empty(self) -> EmptyState:
        if self._desk.store.level == "village":
            return EmptyState("还没有户。可导入名册。", (("导入名册", self.import_roster),))
        return EmptyState(
            "还没有户。村里的变更包导入后，这里有各村的户。",
            (("导入变更包", lambda: self.open_requested.emit("exchange", "import")),),
        )

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.filters, 1)
        top.addWidget(self.count)
        self.nothing = quiet("没有这样的户。换一个条件看看。")
        self._list = QWidget()
        layout = QVBoxLayout(self._list)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.nothing)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.below)
        layout.addLayout(self._bottom())
        self._stack = PageStack()
        for widget in (self._list, self.household, self.empty):
            self._stack.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _bottom(self) -> QHBoxLayout:
        is_village = self._desk.store.level == "village"
        visit = "G 走访　" if is_village else ""
        row = QHBoxLayout()
        row.addWidget(quiet(f"Enter 户页　{visit}N 自然变更　P 打印　Ins 选列"), 1)
        own = (
            (("I 导入…", self.import_roster), ("导入记录", self.show_imports)) if is_village else ()
        )
        for words, run in (*own, ("Ctrl+E 导出Excel", self.export)):
            row.addWidget(button(words, run))
        return row

    def _connect(self) -> None:
        self.filters.changed.connect(self._fill)
        self.table.moved.connect(self._on_moved)
        self.table.opened.connect(lambda line: self.open_household(line.household.household_id))
        self.household.unmask_requested.connect(self._show_numbers)
        self.household.left.connect(self._back)
        self.household.visit_requested.connect(self._on_visit)
        self.household.print_requested.connect(lambda _id: self._print_current())
        self.household.change_requested.connect(self._report_change)
        self.household.warning_requested.connect(
            lambda warning_id: self.open_requested.emit("warnings", warning_id)
        )
        for keys, slot in (
            ("G", self._visit_current),
            ("N", self._report_change),
            ("Shift+N", self.show_changes),
            ("P", self._print_current),
            ("Ctrl+P", self._print_current),
            ("V", self._toggle_mask),
            ("Ins", self.choose_columns),
            ("Ctrl+E", self.export),
            ("I", self.import_roster),
            ("Shift+I", self.show_imports),
            ("Esc", self._back),
        ):
            add_shortcut(self, keys, slot)
        for number in range(self.household.tabs.count()):
            add_shortcut(self.household, str(number + 1), partial(self.household.show_tab, number))

    def _toggle_mask(self) -> None:
        """V: the numbers of the household shown, or, with their purpose, of those selected."""
        if self._stack.currentWidget() is self.household:
            self._show_numbers()
        elif chosen := self.table.chosen():
            NumbersDialog(self, self._desk, [line.household for line in chosen]).exec()

    def _show_numbers(self) -> None:
        """Show whole identity numbers once that is noted, or hide them again."""
        store, actor = self._desk.store, self._desk.actor
        if self.household.is_unmasked:
            self.household.hide_numbers()
            return
        noted = self._desk.runner.call(
            lambda: print_log.note_unmasking(store, actor, "成员证件号码", 1)
        )
        if noted is not None:
            self.household.show_numbers()
