"""The strip at the right: each finding with its sentence, what it used, and its basis."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.domain.household import Finding
from app.ui.announce import announce
from app.ui.chip import SeverityChip
from app.ui.colours import severity_rank, severity_text


@dataclass(frozen=True, slots=True)
class Hint:
    """One finding with the words for who remedies it and until when."""

    finding: Finding
    limit: str


class FindingsPanel(QFrame):
    """Shows the hints of the household; equal ones leave everything as it is."""

    counted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("hints")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("本户提示")
        self._hints: list[Hint] | None = None
        self.title, self._income = QLabel("本户提示（F8）"), QLabel()
        self.title.setProperty("kind", "title")
        self._income.setWordWrap(True)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 4, 6)
        layout.addWidget(self.title)
        layout.addWidget(self._area, 1)
        layout.addWidget(self._income)

    def set_hints(self, hints: Sequence[Hint], income: str) -> None:
        """Show findings, worst first, and the line about the income."""
        ordered = sorted(hints, key=lambda hint: -severity_rank(hint.finding.severity))
        self._income.setText(income)
        self._income.setVisible(bool(income))
        if ordered == self._hints:
            return
        fresh = [hint for hint in ordered if hint not in (self._hints or [])]
        announce(self, "。".join(hint.finding.message for hint in fresh))
        self._hints = ordered
        self.title.setText(f"本户提示 {len(ordered)}条（F8）" if ordered else "本户提示（F8）")
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(10)
        for hint in ordered:
            layout.addWidget(_card(hint))
        if not ordered:
            layout.addWidget(_quiet("没有提示。答案一变，这里就跟着变。"))
        layout.addStretch()
        self._area.setWidget(box)
        self.counted.emit(len(ordered))

    def texts(self) -> list[str]:
        """Return the sentences shown, worst first."""
        return [hint.finding.message for hint in self._hints or []]

    def one_line(self) -> str:
        """Return all hints as one line, for large text."""
        hints = self._hints or []
        parts = (f"{severity_text(h.finding.severity)} {h.finding.message}" for h in hints)
        return "　".join(parts) or "没有提示"


def _card(hint: Hint) -> QWidget:
    finding = hint.finding
    card = QWidget()
    layout = QVBoxLayout(card)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    chip = SeverityChip(finding.severity, parent=card)
    layout.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
    message = QLabel(finding.message)
    message.setTextFormat(Qt.TextFormat.PlainText)
    message.setWordWrap(True)
    message.setProperty("kind", "title")
    layout.addWidget(message)
    used = "，".join(f"{name} {value}" for name, value in finding.values.items())
    for text in (used, f"依据 {finding.basis}" if finding.basis else "", hint.limit):
        if text:
            layout.addWidget(_quiet(text))
    return card


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("kind", "quiet")
    return label
