"""一户一策: households at the left, the editor in the middle, the real PDF at the right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.answers import parse_date
from app.domain.period import Period
from app.domain.plan import Edition
from app.domain.plan_cover import EDITION_LABELS
from app.ops import dossier, measures, plan_edit, plan_helpers, plan_year_end, plans
from app.ops.items import Item
from app.ops.lives import Action
from app.ops.plan_catalogue import catalogue_for
from app.ops.plan_edit import Key, MeasureText, PlanLine, PlanTargets, Terms
from app.ops.plan_helpers import HelperGiven
from app.ops.plans import PlanJob
from app.ui import messages
from app.ui.data_table import DataTable
from app.ui.empty_state import EmptyState
from app.ui.flow_layout import FlowLayout
from app.ui.measures.measure_step import step_form
from app.ui.page import Desk, KeyHelp, Store
from app.ui.page_stack import PageStack
from app.ui.parts import button, title
from app.ui.plans.dossier_dialog import DossierDialog
from app.ui.plans.form_dialog import Entry, FormDialog
from app.ui.plans.helpers_view import HelpersView
from app.ui.plans.measures_view import MeasuresView
from app.ui.plans.preview import Preview
from app.ui.plans.suggestions_view import SuggestionsView, proposed_person
from app.ui.plans.targets_view import TargetsView
from app.ui.plans.year_end_dialog import YearEndDialog
from app.ui.print_dialog import PrintDialog, PrintJob
from app.ui.table_model import Column

_ALL = "全部计划"
_FOLDED_FROM = 1.3  # text size from which there is no room for the preview


class PlansPage(QWidget):
    """The plans of a village; a township or a county reads and prints them."""

    open_requested = Signal(str, str)
    page_key, title = "plans", "一户一策"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._lines: list[PlanLine] = []
        self._wanted = ""
        self.filter, self.edition = QComboBox(), QComboBox()
        self.filter.addItems([_ALL, plan_edit.NO_PLAN, plan_edit.IN_WORK, plan_edit.COMPLETE])
        for edition in (Edition.WALL, Edition.ARCHIVE):
            self.edition.addItem(EDITION_LABELS[edition], edition)
        self.only_changed = QCheckBox("只印变了的")
        self.only_changed.setChecked(True)
        self.words = QCheckBox("印需求（先看预览）")
        self.words.setToolTip("自己写的文字，看过没有不宜上墙的再勾；不勾就不印。")
        self.table = DataTable(_columns(desk.store.level), "一户一策")
        self.count, self.head = title(), title()
        self.suggestions, self.measures = SuggestionsView(), MeasuresView()
        self.targets, self.helpers = TargetsView(), HelpersView()
        self.preview = Preview(desk)
        self.empty = EmptyState(
            "还没有农户。先导入花名册，再给每户定计划。",
            (("去户台账", lambda: self.open_requested.emit("roster", "")),),
        )
        self._arrange()
        self._connect()
        if desk.store.level != "village":
            for view in (self.measures, self.targets, self.helpers):
                view.ask_reason()
            self.tabs.removeTab(self.tabs.indexOf(self.suggestions))
        if desk.store.level == "county":
            self.targets.set_read_only()
            self.helpers.set_read_only()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the list again and keep the household that is edited."""
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(lambda: plan_edit.list_plans(store, today))
        if found is None:
            return
        self._lines = found
        self._stack.setCurrentWidget(self._work if found else self.empty)
        self._fill()

    def show_target(self, target_id: str) -> None:
        """Select one household, whatever the filter says."""
        if target_id:
            self._wanted = target_id
            self.filter.setCurrentIndex(0)
            self._fill()

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓", "选户；勾选多户用 Shift 或 Ctrl"),
            ("Ctrl+PgUp / Ctrl+PgDn", "换栏：建议、措施、目标、责任人"),
            ("空格", "勾选一条建议；Enter 加入选中的"),
            ("A", "加措施"),
            ("P", "打印选中的户"),
            ("D", "一户一档"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.filter, self.table, self.tabs, self.edition]

    def set_scale(self, scale: float) -> None:
        """Leave the preview out where large text needs its room; printing shows it anyway."""
        self.preview.setVisible(scale < _FOLDED_FROM)
        if scale < _FOLDED_FROM:
            is_above = self._desk.store.level != "village"  # whose list has a column more
            self._split.setSizes([420, 440, 380] if is_above else [360, 490, 390])
        else:
            self._split.setSizes([450, 730, 0])
        self._show_preview()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.table.setFocus(event.reason())

    # ---------------------------------------------------------------- list and household
    def household_id(self) -> str:
        """Return the household that is edited, "" for none."""
        line: PlanLine | None = self.table.current()
        return line.household.household_id if line is not None else ""

    def chosen_edition(self) -> Edition:
        """Return the edition that is shown and printed."""
        return Edition(self.edition.currentData())  # the box keeps only its text

    def _fill(self) -> None:
        wanted = self.filter.currentText()
        shown = [line for line in self._lines if wanted in (_ALL, line.state)]
        keep = self._wanted or self.household_id()
        self._wanted = ""
        self.table.set_rows(shown)
        for number, line in enumerate(self.table.table.rows()):
            if line.household.household_id == keep and line != self.table.current():
                self.table.selectRow(number)
        people = sum(line.household.persons for line in shown)
        self.count.setText(f"{len(shown)}户 {people}人")
        self._show_household()

    def _show_household(self) -> None:
        line: PlanLine | None = self.table.current()
        self._middle.setEnabled(line is not None)
        if line is None:
            return
        store, actor, today = self._desk.store, self._desk.actor, self._desk.today()
        home = line.household
        page = self._desk.runner.call(
            lambda: plan_edit.plan_page(store, actor, home.household_id, today)
        )
        known = self._desk.runner.call(lambda: plan_helpers.known_helpers(store))
        catalogue = self._desk.runner.call(lambda: catalogue_for(Period.of(today)))
        if page is None or known is None or catalogue is None:
            return
        self.head.setText(
            f"{home.household_no}号　{home.head_name}户　{home.persons}人　{line.state}"
        )
        person = proposed_person(page, actor.name)
        self.suggestions.show_page(page, today, person)
        self.measures.show_page(page, catalogue, today, person)
        self.targets.show_targets(page.household_id, page.targets)
        self.helpers.show_helpers(page.helpers, known, today)
        for view, name, count in (
            (self.suggestions, "建议", len(page.suggestions)),
            (self.measures, "措施", len(page.measures)),
            (self.helpers, "责任人", sum(one.ended_on is None for one in page.helpers)),
        ):
            place = self.tabs.indexOf(view)
            if place >= 0:
                self.tabs.setTabText(place, f"{name} {count}")
        self._show_preview()

    def _show_preview(self) -> None:
        home = self.household_id()
        if home:
            self.preview.show_sheet(self._job((home,)))

    # ---------------------------------------------------------------- edits
    def _on_add_suggestions(self, ticked: list[Key], terms: Terms) -> None:
        store, actor, today, home = self._place()
        self._desk.runner.call(
            lambda: plan_edit.add_suggestions(store, actor, home, ticked, terms, today)
        )

    def _on_plan(self, new: measures.NewMeasure) -> None:
        store, actor, today, _home = self._place()
        self._desk.runner.call(lambda: measures.plan_measure(store, actor, new, today))

    def _on_change(self, measure_id: str, given: MeasureText, reason: str) -> None:
        store, actor, _today, _home = self._place()
        self._desk.runner.call(
            lambda: plan_edit.change_measure(store, actor, measure_id, given, reason)
        )

    def _on_step(self, item: Item, action: Action) -> None:
        step_form(self, self._desk, item, action).exec()

    def _on_targets(self, home: str, targets: PlanTargets, reason: str) -> None:
        store, actor, today, _home = self._place()
        self._desk.runner.call(
            lambda: plan_edit.save_targets(store, actor, home, targets, today, reason)
        )

    def _on_assign(self, given: HelperGiven, on: date, reason: str) -> None:
        store, actor, _today, home = self._place()
        self._desk.runner.call(lambda: plan_helpers.assign(store, actor, home, given, on, reason))

    def _on_end(self, assignment_id: str, on: date, reason: str) -> None:
        store, actor, _today, _home = self._place()
        self._desk.runner.call(
            lambda: plan_helpers.end_assignment(store, actor, assignment_id, on, reason)
        )

    def carry_over(self) -> None:
        """Show what goes over into the next year, and carry over what is ticked."""
        store, actor, today, _home = self._place()
        shown = self._desk.runner.call(lambda: plan_year_end.year_end(store, today))
        if shown is None:
            return
        dialog = YearEndDialog(self, shown)
        dialog.carry_requested.connect(
            lambda ids: self._desk.runner.call(
                lambda: plan_year_end.carry_over(store, actor, ids, today)
            )
        )
        dialog.exec()

    def _place(self) -> tuple[Store, Any, date, str]:
        return self._desk.store, self._desk.actor, self._desk.today(), self.household_id()

    # ---------------------------------------------------------------- printing
    def print_chosen(self) -> None:
        """Print the selected households; one whose wall shows it already is asked about."""
        chosen: list[PlanLine] = self.table.chosen()
        ids = tuple(line.household.household_id for line in chosen)
        edition = self.chosen_edition()
        if not ids:
            return
        if edition is Edition.WALL and len(ids) == 1:
            store, today = self._desk.store, self._desk.today()
            since = self._desk.runner.call(lambda: plans.hangs_since(store, ids[0], today))
            text = f"本户上墙内容未变（{since}已印），不必重印。"
            if since and not messages.ask(self, "打印上墙版", text, "照样打印"):
                return
            self._print(self._job(ids))
            return
        self._print(replace(self._job(ids), only_changed=self._only(), has_cover=len(ids) > 1))

    def print_village(self) -> None:
        """Print every living household, with a cover."""
        self._print(replace(self._job(None), only_changed=self._only(), has_cover=True))

    def _job(self, ids: tuple[str, ...] | None) -> PlanJob:
        """Return the job of the edition that is shown; None: all living households."""
        return PlanJob(ids, self.chosen_edition(), shows_words=self.words.isChecked())

    def _only(self) -> bool:
        return self.chosen_edition() is Edition.WALL and self.only_changed.isChecked()

    def past_dialog(self) -> FormDialog:
        """Return the dialog that asks of which earlier day the sheets are wanted."""
        today = self._desk.today()

        def check(values: Mapping[str, str]) -> str:
            try:
                parse_date(values["on"], today)
            except ValueError as error:
                return f"{error}。"
            return ""

        entry = Entry("on", "哪一天的内容", f"{today.year}-06-30", is_plain_keys=True)
        return FormDialog(self, "按日期补打选中的户", (entry,), "排版预览", check)

    def print_past(self) -> None:
        """Print the selected households' sheets as they stood at the end of an earlier day."""
        ids = tuple(line.household.household_id for line in self.table.chosen())
        dialog = self.past_dialog()
        if ids and dialog.exec():
            self.print_as_of(ids, parse_date(dialog.values()["on"], self._desk.today()))

    def print_as_of(self, ids: tuple[str, ...], day: date) -> None:
        """Print these sheets as they stood at the end of a day."""
        self._print(replace(self._job(ids), has_cover=len(ids) > 1, as_of=day))

    def print_dossier(self) -> None:
        """Print the chosen papers of the household as one file."""
        home = self.household_id()
        choice = DossierDialog(self)
        if not home or not choice.exec():
            return
        store, papers = self._desk.store, choice.chosen()
        job = PrintJob(
            "一户一档", lambda printing: dossier.print_dossier(store, home, printing, papers)
        )
        PrintDialog(self, self._desk, job).exec()

    def _print(self, job: PlanJob) -> None:
        store = self._desk.store
        name = f"一户一策{EDITION_LABELS[job.edition]}"
        made = PrintJob(name, lambda printing: plans.print_plans(store, job, printing))
        dialog = PrintDialog(self, self._desk, made)
        dialog.taken.connect(self._show_preview)
        dialog.exec()

    # ---------------------------------------------------------------- building
    def _arrange(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("一户一策的内容")
        for view, name in (
            (self.suggestions, "建议"),
            (self.measures, "措施"),
            (self.targets, "目标和需求"),
            (self.helpers, "责任人"),
        ):
            self.tabs.addTab(view, name)
        left, self._middle, right = QWidget(), QWidget(), self.preview
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        filters = QHBoxLayout()
        filters.addWidget(self.filter)
        filters.addStretch()
        filters.addWidget(self.count)
        column.addLayout(filters)
        column.addWidget(self.table, 1)
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(8, 0, 8, 0)
        middle.addWidget(self.head)
        middle.addWidget(self.tabs, 1)
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        for widget in (left, self._middle, right):
            split.addWidget(widget)
        split.setChildrenCollapsible(False)
        split.setSizes([360, 490, 390])
        self._work = QWidget()
        inner = QVBoxLayout(self._work)
        inner.setContentsMargins(12, 12, 12, 12)
        inner.addWidget(split, 1)
        inner.addWidget(self._bar())
        self._stack = PageStack()
        self._stack.addWidget(self._work)
        self._stack.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _bar(self) -> QWidget:
        bar = QWidget()
        flow = FlowLayout(bar, gap=8)
        self.edition.setAccessibleName("版本")
        self.print_button = button("P 打印选中的户", self.print_chosen, primary=True)
        for widget in (
            self.edition,
            self.only_changed,
            self.words,
            self.print_button,
            button("打印全村", self.print_village),
            button("按日期补打", self.print_past),
            button("D 一户一档", self.print_dossier),
            button("年底结转", self.carry_over),
        ):
            flow.addWidget(widget)
        return bar

    def _connect(self) -> None:
        self.filter.activated.connect(lambda _index: self._fill())
        self.edition.currentIndexChanged.connect(self._on_edition)
        self.words.toggled.connect(lambda _on: self._show_preview())
        self.table.moved.connect(self._on_moved)
        self.table.opened.connect(lambda _line: self.tabs.currentWidget().setFocus())
        self.suggestions.add_requested.connect(self._on_add_suggestions)
        self.measures.plan_requested.connect(self._on_plan)
        self.measures.change_requested.connect(self._on_change)
        self.measures.step_requested.connect(self._on_step)
        self.targets.changed.connect(self._on_targets)
        self.helpers.assign_requested.connect(self._on_assign)
        self.helpers.end_requested.connect(self._on_end)
        for keys, slot in (
            ("P", self.print_chosen),
            ("D", self.print_dossier),
            ("A", self.measures.add_button.click),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)

    def _on_moved(self, _line: object) -> None:
        self.words.setChecked(False)  # of this household nobody has read the words yet
        self._show_household()

    def _on_edition(self, _index: int) -> None:
        for box in (self.only_changed, self.words):
            box.setVisible(self.chosen_edition() is Edition.WALL)
        self._show_preview()


def _columns(level: str) -> tuple[Column, ...]:
    """Return the columns of the list; above the village it says of which village a home is."""
    return _COLUMNS if level == "village" else (_VILLAGE, *_COLUMNS)


_VILLAGE = Column("村", lambda line: line.household.village, width=4)
_COLUMNS = (
    Column("户号", lambda line: line.household.household_no, width=3, spare=3),
    Column("户主", lambda line: line.household.head_name, width=4),
    Column("人", lambda line: str(line.household.persons), width=2, right=True, spare=4),
    Column("计划", lambda line: line.state, width=4),
    Column("措施", lambda line: str(line.measures), width=2, right=True, spare=2),
    Column("预警", lambda line: str(line.problems), width=2, right=True, spare=1),
)
