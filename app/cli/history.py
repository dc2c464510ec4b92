"""``history``: who changed what, when, from what to what."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from app.cli.common import Cli
from app.cli.items import household_id
from app.domain import labels
from app.domain.changeset import NEW_ROW
from app.ops import history, household_log, times
from app.ops.history import HistoryLine

_STATES = {"active": "有效", "void": "没有效力", "waiting": "先放着", "forked": "没有效力"}


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
    lines = [f"{times.shown(line.at)} {line.device} {line.actor} {_words(line)}" for line in found]
    cli.emit({"changes": [_json(line) for line in found]}, lines or ["没有变动。"])


def _json(line: HistoryLine) -> dict[str, Any]:
    level, state = labels.label("area_level", line.level), _STATES[line.state]
    return asdict(line) | {"level_label": level, "state_label": state}


def _words(line: HistoryLine) -> str:
    """Return a change as the household's page says it: words for keys, numbers masked."""
    if line.field == NEW_ROW:
        return f"{line.label}：（空） → 新增"
    old, new = (household_log.text_of(line.field, value) for value in (line.old, line.new))
    return f"{line.label}：{old} → {new}"
