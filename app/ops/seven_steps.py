"""The seven steps 排访评录测补销 of a household: on which day each was last completed."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.case import SEVEN_STEPS
from app.models.form import Sheet
from app.models.plan import Measure
from app.models.store import Store
from app.ops import case_rows
from app.ops.case_rows import LoadedCase

Bar = tuple[tuple[str, date | None], ...]
"""Step → day of its last completion, None where it is not done."""


def of_household(store: Store, household_id: str) -> Bar:
    """Return the steps of a household over all its cases; without one only 测 and 补 have a day."""
    with store.read() as session:
        return of_cases(session, household_id, case_rows.load(session, [household_id]))


def of_cases(session: Session, household_id: str, cases: Sequence[LoadedCase]) -> Bar:
    """Return the steps of some cases of a household."""
    days: dict[str, date | None] = {}
    for name in "排访评录测补销":
        actions = SEVEN_STEPS.get(name)
        taken = (one.thing.last(*actions) for one in cases) if actions else ()
        days[name] = max((step.step_on for step in taken if step), default=None)
    days["测"] = session.scalar(
        select(func.max(Sheet.submitted_on)).where(Sheet.household_id == household_id)
    )
    days["补"] = session.scalar(
        select(func.max(Measure.planned_start_on)).where(Measure.household_id == household_id)
    )
    return tuple(days.items())
