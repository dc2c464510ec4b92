"""Tables of monitored objects: T1–T5, T9, T24."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import chain

from app.domain.labels import LABELS
from app.domain.statistics import year_figures as names
from app.domain.statistics.context import (
    AGAIN,
    CLEARED,
    EXTINCT,
    MONITORING,
    NEW,
    REMOVED,
    RISK_REMOVED,
    ROLLED_BACK,
    TYPE_CHANGED,
    Context,
    Move,
    StockEntry,
)
from app.domain.statistics.exact import share
from app.domain.statistics.table import (
    MEMBER,
    Cell,
    Column,
    Line,
    ReportTable,
    counted,
    with_total,
)

TYPES: Mapping[str, str] = LABELS["object_type"]
CAUSES: Mapping[str, str] = LABELS["risk_cause"]
UNSET = "未填"
STATES = {MONITORING: names.MONITORING, REMOVED: names.REMOVED}
PAIR = (Column("户", "户"), Column("人", "人"))
SHARE = Column("占比", "%")
_MOVES = (
    (NEW, names.NEW), (AGAIN, names.AGAIN), (RISK_REMOVED, names.RISK_REMOVED),
    (ROLLED_BACK, names.ROLLED_BACK), (TYPE_CHANGED, names.TYPE_CHANGED),
    (CLEARED, names.CLEARED), (EXTINCT, names.EXTINCT),
)  # fmt: skip
_DAY = timedelta(days=1)
_Pick = Callable[[str], bool]


def typed_columns() -> list[Column]:
    """Return 户 and 人 of the total, then of each object type."""
    groups = ("合计", *TYPES.values())
    return [Column(c.label, c.unit, group) for group in groups for c in PAIR]


def yearly_dynamics(context: Context) -> ReportTable:
    """T1: opening stock, what happened, closing stock; events are counted each."""
    start, end = context.window.before, context.window.end
    opening = context.stock_on(start)
    rows = [_stock_line(context, names.OPENING, opening, start)]
    rows += [_event_line(label, kind, context.moves) for kind, label in _MOVES]
    rows += _natural_lines(context)
    rows.append(_stock_line(context, names.CLOSING, context.stock, end))
    for state, label in STATES.items():
        part = {key: entry for key, entry in context.stock.items() if entry.state == state}
        rows.append(_stock_line(context, f"其中：{label}", part, end))
    note = "存量为户和人；其余各行为件次（户次），人数按发生之日；自然增减只计人。"
    return context.table("T1", "监测对象年度动态", "项目", typed_columns(), rows, [note])


def _stock_line(context: Context, label: str, stock: Mapping[str, StockEntry], day: date) -> Line:
    cells = [*context.pair(stock, day)]
    for object_type in TYPES:
        ids = [key for key, entry in stock.items() if entry.object_type == object_type]
        cells += context.pair(ids, day)
    return Line(label, tuple(cells), label == names.CLOSING)


def _event_line(label: str, kind: str, moves: Iterable[Move]) -> Line:
    found = [move for move in moves if move.kind == kind]
    cells = [*_event_pair(found)]
    for object_type in TYPES:
        cells += _event_pair([move for move in found if move.object_type == object_type])
    return Line(label, tuple(cells))


def _event_pair(moves: list[Move]) -> tuple[Cell, Cell]:
    people = chain.from_iterable(move.household.people_on(move.on) for move in moves)
    return counted(move.household.household_id for move in moves), counted(people, MEMBER)


def _natural_lines(context: Context) -> list[Line]:
    """Count people who joined or left a household that was in the stock the day before."""
    joined: list[tuple[str, str]] = []
    left: list[tuple[str, str]] = []
    has = context.window.has
    for history in context.histories.values():
        for member in history.household.members:
            day = member.joined_on
            if day is not None and has(day) and member.counts_on(day):
                _note(joined, member.member_id, history.on(day - _DAY))
            day = member.left_on
            if day is not None and has(day) and member.counts_on(day - _DAY):
                _note(left, member.member_id, history.on(day - _DAY))
    return [_people_line(names.INCREASE, joined), _people_line(names.DECREASE, left)]


def _note(found: list[tuple[str, str]], member_id: str, entry: StockEntry | None) -> None:
    if entry is not None:
        found.append((member_id, entry.object_type))


def _people_line(label: str, found: list[tuple[str, str]]) -> Line:
    cells = [Cell(None), _people(found)]
    for object_type in TYPES:
        cells += [Cell(None), _people([pair for pair in found if pair[1] == object_type])]
    return Line(label, tuple(cells))


def _people(found: list[tuple[str, str]]) -> Cell:
    return counted((member_id for member_id, _ in found), MEMBER)


def by_state(context: Context) -> ReportTable:
    """T2: the stock on the reference day by 未消除 and 已消除."""
    groups = _grouped(context.stock, lambda entry: entry.state)
    rows = [_share_line(context, label, groups[state]) for state, label in STATES.items()]
    return _share_table(context, "T2", "监测对象存量（按状态）", "状态", rows)


def by_cause(context: Context) -> ReportTable:
    """T3: the stock by main cause; every household once, so that the sum is the total."""
    groups = _grouped(context.stock, lambda entry: entry.cause)
    rows = [_share_line(context, label, groups[key]) for key, label in _causes(groups)]
    return _share_table(context, "T3", "监测对象风险原因", "风险原因", rows)


def _share_table(
    context: Context, number: str, title: str, row_heading: str, rows: list[Line]
) -> ReportTable:
    columns = [*PAIR, SHARE]
    total = _share_line(context, "合计", list(context.stock))
    rows = [*rows, Line(total.label, total.cells, True)]
    note = f"占比 = 户 ÷ 存量 {len(context.stock)}户。每户只计一个主要原因。"
    return context.table(number, title, row_heading, columns, rows, [note])


def _share_line(context: Context, label: str, ids: list[str]) -> Line:
    percent = Cell(share(len(ids), len(context.stock)), tuple(ids))
    return Line(label, (*context.pair(ids), percent))


def by_cause_and_type(context: Context) -> ReportTable:
    """T4: main cause by object type."""
    groups = _grouped(context.stock, lambda entry: entry.cause)
    columns = [*typed_columns()[2:], *typed_columns()[:2]]
    rows = []
    for key, label in _causes(groups):
        cells: list[Cell] = []
        for object_type in TYPES:
            ids = [i for i in groups[key] if context.stock[i].object_type == object_type]
            cells += context.pair(ids)
        rows.append(Line(label, (*cells, *context.pair(groups[key]))))
    return context.table("T4", "风险原因与对象类型", "风险原因", columns, with_total(rows, columns))


def by_type(context: Context) -> ReportTable:
    """T5: the stock by object type, with its states."""
    groups = _grouped(context.stock, lambda entry: entry.object_type)
    columns = [*PAIR, SHARE, *(Column(c.label, c.unit, s) for s in STATES.values() for c in PAIR)]
    rows = [_type_line(context, label, groups.get(key, [])) for key, label in _keys(TYPES, groups)]
    total = _type_line(context, "合计", list(context.stock))
    rows.append(Line(total.label, total.cells, True))
    note = f"占比 = 户 ÷ 存量 {len(context.stock)}户。"
    return context.table("T5", "监测对象类型", "对象类型", columns, rows, [note])


def _type_line(context: Context, label: str, ids: list[str]) -> Line:
    cells = list(_share_line(context, label, ids).cells)
    for state in STATES:
        cells += context.pair([i for i in ids if context.stock[i].state == state])
    return Line(label, tuple(cells))


def clear_outs(context: Context) -> ReportTable:
    """T9: 清退 by reason."""
    moves = [move for move in context.moves if move.kind == CLEARED]
    by_reason: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        by_reason[move.reason or UNSET].append(move)
    order = sorted(by_reason, key=lambda reason: (reason in (names.OTHER, UNSET), reason))
    columns = [*PAIR, SHARE]
    rows = [_reason_line(reason, by_reason[reason], len(moves)) for reason in order]
    total = _reason_line("合计", moves, len(moves))
    rows.append(Line(total.label, total.cells, True))
    note = f"占比 = 户 ÷ 清退 {len(moves)}户次；人数按清退之日。"
    return context.table("T9", "清退原因", "清退原因", columns, rows, [note])


def _reason_line(label: str, moves: list[Move], base: int) -> Line:
    pair = _event_pair(moves)
    return Line(label, (*pair, Cell(share(len(moves), base), pair[0].ids)))


def low_income(context: Context) -> ReportTable:
    """T24: 低保, 特困 and monitored objects side by side, with what they share."""
    end = context.window.end
    dibao, tekun = set(), set()
    for household in context.standing:
        here = [member for member in household.members if member.counts_on(end)]
        if any(member.has_dibao for member in here):
            dibao.add(household.household_id)
        if any(member.has_tekun for member in here):
            tekun.add(household.household_id)
    objects = set(context.stock)
    groups = [
        ("低保户", dibao),
        ("特困供养户", tekun),
        ("监测对象", objects),
        ("低保户且监测对象", dibao & objects),
        ("特困供养户且监测对象", tekun & objects),
        ("只是低保或特困", (dibao | tekun) - objects),
        ("只是监测对象", objects - dibao - tekun),
        ("以上合计（不重复）", dibao | tekun | objects),
    ]
    order = [h.household_id for h in context.records.households]
    rows = [
        Line(label, context.pair([i for i in order if i in ids]), label.startswith("以上"))
        for label, ids in groups
    ]
    return context.table("T24", "低收入人口", "类别", PAIR, rows, ["人为全户在户人口。"])


def _grouped(
    stock: Mapping[str, StockEntry], of: Callable[[StockEntry], str]
) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for household_id, entry in stock.items():
        groups[of(entry)].append(household_id)
    return groups


def _causes(groups: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Return key and label of every cause; strange ones and “未填” only where there are any."""
    return _keys(CAUSES, groups)


def _keys(known: Mapping[str, str], groups: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    strange = [(key, key or UNSET) for key in sorted(groups) if key not in known and groups[key]]
    return [*known.items(), *strange]
