"""The life of a warning (预警): one table from which buttons, checks and tests come.

Source: processes.md a. A step names the step it follows; a warning is where its last step led,
so the state is never written. The program's «detect» (A1) is the warning row itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.household import Finding
from app.domain.lifecycle import Lifecycle, Transition

SUGGESTED = "suggested"
FALSE_ALARM = "false_alarm"
PENDING_TOWNSHIP = "pending_township"
PENDING_COUNTY = "pending_county"
RETURNED = "returned"
DETERMINED = "determined"
CANCELLED = "cancelled"
CLOSED = "closed"
ENDED = frozenset({FALSE_ALARM, CANCELLED, CLOSED})
RANK = {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}
FALSE_ALARM_REASONS = ("录入错误", "已当场解决", "政策理解有误", "其他")


def _to(state: str, **by_severity: str) -> dict[str, str]:
    return {s: by_severity.get(s, state) for s in ("blue", "yellow", "orange", "red")}


def _row(spec: str, label: str, to: dict[str, str], needs: tuple[str, ...] = ()) -> Transition:
    """``spec``: number, action, from-states joined by "+", levels joined by "+"."""
    code, action, sources, levels = spec.split()
    return Transition(
        code, action, label, frozenset(sources.split("+")), to, frozenset(levels.split("+")), needs
    )


WARNING = Lifecycle(
    "warning",
    SUGGESTED,
    (
        _row("A2 confirm suggested village", "确认上报", _to(PENDING_TOWNSHIP, blue=DETERMINED)),
        _row("A3 false-alarm suggested village", "不属实", _to(FALSE_ALARM), ("reason",)),
        _row("A3u reinstate false_alarm village+township", "恢复提示", _to(SUGGESTED), ("note",)),
        _row("A4 withdraw suggested program", "撤回", _to(CANCELLED)),
        _row(
            "A5 pass pending_township township",
            "初审通过",
            _to(PENDING_COUNTY, yellow=DETERMINED, blue=DETERMINED),
        ),
        _row("A6 return pending_township township", "退回", _to(RETURNED), ("note",)),
        _row("A9 resubmit returned village", "补充再报", _to(PENDING_TOWNSHIP), ("note",)),
        _row("A10 accept-return returned village", "按不属实处理", _to(FALSE_ALARM), ("note",)),
    ),
    ENDED,
)


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
