"""Concurrent steps that a person decided between: the reports count what was decided."""

from datetime import date

from sqlalchemy import select

from app.domain.period import Period
from app.models.household import Household
from app.models.step import Step, StepChoice
from app.models.warning import HouseholdWarning
from app.ops import statistics
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.statistics_village import Writer

OCTOBER, TODAY = Period(2025, 10), date(2025, 11, 2)


def test_of_rival_steps_the_chosen_one_counts(new_store: StoreMaker) -> None:
    """Two townships' laptops led one warning differently; a person decided."""
    township = new_store("township", TOWNSHIP, "云岭镇")
    with township.absorb() as session:
        row = Writer(session, VILLAGE, 9)
        home = row.add(Household, household_no="9999", household_kind="lifted")
        found = row.add(
            HouseholdWarning, household_id=home.id, code="ED-01", severity="red", message="缺项",
            opened_on=date(2025, 10, 5), period="2025-10",
        )  # fmt: skip
        row.steps("warning", found.id, [("confirm", "village", date(2025, 10, 6))])
        row.steps("warning", found.id, [("false-alarm", "village", date(2025, 10, 6))])
        session.flush()
        losing = list(session.scalars(select(Step).filter_by(subject_id=found.id)))
    for step, state in ((losing[0], losing[0].action), (losing[1], losing[1].action)):
        with township.absorb() as session:
            choice = StepChoice(
                id="choice", scope=VILLAGE, subject="warning", subject_id=found.id, follows="",
                step_id=step.id,
            )  # fmt: skip
            session.merge(choice)
        report = statistics.monthly_report(township, OCTOBER, TODAY)
        cells = report.table("T14").row("合计").cells
        ids = cells[2].ids if state == "confirm" else cells[3].ids
        assert found.id in ids
