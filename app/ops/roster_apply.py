"""Writes a roster's proposal into the tables, inside the caller's transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.natural_change import DECREASE_REASONS, DECREASE_STATUS
from app.domain.roster import HEAD
from app.domain.roster_diff import (
    Changes,
    MatchedHousehold,
    MatchedMember,
    MissingMember,
    RosterDiff,
)
from app.domain.roster_values import Value
from app.models.base import natural_id, new_id
from app.models.household import AnnualIncome, Area, Household, Member, MonitoredCase
from app.ops import change_effects, household_moves
from app.ops.roster_rows import (
    PRESENT,
    PROVISIONAL,
    StoredRoster,
    case_columns,
    completed,
    household_columns,
    income_year,
    member_columns,
)
from app.ops.roster_sink import Sink

Progress = Callable[[int, int], None]

_STATUS = {DECREASE_REASONS[reason]: status for reason, status in DECREASE_STATUS.items()}
_CASE_FIELDS = ("object_type", "main_cause", "causes", "identified_on", "is_eliminated",
                "eliminated_on")  # fmt: skip
_EXTINCT = "整户自然减少"
_STEP = 500  # rows between two steps of the progress


@dataclass(frozen=True, slots=True)
class Village:
    """The village that a roster is written into, and the day it happens."""

    area_code: str
    name: str
    today: date


@dataclass(slots=True)
class Applied:
    """What was written."""

    tables: set[str] = field(default_factory=set)
    household_ids: set[str] = field(default_factory=set)
    households_created: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0


class RosterWriter:
    """Writes one proposal. Nothing is removed that the file is merely silent about."""

    def __init__(
        self,
        session: Session,
        stored: StoredRoster,
        village: Village,
        sink: Sink,
        progress: Progress,
    ) -> None:
        self._session, self._stored, self._village = session, stored, village
        self._sink = sink
        self._scope, self._today = village.area_code, village.today
        self._progress = progress
        self._homes: dict[str, str] = {}  # key of the table → household id
        self._numbers: dict[str, int] = {}
        for member in stored.members.values():
            last = self._numbers.get(member.household_id, 0)
            self._numbers[member.household_id] = max(last, member.number)
        self._position = max((h.position for h in stored.households.values()), default=0)
        self._provisional = sum(
            h.household_no.startswith(PROVISIONAL) for h in stored.households.values()
        )
        self.applied = Applied()

    def write(self, diff: RosterDiff) -> Applied:
        """Write households, then people, then who left."""
        self._areas(diff)
        for home in diff.households:
            if home.household is None:
                self._new_household(home)
            else:
                self._homes[home.key] = home.household.household_id
                self._change_household(home)
        self._sink.flush()  # what follows names the households by their id
        for home in diff.new_households:
            household_id = self._homes[home.key]
            self._income(household_id, home.values.get("per_capita_income"))
            self._case(household_id, home.values)
        total = len(diff.members)
        for done, member in enumerate(_heads_first(diff)):
            if done % _STEP == 0:
                self._progress(done, total)
            self._member(member)
        self._sink.flush()
        for missing in diff.missing:
            self._leave(missing)
        for gone in diff.gone:
            self._end_household(gone.household_id)
        self._progress(total, total)
        return self.applied

    def _areas(self, diff: RosterDiff) -> None:
        """Make the village's node and its hamlet groups, once each."""
        scope = self._scope
        village = natural_id("area", scope)
        township = natural_id("area", f"{scope[:9]}000")
        self._area(
            Area(
                id=village,
                scope=scope,
                area_code=scope,
                area_level="village",
                name=self._village.name,
                parent_id=township,
                position=0,
            )
        )
        names = dict.fromkeys(str(h.values.get("hamlet_group") or "") for h in diff.households)
        last = self._session.scalar(select(func.max(Area.position)).filter_by(parent_id=village))
        for position, name in enumerate(filter(None, names), (last or 0) + 1):
            self._area(
                Area(
                    id=natural_id("area", scope, name),
                    scope=scope,
                    area_code="",
                    area_level="hamlet_group",
                    name=name,
                    parent_id=village,
                    position=position,
                )
            )

    def _area(self, area: Area) -> None:
        if self._session.get(Area, area.id) is None:
            self._session.add(area)
            self.applied.tables.add("area")

    def _new_household(self, home: MatchedHousehold) -> None:
        self._position += 1
        columns = household_columns(home.values)
        columns.setdefault("household_kind", "ordinary")
        columns.setdefault("household_no", "")
        if not columns["household_no"]:
            columns["household_no"] = self._provisional_number()
        household_id = new_id()
        self._sink.add(Household, {"id": household_id, "position": self._position, **columns})
        self._homes[home.key] = household_id
        self.applied.households_created += 1
        self._touch("household", household_id)

    def _provisional_number(self) -> str:
        """Return a number for a household that the file gives none: to be replaced by a person."""
        self._provisional += 1
        return f"{PROVISIONAL}{self._provisional:04d}"

    def _change_household(self, home: MatchedHousehold) -> None:
        if home.household is None or not home.changes:
            return
        row = self._stored.households[home.household.household_id]
        new = {name: change[1] for name, change in home.changes.items()}
        self._set(row, household_columns(new), row.id)
        if "per_capita_income" in new:
            self._income(row.id, new["per_capita_income"])
        if any(name in new for name in _CASE_FIELDS):
            self._case(row.id, home.values)

    def _income(self, household_id: str, amount: Value) -> None:
        """Keep the income per head as that of the last year that is over."""
        if amount is None:
            return
        year = income_year(self._today)
        row_id = natural_id("annual_income", household_id, str(year))
        row = self._stored.incomes.get(household_id)
        if row is None or row.year < year:
            row = self._emptied_income(household_id, row_id)
        if row is not None:
            self._set(row, {"annual_per_capita": amount}, household_id)
            return
        self._sink.add(
            AnnualIncome,
            {
                "id": row_id,
                "household_id": household_id,
                "year": year,
                "annual_per_capita": amount,
            },
        )
        self._touch("annual_income", household_id)

    def _emptied_income(self, household_id: str, row_id: str) -> AnnualIncome | None:
        """Return the year's row if it stands there without an amount (its import was undone)."""
        is_known = household_id in self._stored.households
        return self._session.get(AnnualIncome, row_id) if is_known else None

    def _case(self, household_id: str, values: Mapping[str, Value]) -> None:
        """Keep the monitored object as the source says; a case never ends by being left out."""
        columns = case_columns(values)
        if "object_type" not in columns:
            return
        row = self._stored.cases.get(household_id)
        begins_anew = row is not None and row.is_eliminated and not columns.get("is_eliminated")
        if row is not None and not begins_anew:
            if "causes" not in values and row.causes.split(",")[0] == columns.get("causes"):
                columns.pop("causes")  # a table with the main cause alone does not cut the list
            self._set(row, columns, household_id)
            return
        self._session.add(
            MonitoredCase(
                id=new_id(),
                scope=self._scope,
                household_id=household_id,
                case_no=row.case_no + 1 if row is not None else 1,
                **columns,
            )
        )
        self._touch("monitored_case", household_id)

    def _member(self, found: MatchedMember) -> None:
        if found.member is None:
            self._new_member(found, self._homes[found.household_key])
            self.applied.created += 1
            return
        household_id = self._homes.get(found.household_key, found.member.household_id)
        if found.is_unchanged and found.member.is_present:
            self.applied.unchanged += 1
            return
        self.applied.updated += 1
        row = self._stored.members[found.member.member_id]
        columns = self._changed_columns(found)
        if found.moved_from is not None or not found.member.is_present:
            columns |= {
                "household_id": household_id,
                "number": self._next_number(household_id),
                "member_status": PRESENT,
                "left_on": None,
            }
            self._touch("member", row.household_id)
        self._set(row, columns, household_id)

    def _new_member(self, found: MatchedMember, household_id: str) -> None:
        is_valid = found.row.is_id_valid
        values = completed(found.row.values, is_id_valid=is_valid)
        columns = member_columns(values, is_id_valid=is_valid)
        columns.setdefault("relation", "")
        number = self._next_number(household_id)
        fixed = {"id": new_id(), "household_id": household_id, "number": number}
        self._sink.add(Member, {**columns, **fixed})
        self._touch("member", household_id)

    @staticmethod
    def _changed_columns(found: MatchedMember) -> dict[str, Any]:
        changes: Changes = found.changes
        new = {name: change[1] for name, change in changes.items()}
        if found.id_change is not None:
            new["id_no"] = found.id_change[1]
        return member_columns(new, is_id_valid=found.row.is_id_valid)

    def _next_number(self, household_id: str) -> int:
        number = self._numbers.get(household_id, 0) + 1
        self._numbers[household_id] = number
        return number

    def _leave(self, missing: MissingMember) -> None:
        """Note that somebody left, if the register of changes says why."""
        if not missing.cause:
            return
        row = self._stored.members[missing.member.member_id]
        on = date.fromisoformat(missing.on) if len(missing.on) == 10 else self._today
        self._set(row, {"member_status": _STATUS[missing.cause], "left_on": on}, row.household_id)

    def _end_household(self, household_id: str) -> None:
        """End a household that is gone from the file once the register says that all have left.

        One with a case, warnings or measures is ended by a 整户消亡 (E6) that settles them.
        """
        people = [m for m in self._stored.members.values() if m.household_id == household_id]
        if any(m.member_status == PRESENT for m in people):
            return
        home = self._stored.households[household_id]
        self._session.flush()
        if household_moves.has_open(self._session, home):
            change_effects.ask_extinct(self._session, home, str(self._today), self._today)
            self._touch("natural_change", household_id)
            return
        days = [m.left_on for m in people if m.left_on]
        columns = {"removed_on": max(days, default=self._today), "removed_reason": _EXTINCT}
        self._set(self._stored.households[household_id], columns, household_id)

    def _set(self, row: Any, columns: Mapping[str, Any], household_id: str) -> None:
        for name, value in columns.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
                self._touch(row.__tablename__, household_id)

    def _touch(self, table: str, household_id: str) -> None:
        self.applied.tables.add(table)
        self.applied.household_ids.add(household_id)


def _heads_first(diff: RosterDiff) -> list[MatchedMember]:
    """Return the people in the order of the file, the head of each household before the others."""
    order = {home.key: index for index, home in enumerate(diff.households)}
    return sorted(
        diff.members,
        key=lambda m: (order.get(m.household_key, 0), m.row.values.get("relation") != HEAD),
    )
