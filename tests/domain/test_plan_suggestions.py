"""Suggestions of measures: from causes, warnings and class, each with its reason."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.catalogue import CatalogueError
from app.domain.household import Facts, Member, MonitoredObject
from app.domain.labels import LABELS
from app.domain.period import Period
from app.domain.plan_catalogue import parse_catalogue
from app.domain.plan_suggestions import OpenProblem, Planned, Suggestion, advice, suggest
from app.domain.view import HouseholdView
from app.ops import catalogue as catalogues
from app.ops.plan_catalogue import catalogue_for
from tests.domain.build import facts as make_facts

OCTOBER = Period(2025, 10)
CATALOGUE = catalogue_for(OCTOBER)
WATER = OpenProblem("w1", "WT-02", "水量不够")


def home(*causes: str, members: tuple[Member, ...] = (), **changes: Any) -> HouseholdView:
    case = MonitoredObject("unstable_lifted", causes=causes) if causes else None
    people = members or (Member("1", 1, "张三", "户主", labor_skill="ordinary"),)
    found: Facts = replace(
        make_facts(), members=people, monitored=case, household_kind="lifted", **changes
    )
    return HouseholdView(found, catalogues.policy_for(OCTOBER))


def kinds(found: tuple[Suggestion, ...]) -> list[str]:
    return [one.kind for one in found]


def test_every_cause_and_every_category_is_in_the_catalogue() -> None:
    assert set(CATALOGUE.causes) == set(LABELS["risk_cause"])
    assert {c.key for c in CATALOGUE.categories} == set(LABELS["measure_category"])
    development = {c.key for c in CATALOGUE.categories if c.is_development}
    assert development == {"industry", "employment", "finance", "public_post"}


def test_a_cause_suggests_what_helps_against_it_with_the_reason() -> None:
    found = suggest(home("drinking_water"), (), (), CATALOGUE)
    assert kinds(found) == ["管网维修", "水窖水池", "应急送水", "水利"]
    assert found[0].reasons == ("风险原因：因安全饮水",)
    assert found[0].cause == "drinking_water"


def test_what_only_helps_those_who_can_work_is_left_out_for_the_others() -> None:
    can, cannot = (
        home("illness"),
        home("illness", members=(Member("1", 1, "张三", "户主", labor_skill="none"),)),
    )
    assert "岗位推荐" in kinds(suggest(can, (), (), CATALOGUE))
    assert "岗位推荐" not in kinds(suggest(cannot, (), (), CATALOGUE))


def test_a_benefit_that_the_household_has_is_not_suggested_again() -> None:
    poor = (Member("1", 1, "张三", "户主", has_dibao=True),)
    assert "低保" not in kinds(suggest(home("illness", members=poor), (), (), CATALOGUE))


def test_one_suggestion_for_each_person_concerned() -> None:
    people = (
        Member("1", 1, "张三", "户主", disability_kind="physical", disability_grade=2),
        Member("2", 2, "李四", "配偶", disability_kind="hearing", disability_grade=1),
        Member("3", 3, "张五", "之子"),
    )
    found = suggest(home("disability", members=people), (), (), CATALOGUE)
    assert [s.member_id for s in found if s.kind == "残疾人两项补贴"] == ["1", "2"]


def test_an_open_warning_comes_first_and_is_answered() -> None:
    found = suggest(home("drinking_water"), (WATER,), (), CATALOGUE)
    assert kinds(found)[:3] == ["应急送水", "管网维修", "水质处理"]
    assert found[0].warning_ids == ("w1",)
    assert found[1].reasons == ("预警：水量不够", "风险原因：因安全饮水")
    assert found[1].cause == "drinking_water"


def test_the_most_special_entry_answers_a_code() -> None:
    assert [s.kind for s in CATALOGUE.for_shortfall("MD-04")] == ["慢病签约"]
    assert [s.kind for s in CATALOGUE.for_shortfall("FD-02")] == ["临时救助", "低保"]
    assert CATALOGUE.for_shortfall("D-01") == ()


def test_a_measure_that_is_there_is_not_suggested_but_may_answer_a_new_warning() -> None:
    there = Planned("m1", "water", "应急送水", "", frozenset(), is_open=True)
    found = suggest(home("drinking_water"), (WATER,), (there,), CATALOGUE)
    (link,) = [s for s in found if s.kind == "应急送水"]
    assert (link.measure_id, link.warning_ids) == ("m1", ("w1",))
    answered = replace(there, warning_ids=frozenset({"w1"}))
    assert "应急送水" not in kinds(
        suggest(home("drinking_water"), (WATER,), (answered,), CATALOGUE)
    )
    ended = replace(there, is_open=False)
    (again,) = [s for s in suggest(home(), (WATER,), (ended,), CATALOGUE) if s.kind == "应急送水"]
    assert again.measure_id == ""


def test_the_class_gives_presets_and_advice_only_where_it_applies() -> None:
    key = home(management_class="key")
    assert "防贫保险理赔" in kinds(suggest(key, (), (), CATALOGUE))
    assert suggest(key, (), (), CATALOGUE)[0].reasons == ("管理类别：重点监测户",)
    assert advice(home(management_class="general"), CATALOGUE)[0] == "巩固已享受的政策"
    ordinary = HouseholdView(replace(key.facts, household_kind="ordinary"), key.policy)
    assert suggest(ordinary, (), (), CATALOGUE) == ()
    assert advice(ordinary, CATALOGUE) == ()


def test_a_removed_risk_suggests_nothing_any_more() -> None:
    over = home("drinking_water")
    case = MonitoredObject("unstable_lifted", "risk_removed", causes=("drinking_water",))
    view = HouseholdView(replace(over.facts, monitored=case), over.policy)
    assert suggest(view, (), (), CATALOGUE) == ()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"categories": [{"key": "water", "column": "水", "kinds": []}]}, "缺少产业帮扶"),
        ({"categories": [{"key": "moon", "column": "水", "kinds": []}]}, "只能是"),
    ],
)
def test_a_broken_catalogue_names_the_reason(broken: dict[str, object], reason: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(broken, "x.toml")
    assert reason in caught.value.user_text()


def test_a_kind_that_its_category_lacks_is_refused() -> None:
    data = catalogues.read_toml(catalogues.RESOURCES / "measures" / "2025.toml")
    data["causes"][0]["suggest"][0]["kind"] = "月球移民"
    with pytest.raises(CatalogueError, match="月球移民"):
        parse_catalogue(data, "x.toml")
