"""The life of a village's month (月度监测). Source: processes.md c, P1–P6."""

from app.domain.lifecycle import Lifecycle
from app.domain.rows import row

NOT_STARTED, FILLING, CHECKING = "not_started", "filling", "checking"
CLOSED, CORRECTING = "closed", "correcting"
UNVISITED_REASONS = ("全家外出联系不上", "拒访", "整户消亡待办", "其他")

MONTH = Lifecycle(
    "period",
    NOT_STARTED,
    (
        row("P1 open not_started village", "开始", FILLING),
        row("P2 check filling village", "核对", CHECKING),
        row("P3 back checking village+township", "退回填报", FILLING),
        row("P4 close checking village", "关账", CLOSED, prints=("村月报", "台账")),
        row("P5 correct closed village+township", "更正", CORRECTING, "note"),
        row("P6 approve-correction correcting township", "同意更正", CLOSED),
    ),
)
