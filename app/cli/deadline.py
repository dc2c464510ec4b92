"""``deadline``: what is due and overdue with whom, and the routine tasks that come again."""

import click

from app.cli.common import Cli
from app.cli.month import PERIOD
from app.domain import labels
from app.domain.period import Period
from app.ops import cadence, deadlines
from app.ops.cadence import TaskLine
from app.ops.lives import SUBJECT_WORDS

PERIOD_OPTION = click.option(
    "--period", type=PERIOD, default=None, metavar="P", help="哪个月，缺省本月"
)


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
                    "subject_label": SUBJECT_WORDS[d.subject],
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
                    "escalated_to_label": labels.label("area_level", d.escalated_to),
                    "severity": d.severity or None,
                    "severity_label": labels.label("severity", d.severity) or None,
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


@group.command("tasks", help="例行工作（五个一、走访日、年度节点）和办了没有")
@PERIOD_OPTION
@click.pass_obj
def tasks(cli: Cli, period: Period | None) -> None:
    """List the cadence tasks of a month."""
    _emit(cli, period)


@group.command("done", help="一项例行工作办了；--undo 收回")
@click.argument("task", metavar="TASK")
@PERIOD_OPTION
@click.option("--note", default="", metavar="T", help="说明")
@click.option("--undo", is_flag=True, help="记错了，收回")
@click.pass_obj
def done(cli: Cli, task: str, period: Period | None, note: str, undo: bool) -> None:
    """Mark a cadence task, or take the mark back."""
    month = period or Period.of(cli.today)
    if undo:
        cadence.take_back(cli.store, cli.actor, task, month)
    else:
        cadence.mark_done(cli.store, cli.actor, task, month, cli.today, note)
    _emit(cli, month)


def _emit(cli: Cli, period: Period | None) -> None:
    month = period or Period.of(cli.today)
    found = cadence.tasks(cli.store, month, cli.today)
    cli.emit(
        {
            "period": str(month),
            "items": [
                {
                    "key": line.key,
                    "label": line.label,
                    "due_on": line.due_on.isoformat(),
                    "done_on": line.done_on.isoformat() if line.done_on else None,
                    "done_by": line.done_by or None,
                    "note": line.note or None,
                    "overdue": line.is_overdue,
                }
                for line in found
            ],
        },
        [_words(line) for line in found] or ["本月没有。"],
    )


def _words(line: TaskLine) -> str:
    if line.done_on:
        return f"✓ {line.label}（{line.done_on.isoformat()} {line.done_by}）"
    return f"　 {line.due_on.isoformat()}前 {line.label}{'，已超期' if line.is_overdue else ''}"
