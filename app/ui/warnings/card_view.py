"""The card of one matter: why, basis, what happened, and what may be done now."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.attachment import LATER, count_text
from app.domain.labels import label
from app.domain.warning import ENDED
from app.ops.attachments import Thing
from app.ops.warnings import Action, StepLine, WarningPage
from app.ui.attachments.panel import AttachmentPanel
from app.ui.chip import SeverityChip
from app.ui.flow_layout import FlowLayout
from app.ui.page import Desk
from app.ui.parts import button, plain, quiet, title
from app.ui.warnings.matter import Matter

# One letter for the main steps; those of one letter never stand side by side.
LETTERS = {
    "confirm": "Q",
    "pass": "Q",
    "resubmit": "Q",
    "false-alarm": "M",
    "accept-return": "M",
    "return": "T",
    "determine": "Q",
    "reinstate": "R",
    "urgent": "S",
}


_LEVELS = {"village": "村", "township": "镇", "county": "县", "program": ""}


class CardView(QFrame):
    """Shows one matter; ``act_requested`` carries the action and the ticked warnings."""

    act_requested = Signal(object, object)
    household_requested = Signal(str)
    form_requested = Signal(str)
    measures_requested = Signal()
    call_requested = Signal()

    def __init__(self, desk: Desk, *, has_form: bool) -> None:
        super().__init__()
        self._desk, self._has_form = desk, has_form
        self.photos: AttachmentPanel | None = None
        self.setAcceptDrops(True)
        self.setObjectName("card")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._foot = QWidget()  # what may be done now never scrolls away
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(12, 4, 12, 8)
        foot.addWidget(title("现在能做"))
        box = QWidget()
        self._row = FlowLayout(box, gap=8)
        foot.addWidget(box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.area, 1)
        layout.addWidget(self._foot)
        self.pages: list[WarningPage] = []
        self.ticks: list[QCheckBox] = []
        self.buttons: dict[str, QPushButton] = {}

    def clear(self) -> None:
        """Show nothing."""
        self.pages, self.ticks, self.buttons, self.photos = [], [], {}, None
        self.area.setWidget(QWidget())
        self._foot.hide()

    def show_matter(self, matter: Matter, pages: Sequence[WarningPage], today: date) -> None:
        """Show ``pages``, one for each warning of ``matter``."""
        self.pages, self.ticks, self.buttons = list(pages), [], {}
        first = pages[0]
        matter_view = QWidget()
        body = QVBoxLayout(matter_view)
        body.setContentsMargins(12, 8, 12, 8)
        body.setSpacing(4)
        body.addWidget(title(f"{first.line.head_name}户 · {first.line.message}"))
        head = QHBoxLayout()
        chip = SeverityChip(parent=matter_view)  # without one it would be a window for a moment
        chip.set_severity(first.line.severity)
        head.addWidget(chip)
        due = f"（{matter.due_on:%m-%d}）" if matter.due_on else ""
        head.addWidget(plain(f"{matter.state()}　{matter.until(today)}{due}"), 1)
        body.addLayout(head)
        for page in pages:
            self._add_why(body, page)
        self._add_ticks(body, pages)
        self._add_proofs(body, pages)
        self._add_history(body, first.history)
        body.addStretch()
        self.area.setWidget(matter_view)
        self._fill_actions()
        self._foot.show()

    def ticked(self) -> list[WarningPage]:
        """Return the warnings a step will be taken for."""
        pairs = zip(self.ticks, self.pages, strict=True)
        return [page for tick, page in pairs if tick.isChecked()]

    def allowed(self) -> list[Action]:
        """Return the steps that every ticked warning allows now, in the order of the first."""
        ticked = self.ticked()
        if not ticked:
            return []
        shared = set.intersection(*({a.name for a in page.actions} for page in ticked))
        return [action for action in _joined(ticked) if action.name in shared]

    def trigger(self, letter: str) -> None:
        """Take the action of a letter, if it is allowed now."""
        for action in self.allowed():
            if LETTERS.get(action.name) == letter:
                self.act_requested.emit(action, self.ticked())
                return

    def _add_why(self, body: QVBoxLayout, page: WarningPage) -> None:
        used = "，".join(f"{name} {value}" for name, value in page.values.items())
        if len(self.pages) > 1:
            body.addWidget(title(page.line.code))
            body.addWidget(plain(page.line.message))
        if used:
            body.addWidget(plain(f"为什么　{used}"))
        if page.basis:
            body.addWidget(quiet(f"依据　{page.basis}"))
        if page.department:
            body.addWidget(quiet(f"部门　{page.department}"))

    def _add_proofs(self, body: QVBoxLayout, pages: Sequence[WarningPage]) -> None:
        """Photos, calls, and what is owed; a photo added here is one of all codes of the card."""
        panel = self.photos = AttachmentPanel(self._desk, empty="", add_word="3 加照片")
        things = [Thing("warning", page.line.warning_id) for page in pages]
        once = {line.sha256: line for page in pages for line in page.photos}
        is_open = any(page.line.state not in ENDED for page in pages)
        panel.show_lines(things, list(once.values()), proof_words(pages), may_change=is_open)
        body.addWidget(title("证明"))
        body.addWidget(panel)
        for words in dict.fromkeys(call for page in pages for call in page.calls):
            body.addWidget(plain(f"电话记录　{words}"))

    def look_at_photos(self) -> None:
        """E: see the first photo large."""
        if self.photos is not None:
            self.photos.strip.open_first()

    def add_photos(self) -> None:
        """3: choose photos."""
        if self.photos is not None:
            self.photos.choose()

    def paste_photos(self) -> None:
        """Ctrl+V: take what the clipboard holds."""
        if self.photos is not None:
            self.photos.paste()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.photos is not None and self.photos.may_change:
            self.photos.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if self.photos is not None:
            self.photos.dropEvent(event)

    def _add_ticks(self, body: QVBoxLayout, pages: Sequence[WarningPage]) -> None:
        row = QHBoxLayout()
        for page in pages:
            tick = QCheckBox(f"{page.line.code} {label('warning_state', page.line.state)}")
            tick.setChecked(True)
            tick.toggled.connect(self._on_tick)
            tick.setVisible(len(pages) > 1)
            self.ticks.append(tick)
            row.addWidget(tick)
        row.addStretch()
        body.addLayout(row)

    def _add_history(self, body: QVBoxLayout, history: Sequence[StepLine]) -> None:
        body.addWidget(title("经过"))
        for step in history:
            note = f"：{step.note}" if step.note else ""
            level = _LEVELS.get(step.level, "")
            body.addWidget(plain(f"{step.on:%m-%d}　{step.label}　{level} {step.actor}{note}"))

    def _fill_actions(self) -> None:
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        for number, action in enumerate(self.allowed()):
            letter = LETTERS.get(action.name, "")
            made = button(
                f"{letter} {action.label}".strip(),
                partial(self._request, action),
                primary=number == 0 and bool(letter),  # never 撤销, 降级 …
            )
            self.buttons[action.name] = made
            self._row.addWidget(made)
        if not self.buttons:
            self._row.addWidget(quiet("现在轮到别人办，这里先看着。"))
        self._row.addWidget(button("1 电话记录", self.call_requested.emit))
        self._row.addWidget(button("A 加措施", self.measures_requested.emit))
        self._row.addWidget(button("O 户页", self.open_household))
        if self._has_form:
            self._row.addWidget(button("G 检查表", self.open_form))

    def _request(self, action: Action) -> None:
        self.act_requested.emit(action, self.ticked())

    def _on_tick(self) -> None:
        self._fill_actions()

    def open_form(self) -> None:
        """Go to the household's form, where a returned field shows its remark."""
        if self.pages and self._has_form:
            self.form_requested.emit(self.pages[0].line.household_id)

    def open_household(self) -> None:
        if self.pages:
            self.household_requested.emit(self.pages[0].line.household_id)


def proof_words(pages: Sequence[WarningPage]) -> str:
    """Return how the card stands with its photos."""
    found = {line.sha256: line.media_type for page in pages for line in page.photos}
    if found:
        return count_text(list(found.values()))
    if any(page.line.is_photo_owed for page in pages):
        return f"照片{LATER}，还没有补。"
    said = next((page.photo_words for page in pages if page.photo_words), "")
    if said:
        return f"照片　{said}"
    return "要照片：可以后补。" if any(page.lacks_photo for page in pages) else "没有照片。"


def _joined(pages: Sequence[WarningPage]) -> list[Action]:
    """Return each action once, with everything that any of the warnings needs for it."""
    needs: dict[str, dict[str, None]] = {}
    labels: dict[str, str] = {}
    for page in pages:
        for action in page.actions:
            needs.setdefault(action.name, {}).update(dict.fromkeys(action.needs))
            labels.setdefault(action.name, action.label)
    return [Action(name, labels[name], tuple(needs[name])) for name in labels]
