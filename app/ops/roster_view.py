"""Reading the roster: the list of households, search, one household with its people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.domain.roster import HEAD
from app.domain.roster_values import plain, read_name
from app.models.case import is_case_kept
from app.models.household import AnnualIncome, Household, Member, MonitoredCase
from app.models.store import Store
from app.ops.errors import UnknownHouseholdError
from app.ops.roster_rows import PRESENT

_MIN_DIGITS = 4  # fewer last digits of a number find too much
_CHUNK = 500  # bound parameters of one statement


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household as a list shows it. Enum values are keys.

    Attributes:
        persons: members who are present.
        object_type: of the newest case, "" if there is none; ``is_eliminated`` belongs to it.
        found: names of members that a search has hit, the head apart.
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
    """Return the living households in the order of the roster."""
    with store.read() as session:
        rows = session.scalars(
            select(Household)
            .where(Household.removed_on.is_(None))
            .order_by(Household.position, Household.household_no)
        ).all()
        return _lines(session, rows, None)


def search(store: Store, text: str, limit: int = 50) -> list[HouseholdLine]:
    """Return the households that a person may mean, the best first.

    Found are: name (any dot between syllables), pinyin and its initials, household number, last
    digits (at least four) of identity number or telephone, hamlet group.
    """
    word = plain(text)
    if not word:
        return []
    with store.read() as session:
        members = session.execute(
            select(Member.household_id, Member.name, Member.relation)
            .join(Household, Household.id == Member.household_id)
            .where(Household.removed_on.is_(None), Member.member_status == PRESENT)
            .where(_of_member(word))
        ).all()
        found: dict[str, list[str]] = defaultdict(list)
        heads = {row.household_id for row in members if row.relation == HEAD}
        for row in members:
            if row.relation != HEAD:
                found[row.household_id].append(row.name)
        rows = _households(session, _of_household(word), {row.household_id for row in members})
        rows.sort(
            key=lambda h: (h.household_no != word, h.id not in heads, h.position, h.household_no)
        )
        return _lines(session, rows[:limit], found)


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
            line=_lines(session, [row], None)[0],
            members=tuple(_member_line(member) for member in members),
            cases=tuple(_case_line(case) for case in cases),
            registered_size=row.registered_size,
            house_rating=row.house_rating or "",
            has_safe_water=row.has_safe_water,
            farmland_mu=row.farmland_mu,
            note=row.note,
        )


def _of_member(word: str) -> ColumnElement[bool]:
    """Return the condition on a person for one word of search."""
    compact = word.replace(" ", "")
    if compact.isascii() and compact.isalpha():
        low = compact.lower()
        columns = (Member.name_initials, Member.name_pinyin)
        # Several readings stand in one column, separated by a blank.
        starts = [column.op("GLOB")(f"{low}*") for column in columns]
        return or_(*starts, *(column.op("GLOB")(f"* {low}*") for column in columns))
    if compact[:-1].isdigit() and len(compact) >= _MIN_DIGITS:
        digits = compact.upper()
        return or_(
            Member.id_no.endswith(digits, autoescape=True),
            Member.phone.endswith(digits, autoescape=True),
        )
    name = read_name(word).value
    return Member.name.contains(str(name or word), autoescape=True)


def _of_household(word: str) -> ColumnElement[bool]:
    conditions = [Household.household_no == word, Household.hamlet_group == word]
    if word.isdigit() and len(word) >= _MIN_DIGITS:
        conditions += [
            Household.household_no.endswith(word, autoescape=True),
            Household.phone.endswith(word, autoescape=True),
        ]
    return or_(*conditions)


def _households(session: Session, condition: ColumnElement[bool], ids: set[str]) -> list[Household]:
    living = select(Household).where(Household.removed_on.is_(None))
    rows = {row.id: row for row in session.scalars(living.where(condition))}
    wanted = sorted(ids - rows.keys())
    for start in range(0, len(wanted), _CHUNK):
        part = living.where(Household.id.in_(wanted[start : start + _CHUNK]))
        rows |= {row.id: row for row in session.scalars(part)}
    return list(rows.values())


def _lines(
    session: Session, rows: Iterable[Household], found: Mapping[str, list[str]] | None
) -> list[HouseholdLine]:
    """Return the lines of households; what hangs on them is read by table, not by household."""
    wanted = list(rows)
    ids = {row.id for row in wanted}
    people = select(Member.household_id, Member.name, Member.relation).where(
        Member.member_status == PRESENT
    )
    incomes = (
        select(AnnualIncome.household_id, AnnualIncome.annual_per_capita)
        .where(AnnualIncome.annual_per_capita.is_not(None))
        .order_by(AnnualIncome.year)
    )
    cases = (
        select(MonitoredCase.household_id, MonitoredCase.object_type, MonitoredCase.is_eliminated)
        .where(is_case_kept())
        .order_by(MonitoredCase.case_no)
    )
    if len(ids) <= _CHUNK:
        people = people.where(Member.household_id.in_(ids))
        incomes = incomes.where(AnnualIncome.household_id.in_(ids))
        cases = cases.where(MonitoredCase.household_id.in_(ids))
    heads: dict[str, str] = {}
    persons: dict[str, int] = defaultdict(int)
    for household_id, name, relation in session.execute(people):
        persons[household_id] += 1
        if relation == HEAD:
            heads.setdefault(household_id, name)
    income = {row.household_id: row.annual_per_capita for row in session.execute(incomes)}
    case = {row.household_id: row for row in session.execute(cases)}
    return [
        HouseholdLine(
            household_id=row.id,
            household_no=row.household_no,
            head_name=heads.get(row.id, ""),
            hamlet_group=row.hamlet_group,
            persons=persons[row.id],
            household_kind=row.household_kind,
            object_type=case[row.id].object_type if row.id in case else "",
            is_eliminated=case[row.id].is_eliminated if row.id in case else False,
            per_capita_income=income.get(row.id),
            phone=row.phone or "",
            found=tuple((found or {}).get(row.id, ())),
        )
        for row in wanted
    ]


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
