"""``report``: monthly, yearly, verify."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli
from app.domain.report_checks import ReportCheck
from app.ops import statistics_verify


@click.group("report", help="报表：月报、年报，核对别人填的年度数据")
def group() -> None:
    """Reports."""


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
