"""Where the new rows of an import go: into the session, or, for a first roster, in bulk."""

from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.models.base import Journaled
from app.models.household import Member
from app.models.pinyin import search_keys
from app.models.store import Store

_PORTION = 2000


class Sink(Protocol):
    """Takes new rows; ``flush`` makes them visible to what refers to them."""

    def add(self, cls: type[Journaled], columns: dict[str, Any]) -> None:
        """Take a new row, its ``id`` among the columns."""

    def flush(self) -> None:
        """Write everything that was taken."""


def sink_of(session: Session, scope: str, *, is_bulk: bool) -> Sink:
    """Return the sink for a village's rows; in bulk they cannot be changed before the commit."""
    return _BulkSink(session, scope) if is_bulk else _SessionSink(session, scope)


class _SessionSink:
    def __init__(self, session: Session, scope: str) -> None:
        self._session, self._scope = session, scope

    def add(self, cls: type[Journaled], columns: dict[str, Any]) -> None:
        self._session.add(cls(scope=self._scope, **columns))

    def flush(self) -> None:
        self._session.flush()


class _BulkSink:
    def __init__(self, session: Session, scope: str) -> None:
        self._session, self._scope = session, scope
        self._rows: dict[type[Journaled], list[dict[str, Any]]] = {}

    def add(self, cls: type[Journaled], columns: dict[str, Any]) -> None:
        if cls is Member:
            columns["name_pinyin"], columns["name_initials"] = search_keys(columns["name"])
        rows = self._rows.setdefault(cls, [])
        rows.append(columns)
        if len(rows) >= _PORTION and cls is Member:
            self.flush()

    def flush(self) -> None:
        for cls, rows in self._rows.items():
            Store.bulk_insert(self._session, cls, self._scope, rows)
        self._rows.clear()
