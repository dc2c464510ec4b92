"""一超六有: each item met, missed, unknown."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.household import Facts
from app.domain.one_over_six import ITEMS, one_over_six
from app.domain.period import Period
from app.domain.view import HouseholdView
from app.ops import catalogue
from tests.reports.samples import make_member

OCTOBER = Period(2025, 10)
FINE = {("LV-01", ""): "normal", ("LV-02", ""): "yes", ("HS-01", ""): "A"}


def score(
    codes: tuple[str, ...] = (), income: str | None = "20000", **answers: str
) -> dict[str, bool]:
    given = FINE | {(code.replace("_", "-"), ""): value for code, value in answers.items()}
    facts = Facts(
        period=OCTOBER,
        as_of=date(2025, 10, 31),
        members=(make_member(),),
        annual_per_capita=None if income is None else Decimal(income),
        answers=given,
    )
    return one_over_six(HouseholdView(facts, catalogue.policy_for(OCTOBER)), codes)


def test_all_seven_are_met() -> None:
    assert score() == dict.fromkeys(ITEMS, True)


@pytest.mark.parametrize(
    ("codes", "item"),
    [
        pytest.param(("ED-01",), "education", id="education"),
        pytest.param(("MD-01",), "medical", id="not insured"),
        pytest.param(("MD-02",), "medical", id="not treated"),
        pytest.param(("HS-01",), "housing", id="house"),
        pytest.param(("WT-04",), "water", id="outage"),
    ],
)
def test_a_finding_misses_its_item_alone(codes: tuple[str, ...], item: str) -> None:
    assert [key for key, met in score(codes).items() if not met] == [item]


@pytest.mark.parametrize("code", ["ED-02", "MD-05", "HS-03", "WT-05", "R-03"])
def test_other_findings_miss_nothing(code: str) -> None:
    assert all(score((code,)).values())


def test_electricity_and_television_are_missed_by_one_answer_alone() -> None:
    assert score(LV_01="none")["electricity"] is False
    assert score(LV_01="unstable")["electricity"] is True
    assert score(LV_02="no")["tv"] is False
    assert score(LV_02="not_wanted")["tv"] is True


def test_the_line_is_the_border_of_income() -> None:
    line = catalogue.policy_for(OCTOBER).line
    assert line is not None
    assert score(income=str(line))["income"] is True
    assert score(income=str(line - Decimal("0.01")))["income"] is False


def test_what_nobody_could_answer_is_left_out() -> None:
    unknown = score(income=None, LV_01="_unknown", HS_01="_not_seen")
    assert set(ITEMS) - set(unknown) == {"income", "electricity", "housing"}
    assert score(("HS-01",), HS_01="_not_seen")["housing"] is False
