"""What facts are made of, read by table for one household or for a whole county.

Plain tuples, not objects of the mapper: a county has a million rows. Amounts are read as their
text and made exact only where there are any.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from app.domain import income_window
from app.domain.case import CASE
from app.domain.form import FormDef, Question, from_text
from app.domain.household import HEAD, AnswerKey, AnswerValue, Member
from app.domain.measure import MEASURE
from app.domain.period import Period
from app.models import form as form_rows
from app.models import household as rows
from app.models.base import Money
from app.models.case import is_case_kept
from app.models.plan import Measure
from app.models.statements import Query, per_id, run, some
from app.models.step import steps_of

Row = TypeVar("Row")
Phones = Mapping[str, str | None]
_FEW = 50  # households whose numbers are looked up one by one
_ON_SITE = ("onsite", "onsite_family")
_WINDOW = 23  # months before this one whose sheets tell something
RECENT = 3  # months whose answers are read whole
_LONG_LIVED = ("EV-03",)


class HouseholdRow(NamedTuple):
    """The columns of a household that facts and lists need."""

    id: str
    scope: str
    household_no: str
    hamlet_group: str
    position: int
    household_kind: str
    management_class: str | None
    registered_size: int | None
    house_rating: str | None
    farmland_mu: str | None
    phone: str | None
    flags: str
    removed_on: date | None


class SheetRow(NamedTuple):
    """The columns of a sheet that facts and lists need."""

    id: str
    household_id: str
    period: str
    submitted_on: date | None
    per_capita: str | None
    unvisited_reason: str | None
    roster_snapshot: str


_MEMBER = (
    "id", "number", "name", "relation", "sex", "birth_date", "id_no", "disability_cert_no",
    "ethnicity", "education", "school_status", "no_school_reason", "labor_skill", "employment",
    "monthly_wage", "health", "disability_kind", "disability_grade", "has_dibao", "has_tekun",
    "medical_insurance", "has_pension_insurance", "is_boarding", "member_status", "phone",
)  # fmt: skip


class Month(NamedTuple):
    """The month that facts are wanted for, with the form that its answers are written in."""

    period: Period
    as_of: date
    form: FormDef


def households(session: Session, wanted: Collection[str] | None) -> list[HouseholdRow]:
    """Return the given households (None: all living ones), in roster order."""
    session.flush()  # statements on bare tables do not do that by themselves
    kept = (HouseholdRow(*row) for row in run(session, _household_query(), wanted))
    living = [row for row in kept if wanted is not None or row.removed_on is None]
    return sorted(living, key=lambda row: (row.position, row.household_no))


@cache
def _household_query() -> Query:
    whole = select(*_columns(rows.Household, HouseholdRow._fields))
    return per_id(whole, rows.Household.__table__.c.id)


class Tables:
    """What hangs on the wanted households, grouped by household."""

    def __init__(
        self, session: Session, month: Month, wanted: set[str] | None, phones: Phones
    ) -> None:
        self.members = _members(session, wanted, phones)
        self.cases = _grouped(session, _case_query(), wanted)
        self.case_steps = steps_of(session, CASE.subject, _ids(self.cases, wanted))
        self.annual = _annual(session, wanted)
        self.measures = _grouped(session, _measure_query(), wanted)
        self.measure_steps = steps_of(session, MEASURE.subject, _ids(self.measures, wanted))
        self.sheets = _sheets(session, month, wanted)
        self.answers, self.unread = _answers(session, month, wanted)
        self.helper_visits = _helper_visits(session, month, wanted)
        few = self.members if wanted is not None and len(wanted) <= _FEW else None
        self.ids = _shared(session, few, "id_no")
        self.phones = _shared(session, few, "phone")


def _columns(mapped: Any, names: Iterable[str]) -> list[Any]:
    """Return columns of the bare table; amounts as their text."""
    table = mapped.__table__.c
    return [
        type_coerce(table[name], Text) if isinstance(table[name].type, Money) else table[name]
        for name in names
    ]


def _grouped(session: Session, query: Query, wanted: set[str] | None) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for (row,) in run(session, query, wanted):
        groups[row.household_id].append(row)
    return groups


@cache
def _case_query() -> Query:
    table = rows.MonitoredCase
    whole = select(table).where(is_case_kept()).order_by(table.case_no)
    return per_id(whole, table.household_id)


@cache
def _measure_query() -> Query:
    return per_id(select(Measure).order_by(Measure.id), Measure.household_id)


def _ids(groups: Mapping[str, list[Any]], wanted: set[str] | None) -> list[str] | None:
    return None if wanted is None else [row.id for group in groups.values() for row in group]


def _members(session: Session, wanted: set[str] | None, phones: Phones) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = defaultdict(list)
    for household_id, *values in run(session, _member_query(), wanted):
        found[household_id].append(_member(values, phones.get(household_id)))
    for people in found.values():
        people.sort(key=_place)  # faster than a sort of all people by the database
    return found


@cache
def _member_query() -> Query:
    whole = select(*_columns(rows.Member, ("household_id", *_MEMBER)))
    return per_id(whole, rows.Member.__table__.c.household_id)


def _place(member: Member) -> tuple[int, str]:
    return member.number, member.id


def member_of(row: rows.Member) -> Member:
    """Return a member's row as the rules see it."""
    return _member([getattr(row, name) for name in _MEMBER], None)


