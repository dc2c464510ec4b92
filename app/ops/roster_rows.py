"""Rows of the database ↔ values of a table: keys on one side, Chinese words on the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels
from app.domain.roster import HEAD, RowValues
from app.domain.roster_diff import KnownHousehold, KnownMember, KnownRoster
from app.domain.roster_values import Value
from app.models.case import is_case_kept
from app.models.household import AnnualIncome, Household, Member, MonitoredCase

PRESENT = "present"
PROVISIONAL = "临"  # begins the number of a household that the source gave none
_LABELLED = {  # field of a member → enum of the glossary
    "sex": "sex",
    "labor_skill": "labor_skill",
    "employment": "employment",
    "medical_insurance": "medical_insurance",
}
_TEXTS = (
    "person_no", "name", "relation", "id_no", "disability_cert_no", "ethnicity", "education",
    "school_status", "work_place",
)  # fmt: skip
_AS_IS = ("work_months", "work_from", "work_to", "monthly_wage", "has_pension_insurance")
_FLAGS = ("has_dibao", "has_tekun")
_DISABILITY_KINDS = tuple(labels.LABELS["disability_kind"])


@dataclass(frozen=True, slots=True)
class StoredRoster:
    """The living roster as rows, and the same as the import compares it."""

    households: dict[str, Household]
    members: dict[str, Member]
    incomes: dict[str, AnnualIncome]  # household id → the last year of which one is known
    cases: dict[str, MonitoredCase]  # household id → its newest case
    known: KnownRoster


def load_roster(session: Session) -> StoredRoster:
    """Load the living households with everything that a table may say about them."""
    households = {
        row.id: row
        for row in session.scalars(select(Household).where(Household.removed_on.is_(None)))
    }
    members = {
        row.id: row
        for row in session.scalars(select(Member).order_by(Member.household_id, Member.number))
        if row.household_id in households
    }
    said = AnnualIncome.annual_per_capita.is_not(None)
    incomes = {
        row.household_id: row
        for row in session.scalars(select(AnnualIncome).where(said).order_by(AnnualIncome.year))
    }
    cases = {
        row.household_id: row
        for row in session.scalars(
            select(MonitoredCase).where(is_case_kept()).order_by(MonitoredCase.case_no)
        )
    }
    people: dict[str, list[Member]] = defaultdict(list)
    for member in members.values():
        if member.member_status == PRESENT:
            people[member.household_id].append(member)
    known = KnownRoster(
        tuple(
            KnownHousehold(
                row.id,
                row.household_no,
                household_values(row, people[row.id], incomes.get(row.id), cases.get(row.id)),
                row.household_no.startswith(PROVISIONAL),
            )
            for row in households.values()
        ),
        tuple(
            KnownMember(
                row.id,
                row.household_id,
                row.member_status == PRESENT,
                row.is_id_no_valid,
                member_values(row),
            )
            for row in members.values()
        ),
    )
    return StoredRoster(households, members, incomes, cases, known)


def household_values(
    row: Household,
    people: Iterable[Member],
    income: AnnualIncome | None,
    case: MonitoredCase | None,
) -> dict[str, Value]:
    """Return what a table would say of a household."""
    head = next((member.name for member in people if member.relation == HEAD), None)
    causes = tuple(labels.label("risk_cause", c) for c in _split(case.causes)) if case else ()
    return {
        "hamlet_group": row.hamlet_group or None,
        "household_no": row.household_no,
        "head_name": head,
        "registered_size": row.registered_size,
        "household_kind": labels.label("household_kind", row.household_kind),
        "object_type": labels.label("object_type", case.object_type) if case else None,
        "main_cause": causes[0] if causes else None,
        "causes": causes or None,
        "identified_on": _month(case.identified_on) if case else None,
        "is_eliminated": case.is_eliminated if case else None,
        "eliminated_on": _month(case.eliminated_on) if case else None,
        "per_capita_income": _plain(income.annual_per_capita) if income else None,
        "house_rating": labels.label("house_rating", row.house_rating or "") or None,
        "has_safe_water": row.has_safe_water,
        "phone": row.phone,
    }


def member_values(row: Member) -> dict[str, Value]:
    """Return what a table would say of a person."""
    values: dict[str, Value] = {name: getattr(row, name) or None for name in _TEXTS}
    values |= {
        name: labels.label(enum, getattr(row, name)) or None for name, enum in _LABELLED.items()
    }
    values |= {name: getattr(row, name) for name in (*_AS_IS, *_FLAGS)}
    values["monthly_wage"] = _plain(row.monthly_wage)
    values["birth_date"] = row.birth_date or None
    values["health"] = tuple(labels.label("health", key) for key in _split(row.health)) or None
    return values


def member_columns(values: Mapping[str, Value], *, is_id_valid: bool) -> dict[str, Any]:
    """Return the columns of a person from the values of a table; only those that it has."""
    columns: dict[str, Any] = {name: values[name] or "" for name in _TEXTS if name in values}
    for name, enum in _LABELLED.items():
        if name in values:
            columns[name] = _key(enum, str(values[name] or ""))
    columns |= {name: values[name] for name in _AS_IS if name in values}
    columns |= {name: bool(values[name]) for name in _FLAGS if name in values}
    if "health" in values:
        columns["health"] = _keys("health", values["health"])
    if "id_no" in values:
        columns["is_id_no_valid"] = is_id_valid or not values["id_no"]
    if "disability_cert_no" in values:
        columns |= _disability(str(values["disability_cert_no"] or ""))
    if "birth_date" in values:
        columns["birth_date"] = values["birth_date"] or ""
    return columns


def completed(values: Mapping[str, Value], *, is_id_valid: bool) -> dict[str, Value]:
    """Add what a valid identity number says where the table has no birth date or no sex.

    A month-only birth becomes a day only when the number agrees with the month.
    """
    full = values.copy() if isinstance(values, RowValues) else dict(values)
    number = str(values.get("id_no") or "")
    if not is_id_valid or len(number) != 18:
        return full
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    birth = full.get("birth_date")
    if birth is None or (isinstance(birth, str) and born.startswith(birth)):
        full["birth_date"] = born
    if full.get("sex") is None:
        full["sex"] = "男" if int(number[16]) % 2 else "女"
    return full


def household_columns(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the columns of a household's own row from the values of a table."""
    columns: dict[str, Any] = {}
    for name in ("registered_size", "has_safe_water", "phone"):
        if name in values:
            columns[name] = values[name]
    if values.get("household_no"):
        columns["household_no"] = values["household_no"]
    if "hamlet_group" in values:
        columns["hamlet_group"] = values["hamlet_group"] or ""
    if values.get("household_kind"):
        columns["household_kind"] = labels.key("household_kind", str(values["household_kind"]))
    if "house_rating" in values:
        columns["house_rating"] = (
            labels.key("house_rating", str(values["house_rating"] or "")) or None
        )
    return columns


