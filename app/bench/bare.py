"""Lower bounds: the same rows, written bare into an equally encrypted file with the same keys."""

import os
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.models import engine
from app.models.store import Store

Rows = Mapping[str, list[tuple[Any, ...]]]

IMPORT = {  # table → the rows that an import into an empty replica wrote
    "household": "SELECT * FROM household",
    "member": "SELECT * FROM member",
    "annual_income": "SELECT * FROM annual_income",
    "changeset": "SELECT * FROM changeset",
    "change": "SELECT * FROM change",
}
LAST_SAVE = {  # table → the rows that the last save of a new answer wrote
    "answer": "SELECT * FROM answer WHERE id IN (SELECT row_id FROM change"
    " WHERE changeset_id = (SELECT max(id) FROM changeset))",
    "changeset": "SELECT * FROM changeset ORDER BY id DESC LIMIT 1",
    "change": "SELECT * FROM change WHERE changeset_id = (SELECT max(id) FROM changeset)",
    "chain_head": "SELECT * FROM chain_head LIMIT 1",
}
_MOVED = {  # what a save does not insert
    "chain_head": "UPDATE chain_head SET number = ?4, digest = ?5"
    " WHERE origin = ?1 AND epoch = ?2 AND scope = ?3"
}


def rewriting(store: Store, queries: Mapping[str, str], path: Path, times: int) -> list[float]:
    """Return the seconds of writing the rows of some queries, one transaction with fsync each."""
    raw = store.raw()
    try:
        rows = {table: raw.execute(query).fetchall() for table, query in queries.items()}
        schema = list(copied_schema(raw, queries))
    finally:
        raw.close()
    target = engine.connect(path, os.urandom(32))
    try:
        for statement in schema:
            target.execute(statement)
        for table, found in rows.items():
            target.executemany(_insert(table, found), found)
        return [_write(target, rows) for _ in range(times)]
    finally:
        target.close()


def copied_schema(raw: Any, tables: Collection[str]) -> Iterator[str]:
    """Yield the statements that make some tables with their keys and indexes, tied to no others."""
    yield "PRAGMA foreign_keys=OFF"
    made = "SELECT sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC"
    for statement, table in raw.execute(made):
        if table in tables:
            yield statement


def _insert(table: str, found: list[tuple[Any, ...]]) -> str:
    places = ",".join("?" * len(found[0]))
    return f"INSERT INTO {table} VALUES ({places})"  # noqa: S608  our own names


def _write(raw: Any, rows: Rows) -> float:
    for table in rows.keys() - _MOVED.keys():
        raw.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
    start = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    for table, found in rows.items():
        raw.executemany(_MOVED.get(table) or _insert(table, found), found)
    raw.execute("COMMIT")
    return time.perf_counter() - start
