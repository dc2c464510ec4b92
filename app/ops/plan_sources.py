"""Rows → ``PlanSource``: everything a plan sheet may be made from, for some or all households.

Reading is by table, not by household: a village costs a dozen queries.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import warning, words
from app.domain.household import Facts
from app.domain.labels import label
from app.domain.measure import MEASURE, TERMINATED
from app.domain.one_over_six import one_over_six
from app.domain.period import Period
from app.domain.plan import (
    PlanGoals,
    PlanHelper,
    PlanIncome,
    PlanMeasure,
    PlanSource,
    PlanVisit,
    PlanWarning,
)
from app.domain.policy import Policy
from app.domain.view import HouseholdView
from app.domain.warning import WARNING
from app.models.form import Sheet, Visit
from app.models.household import Area, Helper, HelperAssignment, Household
from app.models.plan import Measure, Plan
from app.models.replica import KnownCertificateRow
from app.models.step import Step, steps_of
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import catalogue, policies, sheet_context
from app.ops.errors import UnknownHouseholdError
from app.ops.warning_rows import Loaded

_FREQUENCIES = {"月": "每月{n}次", "季": "每季{n}次", "年": "每年{n}次"}
_FEW = 500  # households that one statement can name
_MONTHLY_VISIT = "月度走访"


@dataclass(frozen=True, slots=True)
class _Warned:
    """A warning with its steps in force."""

    row: HouseholdWarning
    steps: list[Step]

    @property
    def state(self) -> str:
        """Where its steps led it, by the table that its policy and origin make."""
        return Loaded(self.row, self.steps).state

    @property
    def severity(self) -> str:
        """How grave it is now."""
        return Loaded(self.row, self.steps).severity


def plan_sources(
    store: Store, household_ids: Collection[str] | None, today: date
) -> list[PlanSource]:
    """Return the sources of the given households (None: all living ones), in roster order.

    Guarantees and income are those of each household's last month that was handed in.

    Raises:
        UnknownHouseholdError: an id that no household has.
    """
    with store.read() as session:
        households = _households(session, household_ids)
        tables = _Tables(session, {h.id for h in households})
        facts = _facts_by_household(session, households, tables, today)
        areas = area_names(session, store)
        return [_source(h, facts[h.id], tables, areas, today) for h in households]


def area_names(session: Session, store: Store) -> dict[str, str]:
    """Return area code → name: of the area tree, of enrolled devices, and of itself."""
    own = store.identity
    enrolled: dict[str, str] = {}
    for record in session.scalars(select(KnownCertificateRow.record)):
        identity = json.loads(record)["identity"]
        enrolled[identity["area_code"]] = identity["name"]
    known = {a.area_code: a.name for a in session.scalars(select(Area)) if a.area_code}
    return {own.area_code: own.name} | enrolled | known


def area_text(scope: str, names: Mapping[str, str]) -> str:
    """Return county, township and village of a village's code, as far as known, joined."""
    codes = (f"{scope[:6]}000000", f"{scope[:9]}000", scope)
    return "".join(names.get(code, "") for code in dict.fromkeys(codes))


def _households(session: Session, household_ids: Collection[str] | None) -> list[Household]:
    query = select(Household)
    if household_ids is not None and len(household_ids) <= _FEW:
        query = query.where(Household.id.in_(household_ids))
    rows = {h.id: h for h in session.scalars(query)}
    if household_ids is None:
        wanted = [h for h in rows.values() if h.removed_on is None]
    else:
        missing = [household_id for household_id in household_ids if household_id not in rows]
        if missing:
            raise UnknownHouseholdError(text="、".join(missing))
        wanted = [rows[household_id] for household_id in dict.fromkeys(household_ids)]
    return sorted(wanted, key=lambda h: (h.position, h.household_no))