def case_columns(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the columns of a case from the values of a table that names an object type."""
    columns: dict[str, Any] = {}
    if values.get("object_type"):
        columns["object_type"] = labels.key("object_type", str(values["object_type"]))
    causes = values.get("causes") or values.get("main_cause")
    if causes:
        words = causes if isinstance(causes, tuple) else (str(causes),)
        columns["causes"] = ",".join(labels.key("risk_cause", str(word)) for word in words)
    for name in ("identified_on", "eliminated_on"):
        if name in values:
            columns[name] = values[name]
    if "is_eliminated" in values:
        columns["is_eliminated"] = bool(values["is_eliminated"])
    return columns


def income_year(today: date) -> int:
    """Return the last income year (1 Oct – 30 Sep) that is over."""
    return today.year if (today.month, today.day) >= (10, 1) else today.year - 1


@cache
def _key(enum: str, word: str) -> str:
    return labels.key(enum, word)


@lru_cache(maxsize=1024)
def _disability(certificate: str) -> dict[str, Any]:
    """Return kind and grade from the 19th and 20th digit of a disability certificate."""
    kind, grade = certificate[18:19], certificate[19:20]
    if kind.isdigit() and grade.isdigit() and "1" <= kind <= "7" and "1" <= grade <= "4":
        return {
            "disability_kind": _DISABILITY_KINDS[int(kind) - 1],
            "disability_grade": int(grade),
        }
    return {"disability_kind": None, "disability_grade": None}


@cache
def _keys(enum: str, words: Value) -> str:
    """Return a set of words as keys, joined in the glossary's order."""
    found = {labels.key(enum, word) for word in words} if isinstance(words, tuple) else set()
    return ",".join(key for key in labels.LABELS[enum] if key in found)


def _split(joined: str) -> list[str]:
    return [key for key in joined.split(",") if key]


def _month(text: str | None) -> str | None:
    return text[:7] if text else None


def _plain(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.normalize() + 0
