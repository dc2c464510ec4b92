"""Statements that are built once and run many times, for some hundred ids at a time.

SQLAlchemy finds the SQL of a statement again by the object: running one takes 30 µs, building it
anew each time 150 µs more, and one page runs thirty.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam
from sqlalchemy.orm import Session

AnySelect = Select[*tuple[Any, ...]]
CHUNK = 500  # bound parameters of one statement


class Query(NamedTuple):
    """A statement for everything, and for what ``wanted`` names."""

    whole: AnySelect
    part: AnySelect


def per_id(whole: AnySelect, column: Any) -> Query:
    """Return a statement for everything, and for some ids in a column."""
    return Query(whole, whole.where(column.in_(some("wanted"))))


def run(
    session: Session, query: Query, wanted: Collection[str] | None, **values: Any
) -> Iterator[Any]:
    """Yield the rows for the wanted, some hundred at a time (None: for everything)."""
    if wanted is None:
        yield from session.execute(query.whole, values).all()
        return
    for chunk in chunks(wanted):
        yield from session.execute(query.part, {**values, "wanted": chunk}).all()


def some(name: str) -> BindParameter[str]:
    """Return a parameter that takes a list, for ``in_``."""
    return bindparam(name, expanding=True)


def chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield the ids in order, as many at a time as one statement takes."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]
