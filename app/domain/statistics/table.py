"""A report table as a value: what screen, PDF and workbook show alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.report_checks import ReportCheck

Value = int | Decimal | str | date | None
HOUSEHOLD, MEMBER, WARNING, MEASURE = "household", "member", "warning", "measure"
SHEET, CHANGE, CLUE, DOUBT = "sheet", "change", "clue", "doubt"
TEAM_MEMBER, TEAM_FUND = "team_member", "team_fund"
BLANK = "—"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``unit``: 户 人 条 次 % 元 天, "" for words; ``group`` stands above several."""

    label: str
    unit: str = ""
    group: str = ""

    @property
    def heading(self) -> str:
        """Return label and unit, without saying the same twice."""
        return self.label if self.unit in ("", self.label) else f"{self.label}（{self.unit}）"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, and the rows that it counts; ``of`` says what the ids name.

    A count has exactly as many ids, one that counts twice stands twice. What is derived names its
    numerator (a share) or what it was taken over (an average, a sum of money).
    """

    value: Value
    ids: tuple[str, ...] = ()
    of: str = HOUSEHOLD

    @property
    def text(self) -> str:
        """Return what is shown; “—” where there is nothing to divide by or to tell."""
        if self.value is None:
            return BLANK
        if isinstance(self.value, date):
            return self.value.isoformat()
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its label and one cell per column."""

    label: str
    cells: tuple[Cell, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What every table of one report says of itself."""

    area: str
    period: str
    computed_on: date
    policy_version: str
    correction: str = ""  # 已更正，第n版
    missing: tuple[str, ...] = ()  # villages that have not reported
    unclosed: tuple[str, ...] = ()  # villages whose figures may still change
    until: date | None = None  # the day up to which a period that still runs was counted
    helper: str = ""  # the 帮扶责任人 whose households alone are counted


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One statistic (T1 …) with everything that must stand on it."""

    number: str
    title: str
    heading: Heading
    row_heading: str
    columns: tuple[Column, ...]
    rows: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    checks: tuple[ReportCheck, ...] = ()

    @property
    def full_title(self) -> str:
        """Return the title; it says whose households are counted, and when villages are missing."""
        whose = f"·帮扶责任人{self.heading.helper}" if self.heading.helper else ""
        part = "（不完全汇总）" if self.heading.missing else ""
        return f"{self.title}{whose}{part}"

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Return the notes, with the villages that are missing first."""
        heading = self.heading
        missing = (f"缺报：{'、'.join(heading.missing)}",) if heading.missing else ()
        unclosed = (f"未关账，数会变：{'、'.join(heading.unclosed)}",) if heading.unclosed else ()
        until = (f"本期还没有结束，数截至{heading.until}。",) if heading.until else ()
        return (*missing, *unclosed, *until, *self.notes)

    def row(self, label: str) -> Line:
        """Return the first row of a label."""
        return next(line for line in self.rows if line.label == label)

    def value(self, label: str, column: str) -> Value:
        """Return one figure by row label and column heading, or ``group/heading``."""
        names = [f"{c.group}/{c.heading}" if c.group else c.heading for c in self.columns]
        return self.row(label).cells[names.index(column)].value


def counted(ids: Iterable[str], of: str = HOUSEHOLD) -> Cell:
    """Return a count with what it counts."""
    found = tuple(ids)
    return Cell(len(found), found, of)


def with_total(lines: Sequence[Line], columns: Sequence[Column], label: str = "合计") -> list[Line]:
    """Return the lines with a last one that adds up; a household in several rows counts once."""
    if not lines:
        return [Line(label, tuple(Cell(0 if column.unit else "") for column in columns), True)]
    cells = []
    for place, column in enumerate(columns):
        parts = [line.cells[place] for line in lines]
        cells.append(_added(parts, column))
    return [*lines, Line(label, tuple(cells), True)]


def _added(parts: Sequence[Cell], column: Column) -> Cell:
    if column.unit in ("%", "天", ""):
        return Cell(None)
    values = [part.value for part in parts if isinstance(part.value, int | Decimal)]
    ids = tuple(row_id for part in parts for row_id in part.ids)
    if column.unit == "户" and sum(values, start=0) == len(ids):
        return counted(dict.fromkeys(ids), parts[0].of)
    return Cell(sum(values, start=0), ids, parts[0].of)
