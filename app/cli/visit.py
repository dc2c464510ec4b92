"""``visit``: list, show, open (record); a visit has no further steps."""

from datetime import date
from typing import Any, NoReturn

import click

from app.cli.common import Cli
from app.cli.items import SET, Register, choice, day, emit, group_of, household_id, opening
from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import visits
from app.ops.items import Item
from app.ops.visits import NewVisit


def _list(store: Store, _today: date, _actor: Actor, **more: Any) -> list[Item]:
    return visits.list_visits(store, more["household_id"])  # visits have no end


def _show(store: Store, item_id: str, _today: date, _actor: Actor) -> Item:
    return visits.show(store, item_id)


def _act(store: Store, _actor: Actor, item_id: str, action: str, *_step: Any) -> NoReturn:
    visits.refuse_step(store, item_id, action)


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
