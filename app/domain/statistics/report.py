"""One report: every table of a window, with the checks that stand on it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import TypeVar

from app.domain.household import NOTHING
from app.domain.report_checks import ReportCheck, equal, year_checks
from app.domain.statistics import (
    help as help_tables,
)
from app.domain.statistics import registers, stock, visits, warning_tables
from app.domain.statistics import year_figures as names
from app.domain.statistics.charts import Chart, charts
from app.domain.statistics.context import (
    CLEARED,
    EXTINCT,
    MONITORING,
    Context,
    Window,
)
from app.domain.statistics.printed import Printed, printed_check
from app.domain.statistics.records import Records, Village
from app.domain.statistics.table import Heading, ReportTable
from app.domain.statistics.year_figures import Figure, MeasureFigure, YearFigures

Row = TypeVar("Row")
REMINDERS = "催报"  # the number of the list of villages to remind
MONTHLY, YEARLY, AS_OF = "monthly", "yearly", "as_of"
HELPER = "helper"  # the level of a report over the households of one 帮扶责任人
_OF_HELPER = ("T11", "T12", "T13", "T14", "T19", "T22")
PRINTED = {  # kind, level → what the printed set holds, in its order
    (MONTHLY, "village"): ("T11", "T12", "T13", "T14", "T19", "T22"),
    **{(kind, HELPER): _OF_HELPER for kind in (MONTHLY, YEARLY, AS_OF)},
    (MONTHLY, "township"): (
        "T10", "T11", "T12", "T13", "T14", "T14-部门", "T15", "T16", "T18", "T19", "T20",
    ),
    (MONTHLY, "county"): (
        "T10", "T11", "T12", "T14", "T14-部门", "T15", "T16", "T18", "T19", "T20",
    ),
}  # fmt: skip
_YEARLY = (
    "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T14", "T15", "T17", "T18",
    "T20", "T21", "T22", "T23", "T24", "T25", "T27",
)  # fmt: skip
CLASSIFICATION = {"C-01": "收入高于线却列为脱贫不稳定户、边缘易致贫户",
                  "C-02": "收入低于线却列为突发严重困难户"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """Every statistic of a window, its checks and its pictures.

    ``matters``: warning → the card (事项) that it stands on, where the report's text counts cards.
    """

    kind: str
    level: str
    title: str
    heading: Heading
    window: Window
    tables: tuple[ReportTable, ...]
    checks: tuple[ReportCheck, ...]
    charts: tuple[Chart, ...]
    matters: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def table(self, number: str) -> ReportTable:
        """Return a table by its number."""
        return next(table for table in self.tables if table.number == number)

    @property
    def printed(self) -> tuple[ReportTable, ...]:
        """Return the tables of the printed set."""
        numbers = PRINTED.get((self.kind, self.level), _YEARLY)
        lists = tuple(table for table in self.tables if table.number == REMINDERS)
        return (*(self.table(number) for number in numbers), *lists)

    @property
    def failed(self) -> tuple[ReportCheck, ...]:
        """Return the checks that did not pass."""
        return tuple(check for check in self.checks if check.ok is False)


def build(
    context: Context, kind: str, level: str, title: str, printed: Printed | None = None
) -> Report:
    """Compute every table and check of a report; each check stands on its table as well.

    ``printed``: what was given out of this report before.
    """
    tables = all_tables(context)
    checks = [*_checks(context, tables), printed_check(context.heading, tables, printed)]
    checks.sort(key=lambda check: int(check.check[1:]))
    placed = tuple(_with_checks(table, checks) for table in tables)
    return Report(
        kind,
        level,
        title,
        context.heading,
        context.window,
        placed,
        tuple(checks),
        charts(context, placed),
    )


def all_tables(context: Context) -> tuple[ReportTable, ...]:
    """Return T1–T25 and T27, in their order."""
    make = (
        stock.yearly_dynamics, stock.by_state, stock.by_cause, stock.by_cause_and_type,
        stock.by_type, help_tables.by_kind, help_tables.by_cause, help_tables.coverage,
        stock.clear_outs, visits.by_class, visits.coverage, visits.shortfalls,
        warning_tables.ledger, warning_tables.by_village, warning_tables.by_department,
        warning_tables.timings, warning_tables.departments, visits.income_bands,
        visits.one_over_six, registers.natural_changes, registers.clues, registers.campaigns,
        registers.doubts, registers.negatives, stock.low_income, help_tables.insurance,
        registers.teams,
    )  # fmt: skip
    return tuple(one(context) for one in make)


_PLACES = {  # check → the table on which a failing one is shown
    "K1": "T3", "K2": "T3", "K3": "T5", "K4": "T2", "K5": "T9", "K6": "T9", "K7": "T1",
    "K8": "T1", "K9": "T2", "K10": "T8", "K11": "T1", "K12": "T1", "K13": "T1", "K14": "T8",
    "K15": "T2", "K16": "T14", "K17": "T5", "K18": "T6", "K20": "T11", "K21": "T11", "K22": "T14",
}  # fmt: skip


def _with_checks(table: ReportTable, checks: Iterable[ReportCheck]) -> ReportTable:
    own = tuple(check for check in checks if _place(check) == table.number)
    return replace(table, checks=own)


def _place(check: ReportCheck) -> str:
    """Return the number of the table that a check is shown on."""
    return "T7" if check.name.startswith("T7 ") else _PLACES.get(check.check, "")


def _checks(context: Context, tables: tuple[ReportTable, ...]) -> list[ReportCheck]:
    by_number = {table.number: table for table in tables}
    figures = year_figures(context, by_number)
    found = year_checks(figures, context.parameters.other_share_max)
    previous = warning_tables.by_village(previous_context(context))
    found += _part_sums(context, by_number)
    found += warning_tables.summary_checks(by_number["T14"], previous)
    found += _classification(context)
    found += help_tables.measure_checks(by_number["T6"], by_number["T7"])
    found += _cause_totals(by_number)
    found += visits.coverage_checks(by_number["T11"])
    return found


def previous_context(context: Context) -> Context:
    """Return the context of the time before, of the same kind: its end is this one's opening."""
    before = context.window.before
    length = context.window.end - context.window.start
    window = Window(before - max(length, timedelta(0)), before)
    if context.warned_before is None:
        return replace(context, window=window)
    records = replace(context.records, warnings=context.warned_before)
    return replace(context, window=window, records=records)


