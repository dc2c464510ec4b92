"""The checks: the source year's own numbers, and each border."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.report_checks import ReportCheck, cadences, year_checks
from app.domain.statistics.year_figures import Figure, MeasureFigure, YearFigures
from app.ops.statistics_verify import verify_file

SOURCE_YEAR = Path(__file__).parents[1] / "data" / "13_年度数据.yaml"


@pytest.fixture(scope="module")
def source_year() -> tuple[ReportCheck, ...]:
    return verify_file(SOURCE_YEAR).checks


def of(checks: tuple[ReportCheck, ...] | list[ReportCheck], number: str) -> list[ReportCheck]:
    return [check for check in checks if check.check == number]


def numbers(check: ReportCheck) -> tuple[object, ...]:
    return check.ok, check.left, check.right, check.difference


def test_sums_of_the_source_year_come_out(source_year: tuple[ReportCheck, ...]) -> None:
    assert [numbers(c) for c in of(source_year, "K1")] == [(True, 614, 614, 0)]
    assert [numbers(c) for c in of(source_year, "K2")] == [(False, 2474, 2470, 4)]
    assert "2474 ≠ 2470（差 +4" in of(source_year, "K2")[0].detail
    whole = [(True, 614, 614, 0), (True, 2470, 2470, 0)]
    assert [numbers(c) for c in of(source_year, "K3")] == whole
    assert [numbers(c) for c in of(source_year, "K4")] == whole
    assert [numbers(c) for c in of(source_year, "K5")] == [
        (True, 126, 126, 0),
        (True, 505, 505, 0),
    ]


def test_the_share_of_other_reasons_is_too_large(source_year: tuple[ReportCheck, ...]) -> None:
    (check,) = of(source_year, "K6")
    assert check.ok is False
    assert check.left == Decimal("46.83")
    assert "59/126 = 46.83% > 20%" in check.detail


def test_both_variants_of_the_stock_equation_are_told(
    source_year: tuple[ReportCheck, ...],
) -> None:
    assert [numbers(c) for c in of(source_year, "K7")] == [
        (False, 649, 614, 35),
        (False, 2650, 2470, 180),
        (False, 730, 614, 116),
        (False, 2971, 2470, 501),
    ]


def test_what_cannot_be_checked_says_what_is_missing(
    source_year: tuple[ReportCheck, ...],
) -> None:
    (check,) = of(source_year, "K8")
    assert check.ok is None
    assert "无法核对：缺期初未消除" in check.detail


def test_a_claim_of_nobody_left_is_refused(source_year: tuple[ReportCheck, ...]) -> None:
    (check,) = of(source_year, "K9")
    assert check.ok is False
    assert "156户580人未消除" in check.detail


def test_percentages_are_compared_and_lost_ones_computed(
    source_year: tuple[ReportCheck, ...],
) -> None:
    found = {c.detail.partition("：")[0]: c for c in of(source_year, "K10")}
    wrong = {kind for kind, check in found.items() if check.ok is False}
    assert wrong == {"住房", "生产生活条件改善"}
    assert (found["住房"].left, found["住房"].right) == (7, Decimal("0.65"))
    assert found["生产生活条件改善"].right == Decimal("22.48")
    computed = {kind: str(check.right) for kind, check in found.items() if check.ok is None}
    assert computed == {
        "产业": "40.07", "就业": "50.81", "金融": "8.14", "公益岗": "19.06", "健康": "40.72",
        "教育": "28.66", "综合保障": "67.59", "社会": "4.72", "基础设施": "22.80",
    }  # fmt: skip


def test_household_sizes_units_cover_and_rhythms(source_year: tuple[ReportCheck, ...]) -> None:
    sizes = {c.name.partition("·")[2]: c.left for c in of(source_year, "K11")}
    assert sizes["存量合计"] == Decimal("4.02")
    assert sizes["原因·缺劳动力"] == Decimal("2.88")
    assert sizes["排查·大排查"] == Decimal("4.24")
    assert all(c.ok for c in of(source_year, "K11"))
    assert [c.ok for c in of(source_year, "K12")] == [True]
    (unit,) = of(source_year, "K13")
    assert unit.ok is False
    assert unit.detail == "新识别：缺单位“人”（写作“81户321”）"
    assert [numbers(c) for c in of(source_year, "K14")] == [(True, 614, 614, 0)]
    (rhythm,) = of(source_year, "K19")
    assert rhythm.ok is False
    assert "两处频次不一致" in rhythm.detail


def test_checks_come_in_the_order_of_their_numbers(source_year: tuple[ReportCheck, ...]) -> None:
    order = [int(check.check[1:]) for check in source_year]
    assert order == sorted(order)
    assert set(order) == {*range(1, 15), 19}


def good(**changes: object) -> YearFigures:
    values: dict[str, object] = {
        "total": Figure(10, 40),
        "by_state": {"未消除": Figure(0, 0), "已消除": Figure(10, 40)},
        "by_type": {"边缘易致贫户": Figure(10, 40)},
        "by_cause": {"因病": Figure(6, 24), "因学": Figure(4, 16)},
        "dynamics": {
            "年初存量": Figure(9, 35), "期初未消除": Figure(3, 11), "新识别": Figure(3, 13),
            "风险消除": Figure(6, 24), "识别不精准清退": Figure(2, 8), "清退中未消除": Figure(0, 0),
            "自然增加": Figure(None, 2), "自然减少": Figure(None, 2),
        },
        "removed_by_reason": {"公职人员": Figure(2, 8)},
        "measures": {"健康": MeasureFigure(5, Decimal(50)), "无任何措施": MeasureFigure(0)},
        "claims": ("风险清零", "帮扶措施全覆盖10户"),
    }  # fmt: skip
    return YearFigures(**(values | changes))  # type: ignore[arg-type]


def test_a_year_that_adds_up_passes_every_check() -> None:
    failed = [check for check in year_checks(good()) if check.ok is False]
    assert failed == []
    assert {c.check for c in year_checks(good()) if c.ok is None} == {"K10"}  # no percentage


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"by_cause": {"因病": Figure(6, 24), "因学": Figure(5, 16)}}, "K1"),
        ({"by_cause": {"因病": Figure(6, 24), "因学": Figure(4, 17)}}, "K2"),
        ({"by_type": {"边缘易致贫户": Figure(10, 41)}}, "K3"),
        ({"by_state": {"未消除": Figure(0, 0), "已消除": Figure(9, 40)}}, "K4"),
        ({"removed_by_reason": {"公职人员": Figure(2, 9)}}, "K5"),
        ({"removed_by_reason": {"公职人员": Figure(1, 4), "其他": Figure(1, 4)}}, "K6"),
        ({"claims": ("帮扶措施全覆盖11户",)}, "K14"),
        ({"measures": {"健康": MeasureFigure(5, Decimal(51))}}, "K10"),
        ({"survey": {"大排查": Figure(10, 121)}}, "K11"),
        ({"survey": {"大排查": Figure(10, 9)}}, "K12"),
        ({"survey": {"大排查": Figure(0, 9)}}, "K12"),
        ({"units": {"新识别": "户"}}, "K13"),
    ],
)
def test_one_wrong_figure_fails_its_check(change: dict[str, object], number: str) -> None:
    assert number in {c.check for c in year_checks(good(**change)) if c.ok is False}


def test_a_share_at_the_limit_is_not_too_large() -> None:
    reasons = {"公职人员": Figure(4, 16), "其他": Figure(1, 4)}
    figures = good(removed_by_reason=reasons)
    assert [c.ok for c in of(year_checks(figures), "K6")] == [True]


def test_a_breakdown_with_a_hole_is_not_checked_and_not_read_as_zero() -> None:
    figures = good(by_cause={"因病": Figure(6, 24), "因学": Figure(4, None)})
    (check,) = of(year_checks(figures), "K2")
    assert check.ok is None
    assert "因学" in check.detail


@pytest.mark.parametrize(
    ("percent", "households", "base", "ok"),
    [
        ("23", 9, 40, True),  # 22.5 goes up
        ("22", 9, 40, False),
        ("22.5", 9, 40, True),
        ("22.48", 138, 614, True),
        ("22.47", 138, 614, False),
    ],
)
def test_a_percentage_is_rounded_half_up_to_its_own_decimals(
    percent: str, households: int, base: int, ok: bool
) -> None:
    figures = YearFigures(
        total=Figure(base, base * 4), measures={"健康": MeasureFigure(households, Decimal(percent))}
    )
    assert [c.ok for c in of(year_checks(figures), "K10")] == [ok]


def test_without_any_figure_nothing_passes_and_nothing_crashes() -> None:
    checks = year_checks(YearFigures())
    assert {c.check for c in checks if c.ok} == {"K9", "K12", "K13", "K19"}
    assert not [c for c in checks if c.ok is False]


@pytest.mark.parametrize(
    ("claims", "is_broken"),
    [
        (("双月一调度", "按月召开工作调度会议"), True),
        (("一月一排查、一月一核查、一月一督导、双月一调度、双月一通报",), False),
        (("每月走访", "每季走访一次"), True),
        (("按月调度", "每月一调度"), False),
        ((), False),
    ],
)
def test_two_rhythms_of_one_activity_contradict(claims: tuple[str, ...], is_broken: bool) -> None:
    assert any(check.ok is False for check in cadences(claims)) is is_broken
