"""Copy mode: one field after the other as the national system asks for them."""

import pytest

from app.models.store import Store
from app.ops import copy_fields
from app.ops.errors import UnknownHouseholdError
from tests.ops.test_monitored import act, deliberated, on
from tests.ops.village import add_family


def test_an_approved_case_is_typed_in_from_its_steps_in_the_systems_order(store: Store) -> None:
    case_id = deliberated(store, add_family(store))
    act(store, "township", case_id, "pass", 12, note="情况属实")
    act(store, "county", case_id, "approve", 14, object_type="unstable_lifted",
        causes="因病、因残", approval_no="3号")  # fmt: skip
    records = copy_fields.case_records(store, case_id)
    assert [one.name for one in records] == ["赵德福", "李秀兰", "赵明远", "赵明月"]
    head = {field.heading: field.value for field in records[0].fields}
    order = [field.heading for field in records[0].fields]
    assert order.index("姓名") < order.index("证件号码") < order.index("监测对象类别")
    assert order.index("监测对象类别") < order.index("致贫/返贫风险1")
    assert head["证件号码"] == "539901198204120359"
    assert head["监测对象类别"] == "脱贫不稳定户"
    assert (head["致贫/返贫风险1"], head["致贫/返贫风险2"]) == ("因病", "因残")
    assert head["致贫/返贫风险3"] == ""
    assert head["识别监测时间"].startswith(on(14).isoformat()[:4])
    assert head["是否参加城乡居民基本医疗保险"] == "是"
    assert head["是否参加城镇职工基本医疗保险"] == "否"
    assert head["风险是否已消除"] == "否"
    assert "政治面貌" not in head  # nothing is known about it here


def test_an_unknown_household_is_refused(store: Store) -> None:
    with pytest.raises(UnknownHouseholdError, match="E405"):
        copy_fields.copy_records(store, "nobody")
