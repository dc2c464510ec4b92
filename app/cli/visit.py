"""``visit``: list, show, open (record); a visit has no further steps."""

import click

from app.cli.common import Cli
from app.cli.items import SET, Register, choice, day, emit, group_of, household_id, opening
from app.ops import visits
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.visits import NewVisit


def _list(cli: Cli, only_open: bool, home: str) -> list[Item]:
    del only_open  # visits have no end
    return visits.list_visits(cli.store, home)


def _show(cli: Cli, item_id: str) -> Item:
    return visits.show(cli.store, item_id)


def _act(cli: Cli, item_id: str, action: str, given: StepInput) -> Item:
    del given
    visits.refuse_step(cli.store, item_id, action)
    return visits.show(cli.store, item_id)


group = group_of(Register("visit", "走访和回访", _list, _show, _act))


@group.command("open", help="记一次走访或回访")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@SET
@click.pass_obj
def record(cli: Cli, household: str, values: tuple[str, ...]) -> None:
    """Record a visit."""
    given = opening(
        values, ("visit_way",), ("visited_on", "purpose", "visitor", "met_member_id", "content")
    )
    new = NewVisit(
        household_id=household_id(cli, household),
        visited_on=day(given.get("visited_on")) or cli.today,
        visit_way=choice("visit_way", given["visit_way"]),
        purpose=given.get("purpose", "follow_up"),
        visitor=given.get("visitor", ""),
        met_member_id=given.get("met_member_id", ""),
        content=given.get("content", ""),
    )
    emit(cli, visits.record(cli.store, cli.actor, new, cli.today)[0])
