"""One 事项: the warnings of one household and topic that are handled on one card."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain import warning
from app.domain.labels import label
from app.ops.warnings import WarningLine
from app.ui.colours import severity_rank

MINE = {
    "village": frozenset({warning.SUGGESTED, warning.RETURNED}),
    "township": frozenset({warning.PENDING_TOWNSHIP}),
    "county": frozenset({warning.PENDING_COUNTY}),
}


@dataclass(frozen=True, slots=True)
class Matter:
    """Warnings that are one fact; ``lines`` is never empty, worst first."""

    lines: tuple[WarningLine, ...]

    @property
    def first(self) -> WarningLine:
        return self.lines[0]

    @property
    def due_on(self) -> date | None:
        """The earliest day of all its warnings."""
        days = [line.due_on for line in self.lines if line.due_on is not None]
        return min(days, default=None)

    def text(self) -> str:
        """Return its sentence, and how many warnings it joins."""
        many = f"（{len(self.lines)}条）" if len(self.lines) > 1 else ""
        return f"{self.first.message}{many}"

    def state(self) -> str:
        """Return the state in words; several states where the warnings differ."""
        states = dict.fromkeys(label("warning_state", line.state) for line in self.lines)
        return "、".join(states)

    def until(self, today: date) -> str:
        """Return the time left in words."""
        due = self.due_on
        if due is None:
            return ""
        days = (due - today).days
        if days < 0:
            return f"超{-days}天"
        return "今天到期" if days == 0 else f"还剩{days}天"


def matters(lines: Iterable[WarningLine]) -> list[Matter]:
    """Group warnings to matters, keeping the order of the list."""
    groups: dict[str, list[WarningLine]] = {}
    for line in lines:
        groups.setdefault(line.card or line.warning_id, []).append(line)
    return [
        Matter(tuple(sorted(group, key=lambda line: -severity_rank(line.severity))))
        for group in groups.values()
    ]


def is_mine(line: WarningLine, level: str) -> bool:
    """True if the next step is this level's."""
    return line.state in MINE[level]