class _Tables:
    """What hangs on the wanted households, grouped by household."""

    def __init__(self, session: Session, wanted: set[str]) -> None:
        few = len(wanted) <= _FEW

        def of(query: Any) -> dict[str, list[Any]]:
            if few:  # the preview reads one household of a village, after every change
                table = query.column_descriptions[0]["entity"]
                query = query.where(table.household_id.in_(wanted))
            return _grouped(row for row in session.scalars(query) if row.household_id in wanted)

        self.plans = of(select(Plan).order_by(Plan.year))
        self.measures = of(select(Measure).order_by(Measure.id))
        self.visits = of(select(Visit).order_by(Visit.visited_on.desc(), Visit.id))
        self.assignments = of(select(HelperAssignment).order_by(HelperAssignment.assigned_on))
        handed_in = select(Sheet).where(Sheet.submitted_on.is_not(None)).order_by(Sheet.period)
        self.sheets = of(handed_in)
        self.warnings = self._warnings(session, wanted)
        self.helpers = {helper.id: helper for helper in session.scalars(select(Helper))}
        measure_ids = [row.id for rows in self.measures.values() for row in rows]
        self.steps = steps_of(session, MEASURE.subject, measure_ids if few else None)

    @staticmethod
    def _warnings(session: Session, wanted: set[str]) -> dict[str, list[_Warned]]:
        found: dict[str, list[_Warned]] = defaultdict(list)
        query = select(HouseholdWarning).order_by(HouseholdWarning.opened_on, HouseholdWarning.code)
        few = len(wanted) <= _FEW
        if few:
            query = query.where(HouseholdWarning.household_id.in_(wanted))
        rows = session.scalars(query).all()
        steps = steps_of(session, WARNING.subject, [row.id for row in rows] if few else None)
        for row in rows:
            if row.household_id in wanted:
                found[row.household_id].append(_Warned(row, steps.get(row.id, [])))
        return found


def _grouped(rows: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.household_id].append(row)
    return groups


def _facts_by_household(
    session: Session, households: Sequence[Household], tables: _Tables, today: date
) -> dict[str, Facts]:
    """Return the facts of each household in its last month that was handed in, else this month."""
    by_period: dict[Period, list[str]] = defaultdict(list)
    for household in households:
        sheets = tables.sheets.get(household.id)
        period = Period.parse(sheets[-1].period) if sheets else Period.of(today)
        by_period[period].append(household.id)
    found: dict[str, Facts] = {}
    for period, ids in by_period.items():
        contexts = sheet_context.load(session, sheet_context.month_of(period, today), ids)
        found |= {context.given.household_id: context.facts for context in contexts}
    return found


def _source(
    household: Household,
    facts: Facts,
    tables: _Tables,
    areas: Mapping[str, str],
    today: date,
) -> PlanSource:
    this_month = Period.of(today)
    policy = policies.policy_of(household, this_month)
    source = PlanSource(
        area=area_text(household.scope, areas),
        year=today.year,
        household_no=household.household_no,
        printed_on=today,
        household_id=household.id,
        policy_version=f"{policy.valid_from}起",
        hamlet_group=household.hamlet_group,
        household_kind=household.household_kind,
        management_class=household.management_class or "",
        visit_frequency=_frequency(household, policy),
        phone=household.phone or "",
        bank_account=household.bank_account or "",
        members=facts.members,
        monitored=facts.monitored,
        goals=_goals(tables.plans.get(household.id, []), today.year),
        visits=tuple(map(_visit, tables.visits.get(household.id, []))),
        soft_words=catalogue.form_for(this_month).not_read_aloud,
    )
    names = {member.id: member.name for member in facts.members}
    return replace(
        _with_month(source, facts, household, tables.sheets.get(household.id, [])),
        warnings=tuple(_open_warnings(tables.warnings.get(household.id, []))),
        measures=tuple(_measures(household.id, tables, names)),
        helpers=tuple(_helpers(tables, household.id, today)),
    )


def _frequency(household: Household, policy: Policy) -> str:
    """Return the visits that the class asks for: ``2/月`` of the parameters as 每月2次."""
    levels, visits = policy.process["class_level_map"], policy.process["visits_per_level"]
    count, _, unit = str(visits.get(levels.get(household.management_class), "")).partition("/")
    return _FREQUENCIES[unit].format(n=count) if unit in _FREQUENCIES else ""


def _with_month(
    source: PlanSource, facts: Facts, household: Household, sheets: Sequence[Sheet]
) -> PlanSource:
    """Return the source with what the last month that was handed in says."""
    view = HouseholdView(facts, policies.policy_of(household, facts.period))
    source = replace(source, income=_income(facts, view))
    if not sheets:
        return source
    codes = sheets[-1].shortfall_codes.split(",")
    return replace(
        source, guarantees=one_over_six(view, codes), guarantees_period=sheets[-1].period
    )


