"""Six prefill kinds, P-0, what rests this month, and the spot check."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain import prefill
from app.domain.form import asked_questions
from app.domain.household import AnswerKey, AnswerValue, Facts, OpenWarning
from app.domain.period import Period
from app.domain.prefill import History, IncomeSource
from tests.domain.build import FORM, PERIOD, POLICY, facts, head, measure, wife

Given = dict[AnswerKey, AnswerValue]
LAST: Given = {
    ("LV-04", ""): "broken",
    ("HS-02", ""): "own",
    ("CL-01", "1"): "yes",
    ("FD-01", ""): "enough",
}


def shown(household: Facts, last: Given, history: History = prefill.NO_HISTORY) -> Given:
    return prefill.prefill(FORM, household, POLICY, last, history)


def test_in_the_first_month_only_events_and_the_roster_are_shown() -> None:
    kinds = {FORM.question(code).prefill for code, _ in shown(facts(), {})}
    assert kinds == {"event", "roster"}


def test_what_must_be_seen_is_never_shown() -> None:
    assert ("FD-01", "") not in shown(facts(), LAST)


def test_events_are_shown_as_none() -> None:
    values = shown(facts(), {})
    assert values["EV-02", ""] == 0
    assert values["EV-03", ""] == ()
    assert values["WT-05", ""] == 0
    assert values["IN-05", ""] == "none"


def test_last_month_is_carried() -> None:
    values = shown(facts(), LAST)
    assert values["LV-04", ""] == "broken"
    assert values["CL-01", "1"] == "yes"
    assert ("CL-01", "2") not in values


@pytest.mark.parametrize("value", ["_unknown", "withdrawn_option"])
def test_what_tells_nothing_is_not_carried(value: str) -> None:
    assert ("LV-04", "") not in shown(facts(), {("LV-04", ""): value})


def test_the_roster_shows_work_insurance_and_house() -> None:
    values = shown(facts(head(medical_insurance=""), wife()), {})
    assert values["EM-01", "1"] == "province"
    assert ("MD-01", "1") not in values
    assert values["MD-01", "2"] == "resident"
    assert values["HS-01", ""] == "B"


def test_a_question_with_an_open_warning_is_never_preset() -> None:
    open_since = OpenWarning("LV-04", None, "", "yellow", "2025-09")
    event = OpenWarning("IN-05", None, "", "orange", "2025-09")
    of_wife = OpenWarning("MD-01", None, "2", "red", "2025-08")
    values = shown(facts(open_warnings=(open_since, event, of_wife)), LAST)
    assert not {("LV-04", ""), ("IN-05", ""), ("MD-01", "2")} & values.keys()
    assert ("MD-01", "1") in values


def test_a_warning_of_this_very_month_does_not_empty_the_field() -> None:
    own = OpenWarning("LV-04", None, "", "yellow", str(PERIOD))
    assert ("LV-04", "") in shown(facts(open_warnings=(own,)), LAST)


def test_days_without_water_roll_on() -> None:
    months: dict[Period, Given] = {
        PERIOD.plus(-back): {("WT-06", ""): back} for back in range(1, 13)
    }
    history = prefill.history_of(PERIOD, months)
    assert history.outage_days == sum(range(1, 12))  # the twelfth month back falls out
    assert shown(facts(), LAST, history)["WT-04", ""] == 66
    typed = facts(answers={("WT-05", ""): 2, ("WT-06", ""): 4})
    assert shown(typed, LAST, history)["WT-04", ""] == 70


def test_days_from_before_the_program_count_in_its_first_year() -> None:
    months: dict[Period, Given] = {PERIOD.previous(): {("WT-06", ""): 3}}
    assert prefill.history_of(PERIOD, months, outage_opening=10).outage_days == 13
    assert prefill.history_of(PERIOD, {}).outage_days is None


def test_a_helpers_visit_answers_by_itself() -> None:
    assert shown(facts(), LAST, History(helper_visited=True))["BF-01", ""] == "yes"
    assert ("BF-01", "") not in shown(facts(), LAST)


def test_income_is_shown_by_its_sources() -> None:
    fixed = IncomeSource("低保", True, Decimal(420))
    pension = IncomeSource("养老金", True, Decimal(137))
    never = IncomeSource("赡养费", False, None, was_zero=True)
    sometimes = IncomeSource("其他补贴", False, Decimal(50))
    known = History(sources={"IN-04": (fixed, pension, never)})
    assert shown(facts(), LAST, known)["IN-04", ""] == 557
    unsure = History(sources={"IN-04": (fixed, sometimes)})
    assert ("IN-04", "") not in shown(facts(), LAST, unsure)
    assert ("IN-04", "") not in shown(facts(), {}, known)


def test_what_was_zero_for_twelve_months_is_shown_as_zero() -> None:
    zero: dict[Period, Given] = {
        PERIOD.plus(-back): {("IN-03", ""): Decimal(0), ("IN-02", ""): Decimal(back // 12)}
        for back in range(1, 13)
    }
    values = shown(facts(), LAST, prefill.history_of(PERIOD, zero))
    assert values["IN-03", ""] == 0
    assert ("IN-02", "") not in values
    eleven = {month: a for month, a in zero.items() if month != PERIOD.previous()}
    assert ("IN-03", "") not in shown(facts(), LAST, prefill.history_of(PERIOD, eleven))


def test_wages_add_up_once_everybody_has_one() -> None:
    both = facts(head(), wife(employment="town"))
    wages: Given = {("EM-04", "1"): Decimal(4200), ("EM-04", "2"): Decimal(900)}
    assert shown(both, wages)["IN-01", ""] == 5100
    assert ("IN-01", "") not in shown(both, {("EM-04", "1"): Decimal(4200)})
    typed = replace(both, answers={("EM-04", "2"): Decimal(1000)})
    assert shown(typed, wages)["IN-01", ""] == 5200


@pytest.mark.parametrize(
    ("due", "suggested"),
    [
        (date(2025, 10, 30), "overdue"),
        (date(2025, 10, 31), "due_soon"),
        (date(2025, 11, 30), "due_soon"),
        (date(2025, 12, 1), "normal"),
    ],
)
def test_the_due_day_suggests_how_the_loan_stands(due: date, suggested: str) -> None:
    last: Given = {("CY-03", ""): "normal", ("CY-04", ""): due}
    values = shown(facts(), last)
    assert values["CY-03", ""] == suggested
    assert values["CY-04", ""] == due


def test_an_overdue_loan_is_not_mended_by_a_date() -> None:
    last: Given = {("CY-03", ""): "overdue", ("CY-04", ""): date(2026, 9, 1)}
    assert shown(facts(), last)["CY-03", ""] == "overdue"


def resting(household: Facts, last: Given, verified: Period) -> Given:
    history = History(verified=dict.fromkeys(last, verified))
    return prefill.silent(FORM, household, POLICY, last, history)


@pytest.mark.parametrize(("months", "rests"), [(1, True), (2, True), (3, False)])
def test_a_question_of_every_three_months_rests_for_two(months: int, rests: bool) -> None:
    last: Given = {("CL-02", ""): "not_enough"}
    assert bool(resting(facts(), last, PERIOD.plus(-months))) is rests


def test_new_people_first_months_and_open_warnings_are_asked_as_usual() -> None:
    last: Given = {("CL-01", "1"): "yes", ("CL-02", ""): "yes"}
    warned = facts(open_warnings=(OpenWarning("CL-02", None, "", "red", "2025-09"),))
    assert resting(warned, last, PERIOD.previous()).keys() == {("CL-01", "1")}
    assert resting(facts(), {}, PERIOD.previous()) == {}


@pytest.mark.parametrize(("month", "rests"), [(9, False), (10, True), (12, True), (1, False)])
def test_some_questions_rest_outside_their_months(month: int, rests: bool) -> None:
    household = facts(period=Period(2025, month), as_of=Period(2025, month).last_day)
    found = prefill.silent(FORM, household, POLICY, {("MD-03", "1"): "yes"}, History())
    assert bool(found) is rests


def eligible(household: Facts) -> list[AnswerKey]:
    """A second, plain count of what the catalogue allows to be drawn."""
    plus = {"CL", "LV", "IN", "CY", "SS", "BF", "MD"}  # MD: its lead is asked of nobody here
    keys = asked_questions(FORM, replace(household, answers={}), POLICY)
    return [k for k in keys if FORM.question(k[0]).prefill == "carry" and k[0][:2] in plus]


def test_the_spot_check_is_drawn_by_household_and_month() -> None:
    for number in range(40):
        household = facts(household_no=str(number))
        pool = eligible(household)
        digest = hashlib.sha256(f"{number}|2025-10".encode()).digest()
        assert (
            prefill.spot_check(FORM, household, POLICY)
            == pool[int.from_bytes(digest[:8], "big") % len(pool)]
        )


def test_the_spot_check_stays_whatever_is_answered() -> None:
    before = prefill.spot_check(FORM, facts(), POLICY)
    answered: Given = {("CY-03", ""): "normal", ("LV-01", ""): "none", ("WT-05", ""): 5}
    assert prefill.spot_check(FORM, facts(answers=answered), POLICY) == before
    draws = {
        prefill.spot_check(FORM, facts(period=Period(2025, month)), POLICY)
        for month in range(1, 13)
    }
    assert len(draws) > 4


def test_the_spot_check_leaves_out_open_warnings_and_what_rests() -> None:
    drawn = prefill.spot_check(FORM, facts(), POLICY)
    assert drawn is not None
    warned = facts(open_warnings=(OpenWarning(drawn[0], None, drawn[1], "yellow", "2025-09"),))
    assert prefill.spot_check(FORM, warned, POLICY) != drawn
    assert prefill.spot_check(FORM, facts(), POLICY, {drawn}) != drawn


def test_nobody_left_means_no_spot_check() -> None:
    assert prefill.spot_check(FORM, facts(head(member_status="dead")), POLICY) is None


def test_a_chapter_takes_plus_only_where_its_lead_is_asked_of_nobody() -> None:
    asked = asked_questions(FORM, facts(head(employment="farming"), wife()), POLICY)
    plus = {c.code for c in FORM.chapters if prefill.takes_plus(c, asked)}
    assert plus == {"CL", "ED", "MD", "LV", "EM", "IN", "CY", "SS", "BF"}
    everybody = asked_questions(FORM, facts(measures=(measure(),)), POLICY)
    assert "ED" not in {c.code for c in FORM.chapters if prefill.takes_plus(c, everybody)}
