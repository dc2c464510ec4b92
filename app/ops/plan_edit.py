"""一户一策 as it is edited: what stands, what is suggested, and the edits, one transaction each."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import plan_suggestions, warning
from app.domain.measure import OPEN
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.plan_suggestions import OpenProblem, Planned, Suggestion
from app.domain.view import HouseholdView
from app.models.base import natural_id, new_id
from app.models.household import Household, Member
from app.models.plan import Measure, Plan
from app.models.store import Store
from app.ops import (
    measure_rows,
    measures,
    plan_helpers,
    plan_reason,
    roster_view,
    sheet_context,
    warning_rows,
)
from app.ops.changed import Changed
from app.ops.errors import MeasureRefusedError, UnknownHouseholdError
from app.ops.items import Item
from app.ops.lives import Living
from app.ops.plan_catalogue import catalogue_for
from app.ops.plan_errors import SuggestionGoneError, TargetRefusedError
from app.ops.plan_helpers import HelperLine
from app.ops.roster_view import HouseholdLine
from app.ops.sheet_context import month_of

NO_PLAN, IN_WORK, COMPLETE = "未制定", "待完善", "已制定"
Key = tuple[str, str, str]  # category, kind, member


@dataclass(frozen=True, slots=True)
class PlanTargets:
    """The year's targets in the village's words; ``needs`` may hang on the wall."""

    removal: str = ""
    income: Decimal | None = None
    guarantees: str = ""
    needs: str = ""

    def __bool__(self) -> bool:
        """Tell whether any target is written (needs are none)."""
        return bool(self.removal or self.guarantees or self.income is not None)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One household in the list. ``measures``: those that are open; ``problems``: open warnings."""

    household: HouseholdLine
    state: str
    measures: int
    problems: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything the editor shows of one household."""

    household_id: str
    targets: PlanTargets
    measures: tuple[Item, ...]
    helpers: tuple[HelperLine, ...]
    problems: tuple[OpenProblem, ...]
    suggestions: tuple[Suggestion, ...]
    advice: tuple[str, ...]
    causes: tuple[str, ...]
    people: tuple[tuple[str, str], ...]  # id and name of the present


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person adds to ticked suggestions."""

    responsible_person: str
    planned_start_on: date
    planned_end_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeasureText:
    """What may be corrected in a measure that is still open."""

    content: str
    member_id: str
    department: str
    responsible_person: str
    planned_start_on: date | None
    planned_end_on: date | None
    amount: Decimal | None


def list_plans(store: Store, today: date) -> list[PlanLine]:
    """Return the living households with the state of this year's plan, in roster order."""
    households = roster_view.list_households(store)
    with store.read() as session:
        rows = session.scalars(select(Plan).filter_by(year=today.year))
        plans = {row.household_id: row for row in rows}
        standing = (m for m in measure_rows.load(session) if m.state in OPEN)
        measures_of = Counter(thing.row.household_id for thing in standing)
        open_warnings = (w for w in warning_rows.load(session) if w.state not in warning.ENDED)
        problems_of = Counter(found.row.household_id for found in open_warnings)
    lines = []
    for one in households:
        home = one.household_id
        state = _state(_targets(plans.get(home)), measures_of[home])
        lines.append(PlanLine(one, state, measures_of[home], problems_of[home]))
    return lines


def plan_page(store: Store, actor: Actor, household_id: str, today: date) -> PlanPage:
    """Return one household's plan with suggestions.

    Raises:
        UnknownHouseholdError: there is none of this id.
    """
    shown = measures.list_measures(store, today, actor, household_id=household_id)
    with store.read() as session:
        household = _household(session, household_id)
        view = _view(session, household_id, today)
        problems = _problems(session, household_id)
        catalogue = catalogue_for(Period.of(today))
        planned = _planned(measure_rows.load(session, [household_id]))
        monitored = view.facts.monitored
        return PlanPage(
            household_id=household.id,
            targets=_targets(session.get(Plan, _plan_id(household_id, today.year))),
            measures=tuple(shown),
            helpers=plan_helpers.of_household(session, household_id),
            problems=problems,
            suggestions=plan_suggestions.suggest(view, problems, planned, catalogue),
            advice=plan_suggestions.advice(view, catalogue),
            causes=monitored.causes if monitored and view.is_open_object else (),
            people=tuple((member.id, member.name) for member in view.members),
        )


def save_targets(
    store: Store, actor: Actor, household_id: str, given: PlanTargets, today: date, reason: str = ""
) -> Changed:
    """Write this year's targets and needs.

    Raises:
        UnknownHouseholdError, TargetRefusedError, ReasonMissingError, OwnershipError: nothing is
            written.
    """
    if given.income is not None and given.income < 0:
        raise TargetRefusedError(reason="增收目标不能是负数")
    with store.write("plan.targets", actor, plan_reason.checked(store, reason)) as session:
        household = _household(session, household_id)
        plan_id = _plan_id(household_id, today.year)
        plan = session.get(Plan, plan_id)
        if plan is None:
            plan = Plan(
                id=plan_id, scope=household.scope, household_id=household_id, year=today.year
            )
            session.add(plan)
        plan.removal_target, plan.guarantee_target = given.removal.strip(), given.guarantees.strip()
        plan.income_target, plan.needs = given.income, given.needs.strip()
    return Changed(frozenset({"plan"}), frozenset({household_id}))


