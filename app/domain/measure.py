"""The life of a measure (帮扶措施): one table. Source: processes.md e, M1–M7.

A measure without steps is 拟定 (its row is M1); it is where its last step led. Nothing else ends
a measure: 风险消除, 清退 or a closed warning never does (脱贫不脱政策).
"""

from collections.abc import Iterable
from typing import Protocol

PLANNED, RUNNING, DONE, EXPIRED, TERMINATED = "planned", "running", "done", "expired", "terminated"
OPEN = frozenset({PLANNED, RUNNING})

TRANSITIONS: dict[tuple[str, str], str] = {  # (action, from) → to
    ("start", PLANNED): RUNNING,  # M2
    ("finish", RUNNING): DONE,  # M3
    ("lapse", RUNNING): EXPIRED,  # M4
    ("expire", DONE): EXPIRED,  # M5
    ("extend", EXPIRED): RUNNING,  # M7
} | {("terminate", state): TERMINATED for state in (PLANNED, RUNNING, DONE, EXPIRED)}  # M6


class Step(Protocol):
    """What is needed of a stored step."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def follows(self) -> str: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102


def measure_state(steps: Iterable[Step]) -> str:
    """Return where the steps lead; concurrent ones are decided by the smaller id."""
    children: dict[str, list[Step]] = {}
    for step in steps:
        children.setdefault(step.follows, []).append(step)
    state, at = PLANNED, ""
    while nexts := children.get(at):
        step = min(nexts, key=lambda s: s.id)
        state = TRANSITIONS.get((step.action, state), state)
        at = step.id
    return state
