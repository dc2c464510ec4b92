"""Tables of measures: T6–T8, T25."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from app.domain.report_checks import ReportCheck
from app.domain.statistics import year_figures as names
from app.domain.statistics.context import Context
from app.domain.statistics.exact import money, share
from app.domain.statistics.records import MeasureRecord
from app.domain.statistics.stock import CAUSES, TYPES, UNSET
from app.domain.statistics.table import (
    MEASURE,
    Cell,
    Column,
    Line,
    ReportTable,
    counted,
    with_total,
)

COVER_COLUMNS: Mapping[str, tuple[str, ...]] = {  # report column → categories
    "产业": ("industry",), "就业": ("employment",), "金融": ("finance",),
    "公益岗": ("public_post",), "住房": ("housing",), "健康": ("health",),
    "教育": ("compulsory_education", "education_aid"), "综合保障": ("social_security",),
    "社会": ("social_help",), "生产生活条件改善": ("living_conditions", "water"),
    "基础设施": ("infrastructure",),
}  # fmt: skip
KIND_GROUPS = (
    "低保", "残疾人两项补贴", "协调子女赡养", "教育政策", "产业奖补", "务工就业奖补", "医疗保障",
    "危房改造", names.OTHER,
)  # fmt: skip
_BY_KIND = {
    "低保": "低保", "残疾人两项补贴": "残疾人两项补贴", "残疾人两项补贴申请": "残疾人两项补贴",
    "协调子女赡养": "协调子女赡养", "产业奖补": "产业奖补", "小微产业奖补": "产业奖补",
    "危房改造": "危房改造",
}  # fmt: skip
_BY_CATEGORY = {
    "compulsory_education": "教育政策", "education_aid": "教育政策", "health": "医疗保障",
}  # fmt: skip
_GROUPS = ("合计", *TYPES.values())
_INSURANCE = "防贫保险"
_CLAIM = "理赔"


def kind_group(measure: MeasureRecord) -> str:
    """Return the line of T6 that a measure belongs to."""
    if measure.kind.startswith("务工奖补"):
        return "务工就业奖补"
    found = _BY_KIND.get(measure.kind) or _BY_CATEGORY.get(measure.category)
    return found or names.OTHER


def by_kind(context: Context) -> ReportTable:
    """T6: measures of living cases by kind and object type; 户 distinct in each kind."""
    columns = [Column(u, u, group) for group in _GROUPS for u in ("条", "户")]
    groups: dict[str, list[MeasureRecord]] = defaultdict(list)
    for measure in context.active_measures:
        groups[kind_group(measure)].append(measure)
    rows = [Line(kind, _typed(context, groups[kind])) for kind in KIND_GROUPS]
    rows.append(Line("合计", _typed(context, context.active_measures), True))
    note = "一户有几类措施时各行都计，合计户数不重复；措施为本期落实中和已落实的。"
    return context.table("T6", "帮扶措施与对象类型", "措施类别", columns, rows, [note])


def _typed(context: Context, measures: Iterable[MeasureRecord]) -> tuple[Cell, ...]:
    found = list(measures)
    cells = [*_counts(found)]
    for object_type in TYPES:
        stock = context.stock
        own = [m for m in found if stock[m.household_id].object_type == object_type]
        cells += _counts(own)
    return tuple(cells)


def _counts(measures: list[MeasureRecord]) -> tuple[Cell, Cell]:
    households = dict.fromkeys(measure.household_id for measure in measures)
    return counted((m.measure_id for m in measures), MEASURE), counted(households)


def by_cause(context: Context) -> ReportTable:
    """T7: households with each main cause, and the measures that they have."""
    columns = [Column(u, u, group) for group in _GROUPS for u in ("户", "条")]
    measures: dict[str, list[MeasureRecord]] = defaultdict(list)
    for measure in context.active_measures:
        measures[context.stock[measure.household_id].cause].append(measure)
    households: dict[str, list[str]] = defaultdict(list)
    for household_id, entry in context.stock.items():
        households[entry.cause].append(household_id)
    strange = sorted(key for key in households if key not in CAUSES)
    rows = []
    for key, label in (*CAUSES.items(), *((k, k or UNSET) for k in strange)):
        rows.append(Line(label, _cause_cells(context, households[key], measures[key])))
    return context.table("T7", "风险原因与帮扶措施", "风险原因", columns, with_total(rows, columns))


def _cause_cells(
    context: Context, household_ids: list[str], measures: list[MeasureRecord]
) -> tuple[Cell, ...]:
    stock = context.stock
    cells = [counted(household_ids), _counts(measures)[0]]
    for object_type in TYPES:
        ids = [i for i in household_ids if stock[i].object_type == object_type]
        own = [m for m in measures if stock[m.household_id].object_type == object_type]
        cells += [counted(ids), _counts(own)[0]]
    return tuple(cells)


def coverage(context: Context) -> ReportTable:
    """T8: households of the stock with at least one measure, by report column."""
    end, stock = context.window.end, context.stock
    having: dict[str, set[str]] = defaultdict(set)
    for measure in context.records.measures:
        if measure.household_id in stock and measure.state_on(end) not in (
            "planned",
            "terminated",
        ):
            having[measure.category].add(measure.household_id)
    rows = []
    for label, categories in COVER_COLUMNS.items():
        covered = set().union(*(having[category] for category in categories))
        rows.append(_cover_line(context, label, covered))
    anything = set().union(*having.values())
    rows.append(_cover_line(context, "有任一措施", anything))
    rows.append(_cover_line(context, names.WITHOUT_MEASURE, stock.keys() - anything))
    columns = [Column("户", "户"), Column("占比", "%")]
    notes = [f"占比 = 户 ÷ 存量 {len(stock)}户。一户有几类措施时各行都计，各行相加不等于100%。"]
    return context.table("T8", "帮扶措施覆盖", "措施", columns, rows, notes)


def _cover_line(context: Context, label: str, covered: Iterable[str]) -> Line:
    wanted = set(covered)
    ids = tuple(i for i in context.stock if i in wanted)
    return Line(label, (Cell(len(ids), ids), Cell(share(len(ids), len(context.stock)), ids)))


def measure_checks(by_kind_table: ReportTable, by_cause_table: ReportTable) -> list[ReportCheck]:
    """K18: 条 is not less than 户 in any cell of T6 and T7; Σ户 of T7 is the stock."""
    broken = [
        _too_few(f"{table.number} {line.label}", wrong)
        for table in (by_kind_table, by_cause_table)
        for line in table.rows
        if (wrong := list(_short_cells(table, line)))
    ]
    name = "措施条数不少于户数"
    good = ReportCheck("K18", name, True, None, None, None, f"{name}：各格都符合")
    return broken or [good]


def _short_cells(table: ReportTable, line: Line) -> Iterator[tuple[str, int, int]]:
    """Yield group, 条 and 户 of every pair of cells with fewer measures than households."""
    for place in range(0, len(line.cells), 2):
        pair = {table.columns[at].unit: int(str(line.cells[at].value)) for at in (place, place + 1)}
        if pair["条"] < pair["户"]:
            yield table.columns[place].group, pair["条"], pair["户"]


def _too_few(where: str, wrong: list[tuple[str, int, int]]) -> ReportCheck:
    _, measures, households = wrong[0]
    parts = "、".join(f"{group} {few}条 < {many}户" for group, few, many in wrong)
    detail = f"{where}：{parts}，有户没有措施"
    gap = measures - households
    return ReportCheck("K18", where, False, measures, households, gap, detail)


def insurance(context: Context) -> ReportTable:
    """T25: 防贫保险 and 社会帮扶 of the window, with amounts."""
    window = context.window
    groups: dict[str, list[MeasureRecord]] = defaultdict(list)
    for measure in context.records.measures:
        is_help = measure.category == "social_help" or measure.kind.startswith(_INSURANCE)
        is_now = measure.is_active_in(window.start, window.end)
        if is_help and is_now and not measure.was_done_before(window.start):
            groups[measure.kind].append(measure)
    columns = [
        Column("笔数", "笔"),
        Column("金额", "元"),
        Column("受益户", "户"),
        Column("其中理赔", "笔"),
    ]
    rows = [_insurance_line(kind, groups[kind]) for kind in sorted(groups)]
    total = _insurance_line("合计", [m for found in groups.values() for m in found])
    rows.append(Line(total.label, total.cells, True))
    note = "受益户不重复；以前已经落实的不再计。"
    return context.table("T25", "防贫保险与社会帮扶", "种类", columns, rows, [note])


def _insurance_line(label: str, measures: list[MeasureRecord]) -> Line:
    households = dict.fromkeys(measure.household_id for measure in measures)
    ids = tuple(measure.measure_id for measure in measures)
    amount = money(sum((m.amount for m in measures if m.amount is not None), Decimal(0)))
    claims = [m.measure_id for m in measures if _CLAIM in m.kind]
    cells = (
        counted(ids, MEASURE),
        Cell(amount, ids, MEASURE),
        counted(households),
        counted(claims, MEASURE),
    )
    return Line(label, cells)
