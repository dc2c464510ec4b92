"""The life of a village's month (月度监测). Source: processes.md c, P1–P6."""

from app.domain.lifecycle import EVERY, Lifecycle, Transition

NOT_STARTED, FILLING, CHECKING = "not_started", "filling", "checking"
CLOSED, CORRECTING = "closed", "correcting"


def _row(spec: str, label: str, to: str, needs: tuple[str, ...] = ()) -> Transition:
    code, action, source, levels = spec.split()
    who = frozenset(levels.split("+"))
    return Transition(code, action, label, frozenset({source}), {EVERY: to}, who, needs)


MONTH = Lifecycle(
    "period",
    NOT_STARTED,
    (
        _row("P1 open not_started village", "开始", FILLING),
        _row("P2 check filling village", "核对", CHECKING),
        _row("P3 back checking village+township", "退回填报", FILLING),
        _row("P4 close checking village", "关账", CLOSED),
        _row("P5 correct closed village+township", "更正", CORRECTING, ("note",)),
        _row("P6 approve-correction correcting township", "同意更正", CLOSED),
    ),
)