def add_suggestions(
    store: Store,
    actor: Actor,
    household_id: str,
    ticked: Collection[Key],
    terms: Terms,
    today: date,
) -> Changed:
    """Plan the ticked suggestions, all or none; one that is there already answers more.

    Raises:
        UnknownHouseholdError, SuggestionGoneError, MeasureRefusedError: nothing is written.
    """
    _check_terms(terms)
    with store.write("measure.plan", actor) as session:
        household = _household(session, household_id)
        view = _view(session, household_id, today)
        planned = _planned(measure_rows.load(session, [household_id]))
        problems = _problems(session, household_id)
        catalogue = catalogue_for(Period.of(today))
        offered = plan_suggestions.suggest(view, problems, planned, catalogue)
        chosen = [one for one in offered if one.key in ticked]
        if not chosen or len(chosen) != len(set(ticked)):
            raise SuggestionGoneError
        for one, measure_id in zip(chosen, _rising_ids(len(chosen)), strict=True):
            if one.measure_id:
                _link(session, one)
                continue
            row = _new(household, one, terms)
            row.id, row.department = measure_id, _department(session, one)
            session.add(row)
    return Changed(frozenset({"measure"}), frozenset({household_id}))


def change_measure(
    store: Store, actor: Actor, measure_id: str, given: MeasureText, reason: str = ""
) -> Changed:
    """Correct an open measure's words, person, days and amount; its life is not touched.

    Raises:
        UnknownItemError, MeasureRefusedError, ReasonMissingError: nothing is written.
    """
    with store.write("measure.edit", actor, plan_reason.checked(store, reason)) as session:
        thing = measure_rows.one(session, measure_id)
        if thing.state not in OPEN:
            raise MeasureRefusedError(reason="只有拟定和落实中的措施能改")
        _check_text(session, thing, given)
        row: Measure = thing.row
        row.content, row.department = given.content.strip(), given.department.strip()
        row.responsible_person, row.member_id = given.responsible_person.strip(), given.member_id
        row.planned_start_on, row.planned_end_on = given.planned_start_on, given.planned_end_on
        row.amount = given.amount
        return Changed(frozenset({"measure"}), frozenset({row.household_id}))


def _check_text(session: Session, thing: Living, given: MeasureText) -> None:
    start, end = given.planned_start_on, given.planned_end_on
    present = select(Member.id).filter_by(
        household_id=thing.row.household_id, member_status="present"
    )
    problems = {
        "没有写责任人": not given.responsible_person.strip(),
        "完成日早于开始日": bool(start and end and end < start),
        "金额不能是负数": given.amount is not None and given.amount < 0,
        "受益人不在这一户": bool(given.member_id)
        and given.member_id not in set(session.scalars(present)),
    }
    _refuse_first(problems)


def _check_terms(terms: Terms) -> None:
    end = terms.planned_end_on
    _refuse_first(
        {
            "没有写责任人": not terms.responsible_person.strip(),
            "完成日早于开始日": end is not None and end < terms.planned_start_on,
        }
    )


def _refuse_first(problems: dict[str, bool]) -> None:
    for reason, is_wrong in problems.items():
        if is_wrong:
            raise MeasureRefusedError(reason=reason)


def _household(session: Session, household_id: str) -> Household:
    household = session.get(Household, household_id)
    if household is None:
        raise UnknownHouseholdError(text=household_id)
    return household


def _view(session: Session, household_id: str, today: date) -> HouseholdView:
    month = month_of(Period.of(today), today)
    context = sheet_context.one(session, month, household_id)
    return HouseholdView(context.facts, context.policy)


def _problems(session: Session, household_id: str) -> tuple[OpenProblem, ...]:
    found = warning_rows.load(session, [household_id])
    return tuple(
        OpenProblem(one.row.id, one.row.code, one.row.message, one.row.member_id)
        for one in sorted(found, key=lambda one: -warning.RANK[one.row.severity])
        if one.state not in warning.ENDED
    )


def _planned(found: Sequence[Living]) -> list[Planned]:
    return [
        Planned(
            thing.row.id,
            thing.row.measure_category,
            thing.row.measure_kind,
            thing.row.member_id,
            frozenset(w for w in thing.row.warning_ids.split(",") if w),
            is_open=thing.state in OPEN,
        )
        for thing in found
    ]


def _link(session: Session, one: Suggestion) -> None:
    row = measure_rows.one(session, one.measure_id).row
    known = [w for w in row.warning_ids.split(",") if w]
    row.warning_ids = ",".join(dict.fromkeys([*known, *one.warning_ids]))


def _rising_ids(count: int) -> list[str]:
    """Return ids in the order of planning: of one millisecond they come in any order."""
    return sorted(new_id() for _ in range(count))


def _new(household: Household, one: Suggestion, terms: Terms) -> Measure:
    return Measure(
        scope=household.scope,
        household_id=household.id,
        member_id=one.member_id,
        measure_category=one.category,
        measure_kind=one.kind,
        content=one.content,
        warning_ids=",".join(one.warning_ids),
        responsible_person=terms.responsible_person.strip(),
        planned_start_on=terms.planned_start_on,
        planned_end_on=terms.planned_end_on,
        measure_level="village",
        cause=one.cause,
    )


def _department(session: Session, one: Suggestion) -> str:
    """Return who must remedy the warning that the measure answers; "" if it answers none."""
    if not one.warning_ids:
        return ""
    return warning_rows.department(warning_rows.one(session, one.warning_ids[0]))


def _plan_id(household_id: str, year: int) -> str:
    return natural_id("plan", household_id, str(year))


def _targets(plan: Plan | None) -> PlanTargets:
    if plan is None:
        return PlanTargets()
    return PlanTargets(plan.removal_target, plan.income_target, plan.guarantee_target, plan.needs)


def _state(targets: PlanTargets, measures_open: int) -> str:
    if targets and measures_open:
        return COMPLETE
    return IN_WORK if targets or measures_open else NO_PLAN
