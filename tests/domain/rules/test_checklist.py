"""Shortfalls of the checklist: every option, where it is asked and where it is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain.household import AnswerValue, Facts
from app.domain.period import Period
from app.domain.rules import becomes_warning, evaluate, known_codes
from app.domain.rules.checklist import answer_words
from tests.domain.build import (
    FORM,
    POLICY,
    codes,
    facts,
    found,
    head,
    measure,
    monitored,
    policy_with,
    son,
    wife,
)

OLD = head(birth_date=date(1950, 1, 1), labor_skill="none", employment="", id_no="")
ILL = head(health=frozenset({"chronic"}))
DISABLED = head(
    health=frozenset({"disabled"}),
    disability_kind="mental",
    disability_grade=2,
    disability_cert_no="53990119820412035962",
)
# code -> (household and person where it is asked, household where it is not)
ASKED: dict[str, tuple[Facts, str, Facts]] = {
    "ED-01": (facts(), "3", facts(son(birth_date=date(2007, 1, 1)))),
    "ED-02": (facts(), "", facts(head(), wife())),
    "ED-03": (facts(), "3", facts(household_kind="ordinary")),
    "MD-02": (facts(ILL), "1", facts()),
    "MD-03": (facts(), "1", facts(household_kind="ordinary")),
    "MD-04": (facts(DISABLED), "1", facts()),
    "MD-06": (facts(), "1", facts(period=Period(2025, 8))),
    "LV-05": (facts(period=Period(2025, 11)), "", facts()),
    "EM-02": (facts(), "1", facts(head(employment="farming"))),
    "EM-03": (facts(head(employment="public_post")), "1", facts()),
    "SS-01": (facts(OLD), "1", facts()),
    "SS-02": (facts(), "1", facts(OLD)),
    "SS-03": (facts(head(has_dibao=True)), "", facts()),
    "SS-04": (facts(DISABLED), "1", facts()),
    "SS-05": (facts(OLD), "1", facts()),
    "SS-06": (facts(OLD, son()), "3", facts(head(employment="town"), son())),
    "BF-01": (facts(), "", facts(household_kind="ordinary")),
    "BF-02": (facts(measures=(measure(),)), "", facts(measures=(measure(state="done"),))),
}
EVERYWHERE = {q.code: q.scope for q in FORM.questions if q.code not in ASKED}
ANSWERS = [
    pytest.param(question.code, option.key, option.severity, id=f"{question.code} {option.label}")
    for question in FORM.questions
    for option in question.options
    if option.severity != "combined" and not question.severity_when
]


def value_of(code: str, key: str) -> AnswerValue:
    return (key,) if FORM.question(code).type == "multi" else key


def given(household: Facts, code: str, member_id: str, value: AnswerValue) -> Facts:
    return replace(household, answers={**household.answers, (code, member_id): value})


@pytest.mark.parametrize(("code", "key", "severity"), ANSWERS)
def test_every_option_has_its_severity_where_it_is_asked(
    code: str, key: str, severity: str
) -> None:
    person = "1" if FORM.question(code).scope == "member" else ""
    asked, member_id, _ = ASKED.get(code, (facts(), person, None))
    expected = [] if severity == "none" else [(code, member_id, severity)]
    household = given(asked, code, member_id, value_of(code, key))
    assert [f for f in found(household) if f[0] == code] == expected


@pytest.mark.parametrize("code", ASKED)
def test_an_answer_that_is_no_longer_asked_is_ignored(code: str) -> None:
    _, member_id, not_asked = ASKED[code]
    for key in FORM.question(code).by_key:
        assert code not in codes(given(not_asked, code, member_id, value_of(code, key)))


@pytest.mark.parametrize("special", ["_unknown", "_refused", "_not_seen", "_na"])
def test_special_answers_raise_nothing(special: str) -> None:
    everything = facts(
        DISABLED,
        OLD,
        son(),
        measures=(measure(),),
        household_kind="ordinary",
        house_rating="D",
        answers={
            (q.code, member): special
            for q in FORM.questions
            for member in ([""] if q.scope == "household" else ["1", "3"])
        },
    )
    assert not {f.code for f in evaluate(everything, FORM, POLICY)} & set(FORM.by_code)


@pytest.mark.parametrize(
    ("house", "dwelling", "severity"),
    [
        ("C", "own", "red"),
        ("D", "own", "red"),
        ("assessed_unsafe", "own", "red"),
        ("unrated", "own", "yellow"),
        ("A", "still_unsafe", "red"),
        ("no_own", "homeless", "red"),
        ("D", "still_unsafe", "red"),
        ("unrated", "still_unsafe", "red"),
        ("D", "with_children", ""),
        ("unrated", "rented_safe", ""),
        ("B", "own", ""),
        ("assessed_safe", "own", ""),
        ("D", "_not_seen", ""),
        ("D", None, ""),
        (None, "still_unsafe", ""),
        ("_unknown", "still_unsafe", ""),
    ],
)
def test_a_house_is_judged_by_where_one_lives(
    house: str | None, dwelling: str | None, severity: str
) -> None:
    answers = {("HS-01", ""): house, ("HS-02", ""): dwelling}
    household = facts(answers={k: v for k, v in answers.items() if v is not None})
    assert [s for c, _, s in found(household) if c == "HS-01"] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("WT-04", 36, False),
        ("WT-04", 37, True),
        ("WT-05", 2, False),
        ("WT-05", 3, True),
        ("EV-02", Decimal("9999.99"), False),
        ("EV-02", Decimal(10000), True),
    ],
)
def test_amounts_at_their_limits(code: str, value: AnswerValue, expected: bool) -> None:
    assert (code in codes(facts(answers={(code, ""): value}))) is expected


def test_limits_of_amounts_come_from_the_parameters() -> None:
    household = facts(answers={("WT-04", ""): 20, ("EV-02", ""): Decimal(500)})
    assert codes(household, policy_with(outage_days_12m="19", new_debt="500")) == {"WT-04", "EV-02"}


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (head(), True),
        (head(labor_skill="weak"), False),
        (head(birth_date=date(1965, 10, 31), id_no=""), False),
        (head(birth_date=date(1965, 11, 1), id_no=""), True),
    ],
)
def test_out_of_work_counts_for_the_able_under_sixty(person: object, expected: bool) -> None:
    household = facts(person, answers={("EM-01", "1"): "unemployed"})  # type: ignore[arg-type]
    assert ("EM-01" in codes(household)) is expected


def test_somebody_registered_without_labor_is_not_asked_about_work() -> None:
    household = facts(head(labor_skill="none"), answers={("EM-01", "1"): "unemployed"})
    assert "EM-01" not in codes(household)


@pytest.mark.parametrize(
    ("month", "severity"), [(4, []), (5, ["yellow"]), (10, ["yellow"]), (11, [])]
)
def test_a_watched_slope_counts_in_the_flood_months(month: int, severity: list[str]) -> None:
    household = facts(period=Period(2025, month), answers={("HS-04", ""): "monitored"})
    assert [s for c, _, s in found(household) if c == "HS-04"] == severity


@pytest.mark.parametrize(
    ("born", "expected"), [(date(2025, 8, 2), False), (date(2025, 8, 1), True)]
)
def test_a_newborn_may_be_uninsured_for_ninety_days(born: date, expected: bool) -> None:
    baby = son(birth_date=born, id_no="", school_status="学龄前儿童")
    household = facts(head(), wife(), baby, answers={("MD-01", "3"): "uninsured"})
    assert ("MD-01" in codes(household)) is expected


@pytest.mark.parametrize(
    ("born", "asked"),
    [(date(1965, 9, 30), True), (date(1965, 10, 1), False), (date(1965, 10, 31), False)],
)
def test_a_pension_is_due_the_month_after_the_sixtieth_birthday(born: date, asked: bool) -> None:
    household = facts(head(birth_date=born, id_no=""), answers={("SS-01", "1"): "no"})
    assert ("SS-01" in codes(household)) is asked


@pytest.mark.parametrize(
    ("child", "asked"),
    [
        (son(birth_date=date(2019, 8, 31), school_status="学前教育"), True),
        (son(birth_date=date(2019, 9, 1), school_status="学前教育"), False),
        (son(birth_date=date(2009, 10, 31), school_status="", education="小学"), False),
        (son(birth_date=date(2009, 11, 1), school_status="", education="小学"), True),
        (son(birth_date=date(2009, 11, 1), school_status="", education="初中"), False),
        (son(birth_date=date(2009, 11, 1), school_status="中职一年级"), False),
        (son(birth_date=date(2007, 11, 1), school_status="九年级"), True),
        (son(birth_date=date(2007, 10, 31), school_status="九年级"), False),
        (son(birth_date=None), True),
        (son(birth_date=None, id_no="", birth_month="2009-11"), True),
        (son(birth_date=None, id_no=""), False),
    ],
)
def test_schooling_is_asked_of_those_who_must_go(child: object, asked: bool) -> None:
    household = facts(head(), child, answers={("ED-01", "3"): "dropout"})  # type: ignore[arg-type]
    assert ("ED-01" in codes(household)) is asked


def test_before_september_the_school_year_is_the_one_before() -> None:
    child = son(birth_date=date(2019, 8, 31), school_status="学前教育", id_no="")
    answers = {("ED-01", "3"): "never_enrolled"}
    july = facts(head(), child, period=Period(2025, 7), as_of=date(2025, 7, 31), answers=answers)
    september = replace(july, period=Period(2025, 9), as_of=date(2025, 9, 30))
    assert "ED-01" not in codes(july)
    assert "ED-01" in codes(september)


def test_several_options_make_one_finding_with_the_gravest_severity() -> None:
    household = facts(answers={("EV-01", ""): ("flood", "illness")})
    finding = evaluate(household, FORM, POLICY)[0]
    assert (finding.code, finding.severity, finding.parts) == (
        "EV-01",
        "orange",
        ("flood", "illness"),
    )
    assert finding.message == "难处：自然灾害(洪涝)、大病确诊"


def test_items_keep_the_person_they_speak_of() -> None:
    finding = evaluate(facts(answers={("EV-03", ""): ("birth:3",)}), FORM, POLICY)[0]
    assert (finding.parts, finding.message) == (("birth:3",), "人口增减：出生")


def test_an_unknown_option_of_another_edition_says_nothing() -> None:
    assert (
        codes(facts(answers={("FD-01", ""): "from_the_future", ("EV-01", ""): ("nova",)})) == set()
    )


def test_a_finding_names_its_values_its_fields_and_its_basis() -> None:
    finding = evaluate(facts(answers={("WT-05", ""): 6}), FORM, POLICY)[0]
    assert finding.message == "连续停水：6天"
    assert finding.values == {"连续停水": "6天", "连续停水天数": "3天"}
    assert finding.fields == (("WT-05", ""),)
    assert finding.basis == "WT-05 连续停水 · 监测表2025-01版"
    house = evaluate(facts(answers={("HS-01", ""): "D", ("HS-02", ""): "own"}), FORM, POLICY)[0]
    assert house.fields == (("HS-01", ""), ("HS-02", ""))


def test_an_unanswered_form_finds_nothing() -> None:
    assert found(facts(monitored=monitored(), measures=(measure("education_aid"),))) == [
        ("C-01", "", "orange")
    ]


def test_known_codes_are_questions_that_can_fall_short_and_all_rules() -> None:
    known = known_codes(FORM)
    assert set(POLICY.rules) <= known
    assert {"FD-01", "WT-04", "HS-01", "EV-03"} <= known
    assert not {"WT-06", "IN-01", "BF-03", "CY-04", "HS-02"} & known
    assert EVERYWHERE.keys() | ASKED.keys() == FORM.by_code.keys()


@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        ("FD-01", "_unknown", "说不清"),
        ("FD-01", "often_short", "经常不够"),
        ("EV-01", (), "无"),
        ("EV-02", Decimal(20000), "20,000元"),
        ("WT-05", 3, "3天"),
    ],
)
def test_answers_in_the_words_of_the_catalogue(code: str, value: AnswerValue, words: str) -> None:
    assert answer_words(FORM.question(code), value) == words


def test_only_lasting_findings_live_as_warnings() -> None:
    lasting = {code for code in known_codes(FORM) if becomes_warning(code, FORM, POLICY)}
    assert {"FD-01", "R-01", "C-05", "ED-01"} <= lasting
    assert not lasting & {"R-13", "BF-01", "EV-03", "D-01", "N-01"}
    assert not becomes_warning("WT-06", FORM, POLICY)
    assert not becomes_warning("X-99", FORM, POLICY)
