"""What all tables of one report share: records, window, heading, and the stock on a day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from app.domain.household import NOTHING
from app.domain.report_checks import OTHER_SHARE_MAX, ReportCheck
from app.domain.statistics.records import (
    MONITORING_STATES,
    REMOVED_STATES,
    CaseRecord,
    HouseholdRecord,
    MeasureRecord,
    Records,
    WarningRecord,
)
from app.domain.statistics.table import MEMBER, Cell, Column, Heading, Line, ReportTable, counted

MONITORING, REMOVED = "monitoring", "removed"
NEW, AGAIN, RISK_REMOVED, ROLLED_BACK = "new", "again", "risk_removed", "rolled_back"
TYPE_CHANGED, CLEARED, EXTINCT = "type_changed", "cleared", "extinct"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The days that events are counted in; ``end`` is the reference day of stock tables."""

    start: date
    end: date

    @property
    def before(self) -> date:
        """The day whose end is the opening stock."""
        return self.start - _DAY

    def has(self, day: date | None) -> bool:
        """Tell whether an event belongs to the window."""
        return day is not None and self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the tables take from the policy. ``limits``: parameter name → days.

    ``code_names``: code of a question or rule → its words; ``levels``: code → its severity, where
    that does not depend on the answer.
    """

    line: Decimal | None = None
    other_share_max: Decimal = OTHER_SHARE_MAX
    limits: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    overdue_by_original: bool = True
    code_names: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    levels: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def named(self, code: str) -> str:
        """Return a code with its words, the bare code where nobody knows them."""
        return f"{code} {self.code_names.get(code, '')}".strip()


class StockEntry(NamedTuple):
    """A household in the stock: its newest case as it stands on a day."""

    case_id: str
    state: str  # MONITORING or REMOVED
    object_type: str
    cause: str  # main cause, "" for none


class Move(NamedTuple):
    """Something that happened to a household in, into or out of the stock."""

    kind: str
    on: date
    household: HouseholdRecord
    object_type: str
    was: str  # MONITORING, REMOVED, or "" from outside
    reason: str


@dataclass(frozen=True)
class Context:
    """One report's records, days and parameters; what several tables need is computed once."""

    records: Records
    window: Window
    heading: Heading
    parameters: Parameters = Parameters()
    warned_before: tuple[WarningRecord, ...] | None = None  # known when the time before was closed

    @cached_property
    def households(self) -> dict[str, HouseholdRecord]:
        """Every household by its id."""
        return {h.household_id: h for h in self.records.households}

    @cached_property
    def standing(self) -> list[HouseholdRecord]:
        """The households of the roster on the reference day."""
        return [h for h in self.records.households if h.stands_on(self.window.end)]

    @cached_property
    def people(self) -> dict[str, tuple[str, ...]]:
        """Household id → ids of its people 在户 on the reference day."""
        return {h.household_id: h.people_on(self.window.end) for h in self.records.households}

    @cached_property
    def histories(self) -> "dict[str, History]":
        """Household id → what happened to it as a monitored object."""
        cases: dict[str, list[CaseRecord]] = defaultdict(list)
        for case in self.records.cases:
            cases[case.household_id].append(case)
        return {
            household_id: History(self.households[household_id], found)
            for household_id, found in cases.items()
            if household_id in self.households
        }

    @cached_property
    def stock(self) -> dict[str, StockEntry]:
        """The stock on the reference day: household id → its entry."""
        return self.stock_on(self.window.end)

    @cached_property
    def moves(self) -> list[Move]:
        """What happened in the window, household by household."""
        found = (move for history in self.histories.values() for move in history.moves)
        return [move for move in found if self.window.has(move.on)]

    def stock_on(self, day: date) -> dict[str, StockEntry]:
        """Return the stock at the end of a day."""
        found = ((key, history.on(day)) for key, history in self.histories.items())
        return {key: entry for key, entry in found if entry is not None}

    @cached_property
    def active_measures(self) -> list[MeasureRecord]:
        """Measures 落实中 or 已落实 in the window, on living cases."""
        window = self.window
        return [
            measure
            for measure in self.records.measures
            if measure.household_id in self.stock and measure.is_active_in(window.start, window.end)
        ]

    def pair(self, household_ids: Iterable[str], day: date | None = None) -> tuple[Cell, Cell]:
        """Return the cells 户 and 人 of some households on a day (the reference day)."""
        ids = tuple(household_ids)
        if day is None:
            people = chain.from_iterable([self.people[i] for i in ids])
        else:
            people = chain.from_iterable(self.households[i].people_on(day) for i in ids)
        return counted(ids), counted(people, MEMBER)

    def table(  # noqa: PLR0913, PLR0917  one table, all its parts
        self,
        number: str,
        title: str,
        row_heading: str,
        columns: Sequence[Column],
        rows: Sequence[Line],
        notes: Sequence[str] = (),
        checks: Sequence[ReportCheck] = (),
    ) -> ReportTable:
        """Return a table under this report's heading."""
        return ReportTable(
            number,
            title,
            self.heading,
            row_heading,
            tuple(columns),
            tuple(rows),
            tuple(notes),
            tuple(checks),
        )


