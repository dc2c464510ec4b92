"""Who is put on a month's visit list besides those it began with: clues, 大排查, new warnings."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.case import BEFORE_ENTRY
from app.domain.month import FILLING, MONTH
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.form import PeriodRow, Sheet
from app.models.household import Household
from app.models.ownership import bundled
from app.models.step import steps_of
from app.models.store import Store
from app.ops import case_rows, catalogue, register_rows


def asked_for(session: Session, area_code: str) -> set[str]:
    """Return the households of a running 大排查 or with a clue that is being looked into."""
    homes = {
        found.thing.row.household_id
        for found in case_rows.load(session)
        if found.thing.is_open and found.state in BEFORE_ENTRY
    }
    for thing in register_rows.load(session, register_rows.CAMPAIGN):
        row = thing.row
        if thing.state == "running" and row.campaign_kind == "sweep" and row.scope == area_code:
            homes |= register_rows.households_of(session, row)
    return homes


def may_fill(store: Store, actor: Actor) -> bool:
    """Tell whether somebody may make sheets here."""
    return bundled().tables["sheet"].rule.allows(store.level, actor.role)


def add(session: Session, store: Store, household_ids: Collection[str]) -> frozenset[str]:
    """Give households a sheet in the village's newest open month; return who had none.

    Also a household that is asked for in mid-month is visited, and missing if it is not.
    """
    period = running(session, store.area_code) if store.level == "village" else None
    if period is None or not household_ids:
        return frozenset()
    has_one = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
    homes = select(Household).where(
        Household.id.in_(set(household_ids) - has_one),
        Household.scope == store.area_code,
        Household.removed_on.is_(None),
    )
    version = catalogue.form_for(period).version
    added = [home.id for home in session.scalars(homes)]
    session.add_all(sheet(home, store.area_code, period, version) for home in sorted(added))
    session.flush()
    return frozenset(added)


def sheet(household_id: str, area_code: str, period: Period, form_version: str) -> Sheet:
    """Return an empty sheet; its id is natural, so that two laptops make the same one."""
    return Sheet(
        id=natural_id("sheet", household_id, str(period)),
        scope=area_code,
        household_id=household_id,
        period=str(period),
        form_version=form_version,
    )


def running(session: Session, area_code: str) -> Period | None:
    """Return the newest month that is 填报中, None if none is."""
    rows = {row.id: row for row in session.scalars(select(PeriodRow).filter_by(scope=area_code))}
    steps = steps_of(session, MONTH.subject, list(rows))
    open_ones = [
        row.period for row in rows.values() if MONTH.state_of(steps.get(row.id, [])) == FILLING
    ]
    return Period.parse(max(open_ones)) if open_ones else None
