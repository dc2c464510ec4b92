"""Rows that are one person: whoever joined them, nothing was rewritten."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models.conflict import PersonJoin
from app.models.statements import among
from app.sync.past import Row

JOINED = "joined"  # the status that the other rows of one person show; never in the journal


def concerned(session: Session, touched: Iterable[Row]) -> set[str]:
    """Return the members whose rows must be read anew: of joins touched, and joined ones."""
    known = set(touched)
    if session.execute(select(PersonJoin.id).limit(1)).first() is None:
        return set()
    found: set[str] = set()
    touched_joins = [row.id for row in known if row.table == "person_join"]
    for join in session.scalars(select(PersonJoin).where(among(PersonJoin.id, touched_joins))):
        found |= {join.member_id, join.other_id}
    members = sorted(row.id for row in known if row.table == "member")
    for group in groups_of(session, members):
        found |= set(group)
    return found


def groups_of(session: Session, members: Iterable[str]) -> list[list[str]]:
    """Return the groups of rows that are one person, the smallest id first."""
    groups: list[list[str]] = []
    left = set(members)
    while left:
        group = _closure(session, left.pop())
        left -= group
        if len(group) > 1:
            groups.append(sorted(group))
    return sorted(groups)


def _closure(session: Session, member: str) -> set[str]:
    found, todo = {member}, {member}
    while todo:
        query = select(PersonJoin.member_id, PersonJoin.other_id).where(
            PersonJoin.is_one, or_(PersonJoin.member_id.in_(todo), PersonJoin.other_id.in_(todo))
        )
        todo = {m for pair in session.execute(query) for m in pair} - found
        found |= todo
    return found
