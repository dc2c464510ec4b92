"""D rules at their borders."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain.household import Facts, IncomeTotals, LeftReport, Member, Previous
from app.domain.rules import evaluate
from tests.domain.build import FORM, POLICY, codes, facts, found, head, policy_with, son, wife

Change = dict[str, object]
YOUNG = date(2009, 10, 31)  # 16 on the last day of the month


def one(**fields: object) -> Facts:
    """A household whose son is changed."""
    return facts(head(), wife(), son(**fields))


def grown(**fields: object) -> Facts:
    """A household whose head is changed."""
    return facts(head(**fields), wife())


def old(birth: date = date(1965, 10, 31), **fields: object) -> Facts:
    return grown(**({"birth_date": birth, "id_no": "", "employment": ""} | fields))


def certified(**fields: object) -> Facts:
    good = {
        "health": frozenset({"disabled"}),
        "disability_kind": "physical",
        "disability_grade": 2,
        "disability_cert_no": "53990119820412035942",
        "labor_skill": "weak",
    }
    return grown(**(good | fields))


def year(**totals: int) -> Facts:
    amounts = {"wage_t12": 40000} | totals
    return facts(income=IncomeTotals(**{k: Decimal(v) for k, v in amounts.items()}))


HITS: dict[str, list[Facts]] = {
    "D-01": [one(id_no=""), one(id_no="  "), one(id_no="999999201106200632")],
    "D-02": [
        one(id_no="539901201106200633"),
        one(id_no="539901201113200632"),
        one(id_no="539901110620063"),
        one(id_no="53990120110620063"),
        one(id_no="5399012011062006AB"),
        one(id_no="53990120110620063342"),
    ],
    "D-03": [
        one(id_no="539901198409030488"),
        facts(other_ids={"539901201106200632": "9号户"}),
        facts(head(), wife(id_no="539901201106200632"), son(id_no="53990120110620063242")),
    ],
    "D-04": [
        one(sex="female"),
        one(birth_date=date(2011, 6, 21)),
        one(birth_date=None, birth_month="2011-07"),
    ],
    "D-05": [facts(head(relation="之子"), wife()), facts(head(), son(relation="户主"))],
    "D-06": [
        facts(head(), wife(sex="male")),
        facts(head(), wife(), son(relation="配偶", sex="female")),
    ],
    "D-07": [one(sex="female"), one(relation="之儿媳")],
    "D-08": [one(education="小学"), one(school_status="", education="")],
    "D-09": [
        one(birth_date=date(2013, 11, 1)),
        one(birth_date=date(2007, 10, 31)),
        one(school_status="学前教育", birth_date=date(2018, 10, 31)),
        one(school_status="大专一年级", birth_date=date(2007, 11, 1)),
    ],
    "D-10": [one(labor_skill="ordinary"), one(labor_skill="lost", birth_date=date(2009, 11, 1))],
    "D-11": [
        one(school_status="", education="初中", birth_date=YOUNG),
        grown(labor_skill="lost", employment="", birth_date=date(1965, 11, 1)),
    ],
    "D-12": [old(labor_skill="ordinary"), old(labor_skill="skilled"), old(labor_skill="lost")],
    "D-13": [
        grown(labor_skill="none"),
        one(employment="town"),
        one(employment="town", school_status="", birth_date=date(2009, 11, 1), labor_skill=""),
    ],
    "D-14": [one(medical_insurance="both"), facts(answers={("MD-01", "1"): "both"})],
    "D-15": [
        certified(disability_cert_no=""),
        certified(disability_cert_no="5399011982041203594"),
        certified(disability_cert_no="53990119840903048842"),
        certified(disability_cert_no="53990119820412035932"),
        certified(disability_cert_no="53990119820412035943"),
        grown(disability_cert_no="53990119820412035942"),
    ],
    "D-16": [year(business_t12=1)],
    "D-17": [year(wage_t12=0, property_t12=40000)],
    "D-18": [year(transfer_t12=1, dibao_t12=1)],
    "D-19": [
        grown(monthly_wage=Decimal("99.99")),
        grown(monthly_wage=Decimal("30000.01")),
        grown(monthly_wage=Decimal(0)),
    ],
    "D-20": [facts(farmland_mu=Decimal("100.01")), facts(farmland_mu=Decimal("-0.01"))],
    "D-21": [
        grown(phone=""),
        grown(phone="1380013800"),
        grown(phone="12800138000"),
        one(phone="087412345"),
    ],
    "D-22": [
        facts(other_phones={"13800138000": "9号户"}),
        facts(head(phone="+86 138-0013-8000"), wife(), other_phones={"13800138000": ""}),
    ],
    "D-23": [
        one(name=name)
        for name in ("赵 明", "艾力.买买提", "艾力•买买提", "·赵明", "赵明·", "赵A", "赵1", "")
    ],
    "D-24": [
        grown(birth_date=date(2002, 11, 1), education="小学", id_no=""),
        grown(birth_date=YOUNG, education="文盲或半文盲", id_no=""),
    ],
    "D-25": [grown(has_tekun=True)],
    "D-26": [
        grown(employment="public_post", birth_date=date(1955, 10, 31)),
        one(employment="public_post", birth_date=date(2009, 11, 1)),
    ],
    "D-27": [facts(previous=Previous(left_reported={"2": LeftReport("2025-09", "婚出")}))],
    "D-28": [
        one(birth_date=date(1997, 4, 11)),
        one(birth_date=date(1980, 1, 1)),
        facts(head(), son(relation="之父", birth_date=date(1967, 4, 13))),
    ],
    "D-29": [facts(registered_size=4), facts(registered_size=0)],
    "D-30": [
        certified(labor_skill="ordinary"),
        certified(
            labor_skill="skilled",
            disability_grade=1,
            disability_cert_no="53990119820412035941",
        ),
    ],
}  # fmt: skip

SILENT: dict[str, list[Facts]] = {
    "D-01": [facts(), one(id_no="539901201106200633")],
    "D-02": [
        facts(),
        one(id_no=""),
        one(id_no="999999201106200000"),
        one(id_no=" 539901201106200632 "),
        one(id_no="５３９９０１２０１１０６２００６３２"),
        facts(head(), wife(id_no="53990119860616002x", birth_date=date(1986, 6, 16))),
        one(id_no="53990120110620063242"),
    ],
    "D-03": [facts(), one(id_no=""), one(id_no="999999201106200000")],
    "D-04": [
        facts(),
        one(id_no="539901201106200633", sex="female"),
        one(id_no="", sex="female"),
        one(sex=""),
        one(birth_date=None, birth_month="2011-06"),
        one(birth_date=None),
    ],
    "D-05": [facts(), facts(head(member_status="dead"))],
    "D-06": [facts(), facts(head(), wife(sex="")), facts(wife(sex="male"), son())],
    "D-07": [facts(), one(sex=""), one(relation="之孙子")],
    "D-08": [facts(), one(school_status="", no_school_reason="working")],
    "D-09": [
        one(birth_date=date(2013, 10, 31)),
        one(birth_date=date(2007, 11, 1)),
        one(school_status="学前教育", birth_date=date(2018, 11, 1)),
        one(
            school_status="学前教育",
            birth_date=date(2015, 1, 1),
            health=frozenset({"disabled"}),
        ),
        one(school_status="大专一年级", birth_date=date(2007, 10, 31)),
        one(birth_date=None),
        one(school_status="夜校"),
    ],
    "D-10": [facts(), one(labor_skill=""), one(labor_skill="ordinary", birth_date=YOUNG)],
    "D-11": [
        one(birth_date=YOUNG),
        one(school_status="", education="初中", birth_date=date(2009, 11, 1)),
        grown(labor_skill="none", birth_date=date(1965, 10, 31)),
        grown(labor_skill="lost", health=frozenset({"chronic"})),
        grown(labor_skill=""),
    ],
    "D-12": [
        old(date(1965, 11, 1), labor_skill="ordinary"),
        old(labor_skill="weak"),
        old(labor_skill="none"),
        old(labor_skill=""),
    ],
    "D-13": [facts(), grown(labor_skill="weak"), grown(labor_skill="none", employment="farming")],
    "D-14": [facts(), one(medical_insurance="employee"), one(medical_insurance="")],
    "D-15": [facts(), certified(), certified(disability_cert_no="5399011982041203594201")],
    "D-16": [facts(), year(business_t12=1, business_expense_t12=1), facts(income=None)],
    "D-17": [
        facts(),
        facts(head(employment="farming"), income=IncomeTotals(property_t12=Decimal(40000))),
        facts(income=None),
    ],
    "D-18": [
        facts(),
        facts(head(has_dibao=True), income=IncomeTotals(dibao_t12=Decimal(1))),
        facts(income=None),
    ],
    "D-19": [
        grown(monthly_wage=Decimal(100)),
        grown(monthly_wage=Decimal(30000)),
        grown(monthly_wage=None),
        grown(monthly_wage=Decimal(1), employment="farming"),
    ],
    "D-20": [
        facts(farmland_mu=Decimal(100)),
        facts(farmland_mu=Decimal(0)),
        facts(farmland_mu=None),
    ],
    "D-21": [facts(), grown(phone=None), grown(phone="+86 138 0013 8000"), one(phone="")],
    "D-22": [facts(), facts(head(phone="1380013800"), other_phones={"1380013800": "9号户"})],
    "D-23": [
        one(name=name)
        for name in ("段𣲗䶮", "古丽孜热·阿卜杜热西提", "阿苦·木呷·段", "王〇", "李𬭚㛃")
    ],
    "D-24": [
        grown(birth_date=date(2002, 10, 31), education="小学", id_no=""),
        grown(birth_date=date(2005, 1, 1), education="初中", id_no=""),
        one(birth_date=date(2009, 11, 1), school_status="", education="小学"),
        grown(birth_date=YOUNG, education="小学", health=frozenset({"chronic"})),
    ],
    "D-25": [facts(), grown(has_tekun=True, employment="farming")],
    "D-26": [
        grown(employment="public_post", birth_date=date(1955, 11, 1)),
        grown(employment="public_post", birth_date=YOUNG),
        grown(employment="public_post", birth_date=None),
    ],
    "D-27": [
        facts(),
        facts(
            head(),
            wife(member_status="married_out"),
            previous=Previous(left_reported={"2": LeftReport()}),
        ),
    ],
    "D-28": [
        one(birth_date=date(1997, 4, 12)),
        one(birth_date=None),
        facts(wife(), son()),
        one(relation="之孙子", birth_date=date(1990, 1, 1)),
        facts(head(), son(relation="之母", birth_date=date(1967, 4, 12))),
    ],
    "D-29": [facts(), facts(registered_size=3)],
    "D-30": [
        certified(),
        certified(labor_skill="ordinary", disability_grade=3),
        certified(labor_skill="ordinary", disability_kind="mental"),
    ],
}  # fmt: skip


def rows(table: dict[str, list[Facts]]) -> list[object]:
    return [
        pytest.param(code, household, id=f"{code} {number}")
        for code, households in table.items()
        for number, household in enumerate(households, 1)
    ]


@pytest.mark.parametrize(("code", "household"), rows(HITS))
def test_a_doubt_is_raised(code: str, household: Facts) -> None:
    assert code in codes(household)


@pytest.mark.parametrize(("code", "household"), rows(SILENT))
def test_a_doubt_is_not_invented(code: str, household: Facts) -> None:
    assert code not in codes(household)


def test_every_doubt_has_both_tables_and_is_blue() -> None:
    wanted = {code for code in POLICY.rules if code.startswith("D-")}
    assert set(HITS) == wanted == set(SILENT)
    assert {POLICY.rules[code].severity for code in wanted} == {"blue"}


def test_people_who_left_are_not_doubted() -> None:
    gone = son(member_status="moved_out", id_no="", name="1", labor_skill="lost")
    assert found(facts(head(), wife(), gone)) == []


def test_both_twins_of_a_number_are_named() -> None:
    twins = facts(head(), wife(), son(id_no="539901198409030488"))
    assert {(c, m) for c, m, _ in found(twins) if c == "D-03"} == {("D-03", "2"), ("D-03", "3")}


def test_no_sentence_ever_shows_a_whole_identity_number() -> None:
    household = facts(head(), wife(), son(id_no="539901201106200633"))
    finding = next(f for f in evaluate(household, FORM, POLICY) if f.code == "D-02")
    assert finding.message == "赵明远证件号码539901********0633有误：第18位校验不符"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("539901110620063", "15位旧证，须升级18位"),
        ("5399012011062006", "应为18位，现有16位"),
        ("539901201113200632", "出生日期不存在"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(number: str, reason: str) -> None:
    finding = next(f for f in evaluate(one(id_no=number), FORM, POLICY) if f.code == "D-02")
    assert finding.values["问题"] == reason


@pytest.mark.parametrize(
    ("name", "char"),
    [
        ("赵\u200b明", "ZERO WIDTH SPACE"),
        ("赵　明", "空格"),
        ("赵.明", "“.”"),
        ("赵·", "多余的间隔点或为空"),
    ],
)
def test_a_wrong_name_shows_what_is_wrong_in_it(name: str, char: str) -> None:
    finding = next(f for f in evaluate(one(name=name), FORM, POLICY) if f.code == "D-23")
    assert finding.values["字符"] == char


def test_a_word_that_a_rule_does_not_give_stays_blank() -> None:
    rules = {**POLICY.rules, "D-01": replace(POLICY.rules["D-01"], message="{name}缺{colour}")}
    (finding,) = evaluate(one(id_no=""), FORM, replace(POLICY, rules=rules))
    assert finding.message == "赵明远缺—"


def test_a_month_of_birth_that_is_none_is_unknown() -> None:
    assert "D-09" not in codes(one(birth_date=None, birth_month="2009-13", id_no=""))


def test_born_on_leap_day_completes_a_year_on_the_first_of_march() -> None:
    def at(day: date, member: Member) -> set[str]:
        return codes(facts(head(), wife(), member, as_of=day))

    leap = son(birth_date=date(2012, 2, 29), id_no="", labor_skill="ordinary")
    assert "D-10" in at(date(2028, 2, 28), leap)
    assert "D-10" not in at(date(2028, 2, 29), leap)
    common = son(birth_date=date(2008, 2, 29), id_no="", labor_skill="lost")
    assert "D-10" in at(date(2023, 3, 1), common)


def test_limits_come_from_the_parameters() -> None:
    assert "D-20" in codes(facts(), policy_with(farmland_max="6"))
    assert "D-19" in codes(facts(), policy_with(wage_month_max="4199"))
    assert "D-26" in codes(grown(employment="public_post"), policy_with(public_post_max_age="43"))
    ages = {"初中": ["12", "13"]}
    assert "D-09" in codes(facts(), policy_with(stage_ages=ages))