def year_figures(context: Context, tables: dict[str, ReportTable]) -> YearFigures:
    """Return our own tables in the form that the checks know."""
    total = tables["T2"].row("合计")
    monitoring = tables["T2"].row(names.MONITORING)
    without = _count(tables["T8"].row(names.WITHOUT_MEASURE).cells[0].value)
    base = _count(total.cells[0].value) or 0
    claims = []
    if base and not _count(monitoring.cells[0].value):
        claims.append("风险清零")
    if base and not without:
        claims.append(f"帮扶措施全覆盖{base}户")
    return YearFigures(
        area=context.heading.area,
        period=context.heading.period,
        total=_figure(total.cells),
        by_state=_figures(tables["T2"]),
        by_type=_figures(tables["T5"]),
        by_cause=_figures(tables["T3"]),
        dynamics=_dynamics(context, tables["T1"]),
        removed_by_reason=_figures(tables["T9"]),
        measures={
            line.label: MeasureFigure(_count(line.cells[0].value), _percent(line.cells[1].value))
            for line in tables["T8"].rows
            if line.label != "有任一措施"
        },
        claims=tuple(claims),
    )


def _dynamics(context: Context, table: ReportTable) -> dict[str, Figure]:
    found = {line.label: _figure(line.cells) for line in table.rows}
    for label in ("其中：未消除", "其中：已消除", names.CLOSING):
        found.pop(label, None)
    opening = context.stock_on(context.window.before)
    ids = [key for key, entry in opening.items() if entry.state == MONITORING]
    pair = context.pair(ids, context.window.before)
    found[names.OPENING_MONITORING] = _figure(pair)
    for label, kind in ((names.CLEARED_MONITORING, CLEARED), (names.EXTINCT_MONITORING, EXTINCT)):
        moves = [m for m in context.moves if m.kind == kind and m.was == MONITORING]
        persons = sum(len(move.household.people_on(move.on)) for move in moves)
        found[label] = Figure(len(moves), persons)
    return found


def _figures(table: ReportTable) -> dict[str, Figure]:
    return {line.label: _figure(line.cells) for line in table.rows if not line.is_total}


