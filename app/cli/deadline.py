"""``deadline``: what is due and overdue with whom, across all life cycles, and the calendar."""

import click

from app.cli.common import Cli
from app.domain import labels
from app.ops import deadlines


@click.group("deadline", help="时限：到期和超期的事在谁手里")
def group() -> None:
    """Group of the deadline verbs."""


@group.command("list", help="列出有时限的事")
@click.option("--overdue", is_flag=True, help="只列超期的")
@click.pass_obj
def list_all(cli: Cli, overdue: bool) -> None:
    """List deadlines."""
    found = deadlines.list_deadlines(cli.store, cli.today, only_overdue=overdue)
    cli.emit(
        {
            "items": [
                {
                    "subject": d.subject,
                    "id": d.subject_id,
                    "household_id": d.household_id or None,
                    "text": d.text,
                    "state": d.state,
                    "holder": d.holder,
                    "holder_label": labels.label("area_level", d.holder),
                    "department": d.department or None,
                    "due_on": d.due_on.isoformat(),
                    "due_on_original": d.due_on_original.isoformat(),
                    "overdue_days": d.overdue_days,
                    "escalated_to": d.escalated_to,
                    "severity": d.severity or None,
                }
                for d in found
            ]
        },
        [
            f"{labels.label('area_level', d.holder)} {d.text}："
            + (f"超{d.overdue_days}天" if d.overdue_days else f"{d.due_on.isoformat()}到期")
            for d in found
        ]
        or ["没有到期的事。"],
    )


@group.command("tasks", help="本月的例行工作（五个一、年度节点）")
@click.pass_obj
def tasks(cli: Cli) -> None:
    """List the cadence tasks of this month."""
    found = deadlines.cadence_tasks(cli.store.level, cli.today)
    cli.emit(
        {
            "items": [
                {"key": task.key, "label": task.label, "due_on": due.isoformat()}
                for task, due in found
            ]
        },
        [f"{due.isoformat()}前 {task.label}" for task, due in found] or ["本月没有。"],
    )