def _member(values: Sequence[Any], household_phone: str | None) -> Member:
    """Build a member from its columns; a roster's one telephone number is the head's."""
    (
        member_id, number, name, relation, sex, born, id_no, certificate, ethnicity, education,
        school, reason, labor, employment, wage, health, kind, grade, dibao, tekun, insurance,
        pension, boarding, status, phone,
    ) = values  # fmt: skip
    if not phone and relation == HEAD:
        phone = household_phone
    return Member(
        id=member_id,
        number=number,
        name=name,
        relation=relation,
        sex=sex,
        birth_date=date.fromisoformat(born) if len(born) == 10 else None,
        birth_month=born if len(born) == 7 else "",
        id_no=id_no,
        disability_cert_no=certificate,
        ethnicity=ethnicity,
        education=education,
        school_status=school,
        no_school_reason=reason,
        labor_skill=labor,
        employment=employment,
        monthly_wage=None if wage is None else Decimal(wage),
        health=key_set(health),
        disability_kind=kind or "",
        disability_grade=grade or 0,
        has_dibao=dibao,
        has_tekun=tekun,
        medical_insurance=insurance,
        has_pension_insurance=pension,
        is_boarding=boarding,
        member_status=status,
        phone=phone or "",
    )


@lru_cache(maxsize=4096)
def key_set(joined: str) -> frozenset[str]:
    """Return the keys of a column that holds a set of them."""
    return frozenset(filter(None, joined.split(",")))


def _annual(session: Session, wanted: set[str] | None) -> dict[str, Decimal]:
    """Return household id → its newest annual income per capita."""
    found = run(session, _annual_query(), wanted)
    return {household_id: Decimal(text) for household_id, text in found}


@cache
def _annual_query() -> Query:
    table = rows.AnnualIncome.__table__.c
    columns = _columns(rows.AnnualIncome, ("household_id", "annual_per_capita"))
    whole = select(*columns).where(table.annual_per_capita.is_not(None)).order_by(table.year)
    return per_id(whole, table.household_id)


def _sheets(
    session: Session, month: Month, wanted: set[str] | None
) -> dict[str, dict[Period, SheetRow]]:
    """Return household id → month → sheet, of this month and the two years before."""
    first, last = str(month.period.plus(-_WINDOW)), str(month.period)
    found: dict[str, dict[Period, SheetRow]] = defaultdict(dict)
    for values in run(session, _sheet_query(), wanted, first=first, last=last):
        row = SheetRow(*values)
        found[row.household_id][_period(row.period)] = row
    return found


@cache
def _sheet_query() -> Query:
    table = form_rows.Sheet.__table__.c
    whole = select(*_columns(form_rows.Sheet, SheetRow._fields)).where(_in_window(table))
    return per_id(whole, table.household_id)


def _in_window(sheet: Any) -> ColumnElement[bool]:
    window: ColumnElement[bool] = sheet.period.between(bindparam("first"), bindparam("last"))
    return window


