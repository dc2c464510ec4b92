"""``report``: monthly, yearly, verify."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import update_wrapper
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
from app.ops.statistics_helpers import find_helper, helper_report, helpers

_PATH = click.Path(path_type=Path)


@click.group("report", help="报表：月报、年报，核对别人填的年度数据")
def group() -> None:
    """Reports."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """For whom the report is, and where the user wants it to be kept."""

    area: str
    helper: str
    xlsx: Path | None
    pdf: Path | None
    text: Path | None


def _options(command: Callable[[Cli, str, _Asked], None]) -> Callable[..., None]:
    """Add what every report takes."""

    def asked(cli: Cli, period: str, **more: Any) -> None:
        command(cli, period, _Asked(**more))

    done: Any = click.pass_obj(update_wrapper(asked, command))
    for option in (
        click.option("--helper", default="", metavar="NAME", help="只统计这位帮扶责任人负责的户"),
        click.option("--area", default="", metavar="CODE", help="下级区划（缺省本级）"),
        click.option("--text", type=_PATH, help="文字稿（.pdf 或 .docx）"),
        click.option("--pdf", type=_PATH, help="另存为PDF（打印的一套）"),
        click.option("--xlsx", type=_PATH, help="另存为Excel（全部表）"),
        click.argument("period"),
    ):
        done = option(done)
    return done  # type: ignore[no-any-return]


@group.command(help="月报，如 2025-10")
@_options
def monthly(cli: Cli, period: str, asked: _Asked) -> None:
    """Compute a month's statistics."""
    try:
        month = Period.parse(period)
    except ValueError:
        raise ReportPeriodError(period=period) from None
    _emit(
        cli, statistics.monthly_report(cli.store, month, cli.today, asked.area), str(month), asked
    )


@group.command(help="年报，如 2025；写成 2025-06-30 为截至那一天")
@_options
def yearly(cli: Cli, period: str, asked: _Asked) -> None:
    """Compute a year's statistics, or those of a year up to a day."""
    try:
        if re.fullmatch(r"[0-9]{4}", period):
            year = date(int(period), 1, 1).year
            report = statistics.yearly_report(cli.store, year, cli.today, asked.area)
        else:
            day = date.fromisoformat(period)
            report = statistics.report_as_of(cli.store, day, cli.today, asked.area)
    except ValueError:
        raise ReportPeriodError(period=period) from None
    _emit(cli, report, period, asked)


@group.command("helpers", help="帮扶责任人名单和各负责几户，用于 --helper")
@click.option("--area", default="", metavar="CODE", help="下级区划（缺省本级）")
@click.pass_obj
def helpers_(cli: Cli, area: str) -> None:
    """List who answers for how many households today."""
    found = helpers(cli.store, cli.today, area)
    people = [
        {"name": one.name, "organisation": one.organisation, "households": len(one.household_ids)}
        for one in found
    ]
    lines = [f"{one.label}　{len(one.household_ids)}户" for one in found]
    cli.emit({"helpers": people}, lines or ["没有。"])


def _emit(cli: Cli, report: Report, period: str, asked: _Asked) -> None:
    """Write the files that were asked for, then tell every table and check.

    ``period``: for machines, ``2025-10``, ``2025`` or ``2025-06-30``.
    """
    if asked.helper:
        work = find_helper(cli.store, asked.helper, report.window.end, asked.area)
        report = helper_report(cli.store, report, work, asked.area)
    files = _write(cli, report, asked)
    late = [
        line.cells[-1].text
        for table in report.tables
        if table.number == REMINDERS
        for line in table.rows
    ]
    result = {
        "area": report.heading.area,
        "period": period,
        "period_label": report.heading.period,
        "computed_on": report.heading.computed_on.isoformat(),
        "correction": report.heading.correction,
        "helper": report.heading.helper,
        "missing": list(report.heading.missing),
        "unclosed": list(report.heading.unclosed),
        "reminders": late,
        "tables": {table.number: table_object(table) for table in report.tables},
        "checks": [check_object(check) for check in report.checks],
        "files": files,
    }
    lines = [f"{report.title}：{len(report.tables)}张表，核对未通过{len(report.failed)}项"]
    lines += [check.line for check in report.checks if check.ok is not True]
    lines += [f"催报　{text}" for text in late]
    cli.emit(result, lines + [f"已存：{name}" for name in files])


def _write(cli: Cli, report: Report, asked: _Asked) -> list[str]:
    if asked.xlsx is not None:
        statistics.write_report(cli.store, cli.actor, report, asked.xlsx)
    if asked.pdf is not None:
        statistics.print_report(cli.store, cli.actor, report, asked.pdf)
    if asked.text is not None:
        text = statistics.official_text(report, words_of(cli.store, report.title))
        statistics.print_text(cli.store, cli.actor, text, asked.text)
    return [str(path) for path in (asked.xlsx, asked.pdf, asked.text) if path is not None]


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
