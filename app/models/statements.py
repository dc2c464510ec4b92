"""Statements that are built once and run many times, for some hundred ids at a time.

SQLAlchemy finds the SQL of a statement again by the object: running one takes 30 µs, building it
anew each time 150 µs more, and one page runs thirty.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Session

T = TypeVar("T")
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
    for chunk in chunks(sorted(wanted)):
        yield from session.execute(query.part, {**values, "wanted": chunk}).all()


def some(name: str) -> BindParameter[str]:
    """Return a parameter that takes a list, for ``in_``."""
    return bindparam(name, expanding=True)


def among(column: SQLColumnExpression[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """Return the condition to be one of values, however many: they are bound as one JSON array."""
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def chunks(ids: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Yield the ids in portions that one statement can bind."""
    remaining = iter(ids)
    while chunk := tuple(islice(remaining, CHUNK)):
        yield chunk
