"""帮扶责任人: who answers for a household, from–to. A change of persons never rewrites the past."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ownership import Actor
from app.models.household import Helper, HelperAssignment, Household
from app.models.store import Store
from app.ops import plan_reason
from app.ops.changed import Changed
from app.ops.errors import UnknownHouseholdError, UnknownItemError
from app.ops.plan_errors import HelperRefusedError

_TABLES = frozenset({"helper", "helper_assignment"})


@dataclass(frozen=True, slots=True)
class HelperGiven:
    """A person as registered. ``is_phone_public``: the number may hang in the house."""

    name: str
    organisation: str = ""
    post: str = ""
    phone: str = ""
    is_phone_public: bool = False


@dataclass(frozen=True, slots=True)
class HelperLine:
    """One assignment of a household; open while ``ended_on`` is None."""

    assignment_id: str
    helper: HelperGiven
    assigned_on: date
    ended_on: date | None


def known_helpers(store: Store) -> list[HelperGiven]:
    """Return everybody who is registered, by name, to be chosen again."""
    with store.read() as session:
        rows = session.scalars(select(Helper).order_by(Helper.name, Helper.organisation))
        return [_given(row) for row in rows]


def of_household(session: Session, household_id: str) -> tuple[HelperLine, ...]:
    """Return a household's assignments, oldest first."""
    query = (
        select(HelperAssignment, Helper)
        .join(Helper, Helper.id == HelperAssignment.helper_id)
        .where(HelperAssignment.household_id == household_id)
        .order_by(HelperAssignment.assigned_on, HelperAssignment.id)
    )
    return tuple(
        HelperLine(row.id, _given(helper), row.assigned_on, row.ended_on)
        for row, helper in session.execute(query)
    )


def assign(
    store: Store,
    actor: Actor,
    household_id: str,
    given: HelperGiven,
    on: date,
    reason: str = "",
) -> Changed:
    """Let a person answer for a household from a day on; known by name and organisation.

    Raises:
        UnknownHouseholdError, HelperRefusedError, ReasonMissingError: nothing is written.
    """
    if not given.name.strip():
        raise HelperRefusedError(reason="没有写姓名")
    with store.write("helper.assign", actor, plan_reason.checked(store, reason)) as session:
        household = session.get(Household, household_id)
        if household is None:
            raise UnknownHouseholdError(text=household_id)
        helper = _known(session, household.scope, given)
        if helper is None:
            helper = Helper(scope=household.scope)
            _fill(helper, given)
            session.add(helper)
            session.flush()
        elif _is_assigned(session, household_id, helper.id):
            raise HelperRefusedError(reason="这个人已经是本户的责任人")
        else:
            _fill(helper, given)
        session.add(
            HelperAssignment(
                scope=household.scope,
                household_id=household_id,
                helper_id=helper.id,
                assigned_on=on,
            )
        )
    return Changed(_TABLES, frozenset({household_id}))


def end_assignment(
    store: Store, actor: Actor, assignment_id: str, on: date, reason: str = ""
) -> Changed:
    """End an assignment; ``on`` is its last day.

    Raises:
        UnknownItemError, HelperRefusedError, ReasonMissingError: nothing is written.
    """
    with store.write("helper.end", actor, plan_reason.checked(store, reason)) as session:
        row = session.get(HelperAssignment, assignment_id)
        if row is None:
            raise UnknownItemError(item_id=assignment_id, what="帮扶责任人")
        if row.ended_on is not None:
            raise HelperRefusedError(reason="已经结束了")
        if on < row.assigned_on:
            raise HelperRefusedError(reason="结束日早于开始日")
        row.ended_on = on
        return Changed(_TABLES, frozenset({row.household_id}))


def _given(row: Helper) -> HelperGiven:
    return HelperGiven(row.name, row.organisation, row.post, row.phone, row.is_phone_public)


def _known(session: Session, scope: str, given: HelperGiven) -> Helper | None:
    wanted = {"name": given.name.strip(), "organisation": given.organisation.strip()}
    return session.scalars(select(Helper).filter_by(scope=scope, **wanted)).first()


def _fill(row: Helper, given: HelperGiven) -> None:
    row.name, row.organisation = given.name.strip(), given.organisation.strip()
    row.post, row.phone = given.post.strip(), given.phone.strip()
    row.is_phone_public = given.is_phone_public


def _is_assigned(session: Session, household_id: str, helper_id: str) -> bool:
    rows = session.scalars(
        select(HelperAssignment).filter_by(household_id=household_id, helper_id=helper_id)
    )
    return any(row.ended_on is None for row in rows)
