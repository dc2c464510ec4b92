"""What rows are about: the household that they belong to, the warning that they are part of."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models.base import journaled_tables
from app.models.journal import ChangeRow
from app.models.statements import among
from app.models.step import Step
from app.sync.past import Row, by_table


def households_of(session: Session, rows: Iterable[Row]) -> dict[Row, str]:
    """Return the household that each row belongs to, by its own or its parent's column."""
    return {
        Row(table, id_): household
        for table, query in _homes(rows)
        for id_, household in session.execute(query)
        if household
    }


def homes_of(session: Session, rows: Iterable[Row]) -> set[str]:
    """Return the households that rows belong to, as ``households_of`` does."""
    found: set[str] = set()
    for _table, query in _homes(rows):
        found.update(_households(session, query))
    return found


def homes_in(session: Session, changesets: Select[int]) -> set[str]:
    """Return the households whose rows changesets are about; they are given by a query of ids."""
    inside = ChangeRow.changeset_id.in_(changesets)
    found: set[str] = set()
    for table in session.scalars(select(ChangeRow.table_name).where(inside).distinct()).all():
        home = _home(table)
        if home is not None:
            rows = select(ChangeRow.row_id).where(inside, ChangeRow.table_name == table)
            found.update(_households(session, home.query.where(home.id.in_(rows))))
    return found


def _households(session: Session, query: Any) -> Iterator[str]:
    """Yield the households of a query of rows and households, each once."""
    households = query.with_only_columns(query.selected_columns[1]).distinct()
    return (home for home in session.scalars(households) if home)


def _homes(rows: Iterable[Row]) -> Iterator[tuple[str, Any]]:
    """Yield of each table the query of its rows' ids and households."""
    for table, ids in by_table(rows).items():
        home = _home(table)
        if home is not None:
            yield table, home.query.where(among(home.id, ids))


def warnings_of(session: Session, rows: Iterable[Row]) -> set[str]:
    """Return the warnings that rows are, or are steps of."""
    wanted = set(rows)
    about = wanted | set(_subjects(session, wanted).values())
    return {row.id for row in about if row.table == "warning"}


def _subjects(session: Session, rows: Iterable[Row]) -> dict[Row, Row]:
    """Return the row that each step leads along its life."""
    found: dict[Row, Row] = {}
    steps = [row.id for row in rows if row.table == Step.__tablename__]
    query = select(Step.id, Step.subject, Step.subject_id).where(among(Step.id, steps))
    for step, subject, subject_id in session.execute(query) if steps else ():
        found[Row(Step.__tablename__, step)] = Row(subject, subject_id)
    return found


def rows_of(session: Session, household_id: str) -> set[Row]:
    """Return every row that hangs on a household."""
    found: set[Row] = set()
    for table in journaled_tables():
        home = _home(table)
        if home is not None and table != "household":
            query = home.query.where(home.column == household_id)
            found |= {Row(table, id_) for id_, _household in session.execute(query)}
    return found


class _Home(NamedTuple):
    query: Any  # of (row id, household id)
    id: Any
    column: Any


@cache
def _home(table: str) -> _Home | None:
    """Return where a table's rows say their household, themselves or through their parent."""
    classes = journaled_tables()
    cls = classes.get(table)
    if cls is None:
        return None
    columns = cls.__table__.c
    if table == "household":
        return _Home(select(cls.id, cls.id), cls.id, cls.id)
    if "household_id" in columns:
        return _Home(select(cls.id, columns.household_id), cls.id, columns.household_id)
    for key in cls.__table__.foreign_keys:
        parent = classes.get(key.column.table.name)
        if parent is not None and "household_id" in parent.__table__.c:
            home = parent.__table__.c.household_id
            joined = select(cls.id, home).join(parent.__table__, key.column == key.parent)
            return _Home(joined, cls.id, home)
    if "member_id" in columns:  # last: an answer of the whole household names no member
        member = classes["member"].__table__.c
        of_member = select(cls.id, member.household_id).join(
            classes["member"].__table__, member.id == columns.member_id
        )
        return _Home(of_member, cls.id, member.household_id)
    return None
