"""The life of a monitored object (监测对象), from the clue to 已消除.

Source: processes.md b, B1–B19.

Clue and case are one thing with one id: the case's row appears when it is entered (B10). A case
that came with a roster starts where the roster says; its first step remembers that as its kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.lifecycle import STAY, Lifecycle, Standing, StepLike
from app.domain.rows import row

CLUE, TO_VERIFY, TO_DELIBERATE = "clue", "to_verify", "to_deliberate"
IN_PUBLICITY, PENDING_TOWNSHIP, PENDING_COUNTY = (
    "in_publicity",
    "pending_township",
    "pending_county",
)
TO_ENTER, MONITORING, RISK_REMOVED = "to_enter", "monitoring", "risk_removed"
REMOVAL_DELIBERATION, REMOVAL_PUBLICITY = "removal_deliberation", "removal_publicity"
REMOVAL_PENDING_TOWNSHIP = "removal_pending_township"
REMOVAL_PENDING_COUNTY = "removal_pending_county"
ROLLBACK_PENDING, CLEARED_OUT = "rollback_pending", "cleared_out"
EXTINCT, NOT_INCLUDED = "extinct", "not_included"
IMPORT_UNDONE, UNDO_IMPORT = "import_undone", "undo-import"  # such a case was never there
CLUE_STATES = frozenset({CLUE, TO_VERIFY})
BEFORE_ENTRY = CLUE_STATES | {
    TO_DELIBERATE, IN_PUBLICITY, PENDING_TOWNSHIP, PENDING_COUNTY, TO_ENTER,
}  # fmt: skip
ENDED = frozenset({CLEARED_OUT, EXTINCT, NOT_INCLUDED, IMPORT_UNDONE})
CLEAR_OUT_REASONS = (
    "公职人员", "消费型汽车", "工商经营实体", "种养大户", "商品房", "大型机械", "分户申报",
    "收入不符", "其他",
)  # fmt: skip
NEGATIVE_CONCLUSIONS = ("没有负面清单情形", "有，已核实不影响", "有，属实")
NEGATIVE_PROVEN = NEGATIVE_CONCLUSIONS[-1]  # such a household is not taken in (B4)
SEVEN_STEPS = {  # the bar of the household page: step → the actions that complete it
    "排": ("accept",),
    "访": ("verify",),
    "评": ("approve",),
    "录": ("enter",),
    "销": ("removal-approve",),
}
_MEETING = ("meeting_on", "present", "votes_yes", "votes_no", "votes_abstain")
_LIVING = "monitoring+risk_removed"
_ANY = (
    "clue+to_verify+to_deliberate+in_publicity+pending_township+pending_county+to_enter+monitoring"
    "+removal_deliberation+removal_publicity+removal_pending_township+removal_pending_county"
    "+risk_removed+rollback_pending"
)

CASE = Lifecycle(
    "monitored_case",
    CLUE,
    (
        row("B2 accept clue township", "受理", TO_VERIFY, "team", prints=("访查任务单",)),
        row("B2 exclude clue township", "不受理", NOT_INCLUDED, "note", takes="told_on",
            prints=("答复单",)),
        row("B3 verify to_verify village", "入户核实", TO_DELIBERATE, "team", "object_type",
            "causes", "negative_conclusion", "letter_signed_on", takes="cause_note",
            prints=("入户核查表", "承诺授权书")),
        row("B4 exclude to_verify+to_deliberate village+township", "不纳入", NOT_INCLUDED,
            "note", "told_on", prints=("答复单",)),
        row("B5 publicise to_deliberate village", "评议并公示", IN_PUBLICITY, *_MEETING,
            prints=("会议记录", "公示")),
        row("B5' skip-publicity to_deliberate village", "评议（不公示）", PENDING_TOWNSHIP,
            *_MEETING, prints=("会议记录",)),
        row("B6 end-publicity in_publicity village", "公示期满", PENDING_TOWNSHIP, "objections",
            takes="objections_settled", prints=("公示结果",)),
        row("B7 pass pending_township township", "镇审通过", PENDING_COUNTY, "note",
            takes="explanation", prints=("乡镇审核表",)),
        row("B8 approve pending_county county", "县级批准", TO_ENTER, "object_type",
            "causes", "approval_no", takes="cause_note", prints=("批复", "公告")),
        row("B9 return pending_township township", "退回核实", TO_VERIFY, "note",
            prints=("退回单",)),
        row("B9 return pending_county county", "退回核实", TO_VERIFY, "note",
            prints=("退回单",)),
        row("B9 exclude pending_township township", "不纳入", NOT_INCLUDED, "note", takes="told_on",
            prints=("答复单",)),
        row("B9 exclude pending_county county", "不纳入", NOT_INCLUDED, "note", takes="told_on",
            prints=("答复单",)),
        row("B4 tell not_included village+township", "已答复农户", STAY, "told_on",
            prints=("答复单",)),
        row("B10 enter to_enter township", "已录入国家系统", MONITORING, "entered_by",
            prints=("信息采集表",)),
        row("B11 monitor monitoring village", "按月监测", STAY, prints=("一户一策",)),
        row("B12 request-removal monitoring village", "申请风险消除", REMOVAL_DELIBERATION,
            "team", "removal_way", prints=("风险消除评估表", "入户核查表")),
        row("B12 request-removal monitoring township", "申请风险消除（镇说明理由）",
            REMOVAL_DELIBERATION, "team", "removal_way", "note",
            prints=("风险消除评估表", "入户核查表")),
        row("B13 removal-deliberate removal_deliberation village", "评议消除并公示",
            REMOVAL_PUBLICITY, *_MEETING, prints=("会议记录", "公示")),
        row("B13 removal-skip-publicity removal_deliberation village", "评议消除（不公示）",
            REMOVAL_PENDING_TOWNSHIP, *_MEETING, prints=("会议记录",)),
        row("B13 removal-publicise removal_publicity village", "消除公示期满",
            REMOVAL_PENDING_TOWNSHIP, "objections", takes="objections_settled",
            prints=("公示结果",)),
        row("B13 removal-pass removal_pending_township township", "消除镇审通过",
            REMOVAL_PENDING_COUNTY, "note", prints=("乡镇审核表",)),
        row("B13 removal-approve removal_pending_county county", "批准消除", RISK_REMOVED,
            "approval_no", "per_capita", prints=("批复", "公告")),
        row("B13 removal-return removal_pending_township township", "退回消除申请", MONITORING,
            "note", prints=("退回单",)),
        row("B13 removal-return removal_pending_county county", "退回消除申请", MONITORING,
            "note", prints=("退回单",)),
        row("B14 roll-back risk_removed village", "申请回退", ROLLBACK_PENDING, "note",
            undoes="roll-back-pass", limit="rollback_days", prints=("回退审批表",)),
        row("B14 roll-back-pass rollback_pending township", "同意回退", STAY, "note",
            after="roll-back", undoes="roll-back", prints=("回退审批表",)),
        row("B14 roll-back-approve rollback_pending county", "批准回退", MONITORING,
            after="roll-back-pass", prints=("回退审批表",)),
        *(
            row(f"B14 roll-back-return rollback_pending {level}", "不同意回退", RISK_REMOVED,
                "note", after=after, prints=("退回单",))
            for level, after in (("township", "roll-back"), ("county", "roll-back-pass"))
        ),
        row(
            "B10 mark-typed monitoring+risk_removed+cleared_out township",
            "变更已录入国家系统", STAY, "entered_by",
        ),
        row("B15 re-identify risk_removed village", "再标注（新风险）", STAY, "note", "causes",
            takes="cause_note clue_source"),
        row("B16 propose-type monitoring+risk_removed township", "提请类型变更", STAY,
            "object_type", "note"),
        row("B16 change-type monitoring+risk_removed county", "类型变更", STAY,
            "object_type", "note", "approval_no", after="propose-type", undoes="propose-type",
            prints=("类型变更表",)),
        row("B16 return-type monitoring+risk_removed county", "不同意类型变更", STAY, "note",
            after="propose-type", undoes="propose-type", prints=("退回单",)),
        row(f"B17 propose-clear-out {_LIVING} village", "提请清退", STAY, "reason", *_MEETING,
            takes="proof", undoes="pass-clear-out", limit="publicity_days",
            prints=("会议记录", "公示")),
        row(f"B17 pass-clear-out {_LIVING} township", "同意清退", STAY, "note",
            after="propose-clear-out", undoes="propose-clear-out", prints=("清退审批表",)),
        row(f"B17 clear-out {_LIVING} county", "清退", CLEARED_OUT, "reason", "approval_no",
            takes="proof", prints=("清退审批表",), after="pass-clear-out"),
        *(
            row(f"B17 return-clear-out {_LIVING} {level}", "不同意清退", STAY, "note",
                after=after, undoes="propose-clear-out pass-clear-out", prints=("退回单",))
            for level, after in (
                ("township", "propose-clear-out"), ("county", "pass-clear-out"),
            )
        ),
        row(f"B18 extinguish {_ANY} township", "整户消亡", EXTINCT, "note",
            prints=("自然变更表",)),
        row(f"B18 extinguish {_ANY} program", "整户消亡", EXTINCT, "note", hosts="township",
            prints=("自然变更表",)),
        row(f"B0 {UNDO_IMPORT} monitoring+risk_removed program", "导入撤销", IMPORT_UNDONE, "note",
            hosts="village"),
        row("B19 reopen cleared_out+not_included village+township", "重新提出", STAY, "note",
            takes="clue_source"),
    ),
    ENDED,
    takes=frozenset({"photo"}),
)  # fmt: skip
_SHARES = {  # one name through all levels of a row: what it is below the one that decides
    ("roll-back-approve", "township"): "roll-back-pass",
    ("change-type", "township"): "propose-type",
    ("clear-out", "village"): "propose-clear-out",
    ("clear-out", "township"): "pass-clear-out",
}
STATE_LIMITS = {  # who must act next, by state: parameter in days
    CLUE: "clue_accept_days",
    TO_VERIFY: "verify_days",
    TO_DELIBERATE: "meeting_days",
    PENDING_TOWNSHIP: "town_review_days",
    PENDING_COUNTY: "county_review_days",
    TO_ENTER: "entry_days",
    REMOVAL_DELIBERATION: "meeting_days",
    REMOVAL_PENDING_TOWNSHIP: "town_review_days",
    REMOVAL_PENDING_COUNTY: "county_review_days",
    ROLLBACK_PENDING: "rollback_days",
}
_HOLDERS = {  # who must act, by state
    CLUE: "township", TO_VERIFY: "village", TO_DELIBERATE: "village", IN_PUBLICITY: "village",
    PENDING_TOWNSHIP: "township", PENDING_COUNTY: "county", TO_ENTER: "township",
    REMOVAL_DELIBERATION: "village", REMOVAL_PUBLICITY: "village",
    REMOVAL_PENDING_TOWNSHIP: "township", REMOVAL_PENDING_COUNTY: "county",
    ROLLBACK_PENDING: "township", MONITORING: "village",
}  # fmt: skip
_PROPOSALS = (  # a proposal that waits inside a state: the action taken last → who must act
    ("roll-back-pass", "county"), ("pass-clear-out", "county"), ("propose-clear-out", "township"),
    ("propose-type", "county"),
)  # fmt: skip


def share_of(action: str, level: str) -> str:
    """Return the step that a level takes of an action of several levels (镇→县, 村→镇→县)."""
    return _SHARES.get((action, level), action)


def holder(standing: Standing) -> str:
    """Return the level whose turn it is, "" where nobody must act."""
    if standing.state in (MONITORING, RISK_REMOVED, ROLLBACK_PENDING):
        for action, level in _PROPOSALS:
            if standing.has_taken(action):
                return level
    return _HOLDERS.get(standing.state, "")


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One precondition of 风险消除 as shown: ✓ or ✗. ``overridable``: by the township."""

    key: str
    label: str
    ok: bool
    detail: str = ""
    overridable: bool = True


def start_of_case(steps: Sequence[StepLike], is_eliminated: bool) -> str:
    """Return the state of a case before its first step: as it came with the roster, or a clue."""
    if steps:
        return steps[0].kind or CLUE
    return RISK_REMOVED if is_eliminated else MONITORING


def state_of_case(steps: Sequence[StepLike], is_eliminated: bool) -> str:
    """Return the state of a case that has a row of its own."""
    return CASE.state_of(steps, start=start_of_case(steps, is_eliminated))


def vote_problem(present: int, yes: int, no: int, abstain: int) -> str:
    """Return in Chinese what is wrong with a meeting's votes; "" if they can be."""
    if min(present, yes, no, abstain) < 0:
        return "人数不能是负数"
    if yes + no + abstain > present:
        return f"表决{yes + no + abstain}票，多于到会{present}人"
    if yes * 2 <= yes + no + abstain:
        return f"同意{yes}票，没有过半"
    return ""


TYPED_LATER = frozenset({"removal-approve", "roll-back-approve", "change-type", "clear-out"})
"""Actions after which something must be typed into the national system (mark-typed)."""
