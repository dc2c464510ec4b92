"""Tables of the months: T10–T12, T17, T18."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from app.domain.labels import LABELS, SEVERITIES, SEVERITY_RANK
from app.domain.report_checks import ReportCheck
from app.domain.statistics.context import Context
from app.domain.statistics.exact import share
from app.domain.statistics.records import (
    ENDED_WARNINGS,
    ON_SITE_WAYS,
    HouseholdRecord,
    SheetRecord,
    WarningRecord,
)
from app.domain.statistics.stock import UNSET
from app.domain.statistics.table import (
    MEMBER,
    SHEET,
    WARNING,
    Cell,
    Column,
    Line,
    ReportTable,
    counted,
    with_total,
)

CLASSES = LABELS["management_class"]
REASONS = ("全家外出联系不上", "拒访", "整户消亡待办", "其他")
BANDS: tuple[tuple[str, Fraction | None], ...] = (  # label, upper bound (not included)
    ("不足0.5线", Fraction(1, 2)),
    ("0.5线以上不足1线", Fraction(1)),
    ("1线以上不足1.1线", Fraction(11, 10)),
    ("1.1线以上不足1.5线", Fraction(3, 2)),
    ("1.5线以上不足2线", Fraction(2)),
    ("2线以上", None),
)
NO_DATA = "资料不足"
ITEM_LABELS = {
    "income": "收入超过监测线", "education": "义务教育有保障", "medical": "基本医疗有保障",
    "housing": "住房安全有保障", "water": "有安全饮水", "electricity": "有生活用电",
    "tv": "有广播电视",
}  # fmt: skip
_LEVELS = tuple(reversed(SEVERITIES[1:]))  # red first
_RANK = {"": -1, **SEVERITY_RANK}


def by_class(context: Context) -> ReportTable:
    """T10: management classes with their visits in the window."""
    sheets = due_sheets(context)
    by_household: dict[str, list[SheetRecord]] = defaultdict(list)
    for sheet in sheets:
        by_household[sheet.household_id].append(sheet)
    groups: dict[str, list[str]] = defaultdict(list)
    for household in context.standing:
        if household.management_class:
            groups[household.management_class].append(household.household_id)
    columns = [
        Column("户", "户"),
        Column("人", "人"),
        Column("应访", "次"),
        Column("实访", "次"),
        Column("完成率", "%"),
    ]
    keys = [*CLASSES, *sorted(key for key in groups if key not in CLASSES)]
    rows = [_class_line(context, CLASSES.get(key, key), groups[key], by_household) for key in keys]
    everyone = [i for key in keys for i in groups[key]]
    total = _class_line(context, "合计", everyone, by_household)
    rows.append(Line(total.label, total.cells, True))
    note = "应访为每月一次的检查表，不含加访；管理类别按期末的登记。"
    return context.table("T10", "分类管理", "管理类别", columns, rows, [note])


def _class_line(
    context: Context, label: str, ids: list[str], sheets: dict[str, list[SheetRecord]]
) -> Line:
    due = [sheet for household_id in ids for sheet in sheets.get(household_id, [])]
    visited = [sheet for sheet in due if sheet.is_visited]
    cells = (
        *context.pair(ids),
        _sheet_cell(due),
        _sheet_cell(visited),
        _share_cell(visited, due),
    )
    return Line(label, cells)


def _sheet_cell(sheets: list[SheetRecord]) -> Cell:
    return counted((sheet.sheet_id for sheet in sheets), SHEET)


def _share_cell(part: list[SheetRecord], base: list[SheetRecord]) -> Cell:
    return Cell(share(len(part), len(base)), tuple(sheet.sheet_id for sheet in part), SHEET)


def due_sheets(context: Context) -> list[SheetRecord]:
    """Return the sheets of the months that begin in the window."""
    first, last = f"{context.window.start:%Y-%m}", f"{context.window.end:%Y-%m}"
    return [sheet for sheet in context.records.sheets if first <= sheet.period <= last]


def coverage(context: Context) -> ReportTable:
    """T11: who was due and who was visited, by village."""
    by_village: dict[str, list[SheetRecord]] = defaultdict(list)
    for sheet in due_sheets(context):
        by_village[sheet.village].append(sheet)
    unit = "户" if _is_one_month(context) else "户次"
    columns = [
        Column("应访", unit),
        Column("已访", unit),
        Column("覆盖率", "%"),
        Column("入户", unit),
        Column("电话", unit),
        *(Column(reason, unit, "未访原因") for reason in (*REASONS, UNSET)),
        Column("帮扶责任人入户", unit),
        Column("帮扶责任人入户率", "%"),
    ]
    rows = [_cover_line(v.name, by_village[v.code]) for v in context.records.villages]
    total = _cover_line("合计", [sheet for found in by_village.values() for sheet in found])
    rows.append(Line(total.label, total.cells, True))
    note = "已访：检查表已完成，并且入户或电话问到本户；邻居代述不算走访。"
    return context.table("T11", "走访覆盖", "村", columns, rows, [note])


def _is_one_month(context: Context) -> bool:
    return (context.window.start.year, context.window.start.month) == (
        context.window.end.year,
        context.window.end.month,
    )


def _cover_line(label: str, sheets: list[SheetRecord]) -> Line:
    visited = [sheet for sheet in sheets if sheet.is_visited]
    missed: dict[str, list[SheetRecord]] = defaultdict(list)
    for sheet in sheets:
        if not sheet.is_visited:
            missed[_reason(sheet)].append(sheet)
    on_site = [sheet for sheet in visited if sheet.visit_way in ON_SITE_WAYS]
    helped = [sheet for sheet in sheets if sheet.helper_visited]
    cells = (
        _sheet_cell(sheets),
        _sheet_cell(visited),
        _share_cell(visited, sheets),
        _sheet_cell(on_site),
        _sheet_cell([sheet for sheet in visited if sheet.visit_way == "phone"]),
        *(_sheet_cell(missed[reason]) for reason in (*REASONS, UNSET)),
        _sheet_cell(helped),
        _share_cell(helped, sheets),
    )
    return Line(label, cells)


def _reason(sheet: SheetRecord) -> str:
    """Return the reason's column; own words count as 其他."""
    if not sheet.unvisited_reason:
        return UNSET
    return next((r for r in REASONS if sheet.unvisited_reason.startswith(r)), "其他")


