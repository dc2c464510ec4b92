"""The team and its money: noted once, counted by T27."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.errors import OwnershipError
from app.models.store import Store
from app.ops import statistics, team
from app.ops.statistics_rows import drill_down
from app.ops.team import NewFund, NewTeamMember, TeamDataError, UnknownTeamMemberError
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker

ME = Actor("张卫东", "administrator")
JANUARY, TODAY = date(2025, 1, 6), date(2025, 12, 31)


def test_t27_counts_members_who_served_who_are_there_and_the_money_of_the_year(
    store: Store,
) -> None:
    first = team.add_member(store, ME, NewTeamMember("木春林", JANUARY, "县住建局", "第一书记"))
    team.add_member(store, ME, NewTeamMember("杨丽", date(2025, 11, 3)))
    team.leave(store, ME, "木春林", date(2025, 10, 31))
    team.set_fund(store, ME, NewFund(2025, Decimal(20000), "县财政"))
    team.set_fund(store, ME, NewFund(2025, Decimal("20000.50"), "县财政"))
    team.set_fund(store, ME, NewFund(2024, Decimal(7)))
    october = statistics.monthly_report(store, Period(2025, 10), TODAY).table("T27").rows[0]
    assert [cell.value for cell in october.cells] == [1, 0, Decimal("20000.50")]
    assert october.cells[0].ids == (first.row_id,)
    year = statistics.yearly_report(store, 2025, TODAY).table("T27").rows[0]
    assert [cell.value for cell in year.cells] == [2, 1, Decimal("20000.50")]
    assert [line.text for line in drill_down(store, year.cells[1])] == ["杨丽"]
    assert [line.text for line in drill_down(store, year.cells[2])] == ["2025年 县财政 20000.50元"]


def test_a_member_is_corrected_and_those_at_the_post_stand_first(store: Store) -> None:
    member = team.add_member(store, ME, NewTeamMember("木春林", JANUARY)).row_id
    team.leave(store, ME, member, date(2025, 3, 1))
    team.add_member(store, ME, NewTeamMember("杨丽", date(2025, 2, 3)))
    team.change_member(store, ME, member, NewTeamMember("木春霖", JANUARY, phone="18700000000"))
    lines = team.list_team(store)
    assert [(one.name, one.phone) for one in lines] == [("杨丽", ""), ("木春霖", "18700000000")]
    assert team.as_new(lines[1]).village == VILLAGE


def test_what_cannot_be_is_refused_with_its_field(store: Store) -> None:
    member = team.add_member(store, ME, NewTeamMember("木春林", JANUARY)).row_id
    with pytest.raises(TeamDataError, match="E541") as caught:
        team.leave(store, ME, member, JANUARY)
    assert caught.value.where.column == "离岗日期"
    for new in (
        NewFund(25, Decimal(1)),
        NewFund(2025, Decimal(-1)),
        NewFund(2025, Decimal("0.001")),
    ):
        with pytest.raises(TeamDataError):
            team.set_fund(store, ME, new)
    with pytest.raises(TeamDataError):
        team.add_member(store, ME, NewTeamMember(" ", JANUARY))
    team.leave(store, ME, member, date(2025, 2, 1))
    with pytest.raises(TeamDataError):
        team.change_member(store, ME, member, NewTeamMember("木春林", date(2025, 2, 1)))
    with pytest.raises(UnknownTeamMemberError):
        team.leave(store, ME, "无名", TODAY)
    with pytest.raises(OwnershipError):
        team.add_member(store, Actor("李红", "entry"), NewTeamMember("杨丽", JANUARY))
    assert len(team.list_team(store)) == 1


def test_a_township_names_the_village(new_store: StoreMaker) -> None:
    township = new_store("township", TOWNSHIP, "云岭镇")
    for village in ("", TOWNSHIP, "110101101201"):
        with pytest.raises(TeamDataError):
            team.add_member(township, ME, NewTeamMember("杨丽", JANUARY, village=village))
