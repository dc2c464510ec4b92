"""The life of a warning (预警): one table from which buttons, checks, papers and tests come.

Source: processes.md a. A step names the step it follows; a warning is where its last step led,
so the state is never written. The program's «detect» (A1) is the warning row itself. Which level
says 已确定 and 已销号 is a parameter, so the table is made for the levels of a policy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.domain.household import Finding
from app.domain.lifecycle import STAY, Lifecycle, Transition
from app.domain.rows import row

NEW = "new"  # a manual warning before its «open»
SUGGESTED = "suggested"
FALSE_ALARM = "false_alarm"
PENDING_TOWNSHIP = "pending_township"
PENDING_COUNTY = "pending_county"
RETURNED = "returned"
DETERMINED = "determined"
ASSIGNED = "assigned"
REMEDYING = "remedying"
REMEDIED = "remedied"  # 补短中 with a completion date: 已补短(待申请)
CLOSING_REQUESTED = "closing_requested"
CANCELLED = "cancelled"
CLOSED = "closed"
ENDED = frozenset({FALSE_ALARM, CANCELLED, CLOSED})
# «before 申请销号» of the overdue rule (未销)
UNREMEDIED = frozenset({DETERMINED, ASSIGNED, REMEDYING, REMEDIED})
REVIEWED = UNREMEDIED | {CLOSING_REQUESTED, CLOSED}
SEVERITIES = ("blue", "yellow", "orange", "red")
RANK = {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}
FALSE_ALARM_REASONS = ("录入错误", "已当场解决", "政策理解有误", "其他")
SETTLED_WITH = {"R-07": "ED-01", "R-08": "EM-01"}  # closes with that code of the same person
REVIEW_LEVEL = {"blue": "village", "yellow": "township", "orange": "county", "red": "county"}
CLOSE_LEVEL = {"yellow": "township", "orange": "county", "red": "county"}
NOT_IN_BATCH = frozenset({"red"})
URGENT_CODE = "EV-01"  # 先行救助 without being red: disaster, fire, accident
URGENT_PARTS = frozenset({
    "flood", "geology", "drought", "biological", "weather", "earthquake", "natural_other", "fire",
    "accident", "traffic",
})  # fmt: skip
OTHER_CODE = "其他"  # of a manual warning that fits no question
CHECK_WAYS = ("上门核实", "电话核实", "资料核实")  # how whoever closes looked at it (A15)
BY_DOCUMENTS = CHECK_WAYS[-1]
AGREED = "同意"  # the shortest opinion of a reviewer; «pass» is not taken without one

_OPEN = (
    "suggested+pending_township+pending_county+returned+determined+assigned+remedying+remedied"
    "+closing_requested"
)
_CONFIRMED = _OPEN.removeprefix("suggested+")
_TAKES = frozenset({"photo", "department", "contact"})  # a department's steps are in its name
Levels = tuple[tuple[str, str], ...]


def life_of(
    review: Mapping[str, str], close: Mapping[str, str], code: str, is_manual: bool
) -> Lifecycle:
    """Return the table of one warning: by the policy's levels, its code and how it was opened."""
    ends = {severity: close.get(severity, review[severity]) for severity in SEVERITIES}
    return _life(
        tuple(sorted(review.items())), tuple(sorted(ends.items())), code in SETTLED_WITH, is_manual
    )


@lru_cache(maxsize=64)
def _life(review: Levels, close: Levels, settles: bool, is_manual: bool) -> Lifecycle:
    """Only what may settle has the row of A18r: nothing else is 销号 without proof and check."""
    rows = (*_review_rows(dict(review)), *_remedy_rows(dict(review)), *_end_rows(dict(close)))
    kept = tuple(r for r in rows if settles or r.action != "settle")
    start = NEW if is_manual else SUGGESTED
    return Lifecycle("warning", start, kept, ENDED, SEVERITIES, _TAKES)


def _review_rows(review: Mapping[str, str]) -> tuple[Transition, ...]:
    reported = {s: DETERMINED if review[s] == "village" else PENDING_TOWNSHIP for s in SEVERITIES}
    passed = {s: PENDING_COUNTY if review[s] == "county" else DETERMINED for s in SEVERITIES}
    return (
        row("A1m open new village", "人工提出", PENDING_TOWNSHIP, "note", takes="due_on"),
        row(
            "A2 confirm suggested village", "确认上报", reported,
            takes="due_on", limit="town_review_days",
        ),
        row(
            "A3 false-alarm suggested village", "不属实", FALSE_ALARM, "reason",
            takes="second_person",
        ),
        row("A3u reinstate false_alarm village+township", "恢复提示", SUGGESTED, "note"),
        row("A4 withdraw suggested program", "撤回", CANCELLED, hosts="village"),
        row(
            "A5 pass pending_township township", "初审通过", passed, "note",
            limit="county_review_days", prints=("初审清单",),
        ),
        row(
            "A6 return pending_township township", "退回", RETURNED, "note",
            limit="return_days", prints=("退回单",),
        ),
        row(
            "A7 determine pending_county county", "审核确定", DETERMINED,
            takes="approval_no", limit="assign_days", prints=("预警监测对象名单",),
        ),
        row(
            "A8 return pending_county county", "退回", RETURNED, "note",
            limit="return_days", prints=("退回单",),
        ),
        row("A9 resubmit returned village", "补充再报", PENDING_TOWNSHIP, "note"),
        row("A10 accept-return returned village", "按不属实处理", FALSE_ALARM, "note"),
    )  # fmt: skip


