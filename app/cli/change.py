"""``change``: natural changes: list, show, open, act."""

import click

from app.cli.common import Cli
from app.cli.items import SET, Register, choice, day, emit, group_of, household_id, opening
from app.domain.natural_change import DATA
from app.ops import changes
from app.ops.changes import NewChange
from app.ops.items import Item
from app.ops.lives import StepInput

_OWN = ("reason", "effective_on", "member_id", "proof")


def _list(cli: Cli, only_open: bool, home: str) -> list[Item]:
    return changes.list_changes(
        cli.store, cli.today, cli.actor, household_id=home, only_open=only_open
    )


def _show(cli: Cli, item_id: str) -> Item:
    return changes.show_change(cli.store, item_id, cli.today, cli.actor)


def _act(cli: Cli, item_id: str, action: str, given: StepInput) -> Item:
    return changes.act_change(cli.store, cli.actor, item_id, action, given, cli.today)[0]


group = group_of(Register("change", "自然变更、分户、并户、户主变更", _list, _show, _act))


@group.command("open", help="登记一件自然变更")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@SET
@click.pass_obj
def open_change(cli: Cli, household: str, values: tuple[str, ...]) -> None:
    """Note a change."""
    given = opening(values, ("change_kind",), tuple(sorted(DATA)))
    new = NewChange(
        household_id=household_id(cli, household),
        change_kind=choice("change_kind", given.pop("change_kind")),
        reason=given.get("reason", ""),
        effective_on=day(given.get("effective_on")),
        member_id=given.get("member_id", ""),
        proof=given.get("proof", ""),
        details={name: value for name, value in given.items() if name not in _OWN},
    )
    emit(cli, changes.open_change(cli.store, cli.actor, new, cli.today)[0])
