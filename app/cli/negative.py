"""``negative``: list, show, act; open; most are opened when a month is checked."""

import click

from app.cli.common import Cli
from app.cli.items import SET, Register, emit, group_of, household_id, pairs, required
from app.ops import registers
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.registers import NewFinding

_SUBJECT = "negative_check"


def _list(cli: Cli, only_open: bool, home: str) -> list[Item]:
    return registers.list_negatives(
        cli.store, cli.today, cli.actor, household_id=home, only_open=only_open
    )


def _show(cli: Cli, item_id: str) -> Item:
    return registers.show_entry(cli.store, _SUBJECT, item_id, cli.today, cli.actor)


def _act(cli: Cli, item_id: str, action: str, given: StepInput) -> Item:
    return registers.act_entry(cli.store, cli.actor, _SUBJECT, item_id, action, given, cli.today)[0]


group = group_of(Register("negative", "负面清单核查", _list, _show, _act))


@group.command("open", help="登记一条上级发来的负面清单线索")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@SET
@click.pass_obj
def open_one(cli: Cli, household: str, values: tuple[str, ...]) -> None:
    """Note a negative-list finding that came in a list."""
    given = pairs(values)
    required(given, "code", "message")
    home = household_id(cli, household)
    new = NewFinding(home, given["code"], given["message"], given.get("member_id", ""))
    emit(cli, registers.open_finding(cli.store, cli.actor, _SUBJECT, new, cli.today)[0])
