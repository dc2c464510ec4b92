"""The card of one matter for the reviewer: why, three months, words, the home, and the remark."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.attachment import count_text
from app.domain.labels import label
from app.ops.review import MonthAnswer, ReviewCard
from app.ops.warnings import WarningPage
from app.ui.attachments.strip import ThumbnailStrip
from app.ui.chip import SeverityChip
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk
from app.ui.parts import Card, button, plain, quiet, title
from app.ui.review.remark_field import RemarkField
from app.ui.review.review_matter import ReviewMatter
from app.ui.sheet.words import value_text

_LINES = 5  # of the card that are always to be seen
_NO_PROOF = "没有照片或文件，只有村里写的话。"


class ReviewCardView(QWidget):
    """Shows one matter. ``passed``, ``returned`` (text) and ``household_requested`` go out."""

    passed = Signal()
    returned = Signal(str)
    household_requested = Signal()
    proofs_requested = Signal(int)

    def __init__(self, desk: Desk, passing_word: str, *, may_decide: bool) -> None:
        super().__init__()
        self._desk = desk
        self.strip: ThumbnailStrip | None = None
        self._may_decide = may_decide
        self._one: ReviewMatter | None = None
        self.shown: ReviewCard | None = None
        self.ticks: list[QCheckBox] = []
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setMinimumHeight(self.fontMetrics().lineSpacing() * _LINES)
        self.remark = RemarkField()
        self.remark.given.connect(self.returned)
        self._tick_row = QWidget()
        self.pass_button = button(f"Q {passing_word}", self.passed.emit, primary=True)
        self.return_button = button("T 退回", self.start_return)
        self.proof_button = button("E 看证明", lambda: self.proofs_requested.emit(0))
        self.home_button = button("O 户页", self.household_requested.emit)
        self._arrange()

    def show_matter(self, one: ReviewMatter | None, shown: ReviewCard | None) -> None:
        """Show a matter; None clears the card."""
        self._one, self.shown = one, shown
        self.remark.close_choices()
        is_there = one is not None and shown is not None
        for widget in (self.remark, self._tick_row, self._actions):
            widget.setVisible(is_there)
        body, self.strip = QWidget(), None
        if one is not None and shown is not None:
            self.strip = self._photos(shown)
            body = _body(one, shown, self.strip)
            self.proof_button.setText("E 看照片" if shown.photos else "E 看证明")
        self._area.setWidget(body)
        self._fill_ticks(shown.pages if shown is not None else ())

    def _photos(self, shown: ReviewCard) -> ThumbnailStrip:
        made = ThumbnailStrip(self._desk)
        words = "" if shown.photos else "；".join(shown.photo_words)
        made.show_lines(shown.photos, f"照片　{words}" if words else "")
        made.opened.connect(self.proofs_requested)
        return made

    def ticked_ids(self) -> tuple[str, ...]:
        """Return the warnings that a decision is for."""
        pages = self.shown.pages if self.shown is not None else ()
        pairs = zip(self.ticks, pages, strict=True)
        return tuple(page.line.warning_id for tick, page in pairs if tick.isChecked())

    def allows(self, action: str) -> bool:
        """Tell whether every ticked warning may take this step now."""
        pages = self.shown.pages if self.shown is not None else ()
        ticked = set(self.ticked_ids())
        wanted = [page for page in pages if page.line.warning_id in ticked]
        return (
            self._may_decide
            and bool(wanted)
            and all(action in {a.name for a in page.actions} for page in wanted)
        )

    def start_return(self) -> None:
        """Begin a return: the next digit is a remark."""
        if self.shown is None or self._one is None or not self._may_decide:
            return
        lookups: dict[str, str] = {}
        ticked = set(self.ticked_ids())
        for row in self._one.rows:
            if row.line.warning_id in ticked:
                lookups = {**row.lookups, **lookups}
        self.remark.start(lookups)

    def buttons(self) -> list[QPushButton]:
        """Return the buttons that this person has, in their order."""
        deciding = [self.pass_button, self.return_button] if self._may_decide else []
        return [*deciding, self.proof_button, self.home_button]

    def proof_text(self) -> str:
        """Return what came as proof, for reading."""
        if self.shown is None:
            return ""
        said = [f"照片　{words}" for words in self.shown.photo_words]
        return "\n".join([*(said or [_NO_PROOF]), *words_of(self.shown)])

    def _fill_ticks(self, pages: Sequence[WarningPage]) -> None:
        for tick in self.ticks:
            tick.hide()
            tick.deleteLater()
        self.ticks = []
        for page in pages:
            tick = QCheckBox(page.line.code)
            tick.setChecked(True)
            tick.setAccessibleName(f"{page.line.code} {page.line.message}")
            self.ticks.append(tick)
            self._tick_flow.addWidget(tick)
            tick.show()
        chain = [self.remark.text, self.remark.choices, *self.ticks, *self.buttons()]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    def _arrange(self) -> None:
        self._tick_flow = FlowLayout(self._tick_row, gap=10)
        self._tick_flow.addWidget(plain("办哪几题、退到哪题"))
        self._actions = QWidget()
        flow = FlowLayout(self._actions, gap=6)
        for made in self.buttons():
            flow.addWidget(made)
        if not self._may_decide:
            flow.addWidget(quiet("您的角色只能看，不能审。"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._area, 1)
        for widget in (self.remark, self._tick_row, self._actions):
            layout.addWidget(widget)


def words_of(shown: ReviewCard) -> list[str]:
    """Return what the village wrote, each with who and when."""
    said = [f"{step.on:%m-%d} {step.actor}（{step.label}）：{step.note}" for step in shown.words]
    calls = dict.fromkeys(f"电话记录：{call}" for page in shown.pages for call in page.calls)
    return [*said, *calls, *(f"答案旁备注：{note}" for note in shown.notes)]


def months_text(months: Sequence[MonthAnswer]) -> str:
    """Return three months of one question on one line."""
    return "　".join(f"{one.period.month}月{_answer(one)}" for one in months)


def _answer(one: MonthAnswer) -> str:
    return "未填" if one.value is None else value_text(one.form, one.question, one.value)


def _body(one: ReviewMatter, shown: ReviewCard, strip: ThumbnailStrip) -> QWidget:
    line = one.first
    card = Card(f"{line.village}　{line.head_name}户　{'　'.join(shown.facts[:2])}")
    head = QHBoxLayout()
    chip = SeverityChip(parent=card)  # without one it would be a window for a moment
    chip.set_severity(line.severity)
    head.addWidget(chip)
    who = f"{line.member_name}　" if line.member_name else ""
    head.addWidget(title(f"{who}{one.matter.text()}"), 1)
    card.body.addLayout(head)
    if one.is_again:
        card.body.addWidget(plain("再报：村里按退回意见补充过。"))
    if shown.photos or shown.photo_words:
        card.body.addWidget(strip)
    for page in shown.pages:
        card.body.addLayout(_code_row(page, shown.months.get(page.line.warning_id, ())))
    words = words_of(shown)
    card.body.addWidget(title("村里写"))
    for text in words or ["没有写说明。"]:
        card.body.addWidget(plain(text))
    lacking = f"　缺：{one.lacking.removeprefix('缺')}" if one.lacking else ""
    photos = count_text([line.media_type for line in shown.photos]) or "照片 —"
    card.body.addWidget(plain(f"户情　{'　'.join(shown.facts[2:])}　{photos}{lacking}"))
    card.body.addWidget(quiet(_where(shown.pages[0])))
    card.body.addStretch()
    return card


def _code_row(page: WarningPage, months: Sequence[MonthAnswer]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    used = "，".join(f"{name} {value}" for name, value in page.values.items())
    word = label("severity", page.line.severity)
    column.addWidget(plain(f"{page.line.code}（{word}）　{page.line.message}"))
    if months:
        column.addWidget(plain(f"近三月　{months_text(months)}"))
    if used:
        column.addWidget(plain(f"为什么　{used}"))
    if page.basis:
        column.addWidget(quiet(f"依据　{page.basis}"))
    return column


def _where(page: WarningPage) -> str:
    line = page.line
    came = f"收到 {line.received_on:%m-%d}" if line.received_on else ""
    due = f"审核限 {line.due_on:%m-%d}" if line.due_on else ""
    remedy = f"补短限 {line.remedy_due_on:%m-%d}" if line.remedy_due_on else ""
    department = f"部门 {page.department}" if page.department else ""
    return "　".join(filter(None, (came, due, remedy, department)))
