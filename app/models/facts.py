"""Rows → domain ``Facts``: the only mapping between the two, for one household or for all.

Loading is by table, not by household: the same seven queries serve one sheet and a whole county.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain import income_window
from app.domain.case import CASE, state_of_case
from app.domain.form import FormDef, Question, from_text
from app.domain.household import (
    HEAD,
    AnswerKey,
    Answers,
    AnswerValue,
    Facts,
    MeasureFact,
    Member,
    MonitoredObject,
    OpenWarning,
    Previous,
    PreviousMember,
)
from app.domain.measure import MEASURE
from app.domain.period import Period
from app.models import form as form_rows
from app.models import household as rows
from app.models.plan import Measure
from app.models.step import Step, steps_of

Row = TypeVar("Row")
_CHUNK = 500  # bound parameters of one statement
_FEW = 50  # households whose numbers are looked up one by one
_ON_SITE = ("onsite", "onsite_family")
_PREVIOUS_REACH = 3  # months back that a quarterly household's last answers count


@dataclass(frozen=True, slots=True)
class Month:
    """The month that facts are wanted for, with the form that its answers are written in."""

    period: Period
    as_of: date
    form: FormDef


@dataclass(frozen=True, slots=True)
class HouseholdMonth:
    """One household in one month: facts of the given answers, its sheet, the months before.

    ``months``: answers of the submitted months before, whole for the last three, else only amounts
    and the questions that rest for months. ``helper_visited``: on the spot, this month.
    """

    facts: Facts
    household: rows.Household
    sheet: form_rows.Sheet | None
    months: Mapping[Period, Answers]
    helper_visited: bool


def load_households(
    session: Session,
    month: Month,
    household_ids: Collection[str] | None,
    open_warnings: Mapping[str, Sequence[OpenWarning]],
) -> list[HouseholdMonth]:
    """Return the given households (None: all living ones) in a month, in roster order.

    ``open_warnings``: household id → its open warnings, which only the life cycle can tell.
    """
    households = [
        row
        for row in _all(session, select(rows.Household), rows.Household.id, household_ids)
        if household_ids is not None or row.removed_on is None
    ]
    households.sort(key=lambda h: (h.position, h.household_no))
    wanted = None if household_ids is None else {h.id for h in households}
    tables = _Tables(session, month, wanted)
    return [_month(h, month, tables, tuple(open_warnings.get(h.id, ()))) for h in households]


def load_facts(
    session: Session,
    month: Month,
    household_ids: Collection[str] | None,
    open_warnings: Mapping[str, Sequence[OpenWarning]],
) -> list[Facts]:
    """Return only the facts of ``load_households``."""
    return [m.facts for m in load_households(session, month, household_ids, open_warnings)]


class _Tables:
    """What hangs on the wanted households, grouped by household."""

    def __init__(self, session: Session, month: Month, wanted: set[str] | None) -> None:
        def of(table: Any, *order: Any) -> dict[str, list[Any]]:
            found = _all(session, select(table).order_by(*order), table.household_id, wanted)
            return _grouped(found, "household_id")

        self.members = of(rows.Member, rows.Member.number)
        self.cases = of(rows.MonitoredCase, rows.MonitoredCase.case_no)
        cases = [c.id for group in self.cases.values() for c in group]
        self.case_steps = steps_of(session, CASE.subject, cases)
        self.annual = of(rows.AnnualIncome, rows.AnnualIncome.year)
        self.measures = of(Measure)
        measures = [m.id for group in self.measures.values() for m in group]
        self.measure_steps = steps_of(session, MEASURE.subject, measures)
        self.sheets = self._sheets(session, month, wanted)
        self.answers = self._answers(session, month, wanted)
        self.helper_visits = self._helper_visits(session, month)
        self.ids, self.phones = _words(session, None if wanted is None else self.members)

    def _helper_visits(self, session: Session, month: Month) -> set[str]:
        """Return the households where the person who answers for them was on the spot."""
        query = (
            select(form_rows.Visit.household_id)
            .where(form_rows.Visit.visited_on >= month.period.first_day)
            .where(form_rows.Visit.visited_on <= month.period.last_day)
            .where(form_rows.Visit.is_helper, form_rows.Visit.visit_way.in_(_ON_SITE))
        )
        return set(session.scalars(query))

    def _sheets(
        self, session: Session, month: Month, wanted: set[str] | None
    ) -> dict[str, list[form_rows.Sheet]]:
        query = (
            select(form_rows.Sheet)
            .where(form_rows.Sheet.period >= str(month.period.plus(-23)))
            .where(form_rows.Sheet.period <= str(month.period))
            .order_by(form_rows.Sheet.period)
        )
        return _grouped(_all(session, query, form_rows.Sheet.household_id, wanted), "household_id")

    def _answers(
        self, session: Session, month: Month, wanted: set[str] | None
    ) -> dict[str, dict[AnswerKey, AnswerValue]]:
        """Return sheet id → answers: all of this month and the last ones, amounts of older ones."""
        recent = str(month.period.plus(-_PREVIOUS_REACH))
        resting = (q.code for q in month.form.questions if q.ask_every or q.ask_months)
        long_lived = (*income_window.AMOUNT_QUESTIONS, *resting)
        query = (
            select(form_rows.Answer)
            .join(form_rows.Sheet, form_rows.Sheet.id == form_rows.Answer.sheet_id)
            .where(form_rows.Sheet.period >= str(month.period.plus(-23)))
            .where(form_rows.Sheet.period <= str(month.period))
            .where((form_rows.Sheet.period >= recent) | form_rows.Answer.question.in_(long_lived))
        )
        found: dict[str, dict[AnswerKey, AnswerValue]] = defaultdict(dict)
        for row in _all(session, query, form_rows.Sheet.household_id, wanted):
            question = month.form.by_code.get(row.question)
            if row.value is None or question is None:
                continue
            value = _readable(question, row.value)
            if value is not None:
                found[row.sheet_id][row.question, row.member_id] = value
        return found


def _readable(question: Question, text: str) -> AnswerValue | None:
    """Return an answer; None for one of another edition whose question had another type."""
    try:
        return from_text(question, text)
    except ValueError:
        return None


def _all(
    session: Session, query: Select[Any], column: Any, wanted: Collection[str] | None
) -> list[Any]:
    """Run a query for the wanted households, some hundred at a time."""
    if wanted is None:
        return list(session.scalars(query))
    ids = sorted(wanted)
    chunks = (ids[i : i + _CHUNK] for i in range(0, len(ids), _CHUNK))
    return [row for chunk in chunks for row in session.scalars(query.where(column.in_(chunk)))]


def _grouped(found: Iterable[Row], attribute: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        groups[getattr(row, attribute)].append(row)
    return groups


def _words(
    session: Session, members: Mapping[str, Sequence[rows.Member]] | None
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Return identity number → household id → words, and the same of telephone numbers.

    ``members``: of whom the numbers are wanted (None: of everybody).
    """
    ids: dict[str, dict[str, str]] = defaultdict(dict)
    phones: dict[str, dict[str, str]] = defaultdict(dict)
    query = (
        select(
            rows.Member.id_no,
            rows.Member.phone,
            rows.Member.household_id,
            rows.Household.household_no,
        )
        .join(rows.Household, rows.Household.id == rows.Member.household_id)
        .where(rows.Member.member_status == "present")
    )
    if members is not None and len(members) <= _FEW:
        wanted = [m for group in members.values() for m in group]
        id_nos = {m.id_no for m in wanted if m.id_no}
        numbers = {m.phone for m in wanted if m.phone}
        query = query.where(rows.Member.id_no.in_(id_nos) | rows.Member.phone.in_(numbers))
    for id_no, phone, household_id, household_no in session.execute(query):
        if id_no:
            ids[id_no][household_id] = f"{household_no}号户"
        if phone:
            phones[phone][household_id] = f"{household_no}号户"
    shared_ids = {key: value for key, value in ids.items() if len(value) > 1}
    shared_phones = {key: value for key, value in phones.items() if len(value) > 1}
    return shared_ids, shared_phones


