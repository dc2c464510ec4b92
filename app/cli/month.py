"""``month``: open, status, fill, check."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from app.cli.common import Cli
from app.cli.items import household_id
from app.domain import labels
from app.domain.household import Facts, Finding
from app.domain.period import Period
from app.ops import checklist_file, month_close, months, sheets
from app.ops.checklist_file import CellNote
from app.ops.errors import PeriodFormatError
from app.ops.lives import StepInput

_FILE = click.Path(dir_okay=False, path_type=Path)


class PeriodParam(click.ParamType[Period]):
    """A month on the command line."""

    name = "PERIOD"

    def convert(self, value: Any, param: Any, ctx: Any) -> Period:
        """Return the month.

        Raises:
            PeriodFormatError: not ``2025-10``.
        """
        try:
            return value if isinstance(value, Period) else Period.parse(value)
        except ValueError:
            raise PeriodFormatError(period=value) from None


PERIOD = PeriodParam()


@click.group("month", help="月度监测")
def group() -> None:
    """Group of the month verbs."""


def _emit(cli: Cli, status: months.MonthStatus) -> None:
    cli.emit(
        {
            "period": str(status.period),
            "state": status.state,
            "state_label": labels.label("period_state", status.state),
            "due": status.due_households,
            "due_persons": status.due_persons,
            "visited": status.visited_households,
            "visited_persons": status.visited_persons,
            "complete": status.complete,
            "not_visited": [
                {
                    "household": d.household_no,
                    "head": d.head_name,
                    "sheet_state": d.sheet_state,
                    "sheet_state_label": labels.label("sheet_state", d.sheet_state),
                    "reason": d.unvisited_reason,
                }
                for d in status.not_visited
            ],
        },
        [
            (
                f"{status.period} {labels.label('period_state', status.state)}："
                f"应访{status.due_households}户{status.due_persons}人，"
                f"已访{status.visited_households}户{status.visited_persons}人。"
            )
        ],
    )


@group.command("open", help="开始一个月：生成应访名单")
@click.argument("period", type=PERIOD)
@click.pass_obj
def open_month(cli: Cli, period: Period) -> None:
    """Open a month."""
    _emit(cli, months.open_period(cli.store, cli.actor, period, cli.today))


@group.command("status", help="这个月的进度")
@click.argument("period", type=PERIOD)
@click.pass_obj
def status(cli: Cli, period: Period) -> None:
    """Tell coverage."""
    _emit(cli, months.month_status(cli.store, period, cli.today))


@group.command("fill", help="读回填好的走访登记表（print checklist --xlsx 存出的）")
@click.argument("period", type=PERIOD)
@click.option(
    "--from", "file", type=_FILE, required=True, metavar="F.xlsx", help="填好的 Excel 文件"
)
@click.pass_obj
def fill(cli: Cli, period: Period, file: Path) -> None:
    """Take the answers of a filled-in checklist."""
    found = checklist_file.fill(cli.store, cli.actor, period, file, cli.today)
    cli.emit(
        {
            "period": str(period),
            "households": found.households,
            "members": found.members,
            "created": found.created,
            "updated": found.updated,
            "unchanged": found.unchanged,
            "rejected": [_note(note) for note in found.rejected],
            "warned": [_note(note) for note in found.warned],
            "incomplete": [
                {"household": number, "missing": count}
                for number, count in found.incomplete.items()
            ],
            "warnings": [_warning(number, member, f) for number, member, f in found.findings],
        },
        [
            (
                f"{found.households}户：新填{found.created}题，改{found.updated}题，"
                f"没变{found.unchanged}题，没收{len(found.rejected)}格，"
                f"还没填完{len(found.incomplete)}户。"
            ),
            *(f"{n.where.sheet} 第{n.where.row}行：{n.message}" for n in found.rejected),
            *(f"{number}号户还有{count}题没答。" for number, count in found.incomplete.items()),
            *(f"{number}号户 {f.code} {f.message}" for number, _, f in found.findings),
        ],
    )


def _note(note: CellNote) -> dict[str, Any]:
    place = {"file": "", "sheet": "", "row": None, "column": ""} | note.where.as_dict()
    return place | {"reason_code": note.reason_code, "message": note.message}


@group.command("check", help="用全部规则核对这个月")
@click.argument("period", type=PERIOD)
@click.option("--household", default="", metavar="ID", help="只核对这一户（户号、姓名或编号）")
@click.pass_obj
def check(cli: Cli, period: Period, household: str) -> None:
    """Run every rule over the households due."""
    home = household_id(cli, household) if household else ""
    found = [
        (facts, findings)
        for facts, findings in sheets.check_period(cli.store, period, cli.today)
        if home in ("", facts.household_id)
    ]
    lines = [(facts, finding) for facts, findings in found for finding in findings]
    cli.emit(
        {
            "period": str(period),
            "households": len(found),
            "warnings": [_finding(facts, finding) for facts, finding in lines],
            "counts": {
                "by_code": dict(Counter(f.code for _, f in lines)),
                "by_severity": dict(Counter(f.severity for _, f in lines)),
            },
        },
        [f"{facts.household_no}号户 {f.code} {f.message}" for facts, f in lines]
        or ["没有发现缺项和疑点。"],
    )


@group.command("close", help="核对并关账：不漏一户，提示办完，变更上报")
@click.argument("period", type=PERIOD)
@click.pass_obj
def close(cli: Cli, period: Period) -> None:
    """Close a month."""
    month_close.close_month(cli.store, cli.actor, period, cli.today)
    _emit(cli, months.month_status(cli.store, period, cli.today))


@group.command("step", help="check 核对，back 退回填报，correct 更正，approve-correction 同意更正")
@click.argument("period", type=PERIOD)
@click.argument("action", type=click.Choice(["check", "back", "correct", "approve-correction"]))
@click.option("--note", default="", metavar="T", help="原因")
@click.option("--village", default="", metavar="CODE", help="哪个村（镇里办时）")
@click.pass_obj
def step(cli: Cli, period: Period, action: str, note: str, village: str) -> None:
    """Take another step of a month."""
    if action == "check":
        done = month_close.check_month(cli.store, cli.actor, period, cli.today)
    else:
        given = StepInput(note, cli.today)
        done = month_close.act_month(cli.store, cli.actor, period, action, given, village)
    state = labels.label("period_state", done.state)
    cli.emit(
        {
            "period": str(period),
            "village": done.village,
            "state": done.state,
            "state_label": state,
            "version": done.version,
            "new_doubts": done.new_doubts,
            "produced": [
                {"household": number, "code": code, "message": message}
                for number, code, message in done.produced
            ],
        },
        [f"{period} {state}，第{done.version}版。"],
    )


@group.command("unvisited", help="写明一户为什么没访到")
@click.argument("period", type=PERIOD)
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@click.option(
    "--reason", required=True, metavar="R", help="全家外出联系不上、拒访、整户消亡待办、其他"
)
@click.option("--note", default="", metavar="T", help="说明")
@click.pass_obj
def unvisited(cli: Cli, period: Period, household: str, reason: str, note: str) -> None:
    """Note why a household was not visited."""
    home = household_id(cli, household)
    month_close.set_unvisited(cli.store, cli.actor, home, period, reason, note)
    _emit(cli, months.month_status(cli.store, period, cli.today))


def _finding(facts: Facts, finding: Finding) -> dict[str, Any]:
    number = next((m.number for m in facts.members if m.id == finding.member_id), None)
    return {"household_id": facts.household_id} | _warning(facts.household_no, number, finding)


def _warning(household_no: str, member: int | None, finding: Finding) -> dict[str, Any]:
    return {
        "household": household_no,
        "member": member,
        "member_id": finding.member_id or None,
        "code": finding.code,
        "severity": finding.severity,
        "severity_label": labels.label("severity", finding.severity),
        "message": finding.message,
    }
