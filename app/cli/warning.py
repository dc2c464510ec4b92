"""``warning``: list, show, act."""

from datetime import date
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.domain import labels
from app.ops import warnings
from app.ops.warnings import StepInput, WarningLine, WarningPage


@click.group("warning", help="预警")
def group() -> None:
    """Group of the warning verbs."""


def _line(line: WarningLine) -> dict[str, Any]:
    return {
        "id": line.warning_id,
        "household": line.household_no,
        "household_id": line.household_id,
        "head": line.head_name,
        "village": line.village,
        "member": line.member_name or None,
        "code": line.code,
        "severity": line.severity,
        "severity_label": labels.label("severity", line.severity),
        "state": line.state,
        "state_label": labels.label("warning_state", line.state),
        "message": line.message,
        "matter": line.matter,
        "opened_on": line.opened_on.isoformat(),
        "due_on": line.due_on.isoformat() if line.due_on else None,
        "remedy_due_on": line.remedy_due_on.isoformat() if line.remedy_due_on else None,
        "overdue": line.overdue,
        "remark": line.note,
    }


def _page(page: WarningPage) -> dict[str, Any]:
    return {
        "warning": _line(page.line)
        | {
            "values": dict(page.values),
            "basis": page.basis,
            "question": page.question,
            "department": page.department,
            "actions": [
                {"action": a.name, "label": a.label, "needs": list(a.needs)} for a in page.actions
            ],
            "history": [
                {
                    "on": s.on.isoformat(),
                    "step": s.label,
                    "actor": s.actor,
                    "level": s.level,
                    "note": s.note,
                }
                for s in page.history
            ],
        }
    }


@group.command("list", help="列出未销的预警")
@click.option("--all", "all_states", is_flag=True, help="连已结束的一起列")
@click.pass_obj
def list_all(cli: Cli, all_states: bool) -> None:
    """List warnings."""
    lines = warnings.list_warnings(cli.store, cli.today, only_open=not all_states)
    cli.emit(
        {"warnings": [_line(line) for line in lines]},
        [
            f"{labels.label('severity', w.severity)} {w.household_no}号户 {w.message}"
            f"（{labels.label('warning_state', w.state)}）{w.warning_id}"
            for w in lines
        ]
        or ["没有未销的预警。"],
    )


@group.command("show", help="看一条预警")
@click.argument("warning_id", metavar="ID")
@click.pass_obj
def show(cli: Cli, warning_id: str) -> None:
    """Show one warning."""
    cli.emit(_page(warnings.show_warning(cli.store, warning_id, cli.today)))


@group.command("act", help="把一条预警往下办")
@click.argument("warning_id", metavar="ID")
@click.argument("action")
@click.option("--note", default="", metavar="T", help="说明")
@click.option("--date", "on", metavar="D", help="哪一天办的，缺省今天")
@click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="这一步要的资料")
@click.pass_obj
def act(
    cli: Cli, warning_id: str, action: str, note: str, on: str | None, values: tuple[str, ...]
) -> None:
    """Lead a warning one step along its life."""
    given = StepInput(note, _day(on) or cli.today, _pairs(values))
    page, _changed = warnings.act(cli.store, cli.actor, warning_id, action, given)
    cli.emit(_page(page), [f"现在是“{labels.label('warning_state', page.line.state)}”。"])


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    """Return the named data of ``--set``.

    Raises:
        UsageError: without ``=``.
    """
    if any("=" not in value for value in values):
        raise UsageError(text="--set 应写成 字段=值。")
    return {name: value for name, _, value in (v.partition("=") for v in values)}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(text="日期应写成 2025-10-31。") from None
