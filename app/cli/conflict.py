"""``conflict``: list what a person must decide, decide it."""

from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.cli.items import household_id
from app.domain import labels
from app.ops import conflicts, times
from app.ops.conflict_decisions import Choice
from app.ops.exchange_lines import ConflictLine, SideLine

_KINDS = {
    "unit": "两边改了同一项",
    "removal": "一边减少，一边还在改",
    "composition": "两边改了同一户的成员构成",
    "late": "关账以后收到的改动",
    "heads": "户主不止一人",
    "steps": "两边办了不同的步骤",
    "person": "同一证件号码登记了两次",
    "cases": "在管的监测对象不止一个",
}


@click.group("conflict", help="两边改得不一样的，由人选定")
def group() -> None:
    """Group of the conflict verbs."""


@group.command("list", help="列出还没有选定的")
@click.option("--household", default="", metavar="ID", help="只看一户（户号、姓名或编号）")
@click.pass_obj
def list_all(cli: Cli, household: str) -> None:
    """List what is open."""
    home = household_id(cli, household) if household else ""
    found = conflicts.list_conflicts(cli.store, home)
    lines = [text for line in found for text in _lines(line)]
    cli.emit({"conflicts": [as_json(line) for line in found]}, lines or ["没有要选定的。"])


@group.command("resolve", help="选定一边，或另填一个值")
@click.argument("conflict_id", metavar="ID")
@click.option("--take", default="", metavar="SIDE", help="取哪一边：1、2……")
@click.option(
    "--value", default=None, metavar="V", help="另填一个值；两个人而不是同一人填 different"
)
@click.option("--reason", default="", metavar="T", help="为什么")
@click.pass_obj
def resolve(cli: Cli, conflict_id: str, take: str, value: str | None, reason: str) -> None:
    """Decide one."""
    if bool(take) == (value is not None):
        raise UsageError(text="--take 和 --value 只给一个")
    done = conflicts.resolve_conflict(
        cli.store, cli.actor, conflict_id, Choice(take, value), reason
    )
    cli.emit(
        {
            "conflict": as_json(done.conflict),
            "conflicts": [as_json(line) for line in done.open],
            "households": sorted(done.changed.household_ids),
        },
        ["已选定。下次导出时带给对方。"],
    )


def as_json(line: ConflictLine) -> dict[str, Any]:
    """Return the JSON of a conflict."""
    return {
        "id": line.conflict_id,
        "kind": line.kind,
        "kind_label": _KINDS[line.kind],
        "table": line.table,
        "row": line.row_id,
        "field": line.field,
        "field_label": line.label,
        "household": line.household_no or None,
        "household_id": line.household_id or None,
        "blocks": line.blocks,
        "sides": [_side(side) for side in line.sides],
    }


def _side(side: SideLine) -> dict[str, Any]:
    single = len(side.values) == 1
    return {
        "side": side.side,
        "changeset": side.changeset,
        "value": next(iter(side.values.values())) if single else side.values,
        "text": side.text,
        "actor": side.actor,
        "at": side.at,
        "level": side.level,
        "level_label": labels.label("area_level", side.level) if side.level else "",
        "base": next(iter(side.base.values()), None) if single else side.base,
        "in_force": side.is_in_force,
    }


def _lines(line: ConflictLine) -> list[str]:
    head = f"{line.household_no}号户 {line.label}（{_KINDS[line.kind]}）{line.conflict_id}"
    sides = [
        f"　{side.side} {side.actor} {times.day(side.at)}：{side.text}{_mark(side)}"
        for side in line.sides
    ]
    return [head, *sides]


def _mark(side: SideLine) -> str:
    return "（现用）" if side.is_in_force else ""
