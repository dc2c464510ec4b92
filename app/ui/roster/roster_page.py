"""户台账: all households with filters, the members of the current one, and the household page."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.domain.labels import LABELS
from app.ops import roster_view, warnings
from app.ui import colours
from app.ui.changes.changes_dialog import ChangesDialog, report_change
from app.ui.data_table import DataTable
from app.ui.elided_label import ElidedLabel
from app.ui.empty_state import EmptyState
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk, KeyHelp
from app.ui.parts import quiet
from app.ui.print_dialog import PrintDialog, plans_job
from app.ui.quality.list_dialog import ListDialog
from app.ui.roster import roster_model
from app.ui.roster.household_view import HouseholdView
from app.ui.roster.import_dialog import ImportDialog
from app.ui.roster.roster_model import Filters, RosterLine


class RosterPage(QWidget):
    """List and household page; ``import_roster`` is also called from the workbench."""

    open_requested = Signal(str, str)
    page_key, title = "roster", "户台账"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._lines: list[RosterLine] = []
        self.boxes = {name: QComboBox() for name in ("group", "kind", "object", "level", "visited")}
        self.count, self.below = QLabel(), ElidedLabel()
        self.table = DataTable(roster_model.columns(desk.store.level), "户台账")
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.household = HouseholdView()
        self.household.visit.setVisible(desk.store.level == "village")
        self.empty = self._make_empty()
        self._arrange()
        self._connect()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the roster again and keep filters and place."""
        store, today = self._desk.store, self._desk.today()
        lines = self._desk.runner.call(lambda: roster_model.load(store, today))
        if lines is None:
            return
        self._lines = lines
        self._fill_boxes()
        self._fill()
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
            ("G", "走访这一户"),
            ("P", "打印一户一策（勾选多户一起印）"),
            ("V", "户页里显示证件号（10秒）"),
            ("N", "自然变更：出生、去世、婚嫁、迁移、分户、换户主…"),
            ("Shift+N", "没办完的自然变更"),
            ("Ctrl+C", "复制选中的行，可粘到WPS"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.boxes["group"], self.table]

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        shown = self._stack.currentWidget()
        target = self.household.members if shown is self.household else self.table
        target.setFocus(event.reason())

    def import_roster(self, paths: Sequence[Path] = ()) -> None:
        """Let the user import a roster, at once from ``paths`` if files were dropped."""
        if self._desk.store.level == "village":
            dialog = ImportDialog(self, self._desk)
            dialog.start(paths)
            dialog.exec()
            if dialog.list_file is not None:
                taken = ListDialog(self, self._desk)
                taken.look_at(dialog.list_file)
                taken.exec()

    def open_household(self, household_id: str) -> None:
        """Show one household's page."""
        store, today = self._desk.store, self._desk.today()
        page = self._desk.runner.call(lambda: roster_view.household_page(store, household_id))
        found = self._desk.runner.call(lambda: warnings.list_warnings(store, today))
        if page is None or found is None:
            return
        own = [line for line in found if line.household_id == household_id]
        self.household.show_household(page, own, today)
        self._stack.setCurrentWidget(self.household)
        self.household.members.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------- list
    def _fill(self) -> None:
        wanted = self._filters()
        shown = [line for line in self._lines if wanted.passes(line)]
        self.table.set_rows(shown)
        people = sum(line.household.persons for line in shown)
        self.count.setText(f"{len(shown)}户 {people}人")

    def _filters(self) -> Filters:
        values = {name: box.currentData() or "" for name, box in self.boxes.items()}
        return Filters(
            values["group"], values["kind"], values["object"], values["level"], values["visited"]
        )

    def _fill_boxes(self) -> None:
        groups = dict.fromkeys(line.household.hamlet_group for line in self._lines)
        _offer(self.boxes["group"], "组", {group: group for group in groups if group})
        _offer(self.boxes["kind"], "户属性", LABELS["household_kind"])
        _offer(self.boxes["object"], "监测类型", LABELS["object_type"])
        words = {key: f"{tone.word}{tone.sign}" for key, tone in colours.TONES.items()}
        _offer(self.boxes["level"], "级别", words)
        visited = (roster_model.UNVISITED, roster_model.VISITED)
        _offer(self.boxes["visited"], "走访", {word: word for word in visited})
        self.boxes["visited"].setVisible(self._desk.store.level == "village")

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
        boxes = QWidget()
        flow = FlowLayout(boxes, gap=8)  # large text needs two lines
        for box in self.boxes.values():
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            flow.addWidget(box)
        filters = QHBoxLayout()
        filters.addWidget(boxes, 1)
        filters.addWidget(self.count)
        self._list = QWidget()
        layout = QVBoxLayout(self._list)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(filters)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.below)
        visit = "G 走访　" if self._desk.store.level == "village" else ""
        layout.addWidget(
            quiet(
                f"Enter 户页　{visit}N 自然变更　P 打印一户一策　Ctrl+C 复制　Shift+N 没办完的变更"
            )
        )
        self._stack = QStackedWidget()
        for widget in (self._list, self.household, self.empty):
            self._stack.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        for box in self.boxes.values():
            box.activated.connect(lambda _index: self._fill())
        self.table.moved.connect(self._on_moved)
        self.table.opened.connect(lambda line: self.open_household(line.household.household_id))
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
            ("Esc", self._back),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _toggle_mask(self) -> None:
        if self._stack.currentWidget() is self.household:
            self.household.toggle_mask()


def _offer(box: QComboBox, name: str, words: Mapping[str, str]) -> None:
    """Fill a filter once; ``name`` alone leaves it open."""
    pairs = list(words.items())
    shown = [box.itemText(number) for number in range(1, box.count())]
    if not shown or shown != [word for _key, word in pairs]:
        box.clear()
        box.addItem(f"{name}：全部", "")
        box.setAccessibleName(name)
        for key, word in pairs:
            box.addItem(word, key)
    metrics = box.fontMetrics()
    longest = max(metrics.horizontalAdvance(box.itemText(n)) for n in range(box.count()))
    box.setMinimumWidth(longest + 3 * metrics.horizontalAdvance("汉"))  # and the arrow
