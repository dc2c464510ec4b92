"""Rows → records of the statistics: the only place where the reports touch the database.

By table, in a fixed number of queries: one village and a whole county cost the same ones.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain import case, labels, warning
from app.domain.measure import MEASURE
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.statistics import records as plain
from app.domain.statistics.context import Window
from app.models import form, household, journal, plan, team
from app.models import warning as warning_rows
from app.models.case import is_case_kept
from app.ops import catalogue
from app.ops.statistics_policy import policy_of
from app.ops.statistics_registers import Registers
from app.ops.statistics_sheets import Sheets
from app.ops.statistics_trails import (
    LightStep,
    Steps,
    day_of,
    steps_by_subject,
    trail,
    trail_of,
)
from app.ops.warning_rows import CHINA

_SETS_DUE = frozenset({"open", "confirm", "assign"})  # extensions come on top
ALWAYS = date(1900, 1, 1)  # an identification whose day nobody knows: in the stock all the time


def load(
    session: Session,
    area: str,
    window: Window,
    villages: Sequence[plain.Village],
    frozen: Collection[str] = (),
) -> plain.Records:
    """Return everything that the tables of an area count, in the order of villages and rosters.

    ``area``: the beginning of the area codes (6, 9 or 12 digits); ``frozen``: the villages that
    the session shows as they were known when their month was closed.
    """
    steps = steps_by_subject(session, area)
    loader = _Loader(session, area, window, steps)
    registers = Registers(session, area, window, steps)
    found, cases = loader.households(frozen), loader.cases()
    return plain.Records(
        villages=tuple(villages),
        households=found,
        cases=cases,
        warnings=loader.warnings(),
        measures=loader.measures(),
        sheets=loader.sheets(),
        visits=loader.visited,
        changes=registers.changes(),
        clues=registers.clues(),
        campaigns=registers.campaigns(found),
        doubts=registers.doubts(),
        negatives=registers.negatives(cases),
        team=loader.team(),
        funds=loader.funds(),
    )


def load_warnings(session: Session, area: str, window: Window) -> tuple[plain.WarningRecord, ...]:
    """Return the warnings alone."""
    steps = steps_by_subject(session, area, "warning")
    return _Loader(session, area, window, steps).warnings()


class _Loader:
    """The queries of one report."""

    def __init__(
        self, session: Session, area: str, window: Window, steps: Mapping[str, Steps]
    ) -> None:
        self.session, self.area, self.window, self.steps = session, area, window, steps
        self.months = Sheets(session, area, window)

    def rows(self, *columns: Any, table: Any, order: Sequence[Any] = ()) -> Iterable[Any]:
        """Return the columns of the area's rows."""
        query: Select[Any] = select(*columns).where(table.scope.startswith(self.area))
        return self.session.execute(query.order_by(*order)).all()

    def households(self, frozen: Collection[str]) -> tuple[plain.HouseholdRecord, ...]:
        """Return the households with members, income and 一超六有."""
        table = household.Household
        members = self.members()
        yearly, classes = self.yearly_incomes(), self.classes(frozen)
        incomes, scores = yearly | self.months.incomes(), self.months.scores(yearly)
        found = self.rows(
            table.id,
            table.scope,
            table.household_kind,
            table.management_class,
            table.removed_on,
            table=table,
            order=(table.scope, table.position, table.household_no),
        )
        return tuple(
            plain.HouseholdRecord(
                household_id,
                scope,
                kind,
                classes.get(household_id, management_class) or "",
                removed_on,
                tuple(members.get(household_id, ())),
                incomes.get(household_id),
                scores.get(household_id, {}),
            )
            for household_id, scope, kind, management_class, removed_on in found
        )

    def classes(self, frozen: Collection[str]) -> dict[str, str | None]:
        """Return household id → its class on the reference day, where it was changed since.

        A village whose month is closed shows the class at its closing already.
        """
        day_after = datetime.combine(self.window.end + timedelta(days=1), time.min, CHINA)
        change, changeset = journal.ChangeRow, journal.ChangesetRow
        query = (
            select(change.row_id, change.old, changeset.scope)
            .join(changeset, changeset.id == change.changeset_id)
            .where(change.table_name == "household", change.field == "management_class")
            .where(changeset.state == journal.ACTIVE, changeset.scope.startswith(self.area))
            .where(changeset.at >= day_after.astimezone(UTC).isoformat(timespec="seconds"))
            .order_by(changeset.at.desc(), change.id.desc())
        )
        return {
            row_id: json.loads(old)
            for row_id, old, scope in self.session.execute(query)
            if scope not in frozen
        }

    def members(self) -> dict[str, list[plain.MemberRecord]]:
        """Return household id → its people."""
        table = household.Member
        found = self.rows(
            table.household_id,
            table.id,
            table.joined_on,
            table.left_on,
            table.member_status,
            table.has_dibao,
            table.has_tekun,
            table=table,
        )
        groups: dict[str, list[plain.MemberRecord]] = defaultdict(list)
        for household_id, member_id, joined_on, left_on, status, dibao, tekun in found:
            groups[household_id].append(
                plain.MemberRecord(member_id, joined_on, left_on, status == "present", dibao, tekun)
            )
        return groups

    def yearly_incomes(self) -> dict[str, Decimal]:
        """Return household id → the newest year's per-capita income, for where no month has one."""
        annual = household.AnnualIncome
        rows = self.rows(
            annual.household_id, annual.year, annual.annual_per_capita, table=annual,
            order=(annual.year,),
        )  # fmt: skip
        return {
            household_id: per_capita
            for household_id, year, per_capita in rows
            if year <= self.window.end.year and per_capita is not None
        }

    def cases(self) -> tuple[plain.CaseRecord, ...]:
        """Return every identification with its steps; those of a roster begin as it says."""
        table = household.MonitoredCase
        found = self.session.scalars(
            select(table)
            .where(table.scope.startswith(self.area), is_case_kept())
            .order_by(table.household_id)
        )
        steps, removals = self.steps.get("monitored_case", {}), self.removals()
        return tuple(
            _case(row, steps.get(row.id, []), removals.get(row.id, row.eliminated_on))
            for row in found
        )

    def removals(self) -> dict[str, str | None]:
        """Return case id → the day of removal that its roster said, where a roll-back took it."""
        change, changeset = journal.ChangeRow, journal.ChangesetRow
        query = (
            select(change.row_id, change.old)
            .join(changeset, changeset.id == change.changeset_id)
            .where(change.table_name == "monitored_case", change.field == "eliminated_on")
            .where(changeset.state == journal.ACTIVE, changeset.scope.startswith(self.area))
            .where(changeset.operation == "case.roll-back-approve")
            .order_by(changeset.at.desc(), change.id.desc())
        )
        return {row_id: json.loads(old) for row_id, old in self.session.execute(query)}

    def warnings(self) -> tuple[plain.WarningRecord, ...]:
        """Return every warning with its steps, severity as it stands now."""
        table = warning_rows.HouseholdWarning
        home = household.Household
        numbers = dict(self.rows(home.id, home.household_no, table=home))
        steps = self.steps.get("warning", {})
        found = self.session.scalars(
            select(table)
            .where(table.scope.startswith(self.area))
            .order_by(table.scope, table.opened_on, table.id)
        )
        return tuple(
            self._warning(row, steps.get(row.id, []), numbers.get(row.household_id, ""))
            for row in found
        )

    def _warning(
        self, row: warning_rows.HouseholdWarning, steps: Sequence[LightStep], number: str
    ) -> plain.WarningRecord:
        policy = policy_of(self.session, Period.parse(row.period), row.scope)
        review, close = policy.process["review_level"], policy.process["close_level"]
        life = warning.life_of(review, close, row.code, row.is_manual)
        standing = life.standing(steps, row.severity)
        own = [step for step, _ in standing.taken if isinstance(step, LightStep)]
        original = next((s for s in reversed(own) if s.due_on and s.action in _SETS_DUE), None)

        return plain.WarningRecord(
            warning_id=row.id,
            household_id=row.household_id,
            village=row.scope,
            code=row.code,
            severity=standing.kind,
            opened_on=row.opened_on,
            member_id=row.member_id,
            department=next((s.department for s in reversed(own) if s.department), "")
            or _usual_department(row, policy),
            due_on=next((s.due_on for s in reversed(own) if s.due_on), None),
            due_on_original=original.due_on if original else None,
            household_no=number,
            steps=trail_of(standing, row.severity, life.initial),
        )

    def measures(self) -> tuple[plain.MeasureRecord, ...]:
        """Return every measure with its steps."""
        table = plan.Measure
        steps = self.steps.get("measure", {})
        found = self.session.scalars(
            select(table).where(table.scope.startswith(self.area)).order_by(table.id)
        )
        return tuple(
            plain.MeasureRecord(
                row.id,
                row.household_id,
                row.measure_category,
                row.measure_kind,
                row.amount,
                tuple(filter(None, row.warning_ids.split(","))),
                trail(MEASURE, steps.get(row.id, [])),
            )
            for row in found
        )

    def sheets(self) -> tuple[plain.SheetRecord, ...]:
        """Return the sheets of the window's months."""
        return self.months.records(self._helped())

    def team(self) -> tuple[plain.TeamMember, ...]:
        """Return everybody who ever was in a village's team."""
        table = team.TeamMember
        found = self.rows(
            table.id, table.scope, table.joined_on, table.left_on, table=table,
            order=(table.scope, table.joined_on, table.id),
        )  # fmt: skip
        return tuple(plain.TeamMember(*row) for row in found)

    def funds(self) -> tuple[plain.TeamFund, ...]:
        """Return the money of the teams, year by year."""
        table = team.TeamFund
        found = self.rows(
            table.id, table.scope, table.year, table.amount, table=table,
            order=(table.scope, table.year, table.id),
        )  # fmt: skip
        return tuple(plain.TeamFund(*row) for row in found)

    def _helped(self) -> set[tuple[str, str]]:
        """Return (household, month) where 帮扶责任人 was on the spot."""
        return {
            (visit.household_id, str(Period.of(visit.visited_on)))
            for visit in self.visited
            if visit.is_helper and visit.visit_way in plain.ON_SITE_WAYS
        }

    @cached_property
    def visited(self) -> tuple[plain.VisitRecord, ...]:
        """Return the visits of the window's months."""
        table = form.Visit
        first = Period.of(self.window.start).first_day
        found = self.rows(
            table.id, table.household_id, table.scope, table.visited_on, table.visit_way,
            table.is_helper, table=table, order=(table.visited_on, table.id),
        )  # fmt: skip
        return tuple(plain.VisitRecord(*row) for row in found if first <= row[3] <= self.window.end)


