"""``change``: natural changes: list, show, open, act."""

import click

from app.cli.common import Cli
from app.cli.items import SET, Register, choice, day, emit, group_of, household_id, opening
from app.domain.natural_change import DATA
from app.ops import changes
from app.ops.changes import NewChange

_OWN = ("reason", "effective_on", "member_id", "proof")


group = group_of(
    Register(
        "change",
        "自然变更、分户、并户、户主变更",
        changes.list_changes,
        changes.show_change,
        changes.act_change,
    )
)


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
