"""The tables as they stood at the end of a day: those of today, without what was written later.

``past_of`` gives a ``Store`` that every reading operation takes as it takes today's. What came
after the day is taken back from the journal in temporary tables, which stand before the real ones
under the same names; they live in memory and go with the connection.

The day is that of writing, by the clock of the device that wrote. Of two devices that wrote the
same field without knowing of each other, one before and one after the day, the state before both
is shown.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NoReturn

from sqlalchemy import event

from app.domain.ownership import Actor
from app.models.base import Journaled, journaled_tables
from app.models.store import Store

_LATER = """
    CREATE TEMP TABLE later AS
    SELECT c.table_name AS name, c.row_id, c.field, c.old, s.at, c.id
    FROM main.change c JOIN main.changeset s ON s.id = c.changeset_id
    WHERE s.at >= ? AND s.state = 'active'
"""
_MADE_LATER = """
    SELECT row_id FROM temp.later l WHERE l.name = :name AND l.field = '' AND NOT EXISTS (
        SELECT 1 FROM main.change c JOIN main.changeset s ON s.id = c.changeset_id
        WHERE c.table_name = l.name AND c.row_id = l.row_id AND c.field = ''
          AND s.at < :end AND s.state = 'active')
"""


class PastStore(Store):
    """One replica at the end of ``day``: it is read, never written."""

    def __init__(self, store: Store, day: date) -> None:
        super().__init__(store.path, store.key, clock=store.clock)
        self.day = day
        event.listen(self.engine, "connect", self._go_back, insert=True)

    def write(self, operation: str, actor: Actor, reason: str = "") -> NoReturn:
        """Refuse: the past stands."""
        raise TypeError(f"{operation}: the past is never written")

    def absorb(self) -> NoReturn:
        """Refuse: the past stands."""
        raise TypeError("the past is never written")

    def _go_back(self, connection: Any, _record: object) -> None:
        midnight = datetime.combine(self.day + timedelta(days=1), time.min)  # of this computer
        end = midnight.astimezone(UTC).isoformat(timespec="seconds")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute(_LATER, (end,))
        connection.execute("CREATE INDEX temp.later_row ON later (name, row_id, field)")
        touched = connection.execute("SELECT DISTINCT name FROM temp.later").fetchall()
        classes = journaled_tables()
        for (name,) in touched:
            if name in classes:
                _take_back(connection, classes[name], end)


@contextmanager
def past_of(store: Store, day: date) -> Iterator[Store]:
    """Yield the store as it stood at the end of ``day``."""
    with closing(PastStore(store, day)) as past:
        yield past


def _take_back(connection: Any, cls: type[Journaled], end: str) -> None:
    """Put a view before a table: the rows untouched since, and the others as they were."""
    name, then = cls.__tablename__, f"{cls.__tablename__}_then"
    connection.execute(
        f"CREATE TEMP TABLE {then} AS SELECT * FROM main.{name} WHERE id IN"  # noqa: S608  our names
        f" (SELECT row_id FROM temp.later WHERE name = :name) AND id NOT IN ({_MADE_LATER})",
        {"name": name, "end": end},
    )
    fields = connection.execute(
        "SELECT DISTINCT field FROM temp.later WHERE name = ? AND field <> ''", (name,)
    ).fetchall()
    for (field,) in fields:
        column = cls.__mapper__.columns[field].name
        changed = "FROM temp.later l WHERE l.name = ? AND l.field = ?"
        connection.execute(
            f"UPDATE temp.{then} SET {column} = (SELECT json_extract('[' || l.old || ']', '$[0]')"  # noqa: S608  our names
            f" {changed} AND l.row_id = temp.{then}.id ORDER BY l.at, l.id LIMIT 1)"
            f" WHERE id IN (SELECT l.row_id {changed})",
            (name, field, name, field),
        )
    connection.execute(
        f"CREATE TEMP VIEW {name} AS SELECT * FROM main.{name}"  # noqa: S608  our names
        f" WHERE id NOT IN (SELECT row_id FROM temp.later WHERE name = '{name}')"
        f" UNION ALL SELECT * FROM temp.{then}"
    )
