"""Declarative base, row identity, and the one form in which values enter the journal."""

import hashlib
import os
import threading
import time
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

_NAMESPACE = uuid.UUID("6f0a3c52-7a1e-5d7b-9a55-0d6f4d3b7c10")  # never change: ids depend on it
_NAMING = {  # SQLite cannot alter a constraint without a name
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_GIVING, _last = threading.Lock(), 0
DERIVED = {"derived": True}  # column info: computed from other columns, never journaled


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562) as 36 characters: unique on all replicas, later ones greater.

    Those of one process also within a millisecond: rows made at once keep their order.
    """
    global _last  # noqa: PLW0603  the greatest one given
    millis = time.time_ns() // 1_000_000
    rand = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | (7 << 76) | ((rand >> 62 & 0xFFF) << 64) | (2 << 62) | rand % (1 << 62)
    with _GIVING:
        _last = max(value, _last + 1)
        return str(uuid.UUID(int=_last))


def natural_id(*parts: str) -> str:
    """Return the UUIDv5 of a natural key, so that two replicas create the same row."""
    name = _NAMESPACE.bytes + "/".join(parts).encode()
    text = hashlib.sha1(name, usedforsecurity=False).hexdigest()  # uuid5; a third of its time
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


class Money(TypeDecorator[Decimal]):
    """Exact yuan, stored as plain decimal text."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        """What a value is in Python; ``from_canonical`` goes by it."""
        return Decimal

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Store without exponent; None stays None (not given is not zero)."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read back exactly."""
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {Decimal: Money, str: Text}  # noqa: RUF012  SQLAlchemy reads it so


class Journaled(Base):
    """A table whose every field change is written to the journal.

    ``scope``: the village whose package carries the row (area code), or ``policy:<area code>``.
    """

    __abstract__ = True
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(32), index=True)


def canonical(value: object) -> Any:
    """Return the JSON value of a column value: Decimal as plain text, date as ISO text.

    Raises:
        TypeError: any other type; the journal keeps only what every replica can read back.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot stand in the journal")


def journaled_tables() -> dict[str, type[Journaled]]:
    """Return table name → class of every journaled table."""
    found: dict[str, type[Journaled]] = {}
    todo: list[type[Journaled]] = list(Journaled.__subclasses__())
    while todo:
        cls = todo.pop()
        todo.extend(cls.__subclasses__())
        if not cls.__dict__.get("__abstract__"):
            found[cls.__tablename__] = cls
    return found


def journaled_columns(cls: type[Journaled]) -> tuple[str, ...]:
    """Return the names of the columns that enter the journal (all but derived ones)."""
    return tuple(c.key for c in cls.__mapper__.column_attrs if not c.columns[0].info.get("derived"))


def from_canonical(cls: type[Journaled], field: str, value: Any) -> Any:
    """Return the column value of a JSON value of the journal.

    Raises:
        ValueError, KeyError: the field or its value does not fit the table.
    """
    column = cls.__mapper__.columns[field]
    python_type = column.type.python_type
    if value is None:
        if not column.nullable:
            raise ValueError(f"{field} cannot be empty")
        return None
    if python_type is Decimal:
        return Decimal(value)
    if python_type is date:
        return date.fromisoformat(value)
    if not isinstance(value, python_type) or (python_type is int and isinstance(value, bool)):
        raise ValueError(f"{field} has another type")
    return value
