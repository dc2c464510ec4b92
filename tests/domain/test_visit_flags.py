"""八必访: each of the eight on both sides of its border."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.catalogue import CatalogueError
from app.domain.household import (
    Facts,
    IncomeTotals,
    Member,
    OpenWarning,
    Previous,
    PreviousMember,
    SelfPay,
)
from app.domain.view import HouseholdView
from app.domain.visit_flags import flags_of, parse_visit_flags
from app.ops import catalogue
from tests.domain.build import POLICY, facts, head, wife

FLAGS = catalogue.visit_flags()
RICH = IncomeTotals(wage_t12=Decimal(60000), transfer_t12=Decimal(40000))


def flags(home: Facts) -> set[str]:
    return set(flags_of(HouseholdView(home, POLICY), FLAGS))


def home(*members: Member, **fields: Any) -> Facts:
    return facts(members=members or (head(), wife()), **{"income": RICH, **fields})


def warned(code: str) -> tuple[OpenWarning, ...]:
    return (OpenWarning(code, None, "", "orange", "2025-09"),)


def before(**fields: Any) -> Previous:
    return Previous(members={"1": PreviousMember(**fields)})


def test_a_quiet_household_has_none() -> None:
    assert flags(home()) == set()
    assert flags(facts(members=())) == set()


@pytest.mark.parametrize(
    ("flag", "with_it", "without"),
    [
        (
            "low_income",
            home(income=None, annual_per_capita=Decimal("9569.99")),
            home(income=None, annual_per_capita=Decimal(9570)),  # 8700 x 1.1
        ),
        ("low_income", home(open_warnings=warned("R-03")), home(open_warnings=warned("FD-01"))),
        (
            "illness",
            home(head(health=frozenset({"serious_illness"}))),
            home(head(health=frozenset({"chronic"}))),
        ),
        (
            "illness",
            home(head(health=frozenset({"chronic"})), selfpay=SelfPay(Decimal(10000))),
            home(head(health=frozenset({"chronic"})), selfpay=SelfPay(Decimal(9999))),
        ),
        ("tekun", home(head(has_tekun=True)), home(head(has_tekun=True), wife())),
        (
            "tekun",
            home(head(has_tekun=True)),
            home(head(has_tekun=True), answers={("HS-02", ""): "collective"}),
        ),
        (
            "new_dibao",
            home(head(has_dibao=True), previous=before(has_dibao=False)),
            home(head(has_dibao=True), previous=before(has_dibao=None)),
        ),
        ("disability", home(head(disability_grade=2)), home(head(disability_grade=3))),
        (
            "disability",
            home(head(disability_grade=4), previous=before(has_disability=False)),
            home(head(disability_grade=4), previous=before(has_disability=True)),
        ),
        (
            "students",
            home(*(replace(head(), id=str(n), school_status="普通高中二年级") for n in (1, 2))),
            home(replace(head(), school_status="普通高中二年级"), wife(school_status="九年级")),
        ),
        (
            "unstable_wage",
            home(answers={("EM-02", "1"): "may_lose"}),
            home(
                answers={("EM-02", "1"): "may_lose"},
                income=replace(RICH, transfer_t12=Decimal(40001)),  # just below six tenths
            ),
        ),
        ("unstable_wage", home(open_warnings=warned("IN-05")), home()),
        (
            "disaster",
            home(answers={("EV-01", ""): ("flood",)}),
            home(answers={("EV-01", ""): ()}),
        ),
        ("disaster", home(open_warnings=warned("CY-01")), home(open_warnings=warned("CY-02"))),
    ],
)
def test_each_flag_on_both_sides(flag: str, with_it: Facts, without: Facts) -> None:
    assert flag in flags(with_it)
    assert flag not in flags(without)


def test_there_are_eight_in_their_order() -> None:
    assert [flag.key for flag in FLAGS.flags] == [
        "low_income", "illness", "tekun", "new_dibao", "disability", "students",
        "unstable_wage", "disaster",
    ]  # fmt: skip
    assert FLAGS.label("students") == "多子女高中以上在读"


def test_an_unknown_flag_is_refused() -> None:
    data = {
        "valid_from": "2025-01", "heavy_disability_grade": 2, "students": 2,
        "wage_share": Decimal("0.6"),
        "flags": [{"key": "rich", "label": "x", "short": "x"}],
    }  # fmt: skip
    with pytest.raises(CatalogueError):
        parse_visit_flags(data, "x.toml")
