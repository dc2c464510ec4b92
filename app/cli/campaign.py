"""``campaign`` and ``issue``: list, show, open, act; results of a campaign per household."""

import click

from app.cli.common import Cli
from app.cli.items import SET, choice, day, emit, group_of, household_id, opening, register_of
from app.ops import registers
from app.ops.registers import NewCampaign, NewIssue

group = group_of(register_of("campaign", "review_campaign", "回头看、大排查等专项排查"))
issue_group = group_of(register_of("issue", "issue", "问题整改"))


@group.command("open", help="拟定一次排查")
@click.option("--household", "homes", multiple=True, metavar="ID", help="只查这几户；缺省全村")
@SET
@click.pass_obj
def open_campaign(cli: Cli, homes: tuple[str, ...], values: tuple[str, ...]) -> None:
    """Plan a campaign."""
    given = opening(
        values, ("campaign_kind", "name"), ("starts_on", "ends_on", "content", "village")
    )
    new = NewCampaign(
        campaign_kind=choice("campaign_kind", given["campaign_kind"]),
        name=given["name"],
        starts_on=day(given.get("starts_on")) or cli.today,
        ends_on=day(given.get("ends_on")),
        content=given.get("content", ""),
        household_ids=tuple(household_id(cli, home) for home in homes),
        village=given.get("village", ""),
    )
    emit(cli, registers.open_campaign(cli.store, cli.actor, new, cli.today)[0])


@group.command("result", help="登记一户的结果：fine 无问题，problem 有问题，not_checked 未查到")
@click.argument("item_id", metavar="ID")
@click.option("--household", required=True, metavar="ID", help="户号、姓名或编号")
@click.option("--result", required=True, metavar="R")
@click.option("--note", default="", metavar="T", help="说明")
@click.pass_obj
def result(cli: Cli, item_id: str, household: str, result: str, note: str) -> None:
    """Note what a campaign found in a household."""
    home, key = household_id(cli, household), choice("campaign_result", result)
    done = registers.record_result(cli.store, cli.actor, item_id, home, key, note, cli.today)
    opened = "issue" in done.tables
    found = registers.coverage(cli.store, item_id)
    cli.emit(
        {
            "due": found.due,
            "checked": found.checked,
            "problems": found.problems,
            "not_checked": list(found.not_checked),
            "issue_opened": opened,
        },
        [
            f"应查{found.due}户，已查{found.checked}户，有问题{found.problems}户。",
            *(["已列入问题整改（issue list）。"] if opened else []),
        ],
    )


@issue_group.command("open", help="登记一个问题")
@click.option("--household", default="", metavar="ID", help="哪一户；缺省全村的问题")
@SET
@click.pass_obj
def open_issue(cli: Cli, household: str, values: tuple[str, ...]) -> None:
    """Note an issue."""
    given = opening(values, ("source", "text"), ("due_on", "campaign_id", "village"))
    new = NewIssue(
        source=given["source"],
        text=given["text"],
        due_on=day(given.get("due_on")),
        household_id=household_id(cli, household) if household else "",
        campaign_id=given.get("campaign_id", ""),
        village=given.get("village", ""),
    )
    emit(cli, registers.open_issue(cli.store, cli.actor, new, cli.today)[0])
