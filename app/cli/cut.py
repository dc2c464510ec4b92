"""``device cuts``, ``device move-cut``: how far an ended device's changes hold."""

from dataclasses import asdict
from typing import Any

import click

from app.cli.common import Cli
from app.ops import cuts
from app.ops.cuts import CutLine


@click.command("cuts", help="列出已停用设备的界限：到第几笔为止有效")
@click.pass_obj
def list_cuts(cli: Cli) -> None:
    """List the cuts that this level has set."""
    found = cuts.list_cuts(cli.store)
    cli.emit(
        {"cuts": [_as_json(line) for line in found]},
        [_text(line) for line in found] or ["本级没有停用过设备。"],
    )


@click.command("move-cut", help="移停用界限，要两个人；以前的、以后的几笔改为有效或无效")
@click.argument("cut_id", metavar="ID")
@click.option("--number", required=True, type=click.IntRange(0), metavar="N", help="到第几笔")
@click.option("--second", required=True, metavar="NAME", help="第二人，本机的另一位操作员")
@click.option("--reason", required=True, metavar="T", help="为什么")
@click.pass_obj
def move_cut(cli: Cli, cut_id: str, number: int, second: str, reason: str) -> None:
    """Move one cut."""
    done = cuts.move_cut(cli.store, cli.actor, cut_id, number, second, reason)
    cli.emit(
        {
            "cut": _as_json(done.cut),
            "restored": done.restored,
            "voided": done.voided,
            "households": sorted(done.changed.household_ids),
        },
        [
            _text(done.cut),
            f"改为有效{done.restored}笔，改为无效{done.voided}笔。下次导出时告诉上下级。",
        ],
    )


def _as_json(line: CutLine) -> dict[str, Any]:
    values = asdict(line)
    return values | {"revoked_on": line.revoked_on.isoformat()}


def _text(line: CutLine) -> str:
    return f"{line.name} {line.scope}：到第{line.number}笔为止有效，本机有到第{line.last}笔。"
