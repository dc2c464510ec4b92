"""Whole copies of the encrypted database: made, examined and given a new epoch.

A copy is opened by the same data key. Nothing here knows about files of backups.
"""

import errno
import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from app.models import engine
from app.models.errors import DamagedFileError

Chain = tuple[str, str, str]  # origin, epoch, scope
Heads = dict[Chain, tuple[int, str]]  # number, digest


@dataclass(frozen=True, slots=True)
class Examined:
    """What a database says of itself; ``faults``: what the checks found, empty if sound."""

    schema: str
    level: str
    area_code: str
    name: str
    device_id: str
    epoch: str
    heads: Heads
    faults: tuple[str, ...]


def copy_database(source: Path, key: bytes, target: Path) -> None:
    """Write one consistent state of a database, in use or not, into a new file.

    Raises:
        OSError: no room or no permission; what was written of ``target`` is no database.
        DamagedFileError: the source cannot be read to its end.
    """
    try:
        with closing(engine.connect(source, key)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlcipher.DatabaseError as error:
        raise _told_apart(error, source) from error


def heads_of(path: Path, key: bytes) -> Heads:
    """Return the heads of every chain of a database in use.

    Raises:
        DamagedFileError: unreadable.
    """
    try:
        with closing(engine.connect(path, key)) as connection:
            return _heads(connection)
    except sqlcipher.DatabaseError as error:
        raise _told_apart(error, path) from error


def lacking(path: Path, key: bytes, known: Heads) -> tuple[Heads, dict[Chain, int]]:
    """Return the heads of a database in use, and the chains whose known head is not in its journal.

    With each how many changesets are missing at least. A head may go back by a ruling over a fork,
    the changeset itself never leaves the journal; before a base only the base's digests are there.

    Raises:
        DamagedFileError: unreadable.
    """
    try:
        with closing(engine.connect(path, key)) as connection:
            heads = _heads(connection)
            behind = {chain: head for chain, head in known.items() if heads.get(chain) != head}
            return heads, {
                chain: max(1, head[0] - heads.get(chain, (0, ""))[0])
                for chain, head in behind.items()
                if not _is_written(connection, chain, head)
                and not _is_based(connection, chain, head)
            }
    except sqlcipher.DatabaseError as error:
        raise _told_apart(error, path) from error


def examine(path: Path, key: bytes) -> Examined:
    """Read every page of a database that nobody uses, and check it; the file stays as it is.

    Raises:
        DamagedFileError: it cannot even be opened.
    """
    try:
        with closing(_connect_readonly(path, key)) as connection:
            return _examine(connection)
    except sqlcipher.DatabaseError as error:
        raise _told_apart(error, path) from error


def faults_of(path: Path, key: bytes) -> tuple[str, ...]:
    """Check every page of a database in use: the seal of each, then its structure.

    The check of the seals reads the file without its log. After a kill in the midst of a
    checkpoint a page there may be torn while the log holds it whole, so the log goes in first;
    where others read at the moment, the structure's check (through the log) must do.

    Raises:
        DamagedFileError: it cannot even be opened.
    """
    try:
        with closing(engine.connect(path, key)) as connection:
            busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return _structure(connection, "quick_check") if busy else _faults(connection)
    except sqlcipher.DatabaseError as error:
        raise _told_apart(error, path) from error


def begin_new_epoch(path: Path, key: bytes, epoch: str, at: str) -> None:
    """Make a restored copy a new incarnation: another epoch, and the mark that it was restored.

    Raises:
        OSError, DamagedFileError: it could not be written.
    """
    try:
        with closing(engine.connect(path, key)) as connection:
            connection.execute("UPDATE replica SET epoch = ?, restored_at = ?", (epoch, at))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlcipher.DatabaseError as error:
        raise _told_apart(error, path) from error


def _connect_readonly(path: Path, key: bytes) -> Any:
    # ``immutable``: nobody else has the file, so no lock file and no log come into being.
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlcipher.connect(address, uri=True, isolation_level=None)
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_log_level=NONE")
    return connection


def _examine(connection: Any) -> Examined:
    faults = _faults(connection)
    if faults:
        return Examined("", "", "", "", "", "", {}, faults)
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    row = connection.execute(
        "SELECT level, area_code, name, device_id, epoch FROM replica"
    ).fetchone()
    if row is None:
        return Examined(schema, "", "", "", "", "", {}, ("no replica row",))
    level, area_code, name, device_id, epoch = row
    return Examined(schema, level, area_code, name, device_id, epoch, _heads(connection), ())


def _faults(connection: Any) -> tuple[str, ...]:
    sealed = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
    return tuple(sealed) or _structure(connection, "integrity_check")


def _structure(connection: Any, check: str) -> tuple[str, ...]:
    found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}")]
    found = [text for text in found if text != "ok"]
    found += ["foreign key" for _row in connection.execute("PRAGMA foreign_key_check")]
    return tuple(found)


def _heads(connection: Any) -> Heads:
    rows = connection.execute("SELECT origin, epoch, scope, number, digest FROM chain_head")
    return {
        (origin, epoch, scope): (number, digest) for origin, epoch, scope, number, digest in rows
    }


def _is_written(connection: Any, chain: Chain, head: tuple[int, str]) -> bool:
    found = connection.execute(
        "SELECT 1 FROM changeset WHERE origin = ? AND epoch = ? AND scope = ?"
        " AND number = ? AND digest = ?",
        (*chain, *head),
    )
    return found.fetchone() is not None


def _is_based(connection: Any, chain: Chain, head: tuple[int, str]) -> bool:
    tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'base_chain'")
    if tables.fetchone() is None:  # of an older schema
        return False
    found = connection.execute(
        "SELECT 1 FROM base_chain WHERE origin = ? AND epoch = ? AND scope = ? AND number >= ?",
        (*chain, head[0]),
    )
    return found.fetchone() is not None


def _told_apart(error: Exception, path: Path) -> Exception:
    """Disk full and «cannot open» are the system's faults; the rest is damage."""
    text = str(error)
    if "disk is full" in text:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "unable to open" in text or "readonly" in text or "disk I/O" in text:
        return OSError(errno.EIO, os.strerror(errno.EIO))
    return DamagedFileError("database unreadable", file=path.name)
