"""Rows of a 交办单: what a department writes, read cell by cell."""

from datetime import date

import pytest

from app.domain.order_row import OrderCellError, OrderEntry, known_measure, read_entry
from app.domain.period import Period
from app.ops.plan_catalogue import catalogue_for

TODAY = date(2025, 10, 30)
CATALOGUE = catalogue_for(Period(2025, 10))
ROW = {"措施": "应急送水", "责任人": "刘水管", "完成日": "2025-10-25", "结果": "已通水"}


@pytest.mark.parametrize("done", ["2025-10-25", "2025/10/25", "2025年10月25日", date(2025, 10, 25)])
def test_a_day_is_read_as_people_and_workbooks_write_it(done: object) -> None:
    found = read_entry(ROW | {"完成日": done}, TODAY)
    assert found == OrderEntry("应急送水", "刘水管", date(2025, 10, 25), "已通水")


def test_a_measure_that_is_not_done_needs_no_result() -> None:
    assert read_entry(ROW | {"完成日": None, "结果": " "}, TODAY).done_on is None


@pytest.mark.parametrize(
    ("change", "heading"),
    [
        ({"完成日": "2025-10"}, "完成日"),
        ({"完成日": "2025-10-31"}, "完成日"),
        ({"完成日": ""}, "完成日"),
        ({"结果": ""}, "结果"),
        ({"责任人": "　"}, "责任人"),
        ({"措施": None}, "措施"),
    ],
)
def test_what_cannot_be_names_its_column(change: dict[str, object], heading: str) -> None:
    with pytest.raises(OrderCellError) as caught:
        read_entry(ROW | change, TODAY)
    assert caught.value.heading == heading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("应急送水", ("water", "应急送水", "")),
        ("应急送水:每周两车", ("water", "应急送水", "每周两车")),
        ("给老人办临时救助", ("social_security", "临时救助", "给老人办临时救助")),
        ("残疾人两项补贴申请", ("social_security", "残疾人两项补贴申请", "")),
    ],
)
def test_a_kind_is_known_from_the_catalogue(text: str, expected: tuple[str, str, str]) -> None:
    found = known_measure(text, CATALOGUE)
    assert (found.category, found.kind, found.content) == expected


def test_words_without_a_kind_are_refused() -> None:
    with pytest.raises(OrderCellError):
        known_measure("加强走访", CATALOGUE)