def _income(facts: Facts, view: HouseholdView) -> PlanIncome:
    per_capita = words.rounded(view.per_capita)
    if facts.income is None:
        window = "按年度人均" if per_capita is not None else ""
        return PlanIncome(window, per_capita=per_capita)
    income = facts.income
    return PlanIncome(
        window=f"{facts.period.plus(-11)}至{facts.period}",
        wage=income.wage_t12,
        business_net=income.business_t12 - income.business_expense_t12,
        property_income=income.property_t12,
        transfer=income.transfer_t12,
        per_capita=per_capita,
        selfpay=facts.selfpay.medical + facts.selfpay.education,
    )


def _goals(plans: Sequence[Plan], year: int) -> PlanGoals:
    plan = next((plan for plan in plans if plan.year == year), None)
    if plan is None:
        return PlanGoals()
    return PlanGoals(plan.removal_target, plan.income_target, plan.guarantee_target, plan.needs)


def _visit(row: Visit) -> PlanVisit:
    usual = _MONTHLY_VISIT if row.purpose == "monthly" else ""
    return PlanVisit(row.visited_on, row.visitor, row.visit_way, row.content or usual)


def _open_warnings(found: Sequence[_Warned]) -> Iterable[PlanWarning]:
    for warned in found:
        row, state = warned.row, warned.state
        if state in warning.ENDED:
            continue
        unchecked = f"（{label('warning_state', state)}）" if state == warning.SUGGESTED else ""
        yield PlanWarning(
            item=row.message + unchecked,
            severity=warned.severity,
            opened_on=row.opened_on,
            due_on=next((s.due_on for s in reversed(warned.steps) if s.due_on), None),
            department=_department(warned),
        )


def _department(warned: _Warned) -> str:
    """Return who must remedy: as a step says, else as the catalogue does."""
    chosen = next((s.department for s in reversed(warned.steps) if s.department), "")
    period = Period.parse(warned.row.period)
    question = catalogue.form_for(period).by_code.get(warned.row.code)
    rule = policies.policy_of(warned.row, period).rules.get(warned.row.code)
    return chosen or (question.department if question else rule.department if rule else "")


def _measures(
    household_id: str, tables: _Tables, names: Mapping[str, str]
) -> Iterable[PlanMeasure]:
    closed = {
        warned.row.id: warned.steps[-1].step_on
        for warned in tables.warnings.get(household_id, [])
        if warned.state == warning.CLOSED
    }
    for row in tables.measures.get(household_id, []):
        steps = tables.steps.get(row.id, [])
        state = MEASURE.state_of(steps)
        if state == TERMINATED:
            continue
        answered = [w for w in row.warning_ids.split(",") if w]
        done = [step.step_on for step in steps if step.action == "finish"]
        yield PlanMeasure(
            category=row.measure_category,
            kind=row.measure_kind,
            content=row.content,
            beneficiary=names.get(row.member_id, ""),
            department=row.department,
            responsible_person=row.responsible_person,
            start_on=row.planned_start_on,
            end_on=row.planned_end_on,
            amount=row.amount,
            state=state,
            is_carried_over=row.is_carried_over,
            done_on=max(done, default=None),
            closed_on=_last_closed(answered, closed),
        )


def _last_closed(answered: Sequence[str], closed: Mapping[str, date]) -> date | None:
    """Return when the last of the answered warnings was 销号; None while one is open."""
    if not answered or any(warning_id not in closed for warning_id in answered):
        return None
    return max(closed[warning_id] for warning_id in answered)


def _helpers(tables: _Tables, household_id: str, today: date) -> Iterable[PlanHelper]:
    for assignment in tables.assignments.get(household_id, []):
        helper = tables.helpers.get(assignment.helper_id)
        has_ended = assignment.ended_on is not None and assignment.ended_on < today
        if helper is None or has_ended:
            continue
        yield PlanHelper(
            duty="帮扶责任人",
            name=helper.name,
            organisation=helper.organisation,
            post=helper.post,
            phone=helper.phone,
            is_phone_public=helper.is_phone_public,
            assigned_on=assignment.assigned_on,
            ended_on=assignment.ended_on,
        )
