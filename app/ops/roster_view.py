"""Reading the roster: the list of households, search, one household with its people."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roster import HEAD
from app.domain.roster_values import plain
from app.models.case import is_case_kept
from app.models.household import AnnualIncome, Area, Household, Member, MonitoredCase
from app.models.statements import AnySelect, Query, per_id, run
from app.models.store import Store
from app.ops.errors import UnknownHouseholdError
from app.ops.roster_rows import PRESENT
from app.ops.roster_search import Meant, living, meant, people


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household as a list shows it. Enum values are keys.

    Attributes:
        persons: members who are present.
        object_type: of the newest case, "" if there is none; ``is_eliminated`` belongs to it.
        found: names of members that a search has hit, the head apart.
        village: its name.
    """

    household_id: str
    household_no: str
    head_name: str
    hamlet_group: str
    persons: int
    household_kind: str
    object_type: str
    is_eliminated: bool
    per_capita_income: Decimal | None
    phone: str
    found: tuple[str, ...] = ()
    village: str = ""


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A person as the household's page shows it. Enum values are keys."""

    member_id: str
    number: int
    name: str
    relation: str
    sex: str
    birth_date: str
    id_no: str
    is_id_no_valid: bool
    disability_cert_no: str
    ethnicity: str
    education: str
    school_status: str
    health: tuple[str, ...]
    labor_skill: str
    employment: str
    work_place: str
    work_months: int | None
    monthly_wage: Decimal | None
    medical_insurance: str
    has_pension_insurance: bool | None
    has_dibao: bool
    has_tekun: bool
    phone: str
    member_status: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One identification of a household as a monitored object."""

    case_no: int
    object_type: str
    identified_on: str
    causes: tuple[str, ...]
    is_eliminated: bool
    eliminated_on: str


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """Everything that the roster says of a household; those who left come last."""

    line: HouseholdLine
    members: tuple[MemberLine, ...]
    cases: tuple[CaseLine, ...]
    registered_size: int | None
    house_rating: str
    has_safe_water: bool | None
    farmland_mu: Decimal | None
    note: str


def list_households(store: Store) -> list[HouseholdLine]:
    """Return the living households, village by village in the order of the roster."""
    order = (Household.scope, Household.position, Household.household_no)
    with store.read() as session:
        return _lines(session, session.execute(living().order_by(*order)).all(), None)


def has_households(store: Store) -> bool:
    """Tell whether anybody is on the roster."""
    with store.read() as session:
        return session.execute(living().limit(1)).first() is not None


def search(store: Store, text: str, limit: int = 50) -> list[HouseholdLine]:
    """Return the households that a person may mean, the best first.

    Found are: name (any dot between syllables), pinyin and its initials, household number, last
    digits (at least four) of identity number or telephone, hamlet group.
    """
    word = plain(text)
    if not word:
        return []
    found = meant(word, limit)
    with store.read() as session:
        rows = session.execute(found.households, found.values).all()
        return _lines(session, rows, [row.id for row in rows], found)


def household_page(store: Store, household_id: str) -> HouseholdPage:
    """Return one household.

    Raises:
        UnknownHouseholdError: there is none of this id.
    """
    with store.read() as session:
        row = session.get(Household, household_id)
        if row is None:
            raise UnknownHouseholdError(text=household_id)
        members = session.scalars(
            select(Member)
            .filter_by(household_id=household_id)
            .order_by(Member.member_status != PRESENT, Member.number)
        )
        cases = session.scalars(
            select(MonitoredCase)
            .where(MonitoredCase.household_id == household_id, is_case_kept())
            .order_by(MonitoredCase.case_no)
        )
        return HouseholdPage(
            line=_lines(session, [row], [row.id])[0],
            members=tuple(_member_line(member) for member in members),
            cases=tuple(_case_line(case) for case in cases),
            registered_size=row.registered_size,
            house_rating=row.house_rating or "",
            has_safe_water=row.has_safe_water,
            farmland_mu=row.farmland_mu,
            note=row.note,
        )


def _lines(
    session: Session,
    rows: Sequence[Any],
    wanted: Collection[str] | None,
    meant_by: Meant | None = None,
) -> list[HouseholdLine]:
    """Return the lines of households; what hangs on them is read by table, not by household.

    ``wanted``: their ids (None: all of them). ``meant_by``: the search that has found them.
    """
    of_people, values = (meant_by.people, meant_by.values) if meant_by else (people(), {})
    heads: dict[str, str] = {}
    persons: dict[str, int] = defaultdict(int)
    found: dict[str, list[str]] = defaultdict(list)
    for household_id, name, relation, is_found in run(session, of_people, wanted, **values):
        persons[household_id] += 1
        if relation == HEAD:
            heads.setdefault(household_id, name)
        elif is_found:
            found[household_id].append(name)
    income = {row.household_id: row.annual_per_capita for row in run(session, _incomes(), wanted)}
    newest = {row.household_id: row for row in run(session, _cases(), wanted)}
    villages = {row.area_code: row.name for row in session.execute(_villages())}
    return [
        HouseholdLine(
            household_id=row.id,
            household_no=row.household_no,
            head_name=heads.get(row.id, ""),
            hamlet_group=row.hamlet_group,
            persons=persons[row.id],
            household_kind=row.household_kind,
            object_type=newest[row.id].object_type if row.id in newest else "",
            is_eliminated=newest[row.id].is_eliminated if row.id in newest else False,
            per_capita_income=income.get(row.id),
            phone=row.phone or "",
            found=tuple(found[row.id]),
            village=villages.get(row.scope, ""),
        )
        for row in rows
    ]


@cache
def _incomes() -> Query:
    income = AnnualIncome
    whole = select(income.household_id, income.annual_per_capita).order_by(income.year)
    return per_id(whole.where(income.annual_per_capita.is_not(None)), income.household_id)


@cache
def _cases() -> Query:
    case_ = MonitoredCase
    whole = select(case_.household_id, case_.object_type, case_.is_eliminated)
    return per_id(whole.where(is_case_kept()).order_by(case_.case_no), case_.household_id)


@cache
def _villages() -> AnySelect:
    return select(Area.area_code, Area.name).where(Area.area_level == "village")


def _member_line(row: Member) -> MemberLine:
    return MemberLine(
        member_id=row.id,
        number=row.number,
        name=row.name,
        relation=row.relation,
        sex=row.sex,
        birth_date=row.birth_date,
        id_no=row.id_no,
        is_id_no_valid=row.is_id_no_valid,
        disability_cert_no=row.disability_cert_no,
        ethnicity=row.ethnicity,
        education=row.education,
        school_status=row.school_status,
        health=_split(row.health),
        labor_skill=row.labor_skill,
        employment=row.employment,
        work_place=row.work_place,
        work_months=row.work_months,
        monthly_wage=row.monthly_wage,
        medical_insurance=row.medical_insurance,
        has_pension_insurance=row.has_pension_insurance,
        has_dibao=row.has_dibao,
        has_tekun=row.has_tekun,
        phone=row.phone or "",
        member_status=row.member_status,
    )


def _case_line(row: MonitoredCase) -> CaseLine:
    return CaseLine(
        case_no=row.case_no,
        object_type=row.object_type,
        identified_on=row.identified_on or "",
        causes=_split(row.causes),
        is_eliminated=row.is_eliminated,
        eliminated_on=row.eliminated_on or "",
    )


def _split(joined: str) -> tuple[str, ...]:
    return tuple(key for key in joined.split(",") if key)
