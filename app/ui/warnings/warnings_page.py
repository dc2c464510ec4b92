"""预警: what waits for whom, and the steps of a matter. A township reviews here too."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.domain import warning
from app.domain.labels import LABELS
from app.ops import warnings
from app.ops.changed import Changed
from app.ops.warnings import Action, StepInput, WarningLine, WarningPage
from app.ui import colours, messages
from app.ui.attachments.phone_record import call_form
from app.ui.colours import severity_rank, severity_text
from app.ui.data_table import DataTable
from app.ui.empty_state import EmptyState
from app.ui.export_dialog import Scope, export_list
from app.ui.flow_layout import FlowLayout
from app.ui.measures.measures_dialog import MeasuresDialog
from app.ui.page import Desk, KeyHelp
from app.ui.page_stack import PageStack
from app.ui.parts import add_shortcut, button
from app.ui.review.step_form import StepForm
from app.ui.review.submit import attempt
from app.ui.table_model import Column
from app.ui.warnings.card_view import LETTERS, CardView
from app.ui.warnings.matter import Matter, is_mine, matters
from app.ui.warnings.step_ask import ask_step

_MINE, _OPEN, _ALL = "要我办", "未销", "全部"
_BELOW_FROM = 1.5  # text size
_LINES = 12  # of the card below the list; the page scrolls for the rest


class WarningsPage(QWidget):
    """List and card side by side."""

    open_requested = Signal(str, str)
    page_key, title = "warnings", "预警"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._lines: list[WarningLine] = []
        self._wanted = ""
        self.state, self.severity, self.village = QComboBox(), QComboBox(), QComboBox()
        self.state.addItems([_MINE, _OPEN, _ALL, *LABELS["warning_state"].values()])
        self.severity.addItems(["全部级别", *(tone.word for tone in colours.TONES.values())])
        self.village.addItem("全部村")
        for box, name in ((self.state, "状态"), (self.severity, "级别"), (self.village, "村")):
            box.setAccessibleName(name)
        self.count = QLabel()
        self.table = DataTable(self._columns(), "预警名单")
        self.card = CardView(desk, has_form=desk.store.level == "village")
        self.nothing = EmptyState("这里没有。换一个状态或级别看看。")
        self.empty = EmptyState(
            "没有未销的预警。走访中发现缺项会到这里。",
            (("去走访", lambda: self.open_requested.emit("visits", "")),),
        )
        if desk.store.level != "village":
            self.empty = EmptyState(
                "没有待审事项。村里的变更包到了，在这里审。",
                (("导入变更包", lambda: self.open_requested.emit("exchange", "import")),),
            )
        self._arrange()
        self._connect()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the warnings again and keep the place in the list."""
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(
            lambda: warnings.list_warnings(store, today, only_open=False)
        )
        if found is None:
            return
        is_first, self._lines = not self._lines, found
        if is_first and not any(is_mine(line, store.level) for line in found):
            self.state.setCurrentText(_OPEN)  # nothing to do here: show what others do
        self._fill_villages()
        self._stack.setCurrentWidget(self._work if found else self.empty)
        self._fill()

    def show_target(self, target_id: str) -> None:
        """Select one warning, whatever the filters say."""
        if not target_id:
            return
        self._wanted = target_id
        if not self._select(target_id):
            self.state.setCurrentText(_ALL)
            self.severity.setCurrentIndex(0)
            self.village.setCurrentIndex(0)
            self._fill()

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓ 或 K J", "上一件 / 下一件"),
            ("Q", "确认上报；镇：通过"),
            ("M", "不属实"),
            ("T", "镇：退回，再按 1–9 选批语"),
            ("Shift+↑↓ 再 Ctrl+Enter", "镇：批量通过（红色除外）"),
            ("1 · 3 · E", "电话记录 · 加照片（也可粘贴、拖进来）· 看照片"),
            ("A", "措施：加一条，登记落实，记回访"),
            ("O", "户页"),
            ("Ctrl+E", "导出Excel"),
            ("G", "村：到检查表，退回的题在那里标出"),
            ("Tab", "到卡片和按钮"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.state, self.table, *list(self.card.buttons.values())[:1]]

    def set_scale(self, scale: float) -> None:
        """Put the card below the list where large text needs the whole width."""
        below = scale >= _BELOW_FROM
        self._split.setOrientation(Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal)
        self._split.setSizes([220, 420] if below else [720, 480])
        self.card.setMinimumHeight(self.fontMetrics().lineSpacing() * _LINES if below else 0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.table.setFocus(event.reason())

    # ---------------------------------------------------------------- list
    def _fill(self) -> None:
        shown = matters(line for line in self._lines if self._passes(line))
        number = max(self.table.currentIndex().row(), 0)
        keep = self._current_ids()
        self.table.set_rows(shown)
        found = (self._wanted and self._select(self._wanted)) or self._select_any(keep)
        if shown and not found:
            self.table.selectRow(min(number, len(shown) - 1))
        self._show_card(self.table.current())
        total = sum(len(matter.lines) for matter in shown)
        self.count.setText(f"共{len(shown)}事项（{total}条）")
        self.nothing.setVisible(not shown)
        self.table.setVisible(bool(shown))

    def _passes(self, line: WarningLine) -> bool:
        wanted = self.state.currentText()
        level = self.severity.currentText()
        tone = colours.TONES.get(line.severity)
        if self.severity.currentIndex() > 0 and (tone is None or tone.word != level):
            return False
        if self.village.currentIndex() > 0 and line.village != self.village.currentText():
            return False
        if wanted == _MINE:
            return is_mine(line, self._desk.store.level)
        if wanted == _OPEN:
            return line.state not in ("closed", "cancelled", "false_alarm")
        return wanted == _ALL or LABELS["warning_state"].get(line.state) == wanted

    def _current_ids(self) -> set[str]:
        matter = self.table.current()
        return {line.warning_id for line in matter.lines} if matter is not None else set()

    def _select(self, warning_id: str) -> bool:
        return self._select_any({warning_id})

    def _select_any(self, ids: set[str]) -> bool:
        for number, matter in enumerate(self.table.table.rows()):
            if ids & {line.warning_id for line in matter.lines}:
                self.table.selectRow(number)
                self._show_card(matter)
                return True
        return False

    def _fill_villages(self) -> None:
        names = sorted({line.village for line in self._lines})
        shown = [self.village.itemText(n) for n in range(1, self.village.count())]
        if names != shown:
            self.village.clear()
            self.village.addItems(["全部村", *names])
        self.village.setVisible(self._desk.store.level != "village")

    # ---------------------------------------------------------------- card and steps
    def _show_card(self, matter: Matter | None) -> None:
        if matter is None:
            self.card.clear()
            return
        store, today, role = self._desk.store, self._desk.today(), self._desk.actor.role
        pages = self._desk.runner.call(
            lambda: [
                warnings.show_warning(store, one.warning_id, today, role) for one in matter.lines
            ]
        )
        if pages:
            self.card.show_matter(matter, pages, today)

    def _on_act(self, action: Action, pages: list[WarningPage]) -> None:
        """Take a pass at once; the form of any other step stays until it is taken."""
        if action.name == "pass":
            self.take(action, pages, StepInput(warning.AGREED))
            return
        runner, ask = self._desk.runner, ask_step(self._desk, action, pages)
        form = StepForm(
            self, ask, lambda given: attempt(runner, lambda: self._lead(action, pages, given))
        )
        form.exec()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self, action: Action, pages: list[WarningPage], given: StepInput) -> None:
        """Lead every warning of the card one step; the list then stands on the next matter."""
        self._desk.runner.call(lambda: self._lead(action, pages, given))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lead(self, action: Action, pages: list[WarningPage], given: StepInput) -> Changed:
        store, actor = self._desk.store, self._desk.actor
        stamped = StepInput(given.note, self._desk.today(), given.values)
        self._wanted = ""
        ids = [page.line.warning_id for page in pages]
        return warnings.act_many(store, actor, ids, action.name, stamped)

    def show_measures(self) -> None:
        """A: the measures that answer the ticked warnings, and the 回访."""
        pages = self.card.ticked()
        if pages:
            MeasuresDialog(self, self._desk, pages).exec()

    def take_batch(self) -> None:
        """Pass the selected matters of a township at once; red ones never go this way."""
        chosen: list[Matter] = self.table.chosen()
        ids = [line.warning_id for matter in chosen for line in matter.lines]
        if self._desk.store.level != "township" or len(chosen) < 2:
            return
        text = f"将通过{len(chosen)}事项（{len(ids)}条）。红色的和缺证明的会跳过，留着逐件看。"
        if not messages.ask(self, "批量", text, f"通过{len(chosen)}事项"):
            return
        store, actor, today = self._desk.store, self._desk.actor, self._desk.today()
        done = self._desk.runner.call(
            lambda: warnings.batch(store, actor, ids, "pass", StepInput(warning.AGREED, today))
        )
        if done is not None:
            reasons = "\n".join(dict.fromkeys(reason for _id, reason in done.skipped))
            sentence = f"已通过{len(done.done)}条，跳过{len(done.skipped)}条。"
            messages.show_text(self, "批量", f"{sentence}\n{reasons}".strip())

    def record_call(self) -> None:
        """1: note a call that proves the current matter."""
        pages = self.card.ticked()
        if pages:
            line = pages[0].line
            call_form(self, self._desk, line.household_id, f"{line.head_name}户").exec()

    def export(self) -> None:
        """Ctrl+E: write the warnings of the list as Excel."""
        lines = [line for matter in self.table.table.rows() for line in matter.lines]
        homes = frozenset(line.household_id for line in lines)
        ids = frozenset(line.warning_id for line in lines)
        export_list(self, self._desk, "warning", Scope(f"列表里的{len(ids)}条", homes, ids))

    # ---------------------------------------------------------------- building
    def _columns(self) -> tuple[Column, ...]:
        today = self._desk.today
        place = (
            Column("村", lambda m: m.first.village, width=5)
            if self._desk.store.level != "village"
            else Column("户号", lambda m: m.first.household_no, width=3)
        )
        return (
            Column(
                "级别",
                lambda m: severity_text(m.first.severity),
                width=2,
                sort_key=lambda m: -severity_rank(m.first.severity),
                severity=lambda m: m.first.severity,
            ),
            place,
            Column("户主", lambda m: m.first.head_name, width=4),
            Column("事项", _text),
            Column("状态", Matter.state, width=5),
            Column("期限", lambda m: m.until(today()), width=5),
        )

    def _arrange(self) -> None:
        filters = QHBoxLayout()
        boxes = QWidget()
        flow = FlowLayout(boxes, gap=8)
        for widget in (self.state, self.severity, self.village, self.count):
            flow.addWidget(widget)
        filters.addWidget(boxes, 1)
        filters.addWidget(button("Ctrl+E 导出", self.export), 0, Qt.AlignmentFlag.AlignTop)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(filters)
        column.addWidget(self.nothing)
        column.addWidget(self.table, 1)
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.card)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        self._work = QWidget()
        inner = QVBoxLayout(self._work)
        inner.setContentsMargins(12, 12, 12, 12)
        inner.addWidget(split)
        self._stack = PageStack()
        self._stack.addWidget(self._work)
        self._stack.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        for box in (self.state, self.severity, self.village):
            box.activated.connect(lambda _index: self._refilter())
        self.table.moved.connect(self._show_card)
        self.card.act_requested.connect(self._on_act)
        self.card.household_requested.connect(
            lambda household: self.open_requested.emit("roster", household)
        )
        self.card.form_requested.connect(
            lambda household: self.open_requested.emit("visits", household)
        )
        for letter in dict.fromkeys(LETTERS.values()):
            add_shortcut(self, letter, partial(self.card.trigger, letter))
        add_shortcut(self, "Ctrl+Return", self.take_batch)
        add_shortcut(self, "Ctrl+E", self.export)
        add_shortcut(self, "J", lambda: self._move(1))
        add_shortcut(self, "K", lambda: self._move(-1))
        self.card.call_requested.connect(self.record_call)
        add_shortcut(self, "1", self.record_call)
        add_shortcut(self, "3", self.card.add_photos)
        add_shortcut(self, "E", self.card.look_at_photos)
        add_shortcut(self.table, "Ctrl+V", self.card.paste_photos)
        self.card.measures_requested.connect(self.show_measures)
        add_shortcut(self, "A", self.show_measures)
        add_shortcut(self, "O", self.card.open_household)
        add_shortcut(self, "G", self.card.open_form)

    def _refilter(self) -> None:
        self._wanted = ""
        self._fill()

    def _move(self, step: int) -> None:
        number = self.table.currentIndex().row() + step
        if 0 <= number < self.table.table.rowCount():
            self.table.selectRow(number)


def _text(matter: Matter) -> str:
    """Return the sentence of a matter, and whether its photo is owed."""
    owed = any(line.is_photo_owed for line in matter.lines)
    return f"{matter.text()}（照片后补）" if owed else matter.text()
