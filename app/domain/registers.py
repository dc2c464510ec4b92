"""The lives of campaigns, issues, doubts and negative-list checks. Source: processes.md f."""

from app.domain.lifecycle import Lifecycle
from app.domain.rows import row

_UPPER = "township+county"
_HEADS = "leader+reviewer"  # campaigns and issues are not an entry clerk's (processes.md g)
_EVERYBODY = "village+township+county"
CAMPAIGN_SOURCE = "大排查"  # of an issue that a campaign's result opened
ISSUE_SOURCES = (CAMPAIGN_SOURCE, "督导", "巡查", "信访")

CAMPAIGN = Lifecycle(
    "review_campaign",
    "planned",
    (
        row(f"F start planned {_EVERYBODY}", "开始", "running", roles=_HEADS),
        row(f"F finish running {_EVERYBODY}", "结束", "ended", roles=_HEADS),
    ),
    frozenset({"ended"}),
)
ISSUE = Lifecycle(
    "issue",
    "open",
    (
        row(f"F start open {_EVERYBODY}", "开始整改", "fixing", roles=_HEADS),
        row(
            f"F submit fixing {_EVERYBODY}",
            "整改完成待核",
            "to_check",
            "note",
            takes="photo proof",
            roles=_HEADS,
        ),
        row(f"F settle to_check {_UPPER}", "核实销号", "settled", roles=_HEADS),
        row(f"F return to_check {_UPPER}", "退回整改", "fixing", "note", roles=_HEADS),
    ),
    frozenset({"settled"}),
)
DOUBT = Lifecycle(
    "data_doubt",
    "open",
    (
        row(f"F correct open {_EVERYBODY}", "已更正", "corrected", "note", takes="proof"),
        row("F correct open program", "复查时已不再出现", "corrected"),
        row(f"F confirm-ok open {_EVERYBODY}", "确认无误", "confirmed_ok", "note", "proof"),
    ),
    frozenset({"corrected", "confirmed_ok"}),
)
NEGATIVE = Lifecycle(
    "negative_check",
    "open",
    (
        row(f"F prove open {_EVERYBODY}", "属实", "proven", "note", "proof"),
        row(f"F disprove open {_EVERYBODY}", "不属实", "untrue", "note", "proof"),
        row(f"F harmless open {_EVERYBODY}", "不影响", "harmless", "note", takes="proof"),
        row("F harmless open program", "整户已不在册", "harmless", "note", hosts="township"),
    ),
    frozenset({"proven", "untrue", "harmless"}),
)
