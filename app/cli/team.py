"""``team``: list, add, change, leave, fund: the village's team and its money (T27)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from app.cli.common import Cli, UsageError
from app.ops import team
from app.ops.team import FundLine, NewFund, NewTeamMember, TeamLine


@click.group("team", help="驻村工作队：队员和每年经费")
def group() -> None:
    """The team."""


@group.command("list", help="全部队员和经费")
@click.pass_obj
def list_all(cli: Cli) -> None:
    """List members and money."""
    members, funds = team.list_team(cli.store), team.list_funds(cli.store)
    lines = [_member_line(one) for one in members]
    lines += [f"{one.village_name} {one.year}年 {one.source} {one.amount}元" for one in funds]
    cli.emit(
        {"members": [_member(one) for one in members], "funds": [_fund(one) for one in funds]},
        lines or ["还没有登记队员。"],
    )


@group.command("add", help="登记一名队员")
@click.argument("name")
@click.option("--joined", default="", metavar="DATE", help="到岗日期，缺省今天")
@click.option("--unit", default="", metavar="T", help="派出单位")
@click.option("--position", default="", metavar="T", help="职务，如 第一书记")
@click.option("--phone", default="", metavar="T")
@click.option("--village", default="", metavar="CODE", help="村代码（镇、县要写）")
@click.pass_obj
def add(cli: Cli, /, name: str, joined: str, village: str, **texts: str) -> None:
    """Note a member."""
    new = NewTeamMember(name, _day(joined, cli.today), village=village, **texts)
    _told(cli, team.add_member(cli.store, cli.actor, new).row_id, "已登记。")


@group.command("change", help="改一名队员的登记")
@click.argument("member", metavar="ID")
@click.option("--name", default="", metavar="T")
@click.option("--joined", default="", metavar="DATE", help="到岗日期")
@click.option("--unit", default="", metavar="T", help="派出单位")
@click.option("--position", default="", metavar="T", help="职务")
@click.option("--phone", default="", metavar="T")
@click.pass_obj
def change(cli: Cli, /, member: str, joined: str, **texts: str) -> None:
    """Correct what is known of a member; what is not given stays."""
    known = [one for one in team.list_team(cli.store) if member in (one.team_member_id, one.name)]
    if len(known) != 1:
        raise team.UnknownTeamMemberError(text=member)
    given = {name: text for name, text in texts.items() if text}
    before = team.as_new(known[0])
    new = replace(before, joined_on=_day(joined, before.joined_on), **given)
    done = team.change_member(cli.store, cli.actor, known[0].team_member_id, new)
    _told(cli, done.row_id, "已改。")


@group.command("leave", help="队员离岗")
@click.argument("member", metavar="ID")
@click.option("--on", "on", default="", metavar="DATE", help="离岗日期（当天起不在岗），缺省今天")
@click.pass_obj
def leave(cli: Cli, member: str, on: str) -> None:
    """Note that a member has left."""
    done = team.leave(cli.store, cli.actor, member, _day(on, cli.today))
    _told(cli, done.row_id, "已离岗。")


@group.command("fund", help="一年的经费，元；同一年同一来源的改成新数")
@click.argument("year", type=int)
@click.argument("amount")
@click.option("--source", default="", metavar="T", help="来源，如 县财政")
@click.option("--village", default="", metavar="CODE", help="村代码（镇、县要写）")
@click.pass_obj
def fund(cli: Cli, year: int, amount: str, source: str, village: str) -> None:
    """Note the money of a year."""
    try:
        money = Decimal(amount.replace(",", "").removesuffix("元"))
    except InvalidOperation:
        raise UsageError(text="金额应是数字，如 20000 或 20000.50。") from None
    new = NewFund(year, money, source, village)
    _told(cli, team.set_fund(cli.store, cli.actor, new).row_id, "已记。")


def _told(cli: Cli, row_id: str, words: str) -> None:
    cli.emit({"id": row_id}, [words])


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise UsageError(text="日期应写成 2025-10-31。") from None


def _member(one: TeamLine) -> dict[str, Any]:
    return {
        "id": one.team_member_id,
        "village": one.village,
        "name": one.name,
        "unit": one.unit,
        "position": one.position,
        "joined_on": one.joined_on.isoformat(),
        "left_on": one.left_on.isoformat() if one.left_on else None,
    }


def _fund(one: FundLine) -> dict[str, Any]:
    return {
        "village": one.village,
        "year": one.year,
        "source": one.source,
        "amount": format(one.amount, "f"),
    }


def _member_line(one: TeamLine) -> str:
    until = f"{one.left_on} 离岗" if one.left_on else "在岗"
    parts = (one.village_name, one.name, one.unit, one.position, f"{one.joined_on} 到岗", until)
    return " ".join(filter(None, parts))
