"""``clue``: clues until they are deliberated: list, show, open, act."""

import click

from app.cli.case import case_register, emit_page
from app.cli.common import Cli
from app.cli.items import SET, choice, day, group_of, household_id, opening
from app.domain.case import CLUE_STATES, NOT_INCLUDED, TO_DELIBERATE
from app.ops import monitored
from app.ops.monitored import NewClue

_STATES = CLUE_STATES | {TO_DELIBERATE, NOT_INCLUDED}


group = group_of(case_register("clue", "线索", _STATES))


@group.command("open", help="登记一条线索")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@SET
@click.pass_obj
def open_clue(cli: Cli, household: str, values: tuple[str, ...]) -> None:
    """Register a clue."""
    given = opening(values, ("clue_source", "text"), ("received_on", "platform_no", "reply_due_on"))
    new = NewClue(
        household_id=household_id(cli, household),
        clue_source=choice("clue_source", given["clue_source"]),
        text=given["text"],
        received_on=day(given.get("received_on")) or cli.today,
        platform_no=given.get("platform_no", ""),
        reply_due_on=day(given.get("reply_due_on")),
    )
    made, _changed = monitored.register_clue(cli.store, cli.actor, new, cli.today)
    emit_page(cli, monitored.show_case(cli.store, made.item_id, cli.today, cli.actor))
