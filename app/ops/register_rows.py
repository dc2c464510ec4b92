"""Campaigns, issues, doubts and negative checks as loaded: rows with their lives."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import registers
from app.domain.lifecycle import Lifecycle
from app.models.household import Household
from app.models.register import DataDoubt, Issue, NegativeCheck, ReviewCampaign
from app.models.step import steps_of
from app.ops.errors import UnknownItemError
from app.ops.lives import SUBJECT_WORDS, Living, living


@dataclass(frozen=True, slots=True)
class Register:
    """A table and the life that its rows live."""

    table: type[Any]
    life: Lifecycle


CAMPAIGN = Register(ReviewCampaign, registers.CAMPAIGN)
ISSUE = Register(Issue, registers.ISSUE)
DOUBT = Register(DataDoubt, registers.DOUBT)
NEGATIVE = Register(NegativeCheck, registers.NEGATIVE)
BY_SUBJECT = {r.life.subject: r for r in (CAMPAIGN, ISSUE, DOUBT, NEGATIVE)}


def load(
    session: Session,
    register: Register,
    household_id: str = "",
    ids: Collection[str] | None = None,
) -> list[Living]:
    """Return the things of a register with their lives."""
    table, life = register.table, register.life
    query = select(table).order_by(table.id)
    if household_id:
        query = query.where(table.household_id == household_id)
    if ids is not None:
        query = query.where(table.id.in_(list(ids)))
    rows = list(session.scalars(query))
    steps = steps_of(session, life.subject, [row.id for row in rows])
    return [living(row, steps.get(row.id, []), life) for row in rows]


def one(session: Session, register: Register, item_id: str) -> Living:
    """Return one thing of a register.

    Raises:
        UnknownItemError: no such thing.
    """
    found = load(session, register, ids=[item_id])
    if not found:
        raise UnknownItemError(item_id=item_id, what=SUBJECT_WORDS[register.life.subject])
    return found[0]


def households_of(session: Session, row: ReviewCampaign) -> set[str]:
    """Return the households that a campaign looks at."""
    if row.household_ids:
        return set(row.household_ids.split(","))
    homes = select(Household.id).where(Household.scope == row.scope, Household.removed_on.is_(None))
    return set(session.scalars(homes))
