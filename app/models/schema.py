"""The schema's version: made by Alembic from an empty file, checked at each start.

Alembic takes 0.4 s to import, so it is only loaded when the versions differ.
"""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from app.models import engine
from app.models.errors import DamagedFileError, NewerDatabaseError
from app.paths import MIGRATIONS

APPLICATION_ID = 0x5A48434E  # "ZHCN", in the header of the (encrypted) database


def newest() -> str:
    """Return the newest revision that this program knows (the file names start with it)."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def known() -> frozenset[str]:
    """Return every revision that this program can bring up to date."""
    return frozenset(p.name.split("_")[0] for p in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current(path: Path, key: bytes) -> str | None:
    """Return the revision of a database; None if it is empty.

    Raises:
        DamagedFileError: the file cannot be read with the right key.
    """
    try:
        connection = engine.connect(path, key)
    except sqlcipher.DatabaseError as error:
        raise DamagedFileError("database unreadable", file=path.name) from error
    try:
        names = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone()[0]
        if not names:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    except sqlcipher.DatabaseError as error:
        raise DamagedFileError("database unreadable", file=path.name) from error
    finally:
        connection.close()


def needs_upgrade(path: Path, key: bytes) -> bool:
    """Tell whether a known older schema waits.

    Raises:
        NewerDatabaseError: written by a newer program; the file is left alone.
        DamagedFileError: unreadable.
    """
    found = current(path, key)
    if found is not None and found not in known():
        raise NewerDatabaseError(found=f"数据版本 {found}")
    return found != newest()


def upgrade(path: Path, key: bytes) -> None:
    """Bring the schema to the newest revision in one transaction, or leave it as it was."""
    from alembic import command  # noqa: PLC0415  see module docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connect"] = lambda: _migrating_engine(path, key)
    command.upgrade(config, "head")


def _migrating_engine(path: Path, key: bytes) -> Any:
    """Return an engine that may alter tables: no guard, foreign keys checked at the end."""
    from sqlalchemy import NullPool, create_engine, event  # noqa: PLC0415

    def connect() -> Any:
        connection = engine.connect(path, key)
        connection.execute("PRAGMA foreign_keys=OFF")  # batch mode drops and renames tables
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        return connection

    made = create_engine("sqlite://", module=sqlcipher, creator=connect, poolclass=NullPool)
    event.listen(made, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    return made
