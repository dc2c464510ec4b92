"""The review queue: list and card side by side, decided by one key."""

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from app.ops import review
from app.ops.review import Queue, Reporter, ReviewCard
from app.ui import messages
from app.ui.announce import announce
from app.ui.attachments.viewer import Viewer
from app.ui.empty_state import EmptyState
from app.ui.page import Desk, KeyHelp
from app.ui.parts import add_shortcut, button, plain, quiet
from app.ui.review.decisions import Decision, Decisions
from app.ui.review.filter_bar import FilterBar
from app.ui.review.queue_table import QueueTable
from app.ui.review.review_card import ReviewCardView
from app.ui.review.review_matter import ReviewMatter, grouped, in_order

_LARGE, _LARGEST = 1.5, 1.75  # text sizes
_LOWER = {"township": "村", "county": "镇"}
_PASSING = {"township": "通过", "county": "审核确定"}
_TOO_EARLY = "上一步的日期比今天还晚，请先核对两边电脑的日期。"


class QueueView(QWidget):
    """Filters, list, card, batch line; the packages are asked for by signals."""

    household_requested = Signal(str)
    write_requested = Signal()
    import_requested = Signal()
    reminders_requested = Signal()
    months_requested = Signal()

    def __init__(self, desk: Desk, settings: QSettings) -> None:
        super().__init__()
        self._desk = desk
        self._queue = Queue((), ())
        self._found: list[ReviewMatter] = []
        self._reporters: list[Reporter] = []
        self._is_filling = False
        level = desk.store.level
        self.below = _LOWER.get(level, "村")
        self.decisions = Decisions(desk)
        self.bar = FilterBar(settings, self.below)
        self.head, self.batch_text, self.said = QLabel(), plain(), quiet()
        self.missing = button("缺报 0 ▸", self.reminders_requested.emit)
        self.months = button("各村月份", self.months_requested.emit)
        self.take_in = button("导入全部包", self.import_requested.emit)
        self.table = QueueTable(desk.today())
        may = review.may_decide(desk.store, desk.actor)
        self.card = ReviewCardView(desk, _PASSING.get(level, "通过"), may_decide=may)
        self.batch = button("Ctrl+Enter 批量", self.pass_ticked)
        self.undo_button = button("Z 撤销", self.take_back)
        self.write = button("", self.write_requested.emit, primary=True)
        self.nothing = EmptyState("这里没有。换一个筛选看看。")
        self._may = may
        self._arrange()
        self._connect()

    # ---------------------------------------------------------------- what the page calls
    def refresh(self) -> None:
        """Read the queue again and keep filters, ticks and place."""
        store, today = self._desk.store, self._desk.today()
        found = self._desk.runner.call(lambda: review.queue(store, today))
        below = self._desk.runner.call(lambda: review.reporters(store))
        if found is not None and below is not None:
            self.show_queue(found, below)

    def show_queue(self, queue: Queue, reporters: list[Reporter]) -> None:
        """Show what waits, and who reports."""
        self._queue, self._reporters = queue, reporters
        self.decisions.forget_written()
        self._group()

    def matters(self) -> list[ReviewMatter]:
        """Return everything that waits, whatever the filters say."""
        return self._found

    def missing_reporters(self) -> list[Reporter]:
        """Return who has sent no package in this month."""
        month = self._desk.today().replace(day=1)
        return [one for one in self._reporters if one.last_on is None or one.last_on < month]

    def reporters(self) -> list[Reporter]:
        return self._reporters

    def select(self, warning_id: str) -> bool:
        """Go to the matter of a warning; False if it does not wait here."""
        if not any(warning_id in one.ids for one in self._found):
            return False
        if not any(warning_id in one.ids for one in self.table.table.rows()):
            self.bar.set_filters(replace(self.bar.filters(), village="", severity="", kind="",
                                         proof="", again=""))  # fmt: skip
            self._fill()
        for number, one in enumerate(self.table.table.rows()):
            if warning_id in one.ids:
                self.table.selectRow(number)
        return True

    def keys(self) -> KeyHelp:
        passing = _PASSING.get(self._desk.store.level, "通过")
        return (
            ("Q", f"{passing}，到下一件"),
            ("T", "退回：再按 1–9 选批语（↓ 选更多），Enter 退回"),
            ("J K 或 ↓ ↑", "下一件 / 上一件"),
            ("空格 · Ctrl+A", "勾选一件 · 全部（红色不能勾）"),
            ("Ctrl+Enter", "勾选的一起通过"),
            ("Z", "撤销上一步（写决定包前）"),
            ("E", "看照片（← → 上一张、下一张，R 转，E 或 Esc 关）；没有的看说明"),
            ("O", "户页"),
        )

    def areas(self) -> list[QWidget]:
        """Return the areas F6 goes round."""
        return [self.bar.boxes["village"], self.table, self.card.remark.text, self.write]

    def set_scale(self, scale: float) -> None:
        """Give the card more of the width where the text is large, and at last all of it."""
        below = scale >= _LARGEST
        self._split.setOrientation(Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal)
        self._split.setSizes([530, 670] if scale >= _LARGE else [690, 530])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.table.setFocus(event.reason())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # a minimised window is not left
            self.decisions.write_all()

    # ---------------------------------------------------------------- deciding
    def pass_current(self) -> None:
        """Q: agree to the ticked codes of the current matter."""
        self._decide(review.passing_action(self._desk.store.level), "", "已通过")

    def return_current(self, note: str) -> None:
        """Return the ticked codes of the current matter with a remark."""
        self._decide("return", note, "已退回")

    def pass_ticked(self) -> None:
        """Agree to everything ticked that has its proof, after one question."""
        good, skipped = self._batch_parts()
        if not good:
            self._say(self._batch_words() or "没有勾选。空格勾选，红色的要逐条看。")
            return
        count = f"{len(good)}事项（{sum(len(one.ids) for one in good)}条）"
        rest = f"，跳过{len(skipped)}项缺证明" if skipped else ""
        if not messages.ask(self, "批量", f"将通过{count}{rest}。", f"通过{len(good)}事项"):
            return
        ids = tuple(i for one in good for i in one.ids)
        action = review.passing_action(self._desk.store.level)
        self.decisions.add(Decision(action, ids, len(good), "", self._desk.today(), is_batch=True))
        self.table.clear_ticks()
        self._after(f"已通过{count}{rest}")

    def take_back(self) -> None:
        """Z: the newest decision that is not written yet."""
        undone = self.decisions.take_back()
        if undone is None:
            self._say("没有可撤销的：已写入的决定不能撤。")
            return
        self._group()
        self.select(undone.warning_ids[0])
        self._say(f"已撤销{undone.matter_count}事项")
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _decide(self, action: str, note: str, word: str) -> None:
        one, ids = self.table.current(), self.card.ticked_ids()
        if one is None or not ids:
            self._say("没有选中的题。")
        elif not self.card.allows(action):
            self._say("您的角色不能办这一步。")
        elif any(row.last_on > self._desk.today() for row in one.rows):
            self._say(_TOO_EARLY)
        else:
            self.decisions.add(Decision(action, ids, 1, note, self._desk.today()))
            self._after(f"{word}：{one.first.head_name} {one.matter.text()}")

    def _after(self, said: str) -> None:
        """The list stands on the next matter; the keyboard is there too."""
        self._group()
        self._say(f"{said}。Z 撤销")
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        announce(self.said, text)

    # ---------------------------------------------------------------- list
    def _group(self) -> None:
        self._found = grouped(self._queue.rows, self.decisions.warning_ids)
        self.bar.offer(self._found)
        self._fill()

    def _fill(self) -> None:
        wanted = self.bar.filters()
        shown = [one for one in self._found if wanted.passes(one)]
        number, keep = max(self.table.currentIndex().row(), 0), self.table.current()
        rows = in_order(shown, self.bar.order.currentText())
        self._is_filling = True  # one card is read, not one for each row passed on the way
        self.table.set_rows(rows)
        place = next((n for n, one in enumerate(rows) if keep and one.key == keep.key), number)
        if rows:
            self.table.selectRow(min(place, len(rows) - 1))
        self._is_filling = False
        self._show_card(self.table.current())
        self.nothing.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self._show_figures()

    def _show_figures(self) -> None:
        decided = {line.card for line in self._queue.decided}
        done = len(decided) + self.decisions.matter_count
        total = done + len(self._found)
        waiting = sum(len(one.ids) for one in self._found)
        missing = len(self.missing_reporters())
        came = len(self._reporters) - missing
        received = f"收{came}{self.below}　" if self._reporters else ""
        self.head.setText(f"{received}已审{done}/{total}事项　还有{waiting}条")
        self.missing.setText(f"缺报{missing} ▸")
        self.missing.setVisible(bool(self._reporters))
        self.write.setText(f"给{len(self._reporters)}个{self.below}各写一个决定包")
        self.write.setEnabled(bool(self._reporters))
        self.undo_button.setEnabled(bool(self.decisions.waiting))
        self._show_batch()

    def _show_batch(self) -> None:
        self.batch_text.setText(self._batch_words())
        self.batch.setEnabled(bool(self._batch_parts()[0]) and self._may)

    def _batch_parts(self) -> tuple[list[ReviewMatter], list[ReviewMatter]]:
        """Return the ticked matters that go in a batch, and those that lack their proof."""
        ticked, today = self.table.ticked(), self._desk.today()
        skipped = [
            one for one in ticked if one.lacking or any(row.last_on > today for row in one.rows)
        ]
        return [one for one in ticked if one not in skipped], skipped

    def _batch_words(self) -> str:
        good, skipped = self._batch_parts()
        if not good and not skipped:
            return ""
        rest = f" 跳过{len(skipped)}（缺证明）" if skipped else ""
        return f"勾选{len(good) + len(skipped)}：通过{len(good)}{rest}"

    def _show_card(self, one: ReviewMatter | None) -> None:
        if self._is_filling:
            return
        shown: ReviewCard | None = None
        if one is not None:
            store, today, role = self._desk.store, self._desk.today(), self._desk.actor.role
            ids = one.ids
            shown = self._desk.runner.call(lambda: review.card(store, ids, today, role))
        self.card.show_matter(one if shown is not None else None, shown)

    def _show_proofs(self, number: int = 0) -> None:
        """E: the photos large, one after the other; where there are none, what was written."""
        one, shown = self.table.current(), self.card.shown
        if shown is not None and shown.photos:
            Viewer(self, self._desk, shown.photos, number, None).exec()
        elif one is not None:
            messages.show_text(self, f"{one.first.head_name}户的证明", self.card.proof_text())

    def _open_household(self) -> None:
        one = self.table.current()
        if one is not None:
            self.household_requested.emit(one.first.household_id)

    def _move(self, step: int) -> None:
        number = self.table.currentIndex().row() + step
        if 0 <= number < self.table.table.rowCount():
            self.table.selectRow(number)

    def _leave_remark(self) -> None:
        self.card.remark.close_choices()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------- building
    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.head)
        top.addWidget(self.missing)
        top.addStretch()
        top.addWidget(self.months)
        top.addWidget(self.take_in)
        below = QHBoxLayout()
        below.addWidget(self.batch_text, 1)
        for made in (self.batch, self.undo_button):
            below.addWidget(made)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.nothing)
        column.addWidget(self.table, 1)
        column.addLayout(below)
        right = QWidget()
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(6)
        side.addWidget(self.card, 1)
        last = QHBoxLayout()
        last.addWidget(self.said, 1)
        last.addWidget(self.write)
        side.addLayout(last)
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        for widget in (left, right):
            split.addWidget(widget)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 4)
        split.setChildrenCollapsible(False)
        split.setSizes([690, 530])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(split, 1)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes as the eye does: filters, list, card, remark, ticks, actions."""
        order = (*self.bar.boxes.values(), self.bar.order, self.bar.kept, self.table,
                 self.card.remark.text)  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)
        last_button = self.card.buttons()[-1]
        for first, second in pairwise((last_button, self.batch, self.undo_button, self.write)):
            QWidget.setTabOrder(first, second)

    def _connect(self) -> None:
        self.bar.changed.connect(self._fill)
        self.table.moved.connect(self._show_card)
        self.table.ticks_changed.connect(self._show_batch)
        self.table.refused.connect(self._say)
        self.card.passed.connect(self.pass_current)
        self.card.returned.connect(self.return_current)
        self.card.proofs_requested.connect(self._show_proofs)
        self.card.household_requested.connect(self._open_household)
        self.card.remark.left.connect(self._leave_remark)
        self.table.opened.connect(lambda _one: self.card.remark.text.setFocus())
        for keys, slot in (
            ("Q", self.pass_current),
            ("T", self.card.start_return),
            ("J", lambda: self._move(1)),
            ("K", lambda: self._move(-1)),
            ("Ctrl+Return", self.pass_ticked),
            ("Ctrl+Enter", self.pass_ticked),
            ("Z", self.take_back),
            ("Ctrl+Z", self.take_back),
            ("E", self._show_proofs),
            ("O", self._open_household),
        ):
            add_shortcut(self, keys, slot)
