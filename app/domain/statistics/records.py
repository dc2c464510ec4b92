"""Plain records that the tables count: what happened, to whom, and on which day.

A life is a tuple of ``StateStep`` in their order; where it stands on a day is the last step on or
before that day. Nothing here knows the database or the tables of allowed steps.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from app.domain.household import NOTHING

MONITORING_STATES = frozenset({
    "monitoring", "removal_deliberation", "removal_publicity", "removal_pending_township",
    "removal_pending_county",
})  # fmt: skip
REMOVED_STATES = frozenset({"risk_removed", "rollback_pending"})
ENDED_WARNINGS = frozenset({"false_alarm", "cancelled", "closed"})
VISITED_WAYS = frozenset({"onsite", "onsite_family", "phone"})
ON_SITE_WAYS = frozenset({"onsite", "onsite_family"})


@dataclass(frozen=True, slots=True)
class StateStep:
    """One step: the day, what was done, and the state it led to.

    ``clock_from``: the day it arrived at the next level, as that level's own step says: a date of
    the journal, alike on every replica. None where no such day counts.
    ``detail``: the reason of a 清退, the new object type of a 类型变更.
    """

    on: date
    action: str
    state: str
    detail: str = ""
    clock_from: date | None = None


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A person: counted in the household while 在户."""

    member_id: str = ""
    joined_on: date | None = None
    left_on: date | None = None
    is_present: bool = True  # False with no day of leaving: never counted
    has_dibao: bool = False
    has_tekun: bool = False

    def counts_on(self, day: date) -> bool:
        """Tell whether the person is 在户 at the end of a day."""
        if self.joined_on is not None and self.joined_on > day:
            return False
        if self.left_on is None:
            return self.is_present
        return self.left_on > day


