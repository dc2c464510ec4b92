"""Tables of warnings (条): T13–T16, and their identity (K16, K22)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from app.domain.labels import label
from app.domain.report_checks import ReportCheck, equal
from app.domain.statistics.context import Context, Window
from app.domain.statistics.exact import average, median, share
from app.domain.statistics.records import ENDED_WARNINGS, WarningRecord
from app.domain.statistics.table import (
    WARNING,
    Cell,
    Column,
    Line,
    ReportTable,
    counted,
)

_DETERMINED = (
    "determined", "assigned", "remedying", "remedied", "closing_requested", "closed",
)  # fmt: skip
NO_DEPARTMENT = "未定部门"
_COUNTS = (
    "期初未销", "新增", "确认", "误报", "退回", "已撤销", "已销", "期末未销", "其中超期",
)  # fmt: skip


def is_open(warning: WarningRecord, day: date) -> bool:
    """Tell whether a warning is open at the end of a day."""
    state = warning.state_on(day)
    return bool(state) and state not in ENDED_WARNINGS


def is_overdue(warning: WarningRecord, day: date, by_original: bool) -> bool:
    """未销 and past its day; due today is not overdue."""
    due = warning.due_on_original if by_original and warning.due_on_original else warning.due_on
    waiting = warning.state_on(day) not in {"", "closing_requested", *ENDED_WARNINGS}
    return waiting and due is not None and due < day


def ledger(context: Context) -> ReportTable:
    """T13: one row per warning that was open in the window."""
    columns = [
        Column("户编号"), Column("编码"), Column("级别"), Column("发现"), Column("确认"),
        Column("初审"), Column("县审"), Column("部门"), Column("到期"), Column("补短"),
        Column("销号"), Column("状态"), Column("超期", "天"),
    ]  # fmt: skip
    window = context.window
    names = {village.code: village.name for village in context.records.villages}
    rows = [
        Line(names.get(w.village, w.village), _ledger_cells(context, w))
        for w in sorted(context.records.warnings, key=lambda w: (w.village, w.opened_on, w.code))
        if w.opened_on <= window.end
        and (is_open(w, window.before) or _happened(w, window) or is_open(w, window.end))
    ]
    return context.table("T13", "预警台账", "村", columns, rows, ["台账由程序生成，不手填。"])


def _happened(warning: WarningRecord, window: Window) -> bool:
    return window.has(warning.opened_on) or any(window.has(step.on) for step in warning.steps)


def _ledger_cells(context: Context, warning: WarningRecord) -> tuple[Cell, ...]:
    end = context.window.end
    steps = [step for step in warning.steps if step.on <= end]

    def day(*actions: str) -> date | None:
        return next((step.on for step in reversed(steps) if step.action in actions), None)

    late = None
    if is_overdue(warning, end, context.parameters.overdue_by_original):
        due = warning.due_on_original or warning.due_on
        late = (end - due).days if due else None
    values = (
        warning.household_no,
        warning.code,
        label("severity", warning.severity),
        warning.opened_on,
        day("confirm"),
        day("pass"),
        day("determine"),
        warning.department or None,
        warning.due_on,
        warning.remedied_on(end),
        day("close"),
        label("warning_state", warning.state_on(end)),
        late,
    )
    return tuple(Cell(value, (warning.warning_id,), WARNING) for value in values)


class Flow(NamedTuple):
    """A warning in the window: in the opening stock or new, and how it ends."""

    warning: WarningRecord
    was_open: bool
    is_new: bool
    state: str

    @property
    def counts(self) -> bool:
        """Whether the warning belongs to the window at all."""
        return self.was_open or self.is_new


def flow_of(warning: WarningRecord, window: Window) -> Flow:
    """Return how a warning goes through the window.

    A dismissed one that was taken up again counts as new; so opening + new − ends = closing
    holds for every history.
    """
    before, after = warning.state_on(window.before), warning.state_on(window.end)
    was_open = bool(before) and before not in ENDED_WARNINGS
    is_new = not was_open and bool(after) and (after not in ENDED_WARNINGS or after != before)
    return Flow(warning, was_open, is_new, after)


def summary(
    context: Context,
    number: str,
    row_heading: str,
    groups: Sequence[tuple[str, list[WarningRecord]]],
) -> ReportTable:
    """T14: warnings through the window by village or department."""
    rows = [_summary_line(context, name, found) for name, found in groups]
    everything = [warning for _, found in groups for warning in found]
    total = _summary_line(context, "合计", everything)
    rows.append(Line(total.label, total.cells, True))
    columns = [Column(name, "条") for name in _COUNTS]
    note = "期初未销＋新增－误报－已撤销－已销＝期末未销；确认、退回为本期办理的条数。"
    title = f"预警汇总（按{row_heading}）"
    return context.table(number, title, row_heading, columns, rows, [note])


def by_village(context: Context) -> ReportTable:
    """T14 by village."""
    groups: dict[str, list[WarningRecord]] = defaultdict(list)
    for warning in context.records.warnings:
        groups[warning.village].append(warning)
    named = [(village.name, groups[village.code]) for village in context.records.villages]
    return summary(context, "T14", "村", named)


def by_department(context: Context) -> ReportTable:
    """T14 by department."""
    groups: dict[str, list[WarningRecord]] = defaultdict(list)
    for warning in context.records.warnings:
        groups[warning.department or NO_DEPARTMENT].append(warning)
    order = sorted(groups, key=lambda name: (name == NO_DEPARTMENT, name))
    return summary(context, "T14-部门", "部门", [(name, groups[name]) for name in order])


def _summary_line(context: Context, name: str, warnings: list[WarningRecord]) -> Line:
    window = context.window
    flows = [flow for flow in (flow_of(w, window) for w in warnings) if flow.counts]
    stepped = {
        action: [
            w for w in warnings if any(s.action == action and window.has(s.on) for s in w.steps)
        ]
        for action in ("confirm", "return")
    }
    late = [
        w for w in warnings if is_overdue(w, window.end, context.parameters.overdue_by_original)
    ]

    def ended(state: str) -> list[WarningRecord]:
        return [flow.warning for flow in flows if flow.state == state]

    parts = (
        [flow.warning for flow in flows if flow.was_open],
        [flow.warning for flow in flows if flow.is_new],
        stepped["confirm"],
        ended("false_alarm"),
        stepped["return"],
        ended("cancelled"),
        ended("closed"),
        [w for w in warnings if is_open(w, window.end)],
        late,
    )
    return Line(name, tuple(counted((w.warning_id for w in part), WARNING) for part in parts))


def summary_checks(table: ReportTable, previous: ReportTable | None = None) -> list[ReportCheck]:
    """K22: the identity of T14 in every row; K16: the opening is last month's closing."""
    found = []
    for line in table.rows:
        n = dict(zip(_COUNTS, (int(str(cell.value)) for cell in line.cells), strict=True))
        left = n["期初未销"] + n["新增"] - n["误报"] - n["已撤销"] - n["已销"]
        terms = f"{n['期初未销']}+{n['新增']}−{n['误报']}−{n['已撤销']}−{n['已销']}"
        check = equal("K22", f"预警恒等式·{line.label}", left, n["期末未销"], "条", terms)
        if not check.ok or line.is_total:
            found.append(check)
    if previous is not None:
        opening, closing = table.rows[-1].cells[0].value, previous.rows[-1].cells[7].value
        name = "期初未销等于上期期末"
        check = equal("K16", name, int(str(opening)), int(str(closing)), "条")
        why = "" if check.ok else "：上期关账后补记了早先的办理，上期请走更正"
        found.append(replace(check, detail=check.detail + why))
    return found


