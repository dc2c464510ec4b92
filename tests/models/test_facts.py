"""Rows → facts: what the months before and the measures say, and numbers that stand twice."""

from datetime import date

import pytest
from sqlalchemy import select

from app.domain.household import AnswerKey, AnswerValue, Facts
from app.domain.period import Period
from app.models.facts import Month, load_facts
from app.models.household import Member
from app.models.plan import Measure
from app.models.step import Step
from app.models.store import Store
from app.ops import catalogue, sheets
from tests.conftest import VILLAGE
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

NOVEMBER = OCTOBER.next()


def facts(store: Store, household: str | None, period: Period = NOVEMBER) -> list[Facts]:
    month = Month(period, TODAY, catalogue.form_for(period))
    with store.read() as session:
        return load_facts(session, month, None if household is None else {household}, {})


def test_who_was_reported_gone_last_month_is_remembered(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    with store.read() as session:
        girl = session.scalars(select(Member.id).filter_by(number=4)).one()
    values: dict[AnswerKey, AnswerValue] = {("EV-03", ""): (f"move_out:{girl}", "birth")}
    sheets.submit_sheet(store, ME, answer_all(store, household, values), TODAY)
    (found,) = facts(store, household)
    report = found.previous.left_reported[girl]
    assert (report.period, report.kind) == ("2025-10", "迁出")
    assert len(found.previous.left_reported) == 1
    (now,) = facts(store, household, OCTOBER)
    assert now.previous.left_reported == {}


def add_measure(store: Store, household: str, start: date, *steps: tuple[str, date]) -> None:
    with store.write("test.measure", ME) as session:
        row = Measure(
            scope=VILLAGE, household_id=household, measure_category="industry",
            measure_kind="养殖", planned_start_on=start,
        )  # fmt: skip
        session.add(row)
        session.flush()
        last = ""
        for action, on in steps:
            step = Step(
                scope=VILLAGE, subject="measure", subject_id=row.id, follows=last, action=action,
                step_on=on, actor="张卫东", level="village", note="x",
            )  # fmt: skip
            session.add(step)
            session.flush()
            last = step.id


STARTED, DONE = ("start", date(2025, 10, 20)), ("finish", date(2025, 11, 3))


@pytest.mark.parametrize(
    ("start", "steps", "had"),
    [
        (date(2025, 10, 1), (STARTED, DONE), True),  # running at October's close
        (date(2025, 10, 1), (STARTED, ("finish", date(2025, 10, 31))), False),
        (date(2025, 11, 1), (("start", date(2025, 11, 2)), DONE), False),  # not there yet
        (date(2025, 10, 31), (), True),  # planned is open too
    ],
)
def test_a_measure_that_was_open_at_last_months_close_is_remembered(
    store: Store, start: date, steps: tuple[tuple[str, date], ...], had: bool
) -> None:
    household = add_family(store)
    add_measure(store, household, start, *steps)
    assert facts(store, household)[0].had_measures is had


def test_numbers_that_stand_in_two_households_name_the_other(store: Store) -> None:
    first, second = add_family(store, "1"), add_family(store, "2")
    for wanted in (None, first):  # a whole village, and one household
        found = next(f for f in facts(store, wanted) if f.household_id == first)
        assert found.other_ids["539901198204120359"] == "2号户"
    assert second


def test_people_stand_in_their_order_and_the_households_number_is_the_heads(store: Store) -> None:
    (found,) = facts(store, add_family(store))
    assert [m.number for m in found.members] == [1, 2, 3, 4]
    assert [m.phone for m in found.members] == ["18700000475", "", "", ""]
    assert str(found.members[0].monthly_wage) == "4200"
    assert str(found.farmland_mu) == "6.5"