def _figure(cells: Iterable[object]) -> Figure:
    households, persons = [_count(getattr(cell, "value", None)) for cell in list(cells)[:2]]
    return Figure(households, persons)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _percent(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _part_sums(context: Context, tables: dict[str, ReportTable]) -> Iterator[ReportCheck]:
    """K15: each village, and in a county each township, counted alone adds up to the area."""
    villages = context.records.villages
    if len(villages) < 2:
        return
    yield from _sums("各村", by_village(context), tables)
    if len({village.township for village in villages}) > 1:
        yield from _sums("各乡镇", by_township(context), tables)


def _sums(
    parts: str, contexts: Iterable[Context], tables: dict[str, ReportTable]
) -> Iterator[ReportCheck]:
    sums: Counter[str] = Counter()
    for part in contexts:
        stock_line = stock.by_state(part).row("合计")
        sums["存量"] += _count(stock_line.cells[0].value) or 0
        sums["存量人数"] += _count(stock_line.cells[1].value) or 0
        sums["应访"] += len(visits.due_sheets(part))
        sums["期末未销"] += sum(
            warning_tables.is_open(warning, part.window.end) for warning in part.records.warnings
        )
    for name, number, place, unit in (
        ("存量", "T2", 0, "户"), ("存量人数", "T2", 1, "人"), ("应访", "T11", 0, ""),
        ("期末未销", "T14", 7, "条"),
    ):  # fmt: skip
        total = _count(tables[number].row("合计").cells[place].value) or 0
        yield equal("K15", f"{parts}{name}相加", sums[name], total, unit)


def by_village(context: Context) -> Iterator[Context]:
    """Yield the context of each village alone."""
    return _parts(context, [(village,) for village in context.records.villages])


def by_township(context: Context) -> Iterator[Context]:
    """Yield the context of each township alone."""
    groups = _grouped(context.records.villages, lambda village: village.township)
    return _parts(context, list(groups.values()))


def _parts(context: Context, groups: Iterable[tuple[Village, ...]]) -> Iterator[Context]:
    records = context.records
    homes = {h.household_id: h.village for h in records.households}
    households = _grouped(records.households, lambda h: h.village)
    cases = _grouped(records.cases, lambda c: homes.get(c.household_id, ""))
    warnings = _grouped(records.warnings, lambda w: w.village)
    sheets = _grouped(records.sheets, lambda s: s.village)
    for villages in groups:
        codes = [village.code for village in villages]
        only = Records(
            villages=villages,
            households=tuple(chain.from_iterable(households[code] for code in codes)),
            cases=tuple(chain.from_iterable(cases[code] for code in codes)),
            warnings=tuple(chain.from_iterable(warnings[code] for code in codes)),
            sheets=tuple(chain.from_iterable(sheets[code] for code in codes)),
        )
        part = replace(context, records=only)
        # What happened to a household is the same in every area: not derived three times.
        known = context.histories
        own = (home.household_id for home in only.households)
        vars(part)["histories"] = {i: known[i] for i in own if i in known}
        yield part


def _grouped(rows: Iterable[Row], of: Callable[[Row], str]) -> dict[str, tuple[Row, ...]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[of(row)].append(row)
    return defaultdict(tuple, {key: tuple(found) for key, found in groups.items()})


def _cause_totals(tables: dict[str, ReportTable]) -> list[ReportCheck]:
    """K18: Σ户 of T7 is the total of T4."""
    left = _count(tables["T7"].row("合计").cells[0].value) or 0
    right = _count(tables["T4"].row("合计").cells[-2].value) or 0
    return [equal("K18", "原因与措施表的户数合计", left, right, "户")]


def _classification(context: Context) -> list[ReportCheck]:
    """K17: nobody wrongly classified by income, before a text may say so."""
    counts = misclassified(context)
    found = {code: len(ids) for code, ids in counts.items() if ids}
    name = "没有按收入分错类的监测对象"
    if context.parameters.line is None:
        detail = f"{name}：无法核对：缺本年度的线"
        return [ReportCheck("K17", name, None, None, None, None, detail)]
    if not found:
        return [ReportCheck("K17", name, True, 0, 0, 0, f"{name}：C-01、C-02 都没有未销的")]
    parts = "、".join(f"{code} {count}户" for code, count in found.items())
    total = sum(found.values())
    return [ReportCheck("K17", name, False, total, 0, total, f"{name}：还有{parts}")]


def misclassified(context: Context) -> dict[str, list[str]]:
    """Return C-01 and C-02 → households with such an open warning on the reference day."""
    found: dict[str, list[str]] = {code: [] for code in CLASSIFICATION}
    for warning in context.records.warnings:
        if warning.code in found and warning_tables.is_open(warning, context.window.end):
            found[warning.code].append(warning.household_id)
    return {code: list(dict.fromkeys(ids)) for code, ids in found.items()}
