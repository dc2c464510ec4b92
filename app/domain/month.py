"""The life of a village's month (月度监测). Source: processes.md c, P1–P6."""

from collections.abc import Iterable, Mapping
from typing import Protocol

NOT_STARTED, FILLING, CHECKING = "not_started", "filling", "checking"
CLOSED, CORRECTING = "closed", "correcting"

TRANSITIONS: Mapping[tuple[str, str], str] = {  # (action, from) → to
    ("open", NOT_STARTED): FILLING,  # P1
    ("check", FILLING): CHECKING,  # P2
    ("back", CHECKING): FILLING,  # P3
    ("close", CHECKING): CLOSED,  # P4
    ("correct", CLOSED): CORRECTING,  # P5
    ("approve-correction", CORRECTING): CLOSED,  # P6
}


class Step(Protocol):
    """What is needed of a stored step."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def follows(self) -> str: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102


def month_state(steps: Iterable[Step]) -> str:
    """Return where the steps lead; concurrent ones are decided by the smaller id."""
    children: dict[str, list[Step]] = {}
    for step in steps:
        children.setdefault(step.follows, []).append(step)
    state, at = NOT_STARTED, ""
    while nexts := children.get(at):
        step = min(nexts, key=lambda s: s.id)
        state = TRANSITIONS.get((step.action, state), state)
        at = step.id
    return state
