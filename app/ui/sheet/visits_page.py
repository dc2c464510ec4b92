"""月度走访: the due households, one household's form, and its hints."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.form import AnswerKey, AnswerValue
from app.domain.labels import label
from app.domain.open_answer import OpenReply
from app.domain.period import Period
from app.ops import attachments, follow_ups, months, sheets
from app.ops.attachments import Thing
from app.ui import messages
from app.ui.attachments.photos_dialog import PhotosDialog
from app.ui.closing.blockers import month_to_close
from app.ui.closing.closing_dialog import ClosingDialog
from app.ui.elided_label import ElidedLabel
from app.ui.empty_state import EmptyState
from app.ui.export_dialog import Scope, export_list
from app.ui.page import Desk, KeyHelp, Store
from app.ui.parts import add_shortcut
from app.ui.print_dialog import PrintDialog, visits_job
from app.ui.sheet import loading
from app.ui.sheet.board import Board
from app.ui.sheet.check_dialog import CheckDialog, check_lines
from app.ui.sheet.coach import coach_text
from app.ui.sheet.controller import SheetController
from app.ui.sheet.findings_panel import FindingsPanel
from app.ui.sheet.form_view import FormView
from app.ui.sheet.hints import hints
from app.ui.sheet.note_dialog import NoteDialog
from app.ui.sheet.outlets import Changes, Outlets
from app.ui.sheet.visit_list import DONE_STATES, VisitList
from app.ui.sheet.worksheet_dialog import WorksheetDialog

T = TypeVar("T")
OPEN_MONTH = "open"  # target of the workbench: the month itself, not a household
_LIST, _HINTS = 210, 300
_FOLD_FROM = 1.5  # text size from which list and hints give their width to the form


class VisitsPage(QWidget):
    """Shows the month's list and form; saves through operations at every field."""

    open_requested = Signal(str, str)
    page_key, title = "visits", "月度走访"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._data: sheets.SheetData | None = None
        self._due: list[months.DueHousehold] = []
        self._is_saving = self._is_folded = False
        self._warned_missing: tuple[AnswerKey, ...] = ()
        self._must_reload = False
        self.form: FormView | None = None
        self.list, self.hints = VisitList(), FindingsPanel()
        self.head, self.line, self.coach = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.empty = EmptyState("", (("开始本月", self._open_month),))
        self.done = EmptyState("", (("核对并关账", self.close_month), ("核对", self._check)))
        self._stack = QStackedWidget()
        self._is_stale = False
        self._arrange()
        desk.runner.changed.connect(self._on_outside_change)
        self.list.chosen.connect(self.open_household)
        self.list.check.clicked.connect(lambda _checked: self._check())
        self.list.print_all.clicked.connect(lambda _checked: self._print_all())
        self._add_shortcuts()

    # ---------------------------------------------------------------- what the window calls
    def refresh(self, changed: object | None) -> None:
        """Read the month again; what this page saved itself is on the screen already."""
        if self._is_saving:
            return
        if not self._load_list() and not self._is_open():
            month = self._period().month
            self.empty.set_text(f"{month}月还没有开始。开始后生成应访名单，带出上月内容。")
            self.empty.buttons[0].setText(f"开始{month}月")
            self._stack.setCurrentWidget(self.empty)
            return
        if self.form is None or self._is_stale:
            self._reopen()

    def show_target(self, target_id: str) -> None:
        if target_id and target_id != OPEN_MONTH:
            self.open_household(target_id)

    def keys(self) -> KeyHelp:
        return (
            ("1…9 0", "按数字选答案"),
            ("+ 或 =", "本章照旧，认可写明的内容"),
            ("Enter / Shift+Enter", "下一格 / 上一格；在章上是打开"),
            ("-", "上一章"),
            ("/", "说不清、不愿说、没看成、不适用"),
            ("Backspace", "退回并清除"),
            ("Ctrl+Z", "撤销一步（整个 + 是一步）"),
            ("PgDn / PgUp", "下一户 / 上一户"),
            ("Ctrl+L", "收起名单"),
            ("F2 或 Ctrl+R", "本题说明"),
            ("Ctrl+K", "备注和照片；在走访那一行是这次走访的照片"),
            ("Ctrl+M", "收入明细（按来源和人）"),
            ("F8", "到本户提示"),
            ("Ctrl+G", "核对并关账：还差什么，未访原因，关账，更正"),
            ("Ctrl+P", "打印本户的月度走访登记表"),
            ("Ctrl+E", "导出走访记录"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round: list, form, hints."""
        form: list[QWidget] = [self.form] if self.form is not None else []
        return [self.list.list, *form, self.hints]

    def set_scale(self, scale: float) -> None:
        """Give the form its width: large text folds the list and makes the hints one line."""
        self._is_folded = scale >= _FOLD_FROM
        self.list.setFixedWidth(round(_LIST * scale))
        self.hints.setFixedWidth(round(_HINTS * scale))
        self.list.setVisible(not self._is_folded)
        self.hints.setVisible(not self._is_folded)
        self.line.setVisible(self._is_folded)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        (self.form or self.list.list).setFocus(event.reason())

    def open_household(self, household_id: str) -> None:
        """Show one household's form with the cursor where its work is."""
        period, today = self._period(), self._desk.today()
        data = self._desk.runner.call(
            lambda: sheets.open_sheet(self._store, household_id, period, today)
        )
        if data is None:
            return
        self._data, self._warned_missing, self._is_stale = data, (), False
        drafts = self._desk.runner.call(lambda: sheets.drafts(self._store, data.sheet_id))
        board = loading.board(data, drafts or {})
        board.photos = self._photos(data)
        outlets = Outlets(
            save=self._save,
            reply=self._reply,
            note=self._save_note,
            follow_up=self._save_follow_up,
            visit=self._save_visit,
            draft=self._save_draft,
            submit=self._submit,
        )
        self._show_form(FormView(SheetController(board, outlets), loading.remarks(data)))

    # ---------------------------------------------------------------- saving
    def _save(self, changes: Changes) -> bool:
        data = self._data
        if data is None:
            return False
        self._warned_missing = ()
        actor, today = self._desk.actor, self._desk.today()
        done = self._quietly(
            lambda: sheets.save_answers(self._store, actor, data.sheet_id, dict(changes), today)
        )
        self._must_reload |= done is not None and "income_entry" in done.tables
        return done is not None

    def _reply(self, key: AnswerKey, reply: OpenReply) -> AnswerValue | None:
        """Store what became of an open warning; this month's answer follows from it."""
        data = self._data
        if data is None:
            return None
        actor, today = self._desk.actor, self._desk.today()
        done = self._quietly(
            lambda: sheets.answer_open(self._store, actor, data.sheet_id, key, reply, today)
        )
        return done[0].value if done is not None else None

    def _save_follow_up(self, key: AnswerKey, replies: Mapping[str, str]) -> bool:
        data = self._data
        if data is None:
            return False
        actor, today = self._desk.actor, self._desk.today()
        done = self._quietly(
            lambda: follow_ups.save_follow_up(
                self._store, actor, data.sheet_id, key, replies, today
            )
        )
        return done is not None

    def _propose(self, data: sheets.SheetData, shown: Board) -> None:
        """Show what the answers suggest for the roster; it is written only on consent."""
        actor, today = self._desk.actor, self._desk.today()
        found = self._desk.runner.call(
            lambda: follow_ups.proposals(self._store, data.sheet_id, today)
        )
        if not found:
            return
        text = "\n".join(["按这次填的，花名册要跟着改：", *loading.proposal_lines(shown, found)])
        if messages.ask(self, "花名册", text, "写进花名册"):
            self._quietly(
                lambda: follow_ups.accept(self._store, actor, data.sheet_id, found, today)
            )

    def open_worksheet(self) -> None:
        """Let the user break the income down by source and person."""
        data = self._data
        if data is None:
            return
        dialog = WorksheetDialog(self, self._desk, data.sheet_id)
        self._run(dialog)  # the form is read again when it closes
        self._must_reload |= dialog.is_changed
        self._on_changed()

    def write_note(self) -> None:
        """Ask for a note beside the cursor's answer and keep it."""
        form, data = self.form, self._data
        if form is None or data is None:
            return
        board, key = form.controller.board, form.controller.place.key
        if key is None:
            self._show_photos(form, data)
            return
        things = [Thing("sheet", data.sheet_id, *key)]
        about = board.question(key).short
        dialog = NoteDialog(self, self._desk, about, board.notes.get(key, ""), things)
        is_kept = self._run(dialog)
        board.photos = self._photos(data)
        form.redraw()
        if is_kept and self._save_note(key, dialog.text()):
            board.notes[key] = dialog.text()
            form.redraw()

    def _save_note(self, key: AnswerKey, text: str) -> bool:
        data, actor = self._data, self._desk.actor
        return data is not None and bool(
            self._quietly(lambda: sheets.save_note(self._store, actor, data.sheet_id, key, text))
        )

    def _show_photos(self, form: FormView, data: sheets.SheetData) -> None:
        """Show the photos of the whole visit, from the strip and the bars."""
        things = [Thing("sheet", data.sheet_id)]
        self._run(PhotosDialog(self, self._desk, "这次走访的照片（这一户这个月）", things))
        form.controller.board.photos = self._photos(data)
        form.redraw()

    def _run(self, dialog: QDialog) -> bool:
        """Run a dialog that saves by itself; this page shows what it did."""
        self._is_saving = True
        try:
            return bool(dialog.exec())
        finally:
            self._is_saving = False

    def _photos(self, data: sheets.SheetData) -> dict[AnswerKey, int]:
        """Return how many photos hang beside each answer."""
        found = self._desk.runner.call(
            lambda: attachments.listed(self._store, subject="sheet", subject_id=data.sheet_id)
        )
        return dict(Counter((a.thing.question, a.thing.member_id) for a in found or ()))

    def _save_visit(self, way: str, met: str) -> bool:
        data = self._data
        if data is None:
            return False
        actor, today = self._desk.actor, self._desk.today()
        return None is not self._quietly(
            lambda: sheets.record_visit(self._store, actor, data.sheet_id, way, met, today)
        )

    def _save_draft(self, key: AnswerKey, text: str) -> None:
        data = self._data
        if data is not None:
            self._quietly(lambda: sheets.save_draft(self._store, data.sheet_id, key, text))

    def _quietly(self, job: Callable[[], T]) -> T | None:
        """Run a writing operation whose effect this page shows already; None if it failed."""
        self._is_saving = True
        try:
            return self._desk.runner.call(job)
        finally:
            self._is_saving = False

    def _submit(self) -> None:
        """Hand the household in; what is missing is named first, a second Enter goes there."""
        form, data = self.form, self._data
        if form is None or data is None:
            return
        if self._warned_missing:
            form.controller.go_to_key(self._warned_missing[0])
            form.redraw()
            self._warned_missing = ()
            return
        actor, today = self._desk.actor, self._desk.today()
        submitted = self._desk.runner.call(
            lambda: sheets.submit_sheet(self._store, actor, data.sheet_id, today)
        )
        if submitted is not None and submitted.missing:
            self._warned_missing = submitted.missing
            form.say(loading.missing_sentence(form.controller.board, submitted.missing))
        elif submitted is not None:
            self._propose(data, form.controller.board)
            self._go_on(data.household_id)

    def _go_on(self, household_id: str) -> None:
        self._load_list()
        following = self.list.first_unfinished(after=household_id)
        if following:
            self.open_household(following)
            if self.form is not None:
                self.form.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._show_done()

    def _on_outside_change(self, _changed: object) -> None:
        """Another page or a package changed something: the form is read again when shown."""
        if not self._is_saving:
            self._is_stale = True

    # ---------------------------------------------------------------- showing
    def _reopen(self) -> None:
        here = self._data.household_id if self._data is not None else ""
        household_id = here or self.list.first_unfinished()
        if household_id:
            self.open_household(household_id)
        else:
            self._show_done()

    def _show_done(self) -> None:
        total = len(self._due)
        self.done.set_text(f"本月{total}户都走到了。下一步：核对并关账。")
        self._stack.setCurrentWidget(self.done)

    def _load_list(self) -> bool:
        """Read who is due; False if nobody is."""
        period, today = self._period(), self._desk.today()
        due = self._desk.runner.call(lambda: months.due_households(self._store, period, today))
        self._due = due or []
        self._mark_current()
        return bool(self._due)

    def _mark_current(self) -> None:
        current = self._data.household_id if self._data is not None else ""
        self.list.set_households(self._due, current, self._desk.today())

    def _is_open(self) -> bool:
        period, today = self._period(), self._desk.today()
        status = self._desk.runner.call(lambda: months.month_status(self._store, period, today))
        return status is not None and status.state != "not_started"

    def _show_form(self, form: FormView) -> None:
        if self.form is not None:
            self._middle.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = form
        self._middle.insertWidget(1, form, 1)  # below the heading, above the line of hints
        form.changed.connect(self._on_changed)
        day, name = _day(self._desk.today()), getattr(self._desk.actor, "name", "")
        form.set_identity(day, name)
        self.head.set_full(self._head_text())
        self._mark_current()
        self._stack.setCurrentWidget(self._work)
        self._on_changed()

    def _head_text(self) -> str:
        data = self._data
        one = next((d for d in self._due if data and d.household_id == data.household_id), None)
        if one is None:
            return ""
        kind = label("household_kind", one.household_kind)
        monitored = label("object_type", one.object_type or "")
        words = (one.head_name, f"{one.persons}人", kind, monitored, one.hamlet_group)
        named = " ".join(word for word in words if word)
        return f"{one.household_no}号 {named}　　排访评录【测】补销"

    def _on_changed(self) -> None:
        if self.form is None or self._data is None:
            return
        if self._must_reload:
            self._reload_cells()
        shown = hints(self._data.form, self._data.policy, self.form.controller.findings)
        self.hints.set_hints(shown, loading.income_sentence(self.form.controller.board, self._data))
        self.line.set_full(f"提示 {self.hints.one_line()}")
        is_first = not any(one.sheet_state in DONE_STATES for one in self._due)
        self.coach.set_full(coach_text(self.form.controller) if is_first else "")
        self.coach.setVisible(is_first)

    def _reload_cells(self) -> None:
        """Show the amounts that another answer has changed."""
        self._must_reload = False
        form, data = self.form, self._data
        if form is None or data is None:
            return
        today = self._desk.today()
        fresh = self._desk.runner.call(
            lambda: sheets.open_sheet(self._store, data.household_id, data.period, today)
        )
        if fresh is not None:
            self._data = fresh
            loading.reload(form.controller.board, fresh)
            form.redraw()

    def _open_month(self) -> None:
        period, today = self._period(), self._desk.today()
        self._desk.runner.call(
            lambda: months.open_period(self._store, self._desk.actor, period, today)
        )
        self.refresh(None)

    def _arrange(self) -> None:
        self.head.setProperty("kind", "title")
        self.coach.setProperty("kind", "done")
        column = QVBoxLayout()
        column.setSpacing(4)
        self._middle = column
        column.addWidget(self.head)
        column.addWidget(self.coach)
        column.addWidget(self.line)
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.list)
        row.addLayout(column, 1)
        row.addWidget(self.hints)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        for widget in (self._work, self.empty, self.done):
            self._stack.addWidget(widget)
        self.set_scale(1.0)

    def export(self) -> None:
        """Ctrl+E: write the visits of who is due as Excel."""
        homes = frozenset(one.household_id for one in self._due)
        export_list(self, self._desk, "visit", Scope(f"本月应访的{len(homes)}户", homes))

    def _add_shortcuts(self) -> None:
        for keys, slot in (
            ("PgDown", lambda: self._neighbour(1)),
            ("PgUp", lambda: self._neighbour(-1)),
            ("Ctrl+L", lambda: self.list.setVisible(self.list.isHidden())),
            ("F8", self.hints.setFocus),
            ("Ctrl+P", self._print_current),
            ("Ctrl+E", self.export),
            ("Ctrl+K", self.write_note),
            ("Ctrl+M", self.open_worksheet),
            ("Ctrl+G", self.close_month),
            ("F2", self._toggle_help),
            ("Ctrl+R", self._toggle_help),
        ):
            add_shortcut(self, keys, slot)

    def _neighbour(self, step: int) -> None:
        household_id = self.list.neighbour(step)
        if household_id:
            self.open_household(household_id)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self) -> None:
        """Show what the rules say about the whole month."""
        store, period, today = self._store, self._period(), self._desk.today()
        found = self._desk.runner.call(lambda: sheets.check_period(store, period, today))
        if found is not None:
            month = f"{period.year}年{period.month}月"
            dialog = CheckDialog(self, month, check_lines(found))
            dialog.chosen.connect(self.open_household)
            dialog.exec()

    def close_month(self) -> None:
        """Show what stands between the month and its close."""
        store, today = self._store, self._desk.today()
        period = self._desk.runner.call(lambda: month_to_close(store, today))
        if period is not None:
            dialog = ClosingDialog(self, self._desk, period)
            dialog.left_for.connect(self.open_requested)
            dialog.exec()

    def _print_current(self) -> None:
        if self._data is not None:
            job = visits_job(self._desk, [self._data.household_id])
            PrintDialog(self, self._desk, job).exec()

    def _print_all(self) -> None:
        PrintDialog(self, self._desk, visits_job(self._desk, None)).exec()

    def _toggle_help(self) -> None:
        if self.form is not None:
            self.form.toggle_help()

    @property
    def _store(self) -> Store:
        return self._desk.store

    def _period(self) -> Period:
        return Period.of(self._desk.today())


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
