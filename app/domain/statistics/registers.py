"""Tables of the registers: T19–T23, T27."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

from app.domain.labels import LABELS
from app.domain.natural_change import KIND_LABELS
from app.domain.statistics.context import Context
from app.domain.statistics.exact import money, share
from app.domain.statistics.records import CampaignHousehold, ChangeRecord, ClueRecord, DoubtRecord
from app.domain.statistics.table import (
    CHANGE,
    CLUE,
    DOUBT,
    TEAM_FUND,
    TEAM_MEMBER,
    Cell,
    Column,
    Line,
    ReportTable,
    counted,
    with_total,
)

_ONE_PERSON = frozenset({"increase", "decrease"})


def natural_changes(context: Context) -> ReportTable:
    """T19: natural changes that were 已办理 in the window."""
    groups: dict[tuple[str, str], list[ChangeRecord]] = defaultdict(list)
    for change in context.records.changes:
        if change.state == "done" and context.window.has(change.done_on):
            reason = change.reason if change.kind in _ONE_PERSON else ""
            groups[change.kind, reason].append(change)
    columns = [Column("次", "次"), Column("人", "人"), Column("户", "户")]
    rows: list[Line] = []
    for kind, word in KIND_LABELS.items():
        own = [
            Line("·".join(filter(None, (word, reason))), _changed(groups[kind, reason]))
            for its_kind, reason in sorted(groups)
            if its_kind == kind
        ]
        if own and kind in _ONE_PERSON:
            own = with_total(own, columns, f"{word}·小计")
        rows += own
    total = with_total([line for line in rows if not line.is_total], columns)[-1]
    times, _people, homes = total.cells
    rows.append(Line(total.label, (times, Cell(None), homes), True))
    note = "只计本期已办理的；人数只计自然增加和自然减少，进出的人不相加。"
    return context.table("T19", "自然变更", "事由", columns, rows, [note])


def _changed(changes: list[ChangeRecord]) -> tuple[Cell, ...]:
    people = (change for change in changes if change.kind in _ONE_PERSON)
    return (
        counted((change.change_id for change in changes), CHANGE),
        counted((change.change_id for change in people), CHANGE),
        counted(dict.fromkeys(change.household_id for change in changes)),
    )


def clues(context: Context) -> ReportTable:
    """T20: clues by source."""
    sources = LABELS["clue_source"]
    columns = [Column(name, "次") for name in ("线索", "核实", "纳入", "不纳入", "逾期未答复")]
    groups: dict[str, list[ClueRecord]] = defaultdict(list)
    for clue in context.records.clues:
        groups[clue.source].append(clue)
    keys = [*sources, *sorted(key for key in groups if key not in sources)]
    rows = [Line(sources.get(key, key), _clue_cells(context, groups[key])) for key in keys]
    note = "线索、核实、纳入、不纳入为本期；逾期未答复为期末。"
    return context.table("T20", "线索来源", "来源", columns, with_total(rows, columns), [note])


def _clue_cells(context: Context, found: list[ClueRecord]) -> tuple[Cell, ...]:
    has, end = context.window.has, context.window.end
    tests: tuple[Callable[[ClueRecord], bool], ...] = (
        lambda c: has(c.registered_on),
        lambda c: has(c.verified_on),
        lambda c: c.result == "included" and has(c.result_on),
        lambda c: c.result == "excluded" and has(c.result_on),
        lambda c: _is_late(c.reply_due_on, c.replied_on, end),
    )
    return tuple(counted((c.clue_id for c in found if test(c)), CLUE) for test in tests)


def _is_late(due: date | None, replied: date | None, end: date) -> bool:
    """Due today is not late."""
    return due is not None and due < end and (replied is None or replied > end)


def campaigns(context: Context) -> ReportTable:
    """T21: campaigns of the window by village."""
    columns = [
        Column("户", "户", "应查"), Column("人", "人", "应查"), Column("户", "户", "已查"),
        Column("人", "人", "已查"), Column("覆盖率", "%"), Column("有问题", "户"),
        Column("已整改", "户"),
    ]  # fmt: skip
    names = {village.code: village.name for village in context.records.villages}
    campaigns: dict[str, dict[str, list[CampaignHousehold]]] = {}
    for campaign in context.records.campaigns:
        ended = campaign.ended_on or context.window.end
        if campaign.started_on > context.window.end or ended < context.window.start:
            continue
        groups = campaigns.setdefault(campaign.name, defaultdict(list))
        for one in campaign.households:
            groups[one.village].append(one)
    rows: list[Line] = []
    for name, groups in campaigns.items():
        for code, found in groups.items():
            rows.append(_campaign_line(context, f"{name}·{names.get(code, code)}", found))
        whole = _campaign_line(context, f"{name}·合计", list(chain.from_iterable(groups.values())))
        rows.append(Line(whole.label, whole.cells, True))
    note = "各村同名的排查算一次；覆盖率 = 已查户 ÷ 应查户；人数按期末在户。"
    return context.table("T21", "专项排查", "排查·村", columns, rows, [note])


def _campaign_line(context: Context, label: str, found: Sequence[CampaignHousehold]) -> Line:
    checked = [one for one in found if one.result in ("fine", "problem")]
    problems = [one for one in found if one.result == "problem"]

    def pair(part: Sequence[CampaignHousehold]) -> tuple[Cell, Cell]:
        return context.pair(one.household_id for one in part)

    cells = (
        *pair(found),
        *pair(checked),
        Cell(share(len(checked), len(found)), tuple(one.household_id for one in checked)),
        pair(problems)[0],
        pair([one for one in problems if one.is_settled])[0],
    )
    return Line(label, cells)


def doubts(context: Context) -> ReportTable:
    """T22: data doubts by rule."""
    states = (("疑点", ""), ("已更正", "corrected"), ("确认无误", "confirmed_ok"), ("待核", "open"))
    rows = _by_rule(context, context.records.doubts, states)
    columns = [Column(name, "条") for name, _ in states]
    return context.table("T22", "疑点（资料质量）", "规则", columns, with_total(rows, columns))


def negatives(context: Context) -> ReportTable:
    """T23: the negative list by rule, in households."""
    states = (
        ("命中", ""), ("属实", "proven"), ("不属实", "untrue"), ("不影响", "harmless"),
        ("待核", "open"), ("清退", "cleared"),
    )  # fmt: skip
    groups: dict[str, list[DoubtRecord]] = defaultdict(list)
    for one in context.records.negatives:
        if one.found_on <= context.window.end:
            groups[one.code].append(one)
    rows = []
    for code in sorted(groups):
        cells = [
            counted(dict.fromkeys(one.household_id for one in groups[code] if _is(one, state)))
            for _, state in states
        ]
        rows.append(Line(context.parameters.named(code), tuple(cells)))
    columns = [Column(name, "户") for name, _ in states]
    return context.table("T23", "负面清单核查", "规则", columns, with_total(rows, columns))


def _is(one: DoubtRecord, state: str) -> bool:
    return not state or one.state == state or (state == "cleared" and one.is_cleared)


def _by_rule(
    context: Context, found: Sequence[DoubtRecord], states: Sequence[tuple[str, str]]
) -> list[Line]:
    groups: dict[str, list[DoubtRecord]] = defaultdict(list)
    for one in found:
        if one.found_on <= context.window.end:
            groups[one.code].append(one)
    return [
        Line(
            context.parameters.named(code),
            tuple(
                counted((one.doubt_id for one in part), DOUBT)
                for part in ([o for o in groups[code] if _is(o, state)] for _, state in states)
            ),
        )
        for code in sorted(groups)
    ]


def teams(context: Context) -> ReportTable:
    """T27: the villages' teams of the window, on its reference day, and the year's money."""
    window, records = context.window, context.records
    columns = [Column("队员", "人"), Column("在岗", "人"), Column("经费", "元")]
    rows = []
    for village in records.villages:
        own = [one for one in records.team if one.village == village.code]
        served = [
            one
            for one in own
            if one.joined_on <= window.end and (one.left_on is None or one.left_on > window.start)
        ]
        here = [one for one in served if one.is_there_on(window.end)]
        funds = [
            one
            for one in records.funds
            if one.village == village.code and one.year == window.end.year
        ]
        amount = money(sum((one.amount for one in funds), Decimal(0)))
        cells = (
            counted((one.team_member_id for one in served), TEAM_MEMBER),
            counted((one.team_member_id for one in here), TEAM_MEMBER),
            Cell(amount, tuple(one.fund_id for one in funds), TEAM_FUND),
        )
        rows.append(Line(village.name, cells))
    note = f"队员为本期在过岗的，在岗按期末；经费为{window.end.year}年度。"
    return context.table("T27", "队伍与投入", "村", columns, with_total(rows, columns), [note])
