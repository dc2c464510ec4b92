"""What one word of search may mean: statements that are built once, and the values for them."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, bindparam, case, false, func, or_, select

from app.domain.roster import HEAD
from app.domain.roster_values import read_name
from app.models.household import Household, Member
from app.models.statements import AnySelect, Query, per_id
from app.ops.roster_rows import PRESENT

_MIN_DIGITS = 4  # fewer last digits of a number find too much
_SHOWN = ("id", "scope", "household_no", "hamlet_group", "household_kind", "phone")
_Condition = Callable[[], ColumnElement[bool]]


class Meant(NamedTuple):
    """What a word finds: households, the best first, and which of their people it has hit."""

    households: AnySelect
    people: Query
    values: Mapping[str, Any]


def meant(word: str, limit: int) -> Meant:
    """Return how to find what a person may mean by a word."""
    compact = word.replace(" ", "")
    values: dict[str, Any] = {"word": word, "limit": limit, "number": None}
    if compact.isascii() and compact.isalpha():
        of_person = _by_letters
        # Several readings stand in one column, separated by a blank.
        values |= {"first": f"{compact.lower()}*", "later": f"* {compact.lower()}*"}
    elif compact[:-1].isdigit() and len(compact) >= _MIN_DIGITS:
        of_person = _by_digits
        values["digits"] = f"%{_literal(compact.upper())}"
        if word.isdigit():
            values["number"] = f"%{word}"
    else:
        of_person = _by_name
        values["name"] = f"%{_literal(str(read_name(word).value or word))}%"
    return Meant(_households(of_person), people(of_person), values)


@cache
def living() -> AnySelect:
    """Return the columns that a line shows, of the living households."""
    columns = (getattr(Household, name) for name in _SHOWN)
    return select(*columns).where(Household.removed_on.is_(None))


@cache
def people(is_meant: _Condition = false) -> Query:
    """Return the people who are present, and whether a search has hit them."""
    columns = (Member.household_id, Member.name, Member.relation, is_meant().label("is_meant"))
    return per_id(select(*columns).where(Member.member_status == PRESENT), Member.household_id)


@cache
def _households(of_person: _Condition) -> AnySelect:
    is_head = func.max(case((Member.relation == HEAD, 1), else_=0)).label("is_head")
    hit = (
        select(Member.household_id, is_head)
        .where(Member.member_status == PRESENT, of_person())
        .group_by(Member.household_id)
        .subquery()
    )
    word = bindparam("word", type_=Text)
    of_household = [Household.household_no == word, Household.hamlet_group == word]
    if of_person is _by_digits:
        of_household += [_ends(Household.household_no, "number"), _ends(Household.phone, "number")]
    return (
        living()
        .outerjoin(hit, hit.c.household_id == Household.id)
        .where(or_(hit.c.household_id.is_not(None), *of_household))
        .order_by(
            Household.household_no != word,
            func.coalesce(hit.c.is_head, 0).desc(),
            Household.position,
            Household.household_no,
        )
        .limit(bindparam("limit"))
    )


def _by_letters() -> ColumnElement[bool]:
    columns, places = (Member.name_initials, Member.name_pinyin), ("first", "later")
    return or_(*(c.op("GLOB")(bindparam(place)) for place in places for c in columns))


def _by_digits() -> ColumnElement[bool]:
    return or_(_ends(Member.id_no, "digits"), _ends(Member.phone, "digits"))


def _by_name() -> ColumnElement[bool]:
    return _ends(Member.name, "name")


def _ends(column: Any, name: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.like(bindparam(name), escape="/")
    return found


def _literal(text: str) -> str:
    """Return a text for LIKE in which no sign stands for others."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
