"""Numbers, heads, members and villages by id, for whatever is shown in a list."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.household import HEAD
from app.models.household import Area, Household, Member

_PRESENT = "present"
_FEW = 500  # bound parameters of one statement; for more all rows are read


@dataclass(frozen=True, slots=True)
class Names:
    """What is called how; an unknown id is "" (a village is its code)."""

    numbers: Mapping[str, str]
    heads: Mapping[str, str]
    members: Mapping[str, str]
    villages: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, household_ids: Collection[str]) -> "Names":
        """Return the names of these households."""
        wanted = set(household_ids)
        numbers_of, people_of = select(Household.id, Household.household_no), select(Member)
        if len(wanted) <= _FEW:
            numbers_of = numbers_of.where(Household.id.in_(wanted))
            people_of = people_of.where(Member.household_id.in_(wanted))
        numbers = {id_: number for id_, number in session.execute(numbers_of) if id_ in wanted}
        people = [m for m in session.scalars(people_of) if m.household_id in wanted]
        heads = {m.household_id: m.name for m in sorted(people, key=_rank, reverse=True)}
        members = {member.id: member.name for member in people}
        villages = session.execute(
            select(Area.area_code, Area.name).where(Area.area_level == "village")
        )
        return cls(numbers, heads, members, {row.area_code: row.name for row in villages})

    def number(self, household_id: str) -> str:
        """Return the household's number."""
        return self.numbers.get(household_id, "")

    def head(self, household_id: str) -> str:
        """Return who heads the household, else its first present person."""
        return self.heads.get(household_id, "")

    def member(self, member_id: str) -> str:
        """Return a member's name."""
        return self.members.get(member_id, "")

    def village(self, scope: str) -> str:
        """Return the village's name."""
        return self.villages.get(scope, scope)


def _rank(member: Member) -> tuple[bool, bool, int]:
    """The least is who a household is called after: present, head, first in the book."""
    return member.member_status != _PRESENT, member.relation != HEAD, member.number
