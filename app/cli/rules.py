"""The rules on worked cases: the same engine as form and batch, without a replica."""

from pathlib import Path
from typing import Any, Protocol

import click

from app.domain.household import Derived
from app.domain.labels import label
from app.ops.cases import CaseResult, evaluate_file


class _Emits(Protocol):
    def emit(self, result: dict[str, Any]) -> None: ...


@click.group("rules", help="计算规则：按样例文件逐户判定。")
def group() -> None:
    """Group the verbs about rules."""


@group.command("evaluate", help="用填表时的同一套规则判定样例文件里的每一户。不需要数据文件夹。")
@click.argument("cases", type=click.Path(path_type=Path))
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    help="参数文件（YAML 或 TOML），最后生效。",
)
@click.pass_obj
def evaluate(cli: _Emits, cases: Path, policy: Path | None) -> None:
    """Print warnings and derived figures of every case."""
    cli.emit({"cases": [_record(result) for result in evaluate_file(cases, policy)]})


def _record(result: CaseResult) -> dict[str, Any]:
    """One case in the language of the case files: labels, ``n``, figures as JSON numbers."""
    numbers = result.case.numbers
    return {
        "id": result.case.id,
        "warnings": [
            {
                "code": finding.code,
                "member": numbers.get(finding.member_id),
                "severity": label("severity", finding.severity),
            }
            for finding in result.findings
        ],
        "derived": _figures(result.derived),
    }


def _figures(derived: Derived) -> dict[str, Any]:
    """Rounded figures only: JSON has no exact decimals, two places survive a float unharmed."""
    per_capita, ref = derived.per_capita, derived.ref_per_capita
    return {
        "per_capita": None if per_capita is None else float(per_capita),
        "ref_per_capita": None if ref is None else float(ref),
        "counted_members": derived.counted_members,
        "suggest_object": derived.suggest_object,
    }
