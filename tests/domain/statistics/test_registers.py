"""Registers: natural changes, clues, campaigns, doubts, negative list, teams (T19–T23, T27)."""

from decimal import Decimal

from app.domain.statistics import records as r
from app.domain.statistics import registers
from app.domain.statistics.table import Line
from tests.domain.statistics.build import OCTOBER, V1, V2, context, day, home


def figures(line: Line) -> list[object]:
    return [cell.value for cell in line.cells]


def change(
    number: int, kind: str, reason: str = "", done: str = "10-10", **more: str
) -> r.ChangeRecord:
    household_id = more.get("household_id", "h1")
    state = more.get("state", "done")
    return r.ChangeRecord(f"c{number}", household_id, V1, kind, reason, state, day(done))


def test_changes_count_when_they_are_done() -> None:
    found = (
        change(1, "increase", "出生"), change(2, "increase", "出生"),
        change(3, "decrease", "死亡", household_id="h2"), change(4, "household_split"),
        change(5, "decrease", "死亡", "09-30"),
        change(6, "decrease", "死亡", state="pending_township"),
    )  # fmt: skip
    table = registers.natural_changes(context(OCTOBER, changes=found))
    assert figures(table.row("自然增加·出生")) == [2, 2, 1]
    assert figures(table.row("自然减少·死亡")) == [1, 1, 1]
    assert figures(table.row("分户")) == [1, 0, 1]
    assert figures(table.row("自然增加·小计")) == [2, 2, 1]
    assert figures(table.row("合计")) == [4, None, 2]  # who came and who went are not added
    empty = registers.natural_changes(context(OCTOBER))
    assert [figures(line) for line in empty.rows] == [[0, None, 0]]


def test_clues_with_their_answers() -> None:
    found = (
        r.ClueRecord("c1", "h1", V1, "petition", day("10-01"), day("10-05"), "included",
                     day("10-20"), day("10-16"), day("10-20")),
        r.ClueRecord("c2", "h2", V1, "petition", day("10-20"), reply_due_on=day("10-31")),
        r.ClueRecord("c3", "h3", V1, "petition", day("10-01"), reply_due_on=day("10-30")),
        r.ClueRecord("c4", "h4", V1, "cadre", day("09-01"), day("10-02"), "excluded",
                     day("10-03"), day("10-02"), day("11-01")),
    )  # fmt: skip
    table = registers.clues(context(OCTOBER, clues=found))
    assert figures(table.row("信访")) == [3, 1, 1, 0, 1]
    assert figures(table.row("干部排查")) == [0, 1, 0, 1, 1]
    assert figures(table.row("合计")) == [3, 2, 1, 1, 2]


def test_campaigns_by_village_with_households_and_people() -> None:
    homes = (home("h1", 4), home("h2", 3), home("h3", 2, village=V2))
    ones = (
        r.CampaignHousehold("h1", V1, "fine"),
        r.CampaignHousehold("h2", V1, "problem", is_settled=True),
        r.CampaignHousehold("h3", V2, "not_checked"),
    )
    sweep = r.CampaignRecord("c1", "饮水大排查", "sweep", day("09-01"), None, ones)
    past = r.CampaignRecord("c2", "百日攻坚", "push", day("01-01"), day("03-01"), ones)
    table = registers.campaigns(context(OCTOBER, households=homes, campaigns=(sweep, past)))
    assert [line.label for line in table.rows] == [
        "饮水大排查·上坝村", "饮水大排查·下坝村", "饮水大排查·合计",
    ]  # fmt: skip
    assert figures(table.rows[2]) == [3, 9, 2, 7, Decimal("66.67"), 1, 1]


def test_doubts_and_negative_hits_by_rule() -> None:
    def one(
        number: int, code: str, state: str, household_id: str = "h1", **more: bool
    ) -> r.DoubtRecord:
        cleared = more.get("cleared", False)
        return r.DoubtRecord(f"d{number}", household_id, V1, code, state, day("10-05"), cleared)

    doubts = (one(1, "D-01", "corrected"), one(2, "D-01", "open"), one(3, "D-05", "confirmed_ok"))
    table = registers.doubts(context(OCTOBER, doubts=doubts))
    assert figures(table.row("D-01")) == [2, 1, 0, 1]
    assert figures(table.row("合计")) == [3, 1, 1, 1]
    hits = (
        one(1, "N-01", "proven", "h1", cleared=True), one(2, "N-01", "proven", "h1"),
        one(3, "N-02", "untrue", "h2"), one(4, "N-02", "open", "h1"),
    )  # fmt: skip
    table = registers.negatives(context(OCTOBER, negatives=hits))
    assert figures(table.row("N-01")) == [1, 1, 0, 0, 0, 1]
    assert figures(table.row("N-02")) == [2, 0, 1, 0, 1, 0]
    assert figures(table.row("合计"))[0] == 2, "h1 counts once"


def test_teams_on_the_reference_day() -> None:
    team = (
        r.TeamMember("t1", V1, day("01-01")), r.TeamMember("t2", V1, day("01-01"), day("10-30")),
        r.TeamMember("t3", V1, day("01-01"), day("09-30")), r.TeamMember("t4", V2, day("11-01")),
    )  # fmt: skip
    funds = (
        r.TeamFund("f1", V2, 2025, Decimal("100.50")), r.TeamFund("f2", V2, 2024, Decimal(7)),
    )  # fmt: skip
    table = registers.teams(context(OCTOBER, team=team, funds=funds))
    assert figures(table.row("上坝村")) == [2, 1, Decimal("0.00")]
    assert table.row("上坝村").cells[1].ids == ("t1",)
    assert figures(table.row("合计")) == [2, 1, Decimal("100.50")]