def _case(
    row: household.MonitoredCase, steps: Sequence[LightStep], eliminated_on: str | None
) -> plain.CaseRecord:
    start = case.start_of_case(steps, row.is_eliminated)
    return plain.CaseRecord(
        row.id,
        row.household_id,
        row.case_no,
        _first_type(row, steps),
        tuple(filter(None, row.causes.split(","))),
        (
            *_roster_steps(row.identified_on, eliminated_on, start),
            *trail(case.CASE, steps, start=start),
        ),
    )


def _first_type(row: household.MonitoredCase, steps: Sequence[LightStep]) -> str:
    """Return the type of the identification: the row says what the last change made of it."""
    changes = (step for step in steps if step.action == "change-type")
    was = (json.loads(step.values).get("object_type_was") for step in changes if step.values)
    return next(filter(None, was), row.object_type)


def _roster_steps(
    identified_on: str | None, eliminated_on: str | None, start: str
) -> Iterable[plain.StateStep]:
    """Yield what a roster says of a case before its first step here."""
    if start in case.BEFORE_ENTRY:
        return
    identified = day_of(identified_on) or ALWAYS
    yield plain.StateStep(identified, "enter", case.MONITORING)
    if start != case.MONITORING:
        eliminated = max(day_of(eliminated_on) or identified, identified)
        yield plain.StateStep(eliminated, "removal-approve", start)


def _usual_department(row: warning_rows.HouseholdWarning, policy: Policy) -> str:
    question = catalogue.form_for(Period.parse(row.period)).by_code.get(row.code)
    rule = policy.rules.get(row.code)
    parts = row.parts.split(",")
    found = question.department_of(parts) if question else rule.department if rule else ""
    return labels.department(found)
