"""A measure ends in two steps (M6): the village proposes with a reason, the township agrees."""

from datetime import timedelta

import pytest

from app.models.store import Store
from app.ops import deadlines, measures
from app.ops.errors import StepConditionError, StepNotAllowedError
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from tests.ops.levels import acting_as
from tests.ops.village import ME, TODAY, add_family


@pytest.fixture
def planned(store: Store) -> str:
    new = NewMeasure(add_family(store), "health", "大病救治", "李会计", cause="illness")
    return measures.plan_measure(store, ME, new, TODAY)[0].item_id


def act(store: Store, level: str, measure_id: str, action: str, **values: str) -> Item:
    with acting_as(store, level):
        given = StepInput(values.pop("note", ""), TODAY, values)
        return measures.act_measure(store, ME, measure_id, action, given, TODAY)[0]


def waiting(store: Store) -> list[str]:
    later = TODAY + timedelta(days=30)
    found = deadlines.list_deadlines(store, later, only_overdue=True)
    return [d.text for d in found if d.subject == "measure" and d.holder == "township"]


def test_the_village_proposes_and_the_township_ends_for_its_reason(
    store: Store, planned: str
) -> None:
    item = act(store, "village", planned, "terminate", reason="其他", note="搬去县城")
    assert (item.state, item.title) == ("planned", "健康帮扶·大病救治（已提请终止）")
    assert waiting(store) == ["2号户 大病救治 提请终止"]
    with pytest.raises(StepConditionError, match="E414"):
        act(store, "village", planned, "terminate", reason="重复")
    item = act(store, "township", planned, "terminate")
    assert (item.state, item.title) == ("terminated", "健康帮扶·大病救治")
    assert (item.history[-1].values, item.history[-1].note) == ({"reason": "其他"}, "搬去县城")
    assert waiting(store) == []


def test_what_the_township_does_not_agree_to_goes_on(store: Store, planned: str) -> None:
    with pytest.raises(StepNotAllowedError):
        act(store, "township", planned, "return-terminate", note="没有提请")
    act(store, "village", planned, "terminate", reason="重复")
    act(store, "township", planned, "return-terminate", note="不是重复")
    assert waiting(store) == []
    assert act(store, "village", planned, "start").state == "running"


def test_a_department_does_not_end_what_a_family_has(store: Store, planned: str) -> None:
    with pytest.raises(StepNotAllowedError):
        act(store, "county", planned, "terminate", reason="重复")