@lru_cache(maxsize=1024)
def _period(text: str) -> Period:
    return Period.parse(text)


def _answers(
    session: Session, month: Month, wanted: set[str] | None
) -> tuple[dict[str, dict[AnswerKey, AnswerValue]], dict[str, dict[AnswerKey, str]]]:
    """Return sheet id → answers: all of this month and the last ones, amounts of older ones.

    And sheet id → texts that this edition of the form cannot read.
    """
    resting = (q.code for q in month.form.questions if q.ask_every or q.ask_months)
    asked = {
        "first": str(month.period.plus(-_WINDOW)),
        "recent": str(month.period.plus(-RECENT)),
        "last": str(month.period),
        "long_lived": [*income_window.AMOUNT_QUESTIONS, *_LONG_LIVED, *resting],
    }
    found: dict[str, dict[AnswerKey, AnswerValue]] = defaultdict(dict)
    unread: dict[str, dict[AnswerKey, str]] = defaultdict(dict)
    by_code = month.form.by_code
    for sheet_id, code, member_id, text in run(session, _answer_query(), wanted, **asked):
        question = by_code.get(code)
        if question is not None and question.type == "choice":
            found[sheet_id][code, member_id] = text  # most are options, stored as they are
            continue
        value = None if question is None else _readable(question, text)
        if value is None:
            unread[sheet_id][code, member_id] = text
        else:
            found[sheet_id][code, member_id] = value
    return found, unread


@cache
def _answer_query() -> Query:
    sheet, answer = form_rows.Sheet.__table__.c, form_rows.Answer.__table__.c
    is_recent = sheet.period >= bindparam("recent")
    whole = (
        select(answer.sheet_id, answer.question, answer.member_id, answer.value)
        .join_from(form_rows.Answer.__table__, form_rows.Sheet.__table__)
        .where(_in_window(sheet), answer.value.is_not(None))
        .where(is_recent | answer.question.in_(some("long_lived")))
    )
    return per_id(whole, sheet.household_id)


def _readable(question: Question, text: str) -> AnswerValue | None:
    """Return an answer; None for one of another edition whose question had another type."""
    try:
        return from_text(question, text)
    except ValueError:
        return None


def _helper_visits(session: Session, month: Month, wanted: set[str] | None) -> set[str]:
    """Return the households where the person who answers for them was on the spot."""
    days = {"first": month.period.first_day, "last": month.period.last_day}
    return {household_id for (household_id,) in run(session, _visit_query(), wanted, **days)}


@cache
def _visit_query() -> Query:
    table = form_rows.Visit.__table__.c
    whole = (
        select(table.household_id)
        .where(table.visited_on.between(bindparam("first"), bindparam("last")))
        .where(table.is_helper, table.visit_way.in_(_ON_SITE))
    )
    return per_id(whole, table.household_id)


def _shared(
    session: Session, few: Mapping[str, Iterable[Member]] | None, name: str
) -> dict[str, dict[str, str]]:
    """Return a number that stands in several households → household id → words.

    ``few``: whose numbers are wanted (None: everybody's).
    """
    wanted = None if few is None else _numbers(few, name)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for number, household_id, household_no in run(session, _shared_query(name), wanted):
        found[number][household_id] = f"{household_no}号户"
    return found


@cache
def _shared_query(name: str) -> Query:
    member, household = rows.Member.__table__.c, rows.Household.__table__.c
    number, is_present = member[name], member.member_status == "present"

    def with_owners(numbers: Select[Any]) -> Select[Any]:
        in_several = func.count(func.distinct(member.household_id)) > 1
        doubled = numbers.group_by(number).having(in_several)
        return (
            select(number, member.household_id, household.household_no)
            .join_from(rows.Member.__table__, rows.Household.__table__)
            .where(is_present, number.in_(doubled))
        )

    numbers = select(number).where(is_present, number.is_not(None), number != "")
    part = numbers.where(number.in_(some("wanted")))
    return Query(with_owners(numbers), with_owners(part))


def _numbers(few: Mapping[str, Iterable[Member]], name: str) -> set[str]:
    numbers = (getattr(member, name) for group in few.values() for member in group)
    return {number for number in numbers if number}
