"""Copy mode: what must be typed into the national system, field after field in its order.

A case that is approved and not entered yet has no row of its own; type, causes and day of
identification are then what its steps say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import case as domain
from app.domain.labels import label
from app.domain.roster_values import Value
from app.excel.writer import cell_text, cells_of, template
from app.models.household import AnnualIncome, Household, Member
from app.models.store import Store
from app.ops import case_rows
from app.ops.case_rows import LoadedCase
from app.ops.errors import UnknownHouseholdError
from app.ops.plan_sources import area_names
from app.ops.roster_rows import household_values, member_values

NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class CopyField:
    """One field: its heading there, and what goes on the clipboard ("" for not known)."""

    heading: str
    value: str


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """The fields of one person, in the order of the national system's page."""

    member_id: str
    name: str
    fields: tuple[CopyField, ...]


def copy_records(store: Store, household_id: str) -> tuple[CopyRecord, ...]:
    """Return what the national system asks of a household: a record for each present person.

    Columns that the program knows nothing about are left out.

    Raises:
        UnknownHouseholdError: no such household.
    """
    with store.read() as session:
        home = session.get(Household, household_id)
        if home is None:
            raise UnknownHouseholdError(text=household_id)
        people = list(
            session.scalars(
                select(Member)
                .filter_by(household_id=home.id, member_status="present")
                .order_by(Member.number)
            )
        )
        shared = _shared(session, store, home, people)
        return tuple(
            CopyRecord(one.id, one.name, _fields(shared | member_values(one))) for one in people
        )


def case_records(store: Store, case_id: str) -> tuple[CopyRecord, ...]:
    """Return the records of a case's household.

    Raises:
        UnknownItemError: no such case.
    """
    with store.read() as session:
        household_id = str(case_rows.one(session, case_id).thing.row.household_id)
    return copy_records(store, household_id)


def _shared(
    session: Session, store: Store, home: Household, people: list[Member]
) -> dict[str, Value]:
    """Return what all of a household's records say."""
    income = session.scalars(
        select(AnnualIncome).filter_by(household_id=home.id).order_by(AnnualIncome.year.desc())
    ).first()
    found = case_rows.load(session, [home.id])
    entered = [one.case for one in found if one.case is not None]
    newest = max(entered, key=lambda case: case.case_no) if entered else None
    names = area_names(session, store)
    values = household_values(home, people, income, newest)
    values |= {"township": names.get(f"{home.scope[:9]}000"), "village": names.get(home.scope)}
    waiting = next((one for one in found if one.state == domain.TO_ENTER), None)
    return values | _approved(waiting) if waiting is not None else values


def _approved(waiting: LoadedCase) -> dict[str, Value]:
    thing = waiting.thing
    causes = tuple(label("risk_cause", key) for key in thing.value("causes").split(",") if key)
    approved = thing.last("approve")
    return {
        "object_type": label("object_type", thing.value("object_type")),
        "causes": causes,
        "main_cause": causes[0] if causes else None,
        "identified_on": approved.step_on.isoformat() if approved else None,
        "is_eliminated": False,
        "eliminated_on": None,
    }


def _fields(values: Mapping[str, Value]) -> tuple[CopyField, ...]:
    columns = template(NATIONAL)
    return tuple(
        CopyField(heading, cell_text(shown))
        for (heading, name), shown in zip(columns.columns, cells_of(columns)(values), strict=True)
        if name not in ("", "row_no")
    )
