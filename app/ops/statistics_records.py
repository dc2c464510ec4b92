"""Rows → records of the statistics: the only place where the reports touch the database.

By table, in a fixed number of queries: one village and a whole county cost the same ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain import case, labels, warning
from app.domain.household import Facts, Member
from app.domain.measure import MEASURE
from app.domain.one_over_six import one_over_six
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.statistics import records as plain
from app.domain.statistics.context import Window
from app.domain.view import HouseholdView
from app.models import form, household, plan
from app.models import warning as warning_rows
from app.models.step import Step
from app.ops import catalogue, policies
from app.ops.statistics_registers import Registers
from app.ops.statistics_trails import (
    LightStep,
    Steps,
    day_of,
    steps_by_subject,
    trail,
    trail_of,
)
from app.ops.warning_rows import Arrivals

_SETS_DUE = frozenset({"open", "confirm", "assign"})  # extensions come on top
ALWAYS = date(1900, 1, 1)  # an identification whose day nobody knows: in the stock all the time
_SCORE_REACH = 12  # months back that an answer about electricity and television stands
_SCORE_ANSWERS = ("LV-01", "LV-02")
_SCORE_SPECIALS = ("ED-01", "MD-01", "MD-02", "HS-01", "WT-01", "WT-02", "WT-03", "WT-04")
_SOMEBODY = Member(id="1", number=1, name="")


def load(
    session: Session, area: str, window: Window, villages: Sequence[plain.Village]
) -> plain.Records:
    """Return everything that the tables of an area count, in the order of villages and rosters.

    ``area``: the beginning of the area codes (6, 9 or 12 digits).
    """
    steps = steps_by_subject(session, area)
    loader = _Loader(session, area, window, steps)
    registers = Registers(session, area, window, steps)
    found, cases = loader.households(), loader.cases()
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
    )


class _Loader:
    """The queries of one report."""

    def __init__(
        self, session: Session, area: str, window: Window, steps: Mapping[str, Steps]
    ) -> None:
        self.session, self.area, self.window, self.steps = session, area, window, steps
        self.last = Period.of(window.end)
        self.arrivals = Arrivals(session)

    def rows(self, *columns: Any, table: Any, order: Sequence[Any] = ()) -> Iterable[Any]:
        """Return the columns of the area's rows."""
        query: Select[Any] = select(*columns).where(table.scope.startswith(self.area))
        return self.session.execute(query.order_by(*order)).all()

    def households(self) -> tuple[plain.HouseholdRecord, ...]:
        """Return the households with members, income and 一超六有."""
        table = household.Household
        members = self.members()
        incomes, scores = self.incomes(), self.scores()
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
                management_class or "",
                removed_on,
                tuple(members.get(household_id, ())),
                incomes.get(household_id),
                scores.get(household_id, {}),
            )
            for household_id, scope, kind, management_class, removed_on in found
        )

    def members(self) -> dict[str, list[plain.MemberRecord]]:
        """Return household id → its people; who neither came nor went is one shared value."""
        table = household.Member
        found = self.rows(
            table.household_id,
            table.joined_on,
            table.left_on,
            table.member_status,
            table.has_dibao,
            table.has_tekun,
            table=table,
        )
        shared: dict[tuple[Any, ...], plain.MemberRecord] = {}
        groups: dict[str, list[plain.MemberRecord]] = defaultdict(list)
        for household_id, joined_on, left_on, status, dibao, tekun in found:
            values = (joined_on, left_on, status == "present", dibao, tekun)
            record = shared.get(values)
            if record is None:
                record = shared[values] = plain.MemberRecord(*values)
            groups[household_id].append(record)
        return groups

    def incomes(self) -> dict[str, Decimal]:
        """Return household id → the newest per-capita income known at the window's end."""
        annual, sheet = household.AnnualIncome, form.Sheet
        rows = self.rows(
            annual.household_id, annual.year, annual.annual_per_capita, table=annual,
            order=(annual.year,),
        )  # fmt: skip
        yearly = {
            household_id: per_capita
            for household_id, year, per_capita in rows
            if year <= self.window.end.year and per_capita is not None
        }
        sheets = self.rows(
            sheet.household_id, sheet.per_capita, sheet.period, table=sheet, order=(sheet.period,)
        )
        monthly = {
            household_id: Decimal(text)
            for household_id, text, period in sheets
            if text is not None and period <= str(self.last)
        }
        return yearly | monthly

    def scores(self) -> dict[str, Mapping[str, bool]]:
        """Return household id → 一超六有 of its newest month handed in."""
        sheet = form.Sheet
        newest: dict[str, tuple[str, str, str | None, str, str]] = {}
        rows = self.rows(
            sheet.household_id, sheet.id, sheet.shortfall_codes, sheet.per_capita, sheet.period,
            sheet.submitted_on, sheet.scope, table=sheet, order=(sheet.period,),
        )  # fmt: skip
        first = str(self.last.plus(1 - _SCORE_REACH))
        for household_id, sheet_id, codes, per_capita, period, submitted_on, scope in rows:
            if submitted_on is not None and first <= period <= str(self.last):
                newest[household_id] = (sheet_id, codes, per_capita, period, scope)
        answers = self._score_answers(first, {row[0] for row in newest.values()})
        return {
            household_id: self._score(row, answers.get(household_id, {}))
            for household_id, row in newest.items()
        }

    def _score_answers(self, first: str, newest: set[str]) -> dict[str, dict[tuple[str, str], str]]:
        """Return the newest answers about 用电 and 广播电视, and what nobody could say."""
        answer, sheet = form.Answer, form.Sheet
        query = (
            select(
                sheet.household_id,
                sheet.id,
                answer.question,
                answer.member_id,
                func.coalesce(answer.value, ""),
            )
            .join(sheet, sheet.id == answer.sheet_id)
            .where(answer.scope.startswith(self.area), answer.value.is_not(None))
            .where(sheet.period >= first, sheet.period <= str(self.last))
            .where(
                answer.question.in_(_SCORE_ANSWERS)
                | (
                    answer.question.in_(_SCORE_SPECIALS)
                    & answer.value.startswith("\\_", escape="\\")
                )
            )
            .order_by(sheet.period)
        )
        found: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        for household_id, sheet_id, question, member_id, value in self.session.execute(query):
            if question in _SCORE_ANSWERS or sheet_id in newest:
                found[household_id][question, member_id] = value
        return found

    def _score(
        self, row: tuple[str, str, str | None, str, str], answers: dict[tuple[str, str], str]
    ) -> Mapping[str, bool]:
        _, codes, per_capita, period, village = row
        month = Period.parse(period)
        income = None if per_capita is None else Decimal(per_capita)
        facts = Facts(
            month, month.last_day, members=(_SOMEBODY,), annual_per_capita=income, answers=answers
        )
        return one_over_six(
            HouseholdView(facts, policy_of(self.session, month, village)), codes.split(",")
        )

    def cases(self) -> tuple[plain.CaseRecord, ...]:
        """Return every identification with its steps; those of a roster begin as it says."""
        table = household.MonitoredCase
        found = self.session.scalars(
            select(table).where(table.scope.startswith(self.area)).order_by(table.household_id)
        )
        steps = self.steps.get("monitored_case", {})
        return tuple(_case(row, steps.get(row.id, [])) for row in found)

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

        def arrived(step: LightStep) -> date:
            # A light step has all that the day of arrival depends on.
            return self.arrivals.start(cast("Step", step), row.opened_on, policy)

        return plain.WarningRecord(
            warning_id=row.id,
            household_id=row.household_id,
            village=row.scope,
            code=row.code,
            severity=standing.kind,
            opened_on=row.opened_on,
            member_id=row.member_id,
            department=next((s.department for s in reversed(own) if s.department), "")
            or _usual_department(row.code, policy, row.period),
            due_on=next((s.due_on for s in reversed(own) if s.due_on), None),
            due_on_original=original.due_on if original else None,
            household_no=number,
            steps=trail_of(standing, row.severity, life.initial, arrived),
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
        table = form.Sheet
        first, last = str(Period.of(self.window.start)), str(self.last)
        ways, helped = self._visit_ways(first, last), self._helped()
        query = (
            select(table.household_id, table.scope, table.period, table.submitted_on, table.id,
                   table.unvisited_reason, table.shortfall_codes)
            .where(table.scope.startswith(self.area))
            .where(table.period >= first, table.period <= last)
            .order_by(table.scope, table.period, table.household_id)
        )  # fmt: skip
        return tuple(
            plain.SheetRecord(
                household_id,
                scope,
                period,
                submitted_on is not None,
                ways.get(sheet_id, ""),
                reason or "",
                (household_id, period) in helped,
                tuple(filter(None, codes.split(","))),
            )
            for household_id, scope, period, submitted_on, sheet_id, reason, codes in (
                self.session.execute(query)
            )
        )

    def _visit_ways(self, first: str, last: str) -> dict[str, str]:
        answer, sheet = form.Answer, form.Sheet
        query = (
            select(answer.sheet_id, func.coalesce(answer.value, ""))
            .join(sheet, sheet.id == answer.sheet_id)
            .where(answer.question == "BF-03", answer.scope.startswith(self.area))
            .where(sheet.period >= first, sheet.period <= last, answer.value.is_not(None))
        )
        return dict(self.session.execute(query).all())

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


def _case(row: household.MonitoredCase, steps: Sequence[LightStep]) -> plain.CaseRecord:
    start = case.start_of_case(steps, row.is_eliminated)
    return plain.CaseRecord(
        row.id,
        row.household_id,
        row.case_no,
        row.object_type,
        tuple(filter(None, row.causes.split(","))),
        (*_roster_steps(row, start), *trail(case.CASE, steps, start=start)),
    )


def _roster_steps(row: household.MonitoredCase, start: str) -> Iterable[plain.StateStep]:
    """Yield what a roster says of a case before its first step here."""
    if start in case.BEFORE_ENTRY:
        return
    identified = day_of(row.identified_on) or ALWAYS
    yield plain.StateStep(identified, "enter", case.MONITORING)
    if start != case.MONITORING:
        eliminated = max(day_of(row.eliminated_on) or identified, identified)
        yield plain.StateStep(eliminated, "removal-approve", start)


def _usual_department(code: str, policy: Policy, period: str) -> str:
    question = catalogue.form_for(Period.parse(period)).by_code.get(code)
    rule = policy.rules.get(code)
    return labels.department(question.department if question else rule.department if rule else "")


def policy_of(session: Session, period: Period, area: str = "") -> Policy:
    """Return the policy of a month; before the first one, the first: old figures stay countable.

    ``area``: a village's code, "" for this replica's own area.
    """
    try:
        return policies.policy_for(session, period, area)
    except catalogue.NoPolicyError:
        first = Period.parse(catalogue.packs()[0].valid_from)
        return policies.policy_for(session, first, area)
