"""The tables as they stood at the end of a day, or without what was written in some stretches.

``past_of`` and ``without`` give a ``Store`` that every reading operation takes as it takes
today's. What is left out is taken back from the journal in temporary tables, which stand before
the real ones under the same names; they live in memory and go with the connection.

The day is that of writing, by the clock of the device that wrote.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NoReturn

from sqlalchemy import event

from app.domain.ownership import Actor
from app.models.base import Journaled, journaled_tables
from app.models.store import Store

Instant = tuple[str, int]  # when a changeset was written, and its place in this journal
FOREVER: Instant = ("9", 0)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is left out: changesets of a scope written between two others; ``scope`` "" is all."""

    scope: str
    since: Instant
    until: Instant = FOREVER


_LATER = """
    CREATE TEMP TABLE later (name, row_id, field, old, at, id INTEGER PRIMARY KEY)
"""
_NOTE_LATER = """
    INSERT OR IGNORE INTO temp.later
    SELECT c.table_name, c.row_id, c.field, c.old, s.at, c.id
    FROM main.changeset s JOIN main.change c ON c.changeset_id = s.id
    WHERE (s.at, s.id) > (?, ?) AND (s.at, s.id) < (?, ?) AND s.state = 'active'
"""
_MADE_LATER = """
    SELECT row_id FROM temp.later l WHERE l.name = :name AND l.field = '' AND NOT EXISTS (
        SELECT 1 FROM main.change c JOIN main.changeset s ON s.id = c.changeset_id
        WHERE c.table_name = l.name AND c.row_id = l.row_id AND c.field = ''
          AND s.state = 'active' AND c.id NOT IN (SELECT id FROM temp.later))
"""


class PastStore(Store):
    """One replica without what was written in the gaps: it is read, never written.

    ``tables``: only these are taken back, the others stay as they are today; () takes back all.
    """

    def __init__(self, store: Store, gaps: Sequence[Gap], tables: Sequence[str] = ()) -> None:
        super().__init__(store.path, store.key, clock=store.clock)
        self.gaps, self._tables = tuple(gaps), tuple(tables)
        event.listen(self.engine, "connect", self._go_back, insert=True)

    def write(self, operation: str, actor: Actor, reason: str = "") -> NoReturn:
        """Refuse: the past stands."""
        raise TypeError(f"{operation}: the past is never written")

    def absorb(self) -> NoReturn:
        """Refuse: the past stands."""
        raise TypeError("the past is never written")

    def _go_back(self, connection: Any, _record: object) -> None:
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute(_LATER)
        for gap in self.gaps:
            query, values = _NOTE_LATER, [*gap.since, *gap.until]
            if gap.scope:
                query, values = f"{query} AND s.scope = ?", [*values, gap.scope]
            if self._tables:
                marks = ",".join("?" * len(self._tables))
                query, values = f"{query} AND c.table_name IN ({marks})", [*values, *self._tables]
            connection.execute(query, values)
        connection.execute("CREATE INDEX temp.later_row ON later (name, row_id, field)")
        touched = connection.execute("SELECT DISTINCT name FROM temp.later").fetchall()
        classes = journaled_tables()
        for (name,) in touched:
            if name in classes:
                _take_back(connection, classes[name])


@contextmanager
def past_of(store: Store, day: date) -> Iterator[Store]:
    """Yield the store as it stood at the end of ``day``."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)  # of this computer
    end = midnight.astimezone(UTC).isoformat(timespec="seconds")
    with closing(PastStore(store, [Gap("", (end, 0))])) as past:
        yield past


@contextmanager
def without(store: Store, gaps: Sequence[Gap], tables: Sequence[str] = ()) -> Iterator[Store]:
    """Yield the store without what was written in the gaps; today's where there are none."""
    if not gaps:
        yield store
        return
    with closing(PastStore(store, gaps, tables)) as past:
        yield past


def _take_back(connection: Any, cls: type[Journaled]) -> None:
    """Put a view before a table: the rows untouched since, and the others as they were."""
    name, then = cls.__tablename__, f"{cls.__tablename__}_then"
    connection.execute(
        f"CREATE TEMP TABLE {then} AS SELECT * FROM main.{name} WHERE id IN"  # noqa: S608  our names
        f" (SELECT row_id FROM temp.later WHERE name = :name) AND id NOT IN ({_MADE_LATER})",
        {"name": name},
    )
    fields = connection.execute(
        "SELECT DISTINCT field FROM temp.later WHERE name = ? AND field <> ''", (name,)
    ).fetchall()
    for (field,) in fields:
        column = cls.__mapper__.columns[field].name
        changed = "FROM temp.later l WHERE l.name = :name AND l.field = :field"
        kept = (
            "FROM main.change c JOIN main.changeset s ON s.id = c.changeset_id"
            " WHERE c.table_name = :name AND c.field = :field AND s.state = 'active'"
            " AND c.id NOT IN (SELECT id FROM temp.later)"
        )
        last = f"SELECT c.new {kept} AND c.row_id = temp.{then}.id ORDER BY s.at DESC, c.id DESC"
        first = f"SELECT l.old {changed} AND l.row_id = temp.{then}.id ORDER BY l.at, l.id"
        connection.execute(
            f"UPDATE temp.{then} SET {column} = json_extract('[' ||"  # noqa: S608  our names
            f" coalesce(({last} LIMIT 1), ({first} LIMIT 1)) || ']', '$[0]')"
            f" WHERE id IN (SELECT l.row_id {changed})",
            {"name": name, "field": field},
        )
    connection.execute(
        f"CREATE TEMP VIEW {name} AS SELECT * FROM main.{name}"  # noqa: S608  our names
        f" WHERE id NOT IN (SELECT row_id FROM temp.later WHERE name = '{name}')"
        f" UNION ALL SELECT * FROM temp.{then}"
    )
