"""R rules at their borders: both sides, not known, and must not fire."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.household import (
    Facts,
    IncomeTotals,
    OpenWarning,
    Previous,
    PreviousMember,
    SelfPay,
)
from app.domain.period import Period
from app.domain.rules import derive, evaluate
from tests.domain.build import (
    FORM,
    POLICY,
    codes,
    facts,
    found,
    head,
    income,
    measure,
    monitored,
    policy_with,
    son,
    wife,
)

Household = Callable[[], Facts]


def before(member_id: str = "1", **known: Any) -> Previous:
    return Previous(members={member_id: PreviousMember(**known)})


def per_capita(amount: str, **fields: Any) -> Facts:
    return facts(income=income(amount), **fields)


def two_able(**fields: Any) -> Facts:
    return facts(head(), wife(), **fields)


def nobody_able(**fields: Any) -> Facts:
    old = {"birth_date": date(1949, 9, 19), "id_no": "", "labor_skill": "none", "employment": ""}
    return facts(head(**old), **fields)


def removed(**fields: Any) -> Facts:
    case = {"case_state": "risk_removed", "identified_on": Period(2021, 1)}
    return facts(measures=(measure(),), monitored=monitored(**(case | fields)))


HITS: dict[str, dict[str, Household]] = {
    "R-01": {
        "one cent below the line": lambda: per_capita("8699.99"),
        "by last year's figure": lambda: facts(income=None, annual_per_capita=Decimal(8699)),
        "negative net": lambda: facts(income=IncomeTotals(business_expense_t12=Decimal(1))),
    },
    "R-02": {
        "on the line": lambda: per_capita("8700"),
        "just under line x 1.1": lambda: per_capita("9569.99"),
        "by last year's figure": lambda: facts(income=None, annual_per_capita=Decimal(9000)),
    },
    "R-03": {
        "exactly 30 per cent": lambda: per_capita(
            "14000", previous=Previous(per_capita_12m_ago=Decimal(20000))
        ),
    },
    "R-04": {
        "exactly the limit": lambda: facts(selfpay=SelfPay(medical=Decimal(10000))),
        "claims do not lower it": lambda: facts(
            selfpay=SelfPay(medical=Decimal(10000)), claims=Decimal(10000)
        ),
        "a partial sum": lambda: facts(income=None, selfpay=SelfPay(medical=Decimal(10000))),
    },
    "R-05": {
        "below after costs": lambda: per_capita(
            "9000", selfpay=SelfPay(medical=Decimal(800), education=Decimal(101))
        ),
    },
    "R-06": {
        "newly ill": lambda: facts(
            head(health=frozenset({"serious_illness"})),
            wife(),
            previous=before(health=frozenset({"healthy"})),
        ),
    },
    "R-07": {
        "in school, now suspected": lambda: facts(
            answers={("ED-01", "3"): "suspected_dropout"}, previous=before("3", ed_01="in_school")
        ),
    },
    "R-08": {
        "worked, now without": lambda: facts(
            head(employment="unemployed"), wife(), previous=before(employment="other_province")
        ),
        "by the answer": lambda: facts(
            answers={("EM-01", "1"): "unemployed"}, previous=before(employment="workshop")
        ),
    },
    "R-09": {
        "known to have had none": lambda: facts(
            head(disability_kind="physical", disability_grade=3),
            wife(),
            previous=before(has_disability=False),
        ),
    },
    "R-10": {
        "unable": lambda: facts(
            head(labor_skill="lost"), wife(), previous=before(labor_skill="skilled")
        ),
        "without labour under 60": lambda: facts(
            head(labor_skill="none"), wife(), previous=before(labor_skill="ordinary")
        ),
        "dead": lambda: facts(
            head(member_status="dead"), wife(), previous=before(labor_skill="ordinary")
        ),
        "the last one is dead": lambda: facts(
            head(member_status="missing"), previous=before(labor_skill="ordinary")
        ),
    },
    "R-11": {
        "just over 60 per cent": lambda: facts(
            income=IncomeTotals(wage_t12=Decimal(39999), transfer_t12=Decimal(60001))
        ),
    },
    "R-12": {"nobody able, nobody helped": nobody_able},
    "R-13": {
        "due yesterday": lambda: facts(open_warnings=(OpenWarning("MD-03", date(2025, 10, 30)),)),
        "with nobody left": lambda: facts(
            head(member_status="dead"), open_warnings=(OpenWarning("MD-03", date(2025, 10, 30)),)
        ),
    },
    "R-14": {
        "two months": lambda: facts(monitored=monitored(identified_on=Period(2025, 8))),
        "a day more than a month ends the second": lambda: facts(
            monitored=monitored(identified_on=date(2025, 8, 31))
        ),
    },
    "R-15": {
        "exactly six months": lambda: facts(
            monitored=monitored(identified_on=Period(2025, 4)), measures=(measure("health"),)
        ),
        "exactly six months by day": lambda: facts(
            monitored=monitored(identified_on=date(2025, 4, 30)), measures=(measure("health"),)
        ),
    },
    "R-16": {
        "uninsured again": lambda: replace(removed(), answers={("MD-01", "1"): "uninsured"}),
        "orange water": lambda: replace(removed(), answers={("WT-02", ""): "turbid"}),
    },
    "R-17": {
        "five months": lambda: removed(
            identified_on=Period(2022, 1), eliminated_on=Period(2022, 6)
        ),
        "a day short of six": lambda: removed(
            identified_on=date(2022, 1, 15), eliminated_on=date(2022, 7, 14)
        ),
        "below the line at removal": lambda: removed(eliminated_per_capita=Decimal("8699.99")),
        "helped without a measure": lambda: replace(removed(removal_way="by_help"), measures=()),
        "nobody able": lambda: nobody_able(
            monitored=monitored(case_state="risk_removed"), measures=(measure(),)
        ),
    },
}

SILENT: dict[str, dict[str, Household]] = {
    "R-01": {
        "on the line": lambda: per_capita("8700"),
        "no figure at all": lambda: facts(income=None),
        "nobody left": lambda: facts(head(member_status="dead"), income=income(1)),
    },
    "R-02": {
        "line x 1.1": lambda: per_capita("9570"),
        "below the line": lambda: per_capita("8699"),
        "no figure": lambda: facts(income=None),
    },
    "R-03": {
        "a cent less than 30 per cent": lambda: per_capita(
            "14000.01", previous=Previous(per_capita_12m_ago=Decimal(20000))
        ),
        "no figure then": lambda: per_capita("1"),
        "nothing then": lambda: per_capita("1", previous=Previous(per_capita_12m_ago=Decimal(0))),
        "last year's figure only": lambda: facts(
            income=None,
            annual_per_capita=Decimal(1),
            previous=Previous(per_capita_12m_ago=Decimal(20000)),
        ),
    },
    "R-04": {"below the limit": lambda: facts(selfpay=SelfPay(medical=Decimal("9999.99")))},
    "R-05": {
        "on the line after costs": lambda: per_capita(
            "9000", selfpay=SelfPay(medical=Decimal(900))
        ),
        "claims lift it": lambda: per_capita(
            "9000", selfpay=SelfPay(medical=Decimal(1500)), claims=Decimal(600)
        ),
        "below anyway": lambda: per_capita("8000", selfpay=SelfPay(medical=Decimal(900))),
        "months missing": lambda: facts(
            income=None, annual_per_capita=Decimal(9000), selfpay=SelfPay(medical=Decimal(90000))
        ),
    },
    "R-06": {
        "ill before": lambda: facts(
            head(health=frozenset({"serious_illness"})),
            previous=before(health=frozenset({"serious_illness"})),
        ),
        "unknown before": lambda: facts(head(health=frozenset({"serious_illness"}))),
    },
    "R-07": {
        "not in school before": lambda: facts(
            answers={("ED-01", "3"): "dropout"}, previous=before("3", ed_01="suspected_dropout")
        ),
        "still in school": lambda: facts(
            answers={("ED-01", "3"): "in_school"}, previous=before("3", ed_01="in_school")
        ),
        "not answered": lambda: facts(previous=before("3", ed_01="in_school")),
        "unknown before": lambda: facts(answers={("ED-01", "3"): "dropout"}),
        "说不清 now": lambda: facts(
            answers={("ED-01", "3"): "_unknown"}, previous=before("3", ed_01="in_school")
        ),
    },
    "R-08": {
        "was farming": lambda: facts(
            head(employment="unemployed"), previous=before(employment="farming")
        ),
        "unknown before": lambda: facts(head(employment="unemployed")),
        "说不清 now": lambda: facts(
            head(employment="unemployed"),
            answers={("EM-01", "1"): "_unknown"},
            previous=before(employment="town"),
        ),
    },
    "R-09": {
        "unknown before": lambda: facts(head(disability_kind="physical", disability_grade=3)),
        "had one": lambda: facts(
            head(disability_kind="physical", disability_grade=3),
            previous=before(has_disability=True),
        ),
    },
    "R-10": {
        "stopped at 60": lambda: facts(
            head(labor_skill="none", birth_date=date(1965, 10, 31)),
            previous=before(labor_skill="ordinary"),
        ),
        "married out": lambda: facts(
            head(member_status="married_out", labor_skill="none"),
            wife(),
            previous=before(labor_skill="ordinary"),
        ),
        "was weak before": lambda: facts(
            head(labor_skill="lost"), previous=before(labor_skill="weak")
        ),
        "unknown before": lambda: facts(head(labor_skill="lost")),
    },
    "R-11": {
        "exactly 60 per cent": lambda: facts(
            income=IncomeTotals(wage_t12=Decimal(40000), transfer_t12=Decimal(60000))
        ),
        "nobody fully able": lambda: nobody_able(income=IncomeTotals(transfer_t12=Decimal(60001))),
        "net not above zero": lambda: facts(
            income=IncomeTotals(transfer_t12=Decimal(5), business_expense_t12=Decimal(5))
        ),
        "months missing": lambda: facts(income=None),
    },
    "R-12": {
        "one has 低保": lambda: facts(
            head(labor_skill="none", has_dibao=True, birth_date=date(1949, 1, 1))
        ),
        "one can work": facts,
        "labour unknown": lambda: facts(head(labor_skill="")),
        "nobody left": lambda: facts(head(member_status="dead", labor_skill="none")),
    },
    "R-13": {
        "due today": lambda: facts(open_warnings=(OpenWarning("MD-03", date(2025, 10, 31)),)),
        "no due date": lambda: facts(open_warnings=(OpenWarning("MD-03"),)),
        "itself": lambda: facts(open_warnings=(OpenWarning("R-13", date(2025, 1, 1)),)),
    },
    "R-14": {
        "one month": lambda: facts(monitored=monitored(identified_on=Period(2025, 9))),
        "one month by day": lambda: facts(monitored=monitored(identified_on=date(2025, 9, 1))),
        "a measure": lambda: facts(
            monitored=monitored(identified_on=Period(2025, 1)), measures=(measure(),)
        ),
        "date unknown": lambda: facts(monitored=monitored(identified_on=None)),
        "removed": lambda: facts(
            monitored=monitored(identified_on=Period(2025, 1), case_state="risk_removed")
        ),
        "no object": facts,
    },
    "R-15": {
        "five months": lambda: facts(
            monitored=monitored(identified_on=Period(2025, 5)), measures=(measure("health"),)
        ),
        "a day short": lambda: facts(
            as_of=date(2025, 10, 29),
            monitored=monitored(identified_on=date(2025, 4, 30)),
            measures=(measure("health"),),
        ),
        "for development": lambda: facts(
            monitored=monitored(identified_on=Period(2025, 1)),
            measures=(measure("health"), measure("public_post")),
        ),
        "without any": lambda: facts(monitored=monitored(identified_on=Period(2025, 1))),
        "nobody fully able": lambda: facts(
            head(labor_skill="weak"),
            monitored=monitored(identified_on=Period(2025, 1)),
            measures=(measure("health"),),
        ),
    },
    "R-16": {
        "another chapter": lambda: replace(removed(), answers={("FD-01", ""): "often_short"}),
        "only yellow": lambda: replace(
            removed(), answers={("HS-01", ""): "unrated", ("HS-02", ""): "own"}
        ),
        "still monitored": lambda: facts(
            monitored=monitored(), answers={("MD-01", "1"): "uninsured"}
        ),
    },
    "R-17": {
        "exactly six months": lambda: removed(
            identified_on=Period(2022, 1), eliminated_on=Period(2022, 7)
        ),
        "before April 2022": lambda: removed(
            identified_on=Period(2022, 1), eliminated_on=Period(2022, 3)
        ),
        "on the line": lambda: removed(eliminated_per_capita=Decimal(8700)),
        "natural": lambda: replace(removed(removal_way="natural"), measures=()),
        "dates unknown": lambda: removed(identified_on=None),
        "still monitored": lambda: facts(
            monitored=monitored(eliminated_per_capita=Decimal(1)), measures=(measure(),)
        ),
    },
}


def cases(table: dict[str, dict[str, Household]]) -> list[object]:
    return [
        pytest.param(code, build, id=f"{code} {words}")
        for code, rows in table.items()
        for words, build in rows.items()
    ]


@pytest.mark.parametrize(("code", "build"), cases(HITS))
def test_a_risk_is_found(code: str, build: Household) -> None:
    assert code in codes(build())


@pytest.mark.parametrize(("code", "build"), cases(SILENT))
def test_a_risk_is_not_invented(code: str, build: Household) -> None:
    assert code not in codes(build())


def test_every_risk_rule_has_both_tables() -> None:
    wanted = {code for code in POLICY.rules if code.startswith("R-")}
    assert set(HITS) == wanted == set(SILENT)


@pytest.mark.parametrize(
    ("amount", "inclusive", "expected"),
    [("8700", "true", {"R-01"}), ("8700.01", "true", {"R-02"}), ("8700", "false", {"R-02"})],
)
def test_the_line_itself_counts_where_the_area_says_so(
    amount: str, inclusive: str, expected: set[str]
) -> None:
    assert codes(per_capita(amount), policy_with(line_inclusive=inclusive)) == expected


def test_without_a_line_income_rules_are_off_and_all_others_run() -> None:
    household = per_capita(
        "1", selfpay=SelfPay(medical=Decimal(10000)), answers={("FD-01", ""): "often_short"}
    )
    assert codes(household, policy_with(line=None)) == {"R-04", "FD-01"}


def test_last_year_is_named_while_months_are_missing() -> None:
    finding = evaluate(facts(income=None, annual_per_capita=Decimal(8000)), FORM, POLICY)[0]
    assert finding.message == "按上年度收入：家庭人均纯收入8,000元，低于监测范围8,700元"
    assert finding.basis.startswith("R-01 收入低于监测范围 · 监测范围8700元")


def test_a_third_is_never_rounded_before_it_is_compared() -> None:
    almost = facts(income=IncomeTotals(wage_t12=Decimal("26099.99")))  # 8699.99666… each of three
    assert "R-01" in codes(almost)
    assert derive(almost, POLICY).per_capita == Decimal("8700.00")


def test_weak_or_old_people_out_of_work_are_told_apart_in_words() -> None:
    weak = facts(
        head(employment="unemployed", labor_skill="weak"), previous=before(employment="town")
    )
    finding = next(f for f in evaluate(weak, FORM, POLICY) if f.code == "R-08")
    assert "仅提示就业意愿" in finding.message


def test_several_overdue_warnings_make_one_banner() -> None:
    household = facts(
        open_warnings=(
            OpenWarning("MD-03", date(2025, 9, 30)),
            OpenWarning("HS-03", date(2025, 10, 1)),
            OpenWarning("WT-02", date(2025, 12, 1)),
        )
    )
    finding = next(f for f in evaluate(household, FORM, POLICY) if f.code == "R-13")
    assert finding.parts == ("MD-03", "HS-03")
    assert found(household).count(("R-13", "", "orange")) == 1


def test_a_removed_object_names_every_item_that_fell_short() -> None:
    household = replace(
        removed(), answers={("MD-01", "3"): "uninsured", ("WT-02", ""): "test_failed"}
    )
    finding = next(f for f in evaluate(household, FORM, POLICY) if f.code == "R-16")
    assert finding.parts == ("MD-01", "WT-02")
    assert finding.fields == (("MD-01", "3"), ("WT-02", ""))


@pytest.mark.parametrize(
    ("household", "suggestion"),
    [
        (lambda: per_capita("8699"), "脱贫不稳定户"),
        (lambda: per_capita("8699", household_kind="ordinary"), "边缘易致贫户"),
        (lambda: per_capita("8699", flags=frozenset({"car"})), "脱贫不稳定户(先核实负面清单)"),
        (lambda: per_capita("8700", flags=frozenset({"car"})), "无"),
        (lambda: per_capita("9000", selfpay=SelfPay(medical=Decimal(901))), "突发严重困难户"),
        (
            lambda: per_capita(
                "14000",
                previous=Previous(per_capita_12m_ago=Decimal(20000)),
                answers={("EV-01", ""): ("fire",)},
            ),
            "突发严重困难户",
        ),
        (lambda: per_capita("14000", previous=Previous(per_capita_12m_ago=Decimal(20000))), "无"),
        (lambda: per_capita("8699", monitored=monitored()), "无"),
        (
            lambda: per_capita("8699", monitored=monitored(case_state="risk_removed")),
            "再标注(研判)",
        ),
        (lambda: facts(head(member_status="dead")), "整户自然减少(待办理)"),
    ],
)  # fmt: skip
def test_the_suggested_type_follows_the_catalogue(household: Household, suggestion: str) -> None:
    assert derive(household(), POLICY).suggest_object == suggestion


def test_a_household_without_anybody_shows_no_figures() -> None:
    empty = derive(facts(head(member_status="dead"), son(member_status="moved_out")), POLICY)
    assert (empty.per_capita, empty.ref_per_capita, empty.counted_members) == (None, None, 0)


def test_only_five_codes_are_left_for_a_household_without_anybody() -> None:
    household = facts(
        head(member_status="dead"),
        registered_size=3,
        flags=frozenset({"car"}),
        previous=before(labor_skill="ordinary"),
        open_warnings=(OpenWarning("MD-03", date(2025, 9, 1)),),
        answers={
            ("EV-01", ""): ("bereavement",),
            ("EV-03", ""): ("death:1",),
            ("FD-01", ""): "often_short",
            ("MD-01", "1"): "uninsured",
        },
    )
    assert codes(household) == {"EV-01", "EV-03", "R-10", "R-13", "D-29"}


def test_two_people_fine_and_two_able_are_no_risk() -> None:
    assert found(two_able(income=income(persons=2))) == []
