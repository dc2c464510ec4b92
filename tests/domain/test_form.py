"""What is asked, what is missing, when a household is complete."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain import form, rules
from app.domain.household import AnswerKey, AnswerValue, Facts
from app.domain.period import Period
from tests.domain.build import FORM, POLICY, facts, head, wife


def asked(household: Facts) -> list[AnswerKey]:
    return form.asked_questions(FORM, household, POLICY)


def full(household: Facts, **changes: AnswerValue) -> Facts:
    """Answer everything that is asked with the good answer, until nothing new is asked."""
    answers: dict[AnswerKey, AnswerValue] = {}
    for _ in range(3):
        for key in asked(replace(household, answers=answers)):
            question = FORM.question(key[0])
            good = (
                question.default if question.default is not None else next(iter(question.by_key), 0)
            )
            answers.setdefault(key, good)
    answers["BF-03", ""] = "onsite"
    answers |= {(code.replace("_", "-"), ""): value for code, value in changes.items()}
    return replace(household, answers=answers)


def test_questions_come_in_the_order_of_the_form() -> None:
    keys = asked(facts())
    assert keys[:3] == [("BF-03", ""), ("FD-01", ""), ("FD-02", "")]
    assert [key for key in keys if key[0] == "CL-01"] == [
        ("CL-01", "1"),
        ("CL-01", "2"),
        ("CL-01", "3"),
    ]
    order = [FORM.question(code).chapter for code, _ in keys[1:]]
    chapters = list(dict.fromkeys(order))
    assert chapters == [c.code for c in FORM.chapters if c.code in chapters]
    assert len(keys) == len(set(keys))


def test_a_question_appears_with_what_it_depends_on() -> None:
    assert ("WT-06", "") not in asked(facts())
    assert ("WT-06", "") not in asked(facts(answers={("WT-05", ""): 0}))
    assert ("WT-06", "") not in asked(facts(answers={("WT-05", ""): "_unknown"}))
    assert ("WT-06", "") in asked(facts(answers={("WT-05", ""): 1}))
    assert ("CY-04", "") not in asked(facts())
    assert ("CY-04", "") in asked(facts(answers={("CY-03", ""): "normal"}))
    assert ("EM-02", "2") not in asked(facts())
    assert ("EM-02", "2") in asked(facts(answers={("EM-01", "2"): "flexible"}))


def test_people_who_left_are_asked_nothing() -> None:
    keys = asked(facts(head(), wife(member_status="married_out")))
    assert not [key for key in keys if key[1] == "2"]


def test_a_household_without_anybody_is_asked_three_questions() -> None:
    keys = asked(facts(head(member_status="dead")))
    assert keys == [("BF-03", ""), ("EV-01", ""), ("EV-03", "")]


def test_only_required_questions_are_missing() -> None:
    missing = form.required_missing(FORM, facts(), POLICY)
    assert ("FD-01", "") in missing
    assert not {code for code, _ in missing} & {"EM-04", "EV-05"}
    assert form.required_missing(FORM, full(facts()), POLICY) == []
    without = full(facts())
    answers = {k: v for k, v in without.answers.items() if k != ("CL-01", "3")}
    gap = replace(without, answers=answers)
    assert form.required_missing(FORM, gap, POLICY) == [("CL-01", "3")]
    assert form.required_missing(FORM, gap, POLICY, {("CL-01", "3")}) == []


@pytest.mark.parametrize(
    ("changes", "visits", "state"),
    [
        ({}, form.Visits(), "complete"),
        ({"BF_03": "not_met"}, form.Visits(), "partial"),
        ({"BF_03": "refused"}, form.Visits(), "partial"),
        ({"BF_03": "phone"}, form.Visits(), "complete"),
        ({"BF_03": "proxy"}, form.Visits(), "complete"),
        ({"BF_03": "proxy"}, form.Visits(last_way="proxy"), "partial"),
        ({"HS_03": "_unknown"}, form.Visits(), "partial"),
        ({"FD_02": "_unknown"}, form.Visits(), "complete"),
        ({"IN_02": "_refused"}, form.Visits(), "complete"),
        ({"HS_03": "_na"}, form.Visits(), "complete"),
        ({"HS_03": "_not_seen"}, form.Visits(), "partial"),
        ({"HS_03": "_not_seen", "BF_03": "phone"}, form.Visits(), "partial"),
        ({"HS_03": "_not_seen", "BF_03": "phone"}, form.Visits(seen_on_site=True), "complete"),
        ({"HS_03": "_not_seen", "BF_03": "onsite"}, form.Visits(seen_on_site=True), "partial"),
    ],
)  # fmt: skip
def test_special_answers_and_the_visit_decide_whether_it_is_complete(
    changes: dict[str, AnswerValue], visits: form.Visits, state: str
) -> None:
    assert form.completeness(FORM, full(facts(), **changes), POLICY, visits) == state


def test_nothing_answered_is_empty_and_something_missing_is_partial() -> None:
    assert form.completeness(FORM, facts(), POLICY) == "empty"
    assert form.completeness(FORM, facts(answers={("BF-03", ""): "onsite"}), POLICY) == "partial"


def test_what_is_to_be_found_out_is_listed() -> None:
    household = full(facts(), FD_02="_unknown", HS_03="_not_seen", IN_02="_refused")
    assert form.pending(FORM, household, POLICY) == [("FD-02", ""), ("HS-03", "")]


def test_the_word_behind_complete() -> None:
    assert form.completion_note(full(facts(), BF_03="phone")) == "电话"
    assert form.completion_note(full(facts())) == ""


@pytest.mark.parametrize(
    ("given", "key", "value", "words"),
    [
        ({("WT-05", ""): 3}, ("WT-06", ""), 2, "不能少于3天"),
        ({("WT-05", ""): 3}, ("WT-06", ""), 3, ""),
        ({}, ("ED-01", "3"), "graduated", "只用于7、8月的初中生"),
        ({("HS-01", ""): "A"}, ("HS-02", ""), "still_unsafe", "请先改其中一项"),
        ({("HS-02", ""): "still_unsafe"}, ("HS-01", ""), "B", "请先改其中一项"),
        ({("HS-02", ""): "still_unsafe"}, ("HS-01", ""), "C", ""),
        ({("HS-01", ""): "no_own"}, ("HS-02", ""), "own", "没有自家房"),
        ({}, ("FD-01", ""), "enough", ""),
    ],
)
def test_answers_that_cannot_stand_together(
    given: dict[AnswerKey, AnswerValue], key: AnswerKey, value: AnswerValue, words: str
) -> None:
    found = form.problem(FORM, facts(answers=given), POLICY, key, value)
    assert words in found
    assert bool(words) == bool(found)


def test_a_graduate_is_offered_in_summer() -> None:
    july = facts(period=Period(2025, 7), as_of=date(2025, 7, 31))
    assert form.problem(FORM, july, POLICY, ("ED-01", "3"), "graduated") == ""


def test_the_catalogue_has_what_the_form_needs() -> None:
    assert len(FORM.questions) == len(FORM.by_code) == 59
    assert [chapter.code for chapter in FORM.chapters] == [
        "FD", "CL", "ED", "MD", "HS", "WT", "LV", "EM", "IN", "CY", "SS", "EV", "BF",
    ]  # fmt: skip
    assert all(question.short and question.department for question in FORM.questions)
    for question in FORM.questions:
        assert len(question.options) <= 10 or question.menu, question.code


def test_a_question_that_does_not_fit_is_a_doubt_by_its_code() -> None:
    answers: dict[AnswerKey, AnswerValue] = {("LV-03", ""): "_na", ("CL-01", "2"): "_na"}
    found = form.misplaced(FORM, facts(answers=answers), POLICY)
    assert [(f.code, f.member_id, f.severity) for f in found] == [
        ("CL-01", "2", "blue"), ("LV-03", "", "blue"),
    ]  # fmt: skip
    assert found[0].message == "李秀兰衣服：此题不该问本户"
    assert form.misplaced(FORM, facts(answers={("LV-03", ""): "_unknown"}), POLICY) == []


def test_what_another_edition_wrote_is_told_from_what_can_be_read() -> None:
    readable = [("LV-03", "paved"), ("LV-03", "_na"), ("EV-01", ""), ("MD-05", "12.5")]
    assert all(form.is_readable(FORM, code, text) for code, text in readable)
    strange = [("LV-03", "marble"), ("ZZ-01", "x"), ("MD-05", "viel"), ("EV-01", "flood,ufo")]
    assert not any(form.is_readable(FORM, code, text) for code, text in strange)


OTHER = ("illness", "other")


@pytest.mark.parametrize("note", ["", "  "])
def test_other_without_words_keeps_the_household_open(note: str) -> None:
    silent = replace(full(facts(), EV_01=OTHER), notes={("EV-01", ""): note})
    assert form.required_missing(FORM, silent, POLICY) == []
    assert form.notes_missing(FORM, silent, POLICY) == [("EV-01", "")]
    assert form.completeness(FORM, silent, POLICY) == "partial"
    words = form.note_problem(FORM.question("EV-01"), OTHER)
    assert words == "“难处”选了“其他突发困难(注明)”，要写明是什么事"


def test_other_with_words_is_whole_and_its_finding_says_them() -> None:
    said = replace(full(facts(), EV_01=OTHER), notes={("EV-01", ""): "水管冻裂"})
    assert form.notes_missing(FORM, said, POLICY) == []
    assert form.completeness(FORM, said, POLICY) == "complete"
    told = [f.message for f in rules.evaluate(said, FORM, POLICY) if f.code == "EV-01"]
    assert told == ["难处：大病确诊、其他突发困难(注明)（水管冻裂）"]


def test_words_beside_an_option_that_needs_none_stay_out_of_the_finding() -> None:
    said = replace(full(facts(), EV_01=("fire",)), notes={("EV-01", ""): "灶房"})
    assert form.notes_missing(FORM, replace(said, notes={}), POLICY) == []
    told = [f.message for f in rules.evaluate(said, FORM, POLICY) if f.code == "EV-01"]
    assert told == ["难处：火灾"]