@dataclass(frozen=True, slots=True)
class _Stage:
    """One of 五个及时: from a step to a later one, and until when it was in time."""

    name: str
    start: Callable[[WarningRecord], date | None]
    end: Callable[[WarningRecord], date | None]
    limit: Callable[[WarningRecord, Context], int | date | None]


def _at(*states: str) -> Callable[[WarningRecord], date | None]:
    def find(warning: WarningRecord) -> date | None:
        step = warning.reached(*states)
        return step.on if step else None

    return find


def _action(name: str) -> Callable[[WarningRecord], date | None]:
    def find(warning: WarningRecord) -> date | None:
        return next((step.on for step in warning.steps if step.action == name), None)

    return find


def _arrived(warning: WarningRecord) -> date | None:
    """The day of the confirmation, or the later one on which the township got it (收到日).

    The township's own step says it, so that village, township and county show the same days.
    """
    step = next((step for step in warning.steps if step.action == "confirm"), None)
    return None if step is None else max(step.on, step.clock_from or step.on)


def _confirm_limit(warning: WarningRecord, context: Context) -> int | None:
    red = "_red" if warning.severity == "red" else ""
    return context.parameters.limits.get(f"village_confirm_days{red}")


def _review_limit(warning: WarningRecord, context: Context) -> int | None:
    names = ["town_review_days"]
    if warning.severity in ("orange", "red"):
        names.append("county_review_days")
    return _summed(context, names)


def _help_limit(_warning: WarningRecord, context: Context) -> int | None:
    return _summed(context, ["assign_days", "accept_days"])