class History:
    """A household as a monitored object: its moves, and its entry in the stock on any day.

    A household has one living case: the newest that was entered. An older one is superseded.
    """

    def __init__(self, household: HouseholdRecord, cases: Sequence[CaseRecord]) -> None:
        self.household = household
        self.moves: list[Move] = []
        self._days: list[date] = []
        self._entries: list[StockEntry | None] = []
        self._newest = 0
        self._entry: StockEntry | None = None
        self._run(cases)

    def on(self, day: date) -> StockEntry | None:
        """Return the entry at the end of a day, None outside the stock."""
        place = bisect_right(self._days, day)
        return self._entries[place - 1] if place else None

    def _run(self, cases: Sequence[CaseRecord]) -> None:
        steps = [
            (step.on, case.case_no, number, case, step)
            for case in cases
            for number, step in enumerate(case.steps)
        ]
        gone = self.household.removed_on
        for on, _, _, case, step in sorted(steps, key=lambda s: s[:3]):
            if gone is not None and gone < on:
                break
            self._step(case, on, step.state, step.detail)
        if gone is not None and self._entry is not None:
            self._move(EXTINCT, gone, self._entry.object_type, self._entry.state, "")
            self._set(gone, None)

    def _step(self, case: CaseRecord, on: date, state: str, detail: str) -> None:
        before = self._entry
        if case.case_no < self._newest:
            return  # superseded: the newer case counts
        is_own = before is not None and before.case_id == case.case_id
        if state in MONITORING_STATES | REMOVED_STATES:
            self._newest = case.case_no
            self._living(case, on, MONITORING if state in MONITORING_STATES else REMOVED, detail)
        elif is_own and before is not None and state in {"cleared_out", "extinct"}:
            kind = CLEARED if state == "cleared_out" else EXTINCT
            self._move(kind, on, before.object_type, before.state, detail)
            self._set(on, None)

    def _living(self, case: CaseRecord, on: date, state: str, detail: str) -> None:
        before = self._entry
        cause = case.causes[0] if case.causes else ""
        is_own = before is not None and before.case_id == case.case_id
        kept = before.object_type if is_own and before is not None else case.object_type
        object_type = detail or kept
        entry = StockEntry(case.case_id, state, object_type, cause)
        if before is None:
            self._move(NEW, on, object_type, "", "")
        elif not is_own:
            self._move(AGAIN, on, object_type, before.state, "")
        elif object_type != before.object_type:
            self._move(TYPE_CHANGED, on, object_type, before.state, "")
        if before is not None and is_own and state != before.state:
            kind = RISK_REMOVED if state == REMOVED else ROLLED_BACK
            self._move(kind, on, object_type, before.state, "")
        self._set(on, entry)

    def _move(self, kind: str, on: date, object_type: str, was: str, reason: str) -> None:
        self.moves.append(Move(kind, on, self.household, object_type, was, reason))

    def _set(self, on: date, entry: StockEntry | None) -> None:
        self._entry = entry
        self._days.append(on)
        self._entries.append(entry)