def _month(
    household: rows.Household,
    month: Month,
    tables: _Tables,
    open_warnings: tuple[OpenWarning, ...],
) -> HouseholdMonth:
    sheets = {Period.parse(s.period): s for s in tables.sheets.get(household.id, [])}
    before = {
        period: tables.answers.get(sheet.id, {})
        for period, sheet in sheets.items()
        if sheet.submitted_on and period < month.period
    }
    sheet = sheets.get(month.period)
    answers = tables.answers.get(sheet.id, {}) if sheet else {}
    figures = income_window.figures(month.period, before | {month.period: answers})
    previous = _previous(month.period, sheets, tables)
    facts = _facts(household, month, tables, answers, figures, previous, open_warnings)
    return HouseholdMonth(facts, household, sheet, before, household.id in tables.helper_visits)


def _facts(  # noqa: PLR0913, PLR0917  one value from its parts
    household: rows.Household,
    month: Month,
    tables: _Tables,
    answers: Answers,
    figures: income_window.Figures,
    previous: Previous,
    open_warnings: tuple[OpenWarning, ...],
) -> Facts:
    members = tuple(
        _with_household_phone(member_of(row), household.phone)
        for row in tables.members.get(household.id, ())
    )
    annual = tables.annual.get(household.id, [])
    return Facts(
        period=month.period,
        as_of=month.as_of,
        household_id=household.id,
        household_no=household.household_no,
        household_kind=household.household_kind,
        management_class=household.management_class or "",
        house_rating=household.house_rating or "",
        farmland_mu=household.farmland_mu,
        registered_size=household.registered_size,
        flags=_set(household.flags),
        monitored=_monitored(tables.cases.get(household.id, []), tables.case_steps),
        measures=_measures(tables, household.id),
        members=members,
        income=figures.totals,
        annual_per_capita=annual[-1].annual_per_capita if annual else None,
        selfpay=figures.selfpay,
        claims=figures.claims,
        answers=answers,
        previous=previous,
        open_warnings=open_warnings,
        other_ids=_others(tables.ids, household.id, (m.id_no for m in members)),
        other_phones=_others(tables.phones, household.id, (m.phone or "" for m in members)),
    )


