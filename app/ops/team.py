"""The village's team (驻村工作队): who was there from when to when, and its yearly money (T27)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ownership import Actor
from app.errors import AppError, Where
from app.models.base import natural_id
from app.models.store import Store
from app.models.team import TeamFund, TeamMember
from app.ops.changed import Changed
from app.ops.plan_sources import area_names

_YEARS = range(2013, 2100)  # there were no teams before


class UnknownTeamMemberError(AppError):
    """Nobody of this id or name in the team."""

    code, message = "E540", "没有这名队员：{text}。数据没有变。"
    hint = "请先看 team list 里的姓名或编号；同名的用编号。"


class TeamDataError(AppError):
    """A value that a member or a fund does not take."""

    code, message, hint = "E541", "“{field}”{reason}。数据没有变。", "请改后再存。"


@dataclass(frozen=True, slots=True)
class NewTeamMember:
    """What is known of a member. ``village``: its code, "" for the own village."""

    name: str
    joined_on: date
    unit: str = ""
    position: str = ""
    phone: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A member as listed; ``left_on``: the first day not at the post any more."""

    team_member_id: str
    village: str
    village_name: str
    name: str
    unit: str
    position: str
    phone: str
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class NewFund:
    """Money of a year from one source; it replaces what was noted before."""

    year: int
    amount: Decimal
    source: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class FundLine:
    """Money of a village's team as listed."""

    village: str
    village_name: str
    year: int
    source: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TeamDone:
    """The row that was written."""

    row_id: str
    changed: Changed


_TEAM, _FUND = Changed(frozenset({"team_member"})), Changed(frozenset({"team_fund"}))


def list_team(store: Store) -> list[TeamLine]:
    """Return everybody, those at the post first, by village and day of arrival."""
    with store.read() as session:
        names = area_names(session, store)
        order = (TeamMember.scope, TeamMember.joined_on, TeamMember.id)
        rows = session.scalars(select(TeamMember).order_by(*order)).all()
        found = [
            TeamLine(
                row.id, row.scope, names.get(row.scope, row.scope), row.name, row.unit,
                row.position, row.phone or "", row.joined_on, row.left_on,
            )
            for row in rows
        ]  # fmt: skip
    return sorted(found, key=lambda line: line.left_on is not None)


def list_funds(store: Store) -> list[FundLine]:
    """Return the money, the newest year first."""
    with store.read() as session:
        names = area_names(session, store)
        order = (TeamFund.year.desc(), TeamFund.scope, TeamFund.source)
        return [
            FundLine(row.scope, names.get(row.scope, row.scope), row.year, row.source, row.amount)
            for row in session.scalars(select(TeamFund).order_by(*order))
        ]


def add_member(store: Store, actor: Actor, new: NewTeamMember) -> TeamDone:
    """Note a member of a village's team.

    Raises:
        TeamDataError, OwnershipError: nothing is written.
    """
    if not new.name.strip():
        raise _bad("姓名", "要写")
    with store.write("team.add", actor) as session:
        row = TeamMember(scope=_village(session, store, new.village))
        _fill(row, new)
        session.add(row)
        session.flush()
        return TeamDone(row.id, _TEAM)


def change_member(store: Store, actor: Actor, member: str, new: NewTeamMember) -> TeamDone:
    """Correct what is known of a member (of the same village).

    Raises:
        UnknownTeamMemberError, TeamDataError, OwnershipError: nothing is written.
    """
    if not new.name.strip():
        raise _bad("姓名", "要写")
    with store.write("team.change", actor) as session:
        row = _member(session, member)
        if row.left_on is not None and row.left_on <= new.joined_on:
            raise _bad("到岗日期", "不能晚于离岗日期")
        _fill(row, new)
        return TeamDone(row.id, _TEAM)


def leave(store: Store, actor: Actor, member: str, on: date) -> TeamDone:
    """Note that a member is not at the post any more from a day on.

    Raises:
        UnknownTeamMemberError, TeamDataError, OwnershipError: nothing is written.
    """
    with store.write("team.leave", actor) as session:
        row = _member(session, member)
        if on <= row.joined_on:
            raise _bad("离岗日期", f"要晚于到岗日期 {row.joined_on}")
        row.left_on = on
        return TeamDone(row.id, _TEAM)


def set_fund(store: Store, actor: Actor, new: NewFund) -> TeamDone:
    """Note the money of a year from a source, in place of what was noted before.

    Raises:
        TeamDataError, OwnershipError: nothing is written.
    """
    if new.year not in _YEARS:
        raise _bad("年度", f"写的是{new.year}，应是四位年份")
    if new.amount < 0 or new.amount != round(new.amount, 2):
        raise _bad("金额", "应是0或正数，最多两位小数")
    with store.write("team.fund", actor) as session:
        village, source = _village(session, store, new.village), new.source.strip()
        row_id = natural_id("team_fund", village, str(new.year), source)
        row = session.get(TeamFund, row_id)
        if row is None:
            row = TeamFund(id=row_id, scope=village, year=new.year, source=source)
            session.add(row)
        row.amount = new.amount
        return TeamDone(row_id, _FUND)


def as_new(line: TeamLine) -> NewTeamMember:
    """Return what is known of a member, to be changed."""
    return NewTeamMember(
        line.name, line.joined_on, line.unit, line.position, line.phone, line.village
    )


def _fill(row: TeamMember, new: NewTeamMember) -> None:
    row.name, row.unit, row.position = new.name.strip(), new.unit.strip(), new.position.strip()
    row.phone, row.joined_on = new.phone.strip() or None, new.joined_on


def _village(session: Session, store: Store, village: str) -> str:
    if not village and store.level == "village":
        return store.area_code
    if village.endswith("000") or village not in area_names(session, store):
        raise _bad("村", "要写本级下面一个村的12位代码")
    return village


def _member(session: Session, text: str) -> TeamMember:
    found = session.get(TeamMember, text)
    if found is not None:
        return found
    same = session.scalars(select(TeamMember).filter_by(name=text.strip())).all()
    if len(same) != 1:
        raise UnknownTeamMemberError(text=text)
    return same[0]


def _bad(field: str, reason: str) -> TeamDataError:
    return TeamDataError(field=field, reason=reason, where=Where(column=field))
