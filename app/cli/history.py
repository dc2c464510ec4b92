"""``history``: who changed what, when, from what to what."""

from dataclasses import asdict
from datetime import datetime

import click

from app.cli.common import Cli
from app.cli.items import household_id
from app.ops import history, times


@click.command("history", help="谁在什么时候把什么改成了什么")
@click.option("--household", default="", metavar="ID", help="只看一户（户号、姓名或编号）")
@click.option("--field", default="", metavar="F", help="只看一项")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="从哪一天起")
@click.pass_obj
def command(cli: Cli, household: str, field: str, since: datetime | None) -> None:
    """List the changes, the newest first."""
    home = household_id(cli, household) if household else ""
    found = history.history(
        cli.store, household_id=home, field=field, since=since.date() if since else None
    )
    lines = [
        f"{times.shown(line.at)} {line.device} {line.actor} "
        f"{line.label}：{_text(line.old)} → {_text(line.new)}"
        for line in found
    ]
    cli.emit({"changes": [asdict(line) for line in found]}, lines or ["没有变动。"])


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "新增"
    return "（空）" if value in (None, "") else str(value)
