"""Votes of a meeting, and the procedure of a year."""

from datetime import date

import pytest

from app.domain.case import vote_problem
from app.domain.period import Period
from app.domain.procedure import procedure_for
from app.ops import calendars, catalogue

POLICY = catalogue.policy_for(Period(2025, 10))


@pytest.mark.parametrize(
    ("present", "yes", "no", "abstain", "problem"),
    [
        (20, 18, 1, 1, ""),
        (20, 20, 0, 0, ""),
        (20, 18, 2, 1, "表决21票，多于到会20人"),
        (20, 10, 10, 0, "同意10票，没有过半"),
        (20, 11, 9, 0, ""),
        (20, -1, 0, 0, "人数不能是负数"),
        (0, 0, 0, 0, "同意0票，没有过半"),
    ],
)
def test_votes_are_no_more_than_people_and_a_majority(
    present: int, yes: int, no: int, abstain: int, problem: str
) -> None:
    assert vote_problem(present, yes, no, abstain) == problem


def test_the_text_of_2020_forbids_what_that_of_2021_demands() -> None:
    old = procedure_for(calendars.procedures(), POLICY, date(2020, 6, 1))
    new = procedure_for(calendars.procedures(), POLICY, date(2025, 10, 20))
    assert (old.apply_on, old.announce_on, old.publicity_on) == (False, False, False)
    assert (new.apply_on, new.announce_on, new.publicity_on) == (True, True, True)
    assert "公示" not in old.papers
    assert "公示" in new.papers


def test_the_areas_own_parameters_overrule_the_template_in_force() -> None:
    new = procedure_for(calendars.procedures(), POLICY, date(2025, 10, 20))
    assert new.publicity_days == POLICY.process["publicity_days"]
    assert new.team_min == POLICY.process["verify_team_min"]


def test_without_a_template_there_is_no_procedure() -> None:
    with pytest.raises(LookupError):
        procedure_for(calendars.procedures(), POLICY, date(2019, 1, 1))
