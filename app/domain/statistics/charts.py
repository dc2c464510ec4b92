"""What the charts show; drawn by the screen and by the report alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.period import Period
from app.domain.statistics.context import Context
from app.domain.statistics.records import WarningRecord
from app.domain.statistics.table import ReportTable
from app.domain.statistics.warning_tables import is_open

COLUMNS, LINES, BARS = "columns", "lines", "bars"
_MONTHS = 12
MAX_BARS = 24


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, in the order of the categories."""

    label: str
    values: tuple[Decimal | int | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a table. ``shape``: standing columns, or bars that lie (long names)."""

    key: str
    title: str
    unit: str
    shape: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""


def charts(context: Context, tables: Sequence[ReportTable]) -> tuple[Chart, ...]:
    """Return the four pictures of a report."""
    by_number = {table.number: table for table in tables}
    return (
        warnings_by_month(context.records.warnings, context.window.end),
        _causes(by_number["T3"]),
        _coverage(by_number["T11"]),
        _deadlines(by_number["T15"]),
    )


def warnings_by_month(warnings: Sequence[WarningRecord], until: date) -> Chart:
    """Return opened, closed and open warnings of the twelve months up to the reference day."""
    last = Period.of(until)
    months = [last.plus(-back) for back in range(_MONTHS - 1, -1, -1)]
    spans = [(month.first_day, min(month.last_day, until)) for month in months]
    opened, closed, still = ([0] * _MONTHS for _ in range(3))
    for warning in warnings:
        settled = max((step.on for step in warning.steps), default=warning.opened_on)
        stays = is_open(warning, date.max)
        for place, (first, end) in enumerate(spans):
            if warning.opened_on > end:
                continue
            opened[place] += warning.opened_on >= first
            if first <= settled:
                closed[place] += _closed_between(warning.steps, first, end)
            still[place] += stays if end >= settled else is_open(warning, end)
    series = (
        Series("新增", tuple(opened)),
        Series("销号", tuple(closed)),
        Series("月末未销", tuple(still)),
    )
    names = tuple(f"{month.month}月" for month in months)
    return Chart("warnings", "预警：新增、销号、未销", "条", COLUMNS, names, series)


def _closed_between(steps: Sequence[object], first: date, end: date) -> bool:
    return any(
        getattr(step, "state", "") == "closed" and first <= getattr(step, "on", date.min) <= end
        for step in steps
    )


def _causes(table: ReportTable) -> Chart:
    lines = [line for line in table.rows if not line.is_total and line.cells[0].value]
    lines.sort(key=lambda line: -int(str(line.cells[0].value)))
    names = tuple(line.label for line in lines)
    values = tuple(int(str(line.cells[0].value)) for line in lines)
    return Chart("causes", "监测对象主要风险原因", "户", BARS, names, (Series("户", values),))


def _coverage(table: ReportTable) -> Chart:
    lines = [line for line in table.rows if not line.is_total]
    lines.sort(key=lambda line: _number(line.cells[2].value))
    note = ""
    if len(lines) > MAX_BARS:
        note = f"共{len(lines)}个村，图上是覆盖率最低的{MAX_BARS}个。"
        lines = lines[:MAX_BARS]
    values = tuple(_percent(line.cells[2].value) for line in lines)
    names = tuple(line.label for line in lines)
    return Chart("coverage", "走访覆盖率", "%", BARS, names, (Series("%", values),), note)


def _deadlines(table: ReportTable) -> Chart:
    lines = [line for line in table.rows if not line.label.startswith("动态清零")]
    values = tuple(_percent(line.cells[5].value) for line in lines)
    names = tuple(line.label for line in lines)
    return Chart("deadlines", "限时内办结占比", "%", COLUMNS, names, (Series("%", values),))


def _percent(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _number(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(-1)