def _remedy_rows(review: Mapping[str, str]) -> tuple[Transition, ...]:
    def where(level: str, state: str) -> dict[str, str]:
        """Kinds whose departments are told by this level."""
        above = {s: "county" if review[s] == "county" else "township" for s in SEVERITIES}
        return {s: state for s in SEVERITIES if above[s] == level}

    small = where("township", REMEDYING)
    return (
        *(
            row(
                f"A11 assign determined {level}", "派部门", where(level, ASSIGNED),
                "department", "contact", "due_on",
                takes="departments", limit="accept_days", prints=("部门交办单",),
            )
            for level in ("township", "county")
        ),
        row(
            "A12 start assigned township+county", "开始补短", REMEDYING, "responsible_person"
        ),
        row("A12v start determined township", "村镇自办", REMEDYING, "responsible_person"),
        row("A12v start determined village", "村里自办", small, "responsible_person"),
        row("A13 done remedying township+county", "已补短", REMEDIED, "note"),
        row(
            "A14 request-close remedied township+county", "申请销号", CLOSING_REQUESTED,
            takes="visit_id", limit="county_check_days", prints=("销号申请表",),
        ),
        row(
            "A14 request-close remedied village", "申请销号",
            dict.fromkeys(small, CLOSING_REQUESTED),
            takes="visit_id", limit="county_check_days", prints=("销号申请表",),
        ),
    )  # fmt: skip


def _end_rows(close: Mapping[str, str]) -> tuple[Transition, ...]:
    def who(level: str, state: str) -> dict[str, str]:
        return {s: state for s in SEVERITIES if close[s] == level}

    ends = tuple(
        found
        for level in ("village", "township", "county")
        for found in (
            row(
                f"A15 close closing_requested {level}", "核实销号", who(level, CLOSED),
                "checker", "check_way", "system_updated_on", prints=("销号审核表", "已销号台账"),
            ),
            row(
                f"A16 return closing_requested {level}", "退回补短", who(level, REMEDYING),
                "note", "due_on", prints=("退回单",),
            ),
        )
        if found.to
    )  # fmt: skip
    upper = "township+county"
    return (
        *ends,
        row(f"A17 cancel {_OPEN} county", "撤销", CANCELLED, "note"),
        row(f"A17 cancel {_OPEN} program", "撤销", CANCELLED, "note", hosts=upper),
        row(f"A17b propose-cancel {_OPEN} program", "拟撤销", STAY, "note"),
        row(f"A17b confirm-cancel {_OPEN} township", "同意撤销", CANCELLED, after="propose-cancel"),
        row(
            f"A17b keep {_OPEN} township",
            "保留",
            STAY,
            "note",
            after="propose-cancel",
            undoes="propose-cancel",
        ),
        row(f"A18r settle {_OPEN} program", "随同销号", CLOSED, hosts=upper),
        row(f"raise raise {_OPEN} program", "升级", STAY, turns="up"),
        row(f"raise raise {_CONFIRMED} {upper}", "升级", STAY, "severity", "note", turns="up"),
        row(f"lower lower {_CONFIRMED} {upper}", "降级", STAY, "severity", "note", turns="down"),
        row(f"extend extend {_CONFIRMED} {upper}", "延期", STAY, "due_on", "note"),
        row("urgent urgent suggested+pending_township village", "先行救助", STAY, "note"),
    )


WARNING = _life(
    tuple(sorted(REVIEW_LEVEL.items())),
    tuple(sorted({**REVIEW_LEVEL, **CLOSE_LEVEL}.items())),
    settles=True,
    is_manual=False,
)
"""The table with the default levels, for what asks only for names of actions and states."""


@dataclass(frozen=True, slots=True)
class Known:
    """A warning that exists already, for reconciling. ``period``: the month that opened it."""

    id: str
    code: str
    member_id: str
    severity: str
    state: str
    period: str
    is_manual: bool = False


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a submission does to the household's warnings."""

    opened: tuple[Finding, ...]
    raised: tuple[tuple[str, Finding], ...]  # warning id, the graver finding
    withdrawn: tuple[str, ...]  # ids: the answer was corrected before anybody confirmed


def reconcile(findings: Iterable[Finding], known: Iterable[Known], period: str) -> Reconciled:
    """Return which warnings to open, raise and withdraw.

    At most one open warning per code and subject; a graver finding raises it, a milder one never
    lowers it (checklist warning_grain). A finding that is gone withdraws its warning only while
    that is 系统提示 of the same month (A4); confirmed ones go their way through the life cycle.
    """
    living = {(k.code, k.member_id): k for k in known if k.state not in ENDED}
    dismissed = {
        (k.code, k.member_id) for k in known if k.state == FALSE_ALARM and k.period == period
    }
    opened, raised, found = [], [], set()
    for finding in findings:
        subject = finding.code, finding.member_id
        found.add(subject)
        present = living.get(subject)
        if present is None:
            if subject not in dismissed:
                opened.append(finding)
        elif RANK[finding.severity] > RANK[present.severity]:
            raised.append((present.id, finding))
    gone = (k for subject, k in living.items() if subject not in found)
    withdrawn = tuple(
        k.id for k in gone if k.state == SUGGESTED and k.period == period and not k.is_manual
    )
    return Reconciled(tuple(opened), tuple(raised), withdrawn)