def coverage_checks(table: ReportTable) -> list[ReportCheck]:
    """K20: visited is not more than due."""
    found = []
    for line in table.rows:
        due, visited = int(str(line.cells[0].value)), int(str(line.cells[1].value))
        if visited > due:
            detail = f"{line.label}：已访{visited} > 应访{due}"
            found.append(ReportCheck("K20", "走访覆盖", False, visited, due, visited - due, detail))
    good = ReportCheck("K20", "走访覆盖", True, None, None, None, "走访覆盖：已访都不多于应访")
    return found or [good]


def shortfalls(context: Context) -> ReportTable:
    """T12: the codes found in the months of the window, by level.

    The level is that of the month's findings where they are kept, else of the warning, else of
    the code itself (a banner, coverage, natural changes: they open no warning).
    """
    warnings: dict[tuple[str, str], list[WarningRecord]] = defaultdict(list)
    for warning in context.records.warnings:
        if warning.opened_on <= context.window.end:
            warnings[warning.household_id, warning.code].append(warning)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for sheet in due_sheets(context):
        home = sheet.household_id
        for code in sheet.codes:
            level = sheet.levels.get(code) or _level(context, code, warnings.get((home, code), []))
            found[code][home] = max(level, found[code].get(home, ""), key=_RANK.__getitem__)
    columns = [
        Column("户", "户"),
        *(Column(LABELS["severity"][level], "户") for level in _LEVELS),
        Column("未分级", "户"),
        Column("涉及", "人"),
        Column("新增", "条"),
        Column("仍存在", "条"),
        Column("已销", "条"),
    ]
    rows = [
        _shortfall_line(
            context,
            code,
            found[code],
            [warning for home in found[code] for warning in warnings.get((home, code), [])],
        )
        for code in sorted(found)
    ]
    note = "涉及人数和新增、仍存在、已销只计预警；一户一类缺项计最重的一级。"
    return context.table("T12", "月度缺项", "缺项", columns, rows, [note])


