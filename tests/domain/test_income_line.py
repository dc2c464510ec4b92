"""The one line of arithmetic, to the cent, and what it says while months are missing."""

from dataclasses import replace
from decimal import Decimal

from app.domain.household import AnswerKey, AnswerValue, Facts
from app.domain.income_line import IncomeLine, income_line, spans
from app.domain.income_window import renewed
from app.domain.period import Period
from tests.domain.build import PERIOD, POLICY, facts, policy_with

MONTH: dict[AnswerKey, AnswerValue] = {
    ("IN-01", ""): Decimal(4200), ("IN-02", ""): Decimal("0.5"), ("IN-03", ""): Decimal(0),
    ("IN-04", ""): Decimal(200), ("IN-06", ""): Decimal(150), ("MD-05", ""): Decimal(100),
    ("IN-08", ""): Decimal(50), ("IN-09", ""): Decimal(30),
}  # fmt: skip


def line(count: int, home: Facts | None = None) -> IncomeLine:
    """Return the line with so many complete months, this one among them."""
    before = {PERIOD.plus(-back): MONTH for back in range(1, count)}
    now, figures = renewed(home or facts(answers=MONTH), before)
    return income_line(now, POLICY, figures)


def test_twelve_months_become_per_capita_in_exact_numbers() -> None:
    found = line(12)
    # 12 x (4200 + 0.5 + 0 + 200 - 150) = 51,006; for three people
    assert found.per_capita == Decimal(17002)
    assert found.ref_per_capita == Decimal(16522)  # less 1,800, more 360
    assert (found.basis, found.is_complete, found.missing) == ("t12", True, ())
    assert found.sentence == (
        "近12个月（2024-11—2025-10）：工资50,400+经营6+财产0+转移2,400−成本1,800=51,006元"
        "÷3人=人均17,002元；扣自付1,800、加赔付360，参考人均16,522元；不低于监测范围8,700元"
    )


def test_missing_months_are_named_and_last_year_speaks() -> None:
    home = facts(answers=MONTH, annual_per_capita=Decimal(8000))
    found = line(8, home)
    assert (found.complete_months, found.is_complete, found.basis) == (8, False, "annual")
    assert found.missing == tuple(Period(2024, 11).plus(later) for later in range(4))
    assert found.sentence == (
        "收入资料只有8个月（8/12），按上年度收入：人均8,000元；低于监测范围8,700元"
    )


def test_without_any_figure_nothing_is_judged() -> None:
    found = line(8, facts(answers=MONTH, annual_per_capita=None))
    assert (found.per_capita, found.basis) == (None, "")
    assert found.sentence == (
        "收入资料只有8个月（8/12），收入资料不足，未判定；请补2024-11—2025-02，或填上年全年收入"
    )


def test_a_special_answer_makes_its_month_incomplete() -> None:
    found = line(12, facts(answers={**MONTH, ("IN-04", ""): "_refused"}))
    assert found.missing == (PERIOD,)


def test_a_year_without_line_says_so() -> None:
    now, figures = renewed(
        facts(answers=MONTH), {PERIOD.plus(-back): MONTH for back in range(1, 12)}
    )
    found = income_line(now, replace(policy_with(), line=None), figures)
    assert found.sentence.endswith("本年度监测范围未下发，收入类规则未判定")


def test_months_are_told_as_runs() -> None:
    months = [Period(2025, m) for m in (3, 4, 6, 8, 9)]
    assert spans(months) == "2025-03—2025-04、2025-06、2025-08—2025-09"
