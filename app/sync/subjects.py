"""What rows are about: the household that they belong to, the warning that they are part of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.base import Journaled, journaled_tables
from app.models.step import Step
from app.sync.derive import Row

_CHUNK = 500  # bound parameters of one statement


def households_of(session: Session, rows: Iterable[Row]) -> dict[Row, str]:
    """Return the household that each row belongs to, by its own or its parent's column."""
    wanted = set(rows)
    subjects = _subjects(session, wanted)
    homes = _homes(session, wanted | set(subjects.values()))
    homes |= {step: homes[subject] for step, subject in subjects.items() if subject in homes}
    return {row: home for row, home in homes.items() if row in wanted}


def warnings_of(session: Session, rows: Iterable[Row]) -> set[str]:
    """Return the warnings that rows are, or are steps of."""
    wanted = set(rows)
    about = wanted | set(_subjects(session, wanted).values())
    return {row.id for row in about if row.table == "warning"}


def _subjects(session: Session, rows: Iterable[Row]) -> dict[Row, Row]:
    """Return the row that each step leads along its life."""
    found: dict[Row, Row] = {}
    for chunk in _chunks([row.id for row in rows if row.table == Step.__tablename__]):
        query = select(Step.id, Step.subject, Step.subject_id).where(Step.id.in_(chunk))
        for step, subject, subject_id in session.execute(query):
            found[Row(Step.__tablename__, step)] = Row(subject, subject_id)
    return found


def _homes(session: Session, rows: Iterable[Row]) -> dict[Row, str]:
    by_table: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_table[row.table].append(row.id)
    homes: dict[Row, str] = {}
    classes = journaled_tables()
    for table, ids in by_table.items():
        query = _home_query(classes, table)
        if query is None:
            continue
        for chunk in _chunks(ids):
            for id_, household in session.execute(query.where(classes[table].id.in_(chunk))):
                if household:  # a step of a month belongs to none
                    homes[Row(table, id_)] = household
    return homes


def _home_query(classes: dict[str, type[Journaled]], table: str) -> Any:
    """Return a query for (row id, household id) of a table; None if it has no household."""
    cls = classes.get(table)
    if cls is None:
        return None
    columns = cls.__table__.c
    if table == "household":
        return select(cls.id, cls.id)
    if "household_id" in columns:
        return select(cls.id, columns.household_id)
    for key in cls.__table__.foreign_keys:
        parent = classes.get(key.column.table.name)
        if parent is not None and "household_id" in parent.__table__.c:
            home = parent.__table__.c.household_id
            return select(cls.id, home).join(parent.__table__, key.column == key.parent)
    return None


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
