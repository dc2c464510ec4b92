"""The life of a measure (帮扶措施). Source: processes.md e, M1–M7.

A measure without steps is 拟定 (its row is M1). Nothing else ends a measure: 风险消除, 清退 or a
closed warning never does (脱贫不脱政策).
"""

from app.domain.lifecycle import EVERY, LEVELS, PROGRAM, Lifecycle, Transition

PLANNED, RUNNING, DONE, EXPIRED, TERMINATED = "planned", "running", "done", "expired", "terminated"
OPEN = frozenset({PLANNED, RUNNING})
_ALL = frozenset(LEVELS)


def _row(
    spec: str, label: str, to: str, levels: frozenset[str] = _ALL, needs: tuple[str, ...] = ()
) -> Transition:
    code, action, sources = spec.split()
    states = frozenset(sources.split("+"))
    return Transition(code, action, label, states, {EVERY: to}, levels, needs)


MEASURE = Lifecycle(
    "measure",
    PLANNED,
    (
        _row("M2 start planned", "开始落实", RUNNING),
        _row("M3 finish running", "已落实", DONE, needs=("note",)),
        _row("M4 lapse running", "逾期未落实", EXPIRED, frozenset({PROGRAM})),
        _row("M5 expire done", "到期", EXPIRED, frozenset({PROGRAM})),
        _row("M6 terminate planned+running+done+expired", "终止", TERMINATED, needs=("note",)),
        _row("M7 extend expired", "延期", RUNNING, frozenset({"township"}), needs=("note",)),
    ),
    frozenset({TERMINATED}),
)
