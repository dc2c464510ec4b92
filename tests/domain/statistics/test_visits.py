"""Months: coverage, classes, shortfalls, income, 一超六有 (T10–T12, T17, T18)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.statistics import visits
from app.domain.statistics.context import Parameters
from app.domain.statistics.records import SheetRecord
from app.domain.statistics.table import Line
from tests.domain.statistics.build import OCTOBER, V1, V2, a_warning, context, home, step


def sheet(
    household_id: str = "h1", way: str = "onsite", *, complete: bool = True, **more: Any
) -> SheetRecord:
    values: dict[str, Any] = {"village": V1, "period": "2025-10"} | more
    return SheetRecord(household_id, is_complete=complete, visit_way=way, **values)


def figures(line: Line) -> list[object]:
    return [cell.value for cell in line.cells]


def test_only_complete_households_that_were_spoken_to_are_visited() -> None:
    found = (
        sheet("h1"), sheet("h2", "phone"), sheet("h3", "proxy"), sheet("h4", complete=False),
        sheet("h5", "", complete=False, unvisited_reason="拒访"),
        sheet("h6", "not_met", complete=False, unvisited_reason="修路进不去"),
        sheet("h7", village=V2, helper_visited=True), sheet("h8", period="2025-09"),
    )  # fmt: skip
    table = visits.coverage(context(OCTOBER, sheets=found))
    first = figures(table.row("上坝村"))
    assert first[:5] == [6, 2, Decimal("33.33"), 1, 1]
    reasons = dict(
        zip(("全家外出联系不上", "拒访", "整户消亡待办", "其他", "未填"), first[5:10], strict=True)
    )
    assert reasons == {"全家外出联系不上": 0, "拒访": 1, "整户消亡待办": 0, "其他": 1, "未填": 2}
    assert figures(table.row("下坝村"))[-2:] == [1, Decimal("100.00")]
    assert figures(table.row("合计"))[:2] == [7, 3]
    assert visits.coverage_checks(table)[0].ok is True


def test_a_village_without_sheets_prints_a_dash_not_zero_per_cent() -> None:
    table = visits.coverage(context(OCTOBER))
    assert table.row("下坝村").cells[2].text == "—"


def test_a_year_counts_visits_not_households() -> None:
    found = (sheet("h1"), sheet("h1", period="2025-09"))
    table = visits.coverage(context(sheets=found))
    assert table.columns[0].unit == "户次"
    assert figures(table.row("合计"))[:2] == [2, 2]


def test_classes_with_their_visits() -> None:
    homes = (
        home("h1", management_class="key"), home("h2", 2, management_class="general"), home("h3"),
    )  # fmt: skip
    found = (sheet("h1"), sheet("h1", "proxy"), sheet("h3"))
    table = visits.by_class(context(OCTOBER, households=homes, sheets=found))
    assert figures(table.row("重点监测户")) == [1, 4, 2, 1, Decimal("50.00")]
    assert figures(table.row("一般监测户")) == [1, 2, 0, 0, None]
    assert figures(table.row("合计"))[:4] == [2, 6, 2, 1]


def test_shortfalls_by_level_with_new_old_and_closed_ones() -> None:
    found = (
        sheet("h1", codes=("ED-01", "BF-01")), sheet("h2", codes=("ED-01",)),
        sheet("h3", codes=("ED-01",)),
    )  # fmt: skip
    warnings = (
        a_warning("w1", "10-05", household_id="h1", member_id="p1", severity="red"),
        a_warning("w2", "09-05", household_id="h2", member_id="p2"),
        a_warning("w3", "09-05", step("10-20", "close", "closed"), household_id="h3"),
    )
    table = visits.shortfalls(context(OCTOBER, sheets=found, warnings=warnings))
    line = dict(zip((c.label for c in table.columns), figures(table.row("ED-01")), strict=True))
    assert line == {
        "户": 3, "红": 1, "橙": 2, "黄": 0, "蓝": 0, "未分级": 0, "涉及": 2, "新增": 1,
        "仍存在": 1, "已销": 1,
    }  # fmt: skip
    assert table.value("BF-01", "未分级（户）") == 1
    named = replace(
        context(OCTOBER, sheets=found), parameters=Parameters(code_names={"BF-01": "责任人入户"})
    )
    assert visits.shortfalls(named).rows[0].label == "BF-01 责任人入户"


@pytest.mark.parametrize(
    ("per_capita", "label"),
    [
        ("4349.99", "不足0.5线"), ("4350", "0.5线以上不足1线"), ("8699.99", "0.5线以上不足1线"),
        ("8700", "1线以上不足1.1线"), ("9570", "1.1线以上不足1.5线"),
        ("13050", "1.5线以上不足2线"), ("17400", "2线以上"), (None, "资料不足"),
    ],
)  # fmt: skip
def test_the_lower_bound_of_a_band_belongs_to_it(per_capita: str | None, label: str) -> None:
    income = None if per_capita is None else Decimal(per_capita)
    homes = (home("h1", 3, per_capita=income, household_kind="ordinary"),)
    table = visits.income_bands(context(households=homes))
    assert (table.value(label, "合计/户"), table.value(label, "合计/人")) == (1, 3)
    assert table.value(label, "一般农户/户") == 1
    assert table.value("合计", "脱贫户/户") == 0


def test_the_scorecard_leaves_out_what_nobody_could_say() -> None:
    homes = (
        home("h1", score={"income": True, "water": False}),
        home("h2", score={"income": True, "water": True}),
        home("h3", score={"income": False}),
        home("h4"),
    )
    table = visits.one_over_six(context(households=homes))
    assert figures(table.row("收入超过监测线")) == [2, 1, 0, Decimal("66.67")]
    assert figures(table.row("有安全饮水")) == [1, 1, 1, Decimal("50.00")]