def _summed(context: Context, names: Iterable[str]) -> int | None:
    found = [context.parameters.limits.get(name) for name in names]
    known = [days for days in found if days is not None]
    return sum(known) if len(known) == len(found) else None


def _due(warning: WarningRecord, context: Context) -> date | None:
    if context.parameters.overdue_by_original and warning.due_on_original:
        return warning.due_on_original
    return warning.due_on


_STAGES = (
    _Stage("及时预警", lambda w: w.opened_on, _action("confirm"), _confirm_limit),
    _Stage("及时核查", _arrived, _at(*_DETERMINED), _review_limit),
    _Stage("及时帮扶", _at(*_DETERMINED), _at("remedying"), _help_limit),
    _Stage("及时消除", _at("remedying"), _at("closed"), _due),
    _Stage("全程", lambda w: w.opened_on, _at("closed"), _due),
)


def timings(context: Context) -> ReportTable:
    """T15: 五个及时, over the warnings that reached the later stamp in the window."""
    columns = [
        Column("办到", "条"),
        Column("平均", "天"),
        Column("中位", "天"),
        Column("最长", "天"),
        Column("限时内", "条"),
        Column("限时内占比", "%"),
    ]
    rows = [_stage_line(context, stage) for stage in _STAGES]
    still = [w.warning_id for w in context.records.warnings if is_open(w, context.window.end)]
    rows.append(Line("动态清零：期末未销", (counted(still, WARNING), *[Cell(None)] * 5)))
    note = (
        "天数为自然日；镇、县的天数从收到日起算（以镇里办理时记下的为准，各级一样）。"
        "没有限时或到期日的条不计入占比的分母。"
    )
    return context.table("T15", "五个及时", "环节", columns, rows, [note])


def _stage_line(context: Context, stage: _Stage) -> Line:
    days: list[int] = []
    ids: list[str] = []
    in_time: list[str] = []
    limited = 0
    for warning in context.records.warnings:
        start, end = stage.start(warning), stage.end(warning)
        if start is None or end is None or not context.window.has(end):
            continue
        days.append(max(0, (end - start).days))
        ids.append(warning.warning_id)
        limit = stage.limit(warning, context)
        if limit is None:
            continue
        limited += 1
        met = end <= limit if isinstance(limit, date) else days[-1] <= limit
        if met:
            in_time.append(warning.warning_id)
    cells = (
        counted(ids, WARNING),
        *(
            Cell(value, tuple(ids), WARNING)
            for value in (average(days), median(days), max(days, default=None))
        ),
        counted(in_time, WARNING),
        Cell(share(len(in_time), limited), tuple(in_time), WARNING),
    )
    return Line(stage.name, cells)


def departments(context: Context) -> ReportTable:
    """T16: what was given to the departments in the window, and where it stands."""
    columns = [
        *(Column(name, "条") for name in ("交办", "补短中", "已补短", "已销", "超期")),
        Column("平均办理", "天"),
    ]
    groups: dict[str, list[WarningRecord]] = defaultdict(list)
    for warning in context.records.warnings:
        if warning.reached("assigned", "remedying") is not None:
            groups[warning.department or NO_DEPARTMENT].append(warning)
    rows = [_department_line(context, name, groups[name]) for name in sorted(groups)]
    total = _department_line(context, "合计", [w for found in groups.values() for w in found])
    rows.append(Line(total.label, total.cells, True))
    note = (
        "交办、已补短、已销为本期；补短中、超期为期末；办理天数从交办到补短；"
        "退回补短的，以最后一次补短为准。"
    )
    return context.table("T16", "部门交办", "部门", columns, rows, [note])


def _department_line(context: Context, name: str, warnings: list[WarningRecord]) -> Line:
    window = context.window
    days: dict[str, int] = {}
    assigned, done, closed = [], [], []
    for warning in warnings:
        given = _at("assigned", "remedying")(warning)
        remedied = warning.remedied_on(window.end)
        if window.has(given):
            assigned.append(warning)
        if window.has(remedied):
            done.append(warning)
            if given is not None and remedied is not None:
                days[warning.warning_id] = (remedied - given).days
        if window.has(_at("closed")(warning)):
            closed.append(warning)
    running = [w for w in warnings if w.state_on(window.end) == "remedying"]
    late = [
        w for w in warnings if is_overdue(w, window.end, context.parameters.overdue_by_original)
    ]
    parts = (assigned, running, done, closed, late)
    cells = [counted((w.warning_id for w in part), WARNING) for part in parts]
    mean = Cell(average(list(days.values())), tuple(days), WARNING)
    return Line(name, (*cells, mean))
