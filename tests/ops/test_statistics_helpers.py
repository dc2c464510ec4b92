"""T28 of one person: what the households in his care had, and nothing of anybody else's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.domain.annual_report import FreeText
from app.domain.period import Period
from app.domain.statistics.errors import UnknownHelperError
from app.domain.statistics.report import HELPER, Report
from app.domain.statistics.table import HOUSEHOLD
from app.models.household import Helper, HelperAssignment, Household, Member
from app.models.store import Store
from app.ops import statistics
from app.ops.plan_helpers import HelperGiven, assign, end_assignment, of_household
from app.ops.statistics_helpers import find_helper, helper_report, helpers
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.statistics_village import ME, fill

OCTOBER, TODAY = Period(2025, 10), date(2025, 11, 2)
END = date(2025, 10, 31)
LI, WANG = HelperGiven("李卫国", "县教体局"), HelperGiven("王秀英", "县水利局")


def homes(store: Store) -> list[str]:
    """Return the households of October's roster."""
    with store.read() as session:
        rows = session.scalars(select(Household).order_by(Household.household_no))
        return [row.id for row in rows if row.removed_on is None or row.removed_on > END]


@pytest.fixture
def village(new_store: StoreMaker) -> Store:
    store = new_store("village", VILLAGE, "上坝村")
    fill(store, VILLAGE, 1)
    with store.absorb() as session:  # whoever ended by chance has sheets of later months by chance
        for row in session.scalars(select(Household)):
            row.removed_on = None
    found = homes(store)
    for place, home in enumerate(found):
        assign(store, ME, home, LI if place % 3 else WANG, date(2025, 1, 1))
    return store


def october(store: Store, name: str) -> Report:
    report = statistics.monthly_report(store, OCTOBER, TODAY)
    return helper_report(store, report, find_helper(store, name, END))


def total(report: Report, number: str) -> list[object]:
    values = [cell.value for cell in report.table(number).row("合计").cells]
    return [value for value in values if isinstance(value, int)]


def added(first: Sequence[object], second: Sequence[object]) -> list[int]:
    return [int(str(a)) + int(str(b)) for a, b in zip(first, second, strict=True)]


def test_two_people_who_share_the_village_add_up_to_it(village: Store) -> None:
    whole = statistics.monthly_report(village, OCTOBER, TODAY)
    li, wang = october(village, "李卫国"), october(village, "王秀英（县水利局）")
    for number in ("T11", "T14", "T17", "T19", "T22"):
        assert added(total(li, number), total(wang, number)) == total(whole, number), number
    assert li.level == HELPER
    assert total(li, "T17")[0] == len(find_helper(village, "李卫国", END).household_ids)


def test_every_door_leads_to_the_persons_own_households(village: Store) -> None:
    work = find_helper(village, "王秀英", END)
    report = october(village, "王秀英")
    behind = {
        row_id
        for table in report.tables
        for line in table.rows
        for cell in line.cells
        if cell.of == HOUSEHOLD
        for row_id in cell.ids
    }
    assert behind
    assert behind <= work.household_ids


def test_the_summary_tells_numbers_of_that_person_and_names_no_household(village: Store) -> None:
    report = october(village, "李卫国")
    words = FreeText(done="逐户走访。", problems="两户常年外出。", next_steps="继续走访。")
    text = statistics.official_text(report, words)
    lines = [paragraph.text for paragraph in text.paragraphs]
    households, persons = total(report, "T17")[:2]
    assert lines[1] == f"一是负责帮扶{households}户{persons}人。"
    assert lines[2].startswith(f"二是应走访{total(report, 'T11')[0]}户")
    assert text.title == "村01012025年10月防止返贫监测帮扶责任人工作小结"
    assert text.author == "李卫国（县教体局）"
    assert report.table("T11").full_title == "走访覆盖·帮扶责任人李卫国（县教体局）"
    assert lines[-2:] == ["三、下一步打算", "继续走访。"]
    with village.write("name", ME) as session:
        for member in session.scalars(select(Member)):
            member.name = "不该出现的人"
    again = statistics.official_text(october(village, "李卫国"), words)
    assert "不该出现" not in "".join(paragraph.text for paragraph in again.paragraphs)


def test_who_handed_over_before_the_day_does_not_answer_for_the_household(village: Store) -> None:
    before = {one.name: one.household_ids for one in helpers(village, END)}
    home = min(before["王秀英"])
    with village.read() as session:
        line = of_household(session, home)[0]
    end_assignment(village, ME, line.assignment_id, date(2025, 10, 30))
    assign(village, ME, home, LI, END)
    after = {one.name: one.household_ids for one in helpers(village, END)}
    assert after == {
        "李卫国": before["李卫国"] | {home}, "王秀英": before["王秀英"] - {home},
    }  # fmt: skip
    assert (
        home
        in {one.name: one.household_ids for one in helpers(village, date(2025, 10, 30))}["王秀英"]
    )


def test_people_of_one_name_are_told_apart_by_their_office(village: Store) -> None:
    assign(village, ME, homes(village)[0], replace(LI, organisation="县民政局"), date(2025, 1, 1))
    with pytest.raises(UnknownHelperError):
        find_helper(village, "李卫国", END)
    assert len(find_helper(village, "李卫国（县民政局）", END).household_ids) == 1
    with pytest.raises(UnknownHelperError):
        find_helper(village, "没有这个人", END)


def test_a_township_finds_the_people_of_one_village(new_store: StoreMaker) -> None:
    store = new_store("township", TOWNSHIP, "云岭镇")
    fill(store, VILLAGE, 1)
    with store.absorb() as session:
        home = session.scalars(select(Household.id)).first()
        session.add(Helper(id="h", scope=VILLAGE, name="李卫国"))
        session.flush()
        session.add(
            HelperAssignment(
                id="a", scope=VILLAGE, household_id=home, helper_id="h",
                assigned_on=date(2025, 1, 1),
            )
        )  # fmt: skip
    assert [one.label for one in helpers(store, END)] == ["李卫国"]
    assert [one.label for one in helpers(store, END, VILLAGE)] == ["李卫国"]
    assert helpers(store, END, "539901101299") == ()
