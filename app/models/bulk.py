"""Many new rows at once: their inserts, and their journal without holding it twice.

Called with the guard lifted: by :mod:`app.models.capture` inside ``Store.write``, and where rows
are derived from the journal. A line of 130 MB would otherwise stand in memory as values, as text,
as bytes and as a bound parameter.
"""

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date

from app.domain.changeset import NEW_ROW
from app.models.base import Journaled, Money, canonical
from app.models.pinyin import derived_columns

_PORTION = 2000
_BYTES = 1 << 20
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode
_CHANGES = b'"changes":['  # a quote inside a value is escaped, so this stands there once


@dataclass(frozen=True, slots=True)
class Line:
    """A canonical line in pieces."""

    pieces: tuple[bytes | bytearray, ...]

    @property
    def size(self) -> int:
        """Return its length in bytes."""
        return sum(map(len, self.pieces))

    @property
    def digest(self) -> str:
        """Return its SHA-256 as hex."""
        found = hashlib.sha256()
        for piece in self.pieces:
            found.update(piece)
        return found.hexdigest()


@dataclass(slots=True)
class NewRows:
    """The new rows of one scope: their changes as canonical JSON, one after the other.

    ``tables``, ``row_ids``, ``starts``, ``ends``: of each row, and where its values stand.
    """

    text: bytearray = field(default_factory=bytearray)
    tables: list[str] = field(default_factory=list)
    row_ids: list[str] = field(default_factory=list)
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    ids: set[str] = field(default_factory=set)

    def add(self, table: str, row_id: str, values: Mapping[str, Any]) -> None:
        """Note one row."""
        if self.text:
            self.text += b","
        self.text += f'["{table}","{row_id}","{NEW_ROW}",null,'.encode()
        self.starts.append(len(self.text))
        self.text += _encode(values).encode()
        self.ends.append(len(self.text))
        self.text += b"]"
        self.tables.append(table)
        self.row_ids.append(row_id)
        self.ids.add(row_id)

    def line(self, others: bytes) -> Line:
        """Return the line of a changeset whose other changes stand in ``others`` already."""
        begin = others.index(_CHANGES) + len(_CHANGES)
        rest = others[begin:]
        between = b"" if rest.startswith(b"]") else b","
        return Line((others[:begin], self.text, between, rest))


class _Shape(NamedTuple):
    """How the rows of a table are written."""

    sql: str
    defaults: Mapping[str, Any]
    journaled: tuple[str, ...]
    order: tuple[str, ...]
    typed: tuple[str, ...]  # columns whose values are not JSON values themselves


@cache
def _shape(cls: type[Journaled]) -> _Shape:
    columns = {attr.key: attr.columns[0] for attr in cls.__mapper__.column_attrs}
    defaults = {
        name: column.default.arg if column.default is not None else None
        for name, column in columns.items()
        if name not in ("id", "scope") and not column.info.get("derived")
    }
    names = ", ".join(f'"{column.name}"' for column in columns.values())
    marks = ", ".join("?" * len(columns))
    return _Shape(
        f"INSERT INTO {cls.__tablename__} ({names}) VALUES ({marks})",  # noqa: S608  our names
        defaults,
        tuple(sorted({*defaults, "scope"})),
        tuple(columns),
        tuple(n for n, c in columns.items() if isinstance(c.type, Money | Date)),
    )


def insert_rows(
    connection: Connection,
    cls: type[Journaled],
    scope: str,
    rows: Sequence[Mapping[str, Any]],
    noted: NewRows,
) -> None:
    """Insert rows and note their changes; the caller holds the guard lifted."""
    shape = _shape(cls)
    for start in range(0, len(rows), _PORTION):
        portion = rows[start : start + _PORTION]
        bound = [_bound(shape, cls.__tablename__, scope, row, noted) for row in portion]
        connection.exec_driver_sql(shape.sql, bound)


def insert_known(
    connection: Connection, cls: type[Journaled], rows: Mapping[str, Mapping[str, Any]]
) -> None:
    """Insert rows that stand in the journal already, by id: its values are those of the file.

    The caller has judged that they fit their columns, and holds the guard lifted.
    """
    if not rows:
        return
    shape = _shape(cls)
    bound = [
        tuple([values[name] for name in shape.order])
        for id_, its in rows.items()
        for values in ({**shape.defaults, **its, **derived_columns(cls, its), "id": id_},)
    ]
    connection.exec_driver_sql(shape.sql, bound)


def _bound(
    shape: _Shape, table: str, scope: str, row: Mapping[str, Any], noted: NewRows
) -> tuple[Any, ...]:
    """Note a row and return it in the order of its columns, as the driver binds it."""
    values: dict[str, Any] = {**shape.defaults, **row, "scope": scope}
    for name in shape.typed:
        values[name] = canonical(values[name])
    journaled = {name: values[name] for name in shape.journaled}
    if float in map(type, journaled.values()):
        raise TypeError(f"{table}: a float cannot stand in the journal")
    noted.add(table, values["id"], journaled)
    if len(values) != len(shape.order):
        raise TypeError(f"{table}: {sorted(values.keys() ^ set(shape.order))}")
    return tuple([values[name] for name in shape.order])


def write_line(connection: Connection, changeset_id: int, line: Line) -> None:
    """Write a line into the place that was kept for it."""
    raw: Any = connection.connection.driver_connection
    blob = raw.open_blob("changeset", "line", changeset_id, False)
    try:
        for part in chain.from_iterable(map(_parts, line.pieces)):
            blob.write(part)
    finally:
        blob.close()


def insert_changes(connection: Connection, changeset_id: int, noted: NewRows) -> None:
    """Insert the rows for queries; the text gives each row's values."""
    sql = (
        "INSERT INTO change (changeset_id, table_name, row_id, field, old, new) "
        "VALUES (?, ?, ?, '', 'null', ?)"
    )
    rows = zip(noted.tables, noted.row_ids, noted.starts, noted.ends, strict=True)
    while portion := list(islice(rows, _PORTION)):
        connection.exec_driver_sql(
            sql,
            [
                (changeset_id, table, row_id, noted.text[start:end].decode())
                for table, row_id, start, end in portion
            ],
        )


def _parts(piece: bytes | bytearray) -> Iterator[bytes]:
    for start in range(0, len(piece), _BYTES):
        yield bytes(piece[start : start + _BYTES])