def member_of(row: rows.Member) -> Member:
    """Return a member's row as the rules see it."""
    full = row.birth_date if len(row.birth_date) == 10 else ""
    return Member(
        id=row.id,
        number=row.number,
        name=row.name,
        relation=row.relation,
        sex=row.sex,
        birth_date=date.fromisoformat(full) if full else None,
        birth_month=row.birth_date if len(row.birth_date) == 7 else "",
        id_no=row.id_no,
        disability_cert_no=row.disability_cert_no,
        ethnicity=row.ethnicity,
        education=row.education,
        school_status=row.school_status,
        no_school_reason=row.no_school_reason,
        labor_skill=row.labor_skill,
        employment=row.employment,
        monthly_wage=row.monthly_wage,
        health=_set(row.health),
        disability_kind=row.disability_kind or "",
        disability_grade=row.disability_grade or 0,
        has_dibao=row.has_dibao,
        has_tekun=row.has_tekun,
        medical_insurance=row.medical_insurance,
        has_pension_insurance=row.has_pension_insurance,
        is_boarding=row.is_boarding,
        member_status=row.member_status,
        phone=row.phone or "",
    )


def _with_household_phone(member: Member, phone: str | None) -> Member:
    """A roster has one telephone number a household: it is the head's."""
    if member.relation != HEAD or member.phone or not phone:
        return member
    return replace(member, phone=phone)


def snapshot(members: Iterable[Member]) -> str:
    """Return as JSON what next month's comparing rules need of the roster, frozen at submission."""
    found = {
        m.id: {
            "health": sorted(m.health),
            "has_disability": bool(m.disability_kind),
            "employment": m.employment,
            "labor_skill": m.labor_skill,
            "has_dibao": m.has_dibao,
        }
        for m in members
        if m.member_status == "present"
    }
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def _previous(
    period: Period, sheets: Mapping[Period, form_rows.Sheet], tables: _Tables
) -> Previous:
    """Return the last submitted month's state; nothing where there is none within reach."""
    year_ago = sheets.get(period.plus(-income_window.MONTHS))
    then = Decimal(year_ago.per_capita) if year_ago and year_ago.per_capita else None
    for months in range(1, _PREVIOUS_REACH + 1):
        sheet = sheets.get(period.plus(-months))
        if sheet is None:
            continue
        if not sheet.submitted_on or not sheet.roster_snapshot:
            return Previous(per_capita_12m_ago=then)
        answers = tables.answers.get(sheet.id, {})
        members = {
            member_id: _previous_member(member_id, frozen, answers)
            for member_id, frozen in json.loads(sheet.roster_snapshot).items()
        }
        return Previous(members=members, per_capita_12m_ago=then)
    return Previous(per_capita_12m_ago=then)


def _previous_member(
    member_id: str, frozen: Mapping[str, Any], answers: Mapping[AnswerKey, AnswerValue]
) -> PreviousMember:
    ed_01 = answers.get(("ED-01", member_id))
    employment = answers.get(("EM-01", member_id), frozen["employment"])
    return PreviousMember(
        ed_01=_known(ed_01),
        health=frozenset(frozen["health"]) or None,
        has_disability=frozen["has_disability"],
        employment=_known(employment),
        labor_skill=frozen["labor_skill"] or None,
        has_dibao=frozen.get("has_dibao"),
    )


def _known(answer: object) -> str | None:
    """Return an answer that tells something; a special answer is "unknown"."""
    return answer if isinstance(answer, str) and answer and not answer.startswith("_") else None


def _monitored(
    cases: Sequence[rows.MonitoredCase], steps: Mapping[str, Sequence[Step]]
) -> MonitoredObject | None:
    if not cases:
        return None
    case = cases[-1]
    return MonitoredObject(
        object_type=case.object_type,
        case_state=state_of_case(steps.get(case.id, []), case.is_eliminated),
        identified_on=_day_or_month(case.identified_on),
        eliminated_on=_day_or_month(case.eliminated_on),
        eliminated_per_capita=case.eliminated_per_capita,
        removal_way=case.removal_way or "",
        causes=tuple(filter(None, case.causes.split(","))),
        cause_note=case.cause_note,
    )


def _day_or_month(text: str | None) -> date | Period | None:
    if not text:
        return None
    return Period.parse(text) if len(text) == 7 else date.fromisoformat(text)


def _measures(tables: _Tables, household_id: str) -> tuple[MeasureFact, ...]:
    found = (
        (row, MEASURE.state_of(tables.measure_steps.get(row.id, [])))
        for row in tables.measures.get(household_id, ())
    )
    return tuple(
        MeasureFact(row.measure_category, row.measure_kind, state)
        for row, state in found
        if state != "terminated"
    )


def _others(
    shared: Mapping[str, Mapping[str, str]], own: str, keys: Iterable[str]
) -> dict[str, str]:
    return {
        key: next(words for other, words in shared[key].items() if other != own)
        for key in keys
        if key in shared and len(shared[key]) > 1
    }


def _set(joined: str) -> frozenset[str]:
    return frozenset(filter(None, joined.split(",")))
