"""What the list of households shows beside the roster: class, last visit, measures under way."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.domain.measure import OPEN
from app.models.form import Visit
from app.models.household import Household
from app.models.store import Store
from app.ops import measure_rows


@dataclass(frozen=True, slots=True)
class HouseholdMarks:
    """``measures``: planned or running ones."""

    management_class: str = ""
    last_visit: date | None = None
    measures: int = 0


def household_marks(store: Store) -> dict[str, HouseholdMarks]:
    """Return the marks of every living household, read by table and not by household."""
    visits = select(Visit.household_id, func.max(Visit.visited_on)).group_by(Visit.household_id)
    homes = select(Household.id, Household.management_class).where(Household.removed_on.is_(None))
    with store.read() as session:
        last = {row[0]: row[1] for row in session.execute(visits)}
        classes = session.execute(homes).all()
        things = measure_rows.load(session, None)
    counts = Counter(str(thing.row.household_id) for thing in things if thing.state in OPEN)
    return {
        home: HouseholdMarks(name or "", last.get(home), counts[home]) for home, name in classes
    }
