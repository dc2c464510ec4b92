"""What was given out of a report before, and how today's figures differ from it (K21)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.report_checks import ReportCheck
from app.domain.statistics.table import Heading, ReportTable

Rows = tuple[tuple[str, ...], ...]  # label and texts of each row
_LISTS = {"T13", "催报"}  # a line for each warning or village: T14 and T11 count them
_NAMED = 3  # tables named in one sentence


@dataclass(frozen=True, slots=True)
class Printed:
    """A report as it was given out last. ``is_final``: nothing was missing or still open."""

    on: date
    is_final: bool
    correction: str
    figures: Mapping[str, Rows]


def figures_of(tables: Iterable[ReportTable]) -> dict[str, Rows]:
    """Return every figure as it stands on paper, by table."""
    return {
        table.number: tuple(
            (line.label, *(cell.text for cell in line.cells)) for line in table.rows
        )
        for table in tables
        if table.number not in _LISTS
    }


def is_final(heading: Heading) -> bool:
    """Tell whether a report's figures may change by a correction only."""
    return not (heading.missing or heading.unclosed or heading.until)


def printed_check(
    heading: Heading, tables: Iterable[ReportTable], printed: Printed | None
) -> ReportCheck:
    """K21: what was printed is what stands here, unless a correction or an open month says why."""
    version = heading.correction
    if printed is None:
        detail = f"更正：{version}" if version else "更正：本期没有更正过"
        return ReportCheck("K21", "更正", True, None, None, None, detail, hint=bool(version))
    changes = list(_changes(tables, printed.figures))
    if not changes:
        detail = f"更正：与{printed.on}打印的一样{f'（{version}）' if version else ''}"
        return ReportCheck("K21", "更正", True, None, None, None, detail)
    what = f"与{printed.on}打印的有{len(changes)}张表不同：{'；'.join(changes[:_NAMED])}"
    if version and version != printed.correction:
        detail = f"更正：{version}，{what}，请重印"
        return ReportCheck("K21", "更正", True, None, None, len(changes), detail, hint=True)
    if not printed.is_final:
        detail = f"更正：{what}。那时还没有报齐、关账，请重印"
        return ReportCheck("K21", "更正", True, None, None, len(changes), detail, hint=True)
    detail = f"更正：{what}，却没有更正记录"
    return ReportCheck("K21", "更正", False, None, None, len(changes), detail)


def _changes(tables: Iterable[ReportTable], before: Mapping[str, Rows]) -> Iterator[str]:
    """Yield the first difference of each table."""
    by_number = {table.number: table for table in tables}
    for number, now in figures_of(by_number.values()).items():
        then = before.get(number)
        if then is not None and then != now:
            yield _difference(by_number[number], then, now)


def _difference(table: ReportTable, then: Rows, now: Rows) -> str:
    before = {row[0]: row for row in then}
    for row in now:
        old = before.pop(row[0], None)
        if old is None:
            return f"{table.number} 多了“{row[0]}”"
        for column, was, is_now in zip(table.columns, old[1:], row[1:], strict=False):
            if was != is_now:
                return f"{table.number} {row[0]}·{column.label} {was}→{is_now}"
    return f"{table.number} 少了“{next(iter(before), '')}”"
