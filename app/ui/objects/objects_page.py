"""监测对象: clues and cases, the seven steps, time limits, ✓/✗ of 风险消除, the allowed steps."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QComboBox,
    QVBoxLayout,
    QWidget,
)

from app.domain import case
from app.domain.case import CheckItem
from app.errors import AppError
from app.ops import monitored, monitoring_papers
from app.ops.attachments import Thing
from app.ops.items import Item
from app.ops.lives import Action, StepInput
from app.ops.monitored import CasePage
from app.ops.proofs import PHOTO
from app.ui.attachments.panel import photos_of
from app.ui.copying.to_type_dialog import ToTypeDialog
from app.ui.empty_state import EmptyState
from app.ui.export_dialog import Scope, export_list
from app.ui.objects.clue_form import clue_form
from app.ui.objects.step_bar import StepBar
from app.ui.page import Desk, KeyHelp
from app.ui.parts import button, plain, title
from app.ui.print_dialog import PrintDialog, PrintJob
from app.ui.quality.list_dialog import ListDialog
from app.ui.review.item_view import ItemsView, item_columns
from app.ui.review.register_board import RegisterBoard
from app.ui.review.step_form import StepForm, with_defaults, with_photos
from app.ui.review.step_offers import ask_for
from app.ui.review.submit import attempt

_MINE, _LIVING, _CLUES, _OBJECTS, _REMOVED, _ALL = (
    "要我办", "在办的", "线索", "未消除", "已消除", "全部",
)  # fmt: skip
_PUBLICITY = frozenset({case.IN_PUBLICITY, case.REMOVAL_PUBLICITY})
_TYPES = frozenset({"verify", "approve", "propose-type", "change-type"})


class ObjectsPage(QWidget):
    """List and card; N notes a clue."""

    open_requested = Signal(str, str)
    page_key, title = "objects", "监测对象"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._items: list[Item] = []
        self.state = QComboBox()
        self.state.setAccessibleName("状态")
        self.state.addItems([_MINE, _LIVING, _CLUES, _OBJECTS, _REMOVED, _ALL])
        self.state.setCurrentText(_LIVING)
        self.view = ItemsView(item_columns(desk.store.level, desk.today()), "线索和监测对象")
        self.new_button = button("N 记线索", self.note_clue)
        self.type_button = button("", self.show_to_type)
        self.print_button = button("P 印公示", self.print_notice)
        self.lists = button("导入部门清单…", self.import_list)
        own = (("导入部门清单", self.import_list),) if desk.store.level == "village" else ()
        lists = (self.lists,) if own else ()
        self.board = RegisterBoard(
            (self.state,),
            (self.type_button, self.print_button, *lists, self.new_button),
            self.view,
            EmptyState("没有监测对象和线索。", (("记一条线索", self.note_clue), *own)),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.board)
        self._connect()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read clues and cases again and keep the place."""
        desk = self._desk
        found = desk.runner.call(
            lambda: monitored.list_cases(desk.store, desk.today(), desk.actor, only_open=False)
        )
        if found is None:
            return
        self._items = [item for item in found if item.fields["is_superseded"] != "是"]
        waiting = desk.runner.call(lambda: monitored.to_type(desk.store)) or []
        self.type_button.setText(f"T 待录国家系统 {len(waiting)}")
        self.type_button.setVisible(bool(waiting))
        self._fill()

    def show_target(self, target_id: str) -> None:
        """Go to one case, whatever the filter says."""
        if target_id and not self.view.select(target_id):
            self.state.setCurrentText(_ALL)
            self._fill()
            self.view.select(target_id)

    def keys(self) -> KeyHelp:
        return (
            ("↑ ↓", "选一件"),
            ("Enter", "到卡片上的第一步"),
            ("N", "记线索"),
            ("P", "印公示（公示中的）"),
            ("T", "还要录入国家系统的：复制模式，记已录入"),
            ("Ctrl+E", "导出Excel"),
            ("O", "户页"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.state, self.view.table, *list(self.view.card.buttons.values())[:1]]

    def set_scale(self, scale: float) -> None:
        self.view.set_scale(scale)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.board.setFocus(event.reason())

    # ---------------------------------------------------------------- doing
    def note_clue(self) -> None:
        """N: register a clue."""
        current = self.view.current()
        if clue_form(self, self._desk, current.household_id if current else "").exec():
            self.refresh(None)

    def act(self, item: Item, action: Action) -> None:
        """Take a step; the meeting asks attendance and votes, the removal who went there."""
        sentence = f"{item.household_no}号 {item.head_name}户　{item.title}"
        ask = ask_for(self._desk, "monitored_case", action, sentence, item.household_id)
        known = {name: item.fields[name] for name in ("causes", "object_type")}
        if action.name in _TYPES:
            ask = with_defaults(ask, **{k: v for k, v in known.items() if v and k in ask.needed})
        if PHOTO in ask.needed:
            ask = with_photos(ask, self._desk, [Thing("monitored_case", item.item_id)])
        StepForm(self, ask, lambda given: self._take(item, action, given)).exec()

    def import_list(self) -> None:
        """Take in a list of a department, or answer it."""
        ListDialog(self, self._desk).exec()
        self.refresh(None)

    def print_notice(self) -> None:
        """P: the public notice of the current case; it names nothing that may not be shown."""
        item, store = self.view.current(), self._desk.store
        if item is None or item.state not in _PUBLICITY:
            return
        job = PrintJob(
            "公示",
            lambda printing: monitoring_papers.print_notices(store, [item.household_id], printing),
        )
        PrintDialog(self, self._desk, job).exec()

    def show_to_type(self) -> None:
        """Show what must still be typed into the national system."""
        ToTypeDialog(self, self._desk).exec()
        self.refresh(None)

    def export(self) -> None:
        """Ctrl+E: write the list as Excel."""
        homes = frozenset(item.household_id for item in self.view.table.table.rows())
        export_list(self, self._desk, "object", Scope(f"列表里的{len(homes)}户", homes))

    def _take(self, item: Item, action: Action, given: StepInput) -> AppError | None:
        desk = self._desk
        return attempt(
            desk.runner,
            lambda: monitored.act_case(
                desk.store, desk.actor, item.item_id, action.name, given, desk.today()
            ),
        )

    # ---------------------------------------------------------------- list and card
    def _fill(self) -> None:
        shown = [item for item in self._items if self._passes(item)]
        self.board.show_items(shown, "件", has_any=bool(self._items))

    def _passes(self, item: Item) -> bool:
        wanted, state = self.state.currentText(), item.state
        return {
            _MINE: item.fields["holder"] == self._desk.store.level
            and (state, item.fields["holder"]) != (case.MONITORING, "village"),
            _LIVING: state not in case.ENDED and state != case.RISK_REMOVED,
            _CLUES: state in case.CLUE_STATES,
            _OBJECTS: state == case.MONITORING,
            _REMOVED: state == case.RISK_REMOVED,
        }.get(wanted, True)

    def _show(self, item: Item | None) -> None:
        desk, page = self._desk, None
        if item is not None:
            page = desk.runner.call(
                lambda: monitored.show_case(desk.store, item.item_id, desk.today(), desk.actor)
            )
        if page is None:
            self.view.card.show_item(None, (), None)
        else:
            self.view.card.show_item(page.item, case_lines(page), self._more(page))
        state = item.state if item is not None else ""
        self.print_button.setVisible(state in _PUBLICITY)

    def _more(self, page: CasePage) -> QWidget:
        """Return the step bar, the conditions, and the photos of the notice where it hangs."""
        box = _more(page)
        thing, has_ended = Thing("monitored_case", page.item.item_id), page.item.state in case.ENDED
        panel = photos_of(self._desk, thing, may_change=not has_ended)
        if panel.strip.lines or page.item.state in _PUBLICITY:
            layout = box.layout()
            assert layout is not None  # noqa: S101  made with one
            layout.addWidget(panel)
        return box

    # ---------------------------------------------------------------- building
    def _connect(self) -> None:
        self.state.activated.connect(lambda _index: self._fill())
        self.view.chosen.connect(self._show)
        self.view.act_requested.connect(self.act)
        self.view.household_requested.connect(
            lambda household: self.open_requested.emit("roster", household)
        )
        self.board.add_keys(
            self,
            {
                "N": self.note_clue,
                "P": self.print_notice,
                "T": self.show_to_type,
                "Ctrl+E": self.export,
            },
        )


def case_lines(page: CasePage) -> list[str]:
    """Return what a case says of itself, in words."""
    fields = page.item.fields
    late = [word for name, word in (("late_entry", "补录"), ("identify_late", "认定超期"))
            if fields[name]]  # fmt: skip
    pairs = (
        ("线索", " ".join(filter(None, (fields["clue_source_label"], fields["text"])))),
        ("平台编号", fields["platform_no"]),
        ("答复期限", fields["reply_due_on"]),
        ("认定总时限", fields["identify_due_on"]),
        ("类型", fields["object_type_label"]),
        ("风险原因", fields["causes_label"]),
        ("识别", fields["identified_on"]),
        ("消除", fields["eliminated_on"]),
        ("录入国家系统", fields["entered_in_national_system_on"]),
        ("提醒", "、".join(late)),
        ("程序", page.procedure),
    )
    return [f"{word}　{text}" for word, text in pairs if text]


def check_text(check: CheckItem) -> str:
    """Return one precondition of 风险消除: sign, words, figures."""
    sign = "✓" if check.ok else "✗"
    detail = f"（{check.detail}）" if check.detail else ""
    strict = "" if check.ok or check.overridable else "　镇里也不能例外"
    return f"{sign} {check.label}{detail}{strict}"


def _more(page: CasePage) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    column.addWidget(StepBar(page.bar))
    checks: Sequence[CheckItem] = page.checks
    if checks:
        missing = sum(not check.ok for check in checks)
        column.addWidget(
            title("风险消除的条件" + (f"：还差{missing}项" if missing else "：都够了"))
        )
        for check in checks:
            column.addWidget(plain(check_text(check)))
    return box
