"""The schema: made from an empty file by migrations, the same as the models say."""

import os
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from app.models import engine, schema
from app.models.errors import DamagedFileError, NewerDatabaseError
from app.models.replica import ReplicaRow
from app.models.store import Store
from app.paths import MIGRATIONS

KEY = os.urandom(32)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "replica.db"
    schema.upgrade(path, KEY)
    return path


def test_models_and_migrations_agree(database: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connect"] = lambda: schema._migrating_engine(database, KEY)
    command.check(config)


def test_the_connection_is_encrypted_durable_and_checks_references(database: Path) -> None:
    assert b"SQLite format" not in database.read_bytes()[:100]
    connection = engine.connect(database, KEY)
    pragmas = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "application_id")
    }
    connection.close()
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "application_id": schema.APPLICATION_ID,
    }


def test_a_newer_database_is_refused_and_left_alone(database: Path) -> None:
    connection = engine.connect(database, KEY)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = database.read_bytes()
    with pytest.raises(NewerDatabaseError, match="E104") as caught:
        schema.needs_upgrade(database, KEY)
    assert "9999" in caught.value.user_text()
    assert database.read_bytes() == before


@pytest.mark.parametrize("damage", ["header", "middle of the first page", "empty"])
def test_a_damaged_file_is_told_from_everything_else(database: Path, damage: str) -> None:
    content = bytearray(database.read_bytes())
    if damage == "empty":
        content = bytearray(b"x" * 100)
    else:
        at = 0 if damage == "header" else 2000
        content[at : at + 64] = os.urandom(64)
    database.write_bytes(content)
    with pytest.raises(DamagedFileError):
        schema.needs_upgrade(database, KEY)


def test_a_failed_migration_leaves_the_old_schema_whole(
    database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A revision that fails after its first statement: neither table nor version stays."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_text((MIGRATIONS / name).read_text(encoding="utf-8"))
    for released in (MIGRATIONS / "versions").glob("0*.py"):
        (folder / "versions" / released.name).write_text(released.read_text(encoding="utf-8"))
    newest = schema.newest()
    (folder / "versions" / "9999_broken.py").write_text(
        f"down_revision = '{newest}'\n"
        "from alembic import op\n"
        "revision = '9999'\n"
        "branch_labels = depends_on = None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (a)')\n"
        "    op.execute('DROP TABLE nowhere')\n"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    assert schema.needs_upgrade(database, KEY)
    with pytest.raises(Exception, match="nowhere"):
        schema.upgrade(database, KEY)
    assert schema.current(database, KEY) == newest
    store = Store(database, KEY)
    with store.read() as session:
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE name = 'half'")).all()
        assert tables == []
        assert session.scalars(select(ReplicaRow)).all() == []
    store.close()
