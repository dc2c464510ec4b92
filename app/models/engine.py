"""How a connection to the encrypted SQLite file is set up; the only engine-specific SQL."""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from app.models import guard

_PRAGMAS = (
    "cipher_log_level=NONE",  # it would write to standard error
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",  # 64 MB at most: ids are random, a page evicted is decrypted once more
)


def connect(path: Path, key: bytes) -> Any:
    """Return a raw keyed connection; the data key is used as it is (32 bytes, no KDF).

    Raises:
        sqlcipher.DatabaseError: the file is damaged (the key has been checked by the vault).
    """
    connection = sqlcipher.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


def open_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of one database file; 5 s wait for a lock, then an error."""
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect(path, key),
        poolclass=QueuePool,
        hide_parameters=True,  # values are personal: never in the text of an error
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    guard.arm(connection)


def _on_begin(connection: Connection) -> None:
    # A writer takes its lock at once, so that it cannot fail half-way (SQLITE_BUSY).
    writing = connection.get_execution_options().get("writing", False)
    with guard.lifted(connection):
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