@dataclass(frozen=True, slots=True)
class HouseholdRecord:
    """A household of the roster.

    ``per_capita``: 人均纯收入, the newest one known at the report's day; ``score``: 一超六有, item
    → met or not, of its newest month handed in.
    """

    household_id: str
    village: str
    household_kind: str = "lifted"
    management_class: str = ""
    removed_on: date | None = None
    members: tuple[MemberRecord, ...] = ()
    per_capita: Decimal | None = None
    score: Mapping[str, bool] = field(default_factory=lambda: NOTHING)

    def people_on(self, day: date) -> tuple[str, ...]:
        """Return the ids of the people who are 在户 at the end of a day."""
        return tuple([member.member_id for member in self.members if member.counts_on(day)])

    def stands_on(self, day: date) -> bool:
        """Tell whether the household is in the roster at the end of a day."""
        return self.removed_on is None or self.removed_on > day


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A monitored object: one per identification, numbered within the household."""

    case_id: str
    household_id: str
    case_no: int = 1
    object_type: str = ""
    causes: tuple[str, ...] = ()  # main cause first
    steps: tuple[StateStep, ...] = ()


@dataclass(frozen=True, slots=True)
class WarningRecord:
    """A warning with its steps; before the first it is 系统提示."""

    warning_id: str
    household_id: str
    village: str
    code: str
    severity: str
    opened_on: date
    member_id: str = ""
    department: str = ""
    due_on: date | None = None
    due_on_original: date | None = None
    household_no: str = ""
    steps: tuple[StateStep, ...] = ()

    def state_on(self, day: date) -> str:
        """Return the state at the end of a day; "" before it was opened."""
        if self.opened_on > day:
            return ""
        state = "suggested"
        for step in self.steps:
            if step.on <= day:
                state = step.state
        return state

    def remedied_on(self, day: date) -> date | None:
        """Return the completion (A13) that stands at the end of a day, for T13 and T16 alike.

        The last one counts, and none after a return: A16 says «not solved», so what was returned
        was no completion (processes a, A13–A16).
        """
        found = None
        for step in self.steps:
            if step.on <= day and step.action == "done":
                found = step.on
            elif step.on <= day and step.state == "remedying":
                found = None
        return found

    def reached(self, *states: str) -> StateStep | None:
        """Return the first step that led to one of the states."""
        return next((step for step in self.steps if step.state in states), None)


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """A measure with its steps; before the first it is 拟定."""

    measure_id: str
    household_id: str
    category: str
    kind: str
    amount: Decimal | None = None
    warning_ids: tuple[str, ...] = ()
    steps: tuple[StateStep, ...] = ()

    def state_on(self, day: date) -> str:
        """Return the state at the end of a day."""
        state = "planned"
        for step in self.steps:
            if step.on <= day:
                state = step.state
        return state

    def was_done_before(self, day: date) -> bool:
        """Tell whether it was 已落实 before a day: what was paid then is not paid again."""
        return any(step.state == "done" and step.on < day for step in self.steps)

    def is_active_in(self, start: date, end: date) -> bool:
        """Tell whether it was 落实中 or 已落实 on some day from ``start`` to ``end``."""
        active = ("running", "done")
        within = (step for step in self.steps if start <= step.on <= end)
        return self.state_on(start) in active or any(step.state in active for step in within)


@dataclass(frozen=True, slots=True)
class SheetRecord:
    """One household's month: due by being there.

    ``codes``: every code found at submission; ``helper_visited``: 帮扶责任人 on the spot.
    ``levels``: code → its severity, where the month's findings are kept with theirs.
    """

    household_id: str
    village: str
    period: str
    is_complete: bool = False
    visit_way: str = ""
    unvisited_reason: str = ""
    helper_visited: bool = False
    codes: tuple[str, ...] = ()
    sheet_id: str = ""
    levels: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def is_visited(self) -> bool:
        """已访: complete, on the spot or by telephone; what neighbours say is no visit."""
        return self.is_complete and self.visit_way in VISITED_WAYS


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit."""

    visit_id: str
    household_id: str
    village: str
    visited_on: date
    visit_way: str
    is_helper: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A natural change; ``kind``: increase, decrease, split, merge, change_head, extinguish.

    ``done_on``: the day it was 已办理, None before.
    """

    change_id: str
    household_id: str
    village: str
    kind: str
    reason: str = ""
    state: str = "open"
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClueRecord:
    """A clue from its registration to its answer. ``result``: included, excluded or ""."""

    clue_id: str
    household_id: str
    village: str
    source: str
    registered_on: date
    verified_on: date | None = None
    result: str = ""
    result_on: date | None = None
    reply_due_on: date | None = None
    replied_on: date | None = None


@dataclass(frozen=True, slots=True)
class CampaignHousehold:
    """One household of a campaign. ``result``: fine, problem, not_checked or ""."""

    household_id: str
    village: str
    result: str = ""
    is_settled: bool = False  # every problem of it is 已销


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign (专项排查) over a chosen set."""

    campaign_id: str
    name: str
    kind: str
    started_on: date
    ended_on: date | None = None
    households: tuple[CampaignHousehold, ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtRecord:
    """A data doubt (疑点), or a check of the negative list; ``is_cleared``: it led to 清退."""

    doubt_id: str
    household_id: str
    village: str
    code: str
    state: str
    found_on: date
    is_cleared: bool = False


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member of a village's team; ``left_on``: the first day not at the post any more."""

    team_member_id: str
    village: str
    joined_on: date
    left_on: date | None = None

    def is_there_on(self, day: date) -> bool:
        """Tell whether the member is at the post at the end of a day."""
        return self.joined_on <= day and (self.left_on is None or self.left_on > day)


@dataclass(frozen=True, slots=True)
class TeamFund:
    """Money that a village's team got for a year."""

    fund_id: str
    village: str
    year: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Village:
    """A village of the area. ``has_reported``: figures of the period are here; ``is_closed``."""

    code: str
    name: str
    township: str = ""
    has_reported: bool = True
    is_closed: bool = True  # every month of the period that is here


class _HasHousehold(Protocol):
    @property
    def household_id(self) -> str: ...


_OfHousehold = TypeVar("_OfHousehold", bound=_HasHousehold)


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that the tables of one area count."""

    villages: tuple[Village, ...]
    households: tuple[HouseholdRecord, ...] = ()
    cases: tuple[CaseRecord, ...] = ()
    warnings: tuple[WarningRecord, ...] = ()
    measures: tuple[MeasureRecord, ...] = ()
    sheets: tuple[SheetRecord, ...] = ()
    visits: tuple[VisitRecord, ...] = ()
    changes: tuple[ChangeRecord, ...] = ()
    clues: tuple[ClueRecord, ...] = ()
    campaigns: tuple[CampaignRecord, ...] = ()
    doubts: tuple[DoubtRecord, ...] = ()
    negatives: tuple[DoubtRecord, ...] = ()
    team: tuple[TeamMember, ...] = ()
    funds: tuple[TeamFund, ...] = ()

    def of_households(self, ids: Collection[str]) -> "Records":
        """Return what belongs to some households; teams and money belong to none."""

        def own(rows: Iterable[_OfHousehold]) -> tuple[_OfHousehold, ...]:
            return tuple(row for row in rows if row.household_id in ids)

        households = own(self.households)
        there = {household.village for household in households}
        return Records(
            villages=tuple(village for village in self.villages if village.code in there),
            households=households,
            cases=own(self.cases),
            warnings=own(self.warnings),
            measures=own(self.measures),
            sheets=own(self.sheets),
            visits=own(self.visits),
            changes=own(self.changes),
            clues=own(self.clues),
            campaigns=tuple(replace(c, households=own(c.households)) for c in self.campaigns),
            doubts=own(self.doubts),
            negatives=own(self.negatives),
        )
