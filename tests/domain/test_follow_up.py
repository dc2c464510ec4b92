"""What is asked after an answer, and what it proposes to the roster."""

import pytest

from app.domain import follow_up
from app.domain.follow_up import Proposal
from tests.domain.build import FORM, facts

SCHOOL, AID, EVENTS = (FORM.question(code) for code in ("ED-01", "ED-03", "EV-01"))
PEOPLE = facts().members
BOY = next(m for m in PEOPLE if m.school_status)


def test_only_the_answers_that_the_catalogue_names_ask_further() -> None:
    since, why = follow_up.asks_of(SCHOOL, "dropout")
    assert (since.key, since.label, since.choices) == (
        "since", "从何时", (("1", "本月"), ("2", "上月"), ("3", "更早")),
    )  # fmt: skip
    assert (why.key, why.choices[1], why.choices[5]) == (
        "why",
        ("2", "打工"),
        ("6", "其他（注明）"),
    )
    assert follow_up.asks_of(SCHOOL, "in_school") == ()
    assert follow_up.asks_of(SCHOOL, None) == ()


def test_an_event_asks_of_whom() -> None:
    (who,) = follow_up.asks_of(EVENTS, ("illness", "flood"))
    assert (who.name, who.is_person) == ("illness.who", True)
    assert follow_up.problem(who, "1", PEOPLE) == ""
    assert "在户" in follow_up.problem(who, "nobody", PEOPLE)


def test_the_item_decides_the_department() -> None:
    (which,) = follow_up.asks_of(AID, "not_received")
    assert [word for _, word in which.choices] == ["营养餐", "寄宿补助", "助学金", "雨露计划"]
    assert follow_up.department(AID, {"which": "雨露计划"}) == "农业农村局"
    assert follow_up.department(AID, {}) == ""
    assert "请选" in follow_up.problem(which, "别的", PEOPLE)


def test_leaving_school_proposes_what_the_roster_should_say() -> None:
    found = follow_up.proposals(SCHOOL, BOY.id, "dropout", {"why": "2"}, PEOPLE)
    assert found == (
        Proposal("ED-01", BOY.id, "school_status", BOY.school_status, ""),
        Proposal("ED-01", BOY.id, "no_school_reason", "", "working"),
    )
    suspected = follow_up.proposals(SCHOOL, BOY.id, "suspected_dropout", {"why": "2"}, PEOPLE)
    assert [p.field for p in suspected] == ["no_school_reason"]
    assert follow_up.proposals(SCHOOL, BOY.id, "in_school", {"why": "2"}, PEOPLE) == ()


def test_finishing_school_proposes_the_education() -> None:
    found = follow_up.proposals(SCHOOL, BOY.id, "graduated", {}, PEOPLE)
    assert {p.field: p.new for p in found} == {"school_status": "", "education": "初中"}


@pytest.mark.parametrize("reply", [{}, {"illness.who": "gone"}])
def test_without_a_person_an_illness_proposes_nothing(reply: dict[str, str]) -> None:
    assert follow_up.proposals(EVENTS, "", ("illness",), reply, PEOPLE) == ()


def test_an_illness_is_added_to_what_a_person_has() -> None:
    found = follow_up.proposals(EVENTS, "", ("illness",), {"illness.who": "1"}, PEOPLE)
    assert [(p.field, p.old, p.new) for p in found] == [("health", "healthy", "serious_illness")]
