"""Lower bounds: the same rows, written bare into an equally encrypted file."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.models.store import Store

Rows = Mapping[str, list[tuple[Any, ...]]]

IMPORT = {  # table → the rows that an import into an empty replica wrote
    "household": "SELECT * FROM household",
    "member": "SELECT * FROM member",
    "annual_income": "SELECT * FROM annual_income",
    "changeset": "SELECT * FROM changeset",
    "change": "SELECT * FROM change",
}
LAST_SAVE = {  # table → the rows that the last save of an answer wrote
    "answer": "SELECT * FROM answer WHERE id IN (SELECT row_id FROM change"
    " WHERE changeset_id = (SELECT max(id) FROM changeset))",
    "changeset": "SELECT * FROM changeset ORDER BY id DESC LIMIT 1",
    "change": "SELECT * FROM change WHERE changeset_id = (SELECT max(id) FROM changeset)",
    "chain_head": "SELECT * FROM chain_head LIMIT 1",
}


def rewriting(store: Store, queries: Mapping[str, str], path: Path, times: int) -> list[float]:
    """Return the seconds of writing the rows of some queries, one transaction with fsync each."""
    raw = store.raw()
    try:
        rows = {table: raw.execute(query).fetchall() for table, query in queries.items()}
        raw.execute("ATTACH ? AS bare KEY ?", (str(path), f"x'{secrets.token_hex(32)}'"))
        raw.execute("PRAGMA bare.journal_mode=WAL")
        raw.execute("PRAGMA bare.synchronous=FULL")
        for table in rows:
            raw.execute(f"CREATE TABLE bare.{table} AS SELECT * FROM main.{table} LIMIT 0")  # noqa: S608  our own names
        return [_write(raw, rows) for _ in range(times)]
    finally:
        raw.close()


def _write(raw: Any, rows: Rows) -> float:
    start = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    for table, found in rows.items():
        places = ",".join("?" * len(found[0])) if found else ""
        raw.executemany(f"INSERT INTO bare.{table} VALUES ({places})", found)  # noqa: S608  our own names
    raw.execute("COMMIT")
    return time.perf_counter() - start
