"""Visits (走访) and 回访 outside the monthly sheet: record, list, show."""

from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from sqlalchemy import select

from app.domain import labels
from app.domain.labels import LABELS
from app.domain.ownership import Actor
from app.models.form import Visit
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import months
from app.ops.changed import Changed
from app.ops.errors import (
    StepNotAllowedError,
    UnknownHouseholdError,
    UnknownItemError,
)
from app.ops.items import Item
from app.ops.lives import bad_data, not_after, require_registered
from app.ops.names import Names

PURPOSES = {
    "monthly": "月度走访", "follow_up": "回访", "verify": "入户核实", "campaign": "专项排查",
    "other": "其他",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit to record. ``visitor``: "" is whoever records it."""

    household_id: str
    visited_on: date
    visit_way: str
    purpose: str = "follow_up"
    visitor: str = ""
    met_member_id: str = ""
    content: str = ""


def record(store: Store, actor: Actor, new: NewVisit, today: date) -> tuple[Item, Changed]:
    """Record a visit.

    Raises:
        UnknownHouseholdError, HouseholdEndedError, StepDataError, StepDateError: nothing is
            written.
    """
    visitor = new.visitor.strip() or actor.name
    _check(store, actor, new, visitor, today)
    with store.write("visit.record", actor) as session:
        household = session.get(Household, new.household_id)
        if household is None:
            raise UnknownHouseholdError(text=new.household_id)
        if household.removed_on is not None and household.removed_on < new.visited_on:
            require_registered(household)  # a visit before it ended may still be noted
        if new.met_member_id:
            met = session.get(Member, new.met_member_id)
            if met is None or met.household_id != household.id:
                raise bad_data("met_member_id", "", "不是本户的人")
        row = Visit(
            scope=household.scope,
            household_id=household.id,
            visited_on=new.visited_on,
            visitor=visitor,
            visit_way=new.visit_way,
            met_member_id=new.met_member_id,
            is_helper=months.is_helper(session, household.id, visitor, new.visited_on),
            purpose=new.purpose,
            content=new.content,
        )
        session.add(row)
        session.flush()
        visit_id = row.id
    return show(store, visit_id), Changed(frozenset({"visit"}), frozenset({new.household_id}))


def list_visits(store: Store, household_id: str = "", since: date | None = None) -> list[Item]:
    """Return the visits, newest first."""
    query = select(Visit).order_by(Visit.visited_on.desc(), Visit.id)
    if household_id:
        query = query.where(Visit.household_id == household_id)
    if since:
        query = query.where(Visit.visited_on >= since)
    with store.read() as session:
        rows = list(session.scalars(query))
        names = Names.of(session, {row.household_id for row in rows})
        return [_item(row, names) for row in rows]


def show(store: Store, visit_id: str) -> Item:
    """Return one visit.

    Raises:
        UnknownItemError: no such visit.
    """
    with store.read() as session:
        row = session.get(Visit, visit_id)
        if row is None:
            raise UnknownItemError(item_id=visit_id, what="走访")
        return _item(row, Names.of(session, {row.household_id}))


def refuse_step(store: Store, visit_id: str, action: str) -> NoReturn:
    """A visit has no further steps: what happened, happened.

    Raises:
        UnknownItemError, StepNotAllowedError: always one of them.
    """
    show(store, visit_id)
    level = labels.label("area_level", store.level)
    raise StepNotAllowedError(what="走访", state="已记录", level=level, action=action, allowed="无")


def _check(store: Store, actor: Actor, new: NewVisit, visitor: str, today: date) -> None:
    not_after(new.visited_on, today, "今天", "visited_on")
    if new.visit_way not in LABELS["visit_way"]:
        shown = "、".join(LABELS["visit_way"].values())
        raise bad_data("visit_way", new.visit_way, f"可填：{shown}")
    if new.purpose not in PURPOSES:
        shown = "、".join(PURPOSES.values())
        raise bad_data("purpose", new.purpose, f"可填：{shown}")
    if store.level == "township" and visitor != actor.name:
        raise bad_data("visitor", "", "镇里只记自己的走访")


def _item(row: Visit, names: Names) -> Item:
    way = labels.label("visit_way", row.visit_way)
    return Item(
        item_id=row.id,
        subject="visit",
        household_id=row.household_id,
        household_no=names.number(row.household_id),
        head_name=names.head(row.household_id),
        village=names.village(row.scope),
        title=f"{PURPOSES.get(row.purpose, row.purpose)}：{way}",
        state="recorded",
        state_label="已记录",
        opened_on=row.visited_on,
        due_on=None,
        overdue=False,
        fields={
            "visited_on": row.visited_on.isoformat(),
            "visitor": row.visitor,
            "visit_way": row.visit_way,
            "visit_way_label": way,
            "purpose": row.purpose,
            "met_member_id": row.met_member_id,
            "met_member": names.member(row.met_member_id),
            "content": row.content,
        },
    )