def _level(context: Context, code: str, warnings: Iterable[WarningRecord]) -> str:
    worst = max((w.severity for w in warnings), key=_RANK.__getitem__, default="")
    return worst or context.parameters.levels.get(code, "")


def _shortfall_line(
    context: Context, code: str, level_of: Mapping[str, str], warnings: Sequence[WarningRecord]
) -> Line:
    window = context.window
    people = {w.member_id for w in warnings if w.member_id}
    new = [w for w in warnings if window.has(w.opened_on)]
    old = [
        w
        for w in warnings
        if not window.has(w.opened_on) and w.state_on(window.end) not in ENDED_WARNINGS
    ]
    closed = [w for w in warnings if _closed_in(w, context)]
    cells = (
        counted(level_of),
        *(counted([i for i, found in level_of.items() if found == lv]) for lv in (*_LEVELS, "")),
        counted(sorted(people), MEMBER),
        *(counted([w.warning_id for w in part], WARNING) for part in (new, old, closed)),
    )
    return Line(context.parameters.named(code), cells)


def _closed_in(warning: WarningRecord, context: Context) -> bool:
    window = context.window
    steps = (step for step in warning.steps if window.has(step.on))
    return warning.state_on(window.end) == "closed" and any(s.state == "closed" for s in steps)


def income_bands(context: Context) -> ReportTable:
    """T17: households of the roster by per-capita income against the line; lower bounds count."""
    line = context.parameters.line
    groups: dict[str, list[HouseholdRecord]] = defaultdict(list)
    for household in context.standing:
        groups[_band(household.per_capita, line)].append(household)
    kinds = LABELS["household_kind"]
    columns = [
        Column(unit, unit, group) for group in ("合计", *kinds.values()) for unit in ("户", "人")
    ]
    rows = []
    for label in (*(label for label, _ in BANDS), NO_DATA):
        cells = [*context.pair(h.household_id for h in groups[label])]
        for kind in kinds:
            own = (h.household_id for h in groups[label] if h.household_kind == kind)
            cells += context.pair(own)
        rows.append(Line(label, tuple(cells)))
    shown = "没有本年度的线" if line is None else f"1线 = {line:f}元/人"
    notes = [f"{shown}；下界计入本档。人均为最近一次核算，没有的取年度人均。"]
    return context.table("T17", "收入分布", "人均纯收入", columns, with_total(rows, columns), notes)


def _band(per_capita: Decimal | None, line: Decimal | None) -> str:
    if per_capita is None or not line:
        return NO_DATA
    ratio = Fraction(per_capita) / Fraction(line)
    return next(label for label, upper in BANDS if upper is None or ratio < upper)


def one_over_six(context: Context) -> ReportTable:
    """T18: the seven items of 一超六有 over the households with a month handed in."""
    columns = [
        Column("达标", "户"),
        Column("未达标", "户"),
        Column("未查清", "户"),
        Column("达标率", "%"),
    ]
    seen = [h for h in context.standing if h.score]
    rows = []
    for item, label in ITEM_LABELS.items():
        met = [h.household_id for h in seen if h.score.get(item) is True]
        missed = [h.household_id for h in seen if h.score.get(item) is False]
        unknown = [h.household_id for h in seen if item not in h.score]
        rate = Cell(share(len(met), len(met) + len(missed)), tuple(met))
        rows.append(Line(label, (counted(met), counted(missed), counted(unknown), rate)))
    notes = [f"已交检查表 {len(seen)}户；达标率 = 达标 ÷（达标＋未达标）。"]
    return context.table("T18", "一超六有", "项目", columns, rows, notes)
