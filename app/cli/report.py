"""``report``: monthly, yearly, verify."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli
from app.domain.period import Period
from app.domain.report_checks import ReportCheck
from app.domain.statistics.errors import ReportPeriodError
from app.domain.statistics.report import REMINDERS, Report
from app.domain.statistics.table import Cell, ReportTable
from app.ops import statistics, statistics_verify
from app.ops.report_words import words_of


@click.group("report", help="报表：月报、年报，核对别人填的年度数据")
def group() -> None:
    """Reports."""


_FILES = (
    click.option("--xlsx", type=click.Path(path_type=Path), help="另存为Excel（全部表）"),
    click.option("--pdf", type=click.Path(path_type=Path), help="另存为PDF（打印的一套）"),
    click.option("--text", type=click.Path(path_type=Path), help="文字稿（.pdf 或 .docx）"),
    click.option("--area", default="", metavar="CODE", help="下级区划（缺省本级）"),
)


def _with_files(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_FILES):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class _Targets:
    """Where the user wants the report to be kept."""

    xlsx: Path | None
    pdf: Path | None
    text: Path | None


@group.command(help="月报，如 2025-10")
@click.argument("period")
@_with_files
@click.pass_obj
def monthly(
    cli: Cli, period: str, xlsx: Path | None, pdf: Path | None, text: Path | None, area: str
) -> None:
    """Compute a month's statistics."""
    try:
        month = Period.parse(period)
    except ValueError:
        raise ReportPeriodError(period=period) from None
    report = statistics.monthly_report(cli.store, month, cli.today, area)
    late = [table for table in report.tables if table.number == REMINDERS]
    texts = tuple(line.cells[-1].text for table in late for line in table.rows)
    _emit(cli, report, _Targets(xlsx, pdf, text), texts)


@group.command(help="年报，如 2025；写成 2025-06-30 为截至那一天")
@click.argument("period")
@_with_files
@click.pass_obj
def yearly(
    cli: Cli, period: str, xlsx: Path | None, pdf: Path | None, text: Path | None, area: str
) -> None:
    """Compute a year's statistics, or those of a year up to a day."""
    try:
        if re.fullmatch(r"[0-9]{4}", period):
            year = date(int(period), 1, 1).year
            report = statistics.yearly_report(cli.store, year, cli.today, area)
        else:
            day = date.fromisoformat(period)
            report = statistics.report_as_of(cli.store, day, cli.today, area)
    except ValueError:
        raise ReportPeriodError(period=period) from None
    _emit(cli, report, _Targets(xlsx, pdf, text))


def _emit(cli: Cli, report: Report, targets: _Targets, late: tuple[str, ...] = ()) -> None:
    """Write the files that were asked for, then tell every table and check."""
    files = []
    if targets.xlsx is not None:
        statistics.write_report(cli.store, cli.actor, report, targets.xlsx)
        files.append(str(targets.xlsx))
    if targets.pdf is not None:
        statistics.print_report(cli.store, cli.actor, report, targets.pdf)
        files.append(str(targets.pdf))
    if targets.text is not None:
        text = statistics.official_text(report, words_of(cli.store, report.title))
        statistics.print_text(cli.store, cli.actor, text, targets.text)
        files.append(str(targets.text))
    result = {
        "area": report.heading.area,
        "period": report.heading.period,
        "computed_on": report.heading.computed_on.isoformat(),
        "missing": list(report.heading.missing),
        "unclosed": list(report.heading.unclosed),
        "reminders": list(late),
        "tables": {table.number: table_object(table) for table in report.tables},
        "checks": [check_object(check) for check in report.checks],
        "files": files,
    }
    lines = [f"{report.title}：{len(report.tables)}张表，核对未通过{len(report.failed)}项"]
    lines += [check.line for check in report.checks if check.ok is not True]
    lines += [f"催报　{text}" for text in late]
    cli.emit(result, lines + [f"已存：{name}" for name in files])


def table_object(table: ReportTable) -> list[dict[str, Any]]:
    """Return the rows of a table: the row's name, then column heading → figure."""
    names = [f"{c.group}·{c.heading}" if c.group else c.heading for c in table.columns]
    return [
        {table.row_heading: line.label}
        | {name: _figure(cell) for name, cell in zip(names, line.cells, strict=True)}
        for line in table.rows
    ]


def _figure(cell: Cell) -> int | float | str | None:
    value = cell.value
    return value.isoformat() if isinstance(value, date) else _number(value)


@group.command(help="核对一份年度数据（.yaml 或 .xlsx），不需要本机数据")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def verify(cli: Cli, file: Path) -> None:
    """Check a table that somebody else filled in; failed checks are an answer, not an error."""
    found = statistics_verify.verify_file(file)
    result = {
        "area": found.figures.area,
        "period": found.figures.period,
        "checks": [check_object(check) for check in found.checks],
    }
    cli.emit(result, [check.line for check in found.checks])


def check_object(check: ReportCheck) -> dict[str, Any]:
    """Return the JSON of one check."""
    return {
        "check": check.check,
        "name": check.name,
        "ok": check.ok,
        "left": _number(check.left),
        "right": _number(check.right),
        "difference": _number(check.difference),
        "detail": check.detail,
    }


def _number(value: int | Decimal | str | None) -> int | float | str | None:
    """Derived figures are JSON numbers; they have two decimals at most and stay what they are."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
