"""Fixtures: a real encrypted database per test, never a mock."""

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.domain.ownership import Actor
from app.models import engine, schema, vault
from app.models.replica import OperatorRow, ReplicaRow
from app.models.store import Store, new_epoch
from app.sync import keys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# No test asks the clock, and the usual run is the same everywhere; a long one (``ZHUCUN_RUNS``,
# tests/sync/test_machine.py) lets chance in.
settings.register_profile(
    "usual",
    deadline=None,
    derandomize="ZHUCUN_RUNS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("usual")

VILLAGE = "539901101201"
TOWNSHIP = "539901101000"
COUNTY = "539901000000"
NOW = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)

WORK_FACTOR = (vault._ITERATIONS, vault._MEMORY_KIB, vault._LANES)  # before the fixture below
LEAST_WORK = (1, 32)  # iterations, KiB


@pytest.fixture(scope="session", autouse=True)
def _least_work() -> Iterator[None]:
    """Let new vaults name the least work factor: the full one costs each verb 0.2 s."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in zip(("_ITERATIONS", "_MEMORY_KIB"), LEAST_WORK, strict=True):
            patch.setattr(vault, name, value)
        yield


@functools.cache
def _migrated() -> tuple[bytes, bytes]:
    """Return the key and the bytes of an empty database: the migrations run once a process."""
    key = os.urandom(32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "replica.db"
        schema.upgrade(path, key)
        return key, path.read_bytes()


def empty_database(path: Path) -> bytes:
    """Write an empty database of the newest schema; return its key, which is its own."""
    old, content = _migrated()
    key = os.urandom(32)
    path.write_bytes(content)
    connection = engine.connect(path, old)
    connection.execute(f"PRAGMA rekey=\"x'{key.hex()}'\"")
    connection.close()
    return key


def make_store(folder: Path, level: str, area_code: str, name: str) -> Store:
    """Make a replica with a raw key: as ``create_replica``, without the slow passphrase."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "replica.db"
    key = empty_database(path)
    device = keys.new_device(level, area_code, name)
    store = Store(path, key, clock=lambda: NOW)
    row = ReplicaRow(
        id=1,
        level=level,
        area_code=area_code,
        name=name,
        device_id=device.device_id,
        epoch=new_epoch(),
        identity=device.identity.record,
        identity_digest=device.identity.digest,
        signing_key=device.signing_key,
        encryption_key=device.encryption_key,
        root_id=device.device_id if level == "county" else None,
        created_at=NOW.isoformat(timespec="seconds"),
    )
    with store.absorb() as session:
        session.add(row)
        session.add(OperatorRow(name="张卫东", role="administrator", is_default=True))
    return store


@dataclass(frozen=True)
class Kept:
    """A replica as it once stood: the beginning of many tests, made once a process."""

    content: bytes
    key: bytes


def keep(store: Store) -> Kept:
    """Close a replica and return it as it stands."""
    store.close()
    return Kept(store.path.read_bytes(), store.key)


class StoreMaker:
    """Makes replicas, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[Store] = []

    def __call__(self, level: str, area_code: str, name: str) -> Store:
        """Make a new one."""
        folder = self.folder / f"{level}-{len(self.made)}"
        self.made.append(make_store(folder, level, area_code, name))
        return self.made[-1]

    def again(self, kept: Kept) -> Store:
        """Make one like the one that was kept: the same device."""
        folder = self.folder / f"kept-{len(self.made)}"
        folder.mkdir()
        (folder / "replica.db").write_bytes(kept.content)
        self.made.append(Store(folder / "replica.db", kept.key, clock=lambda: NOW))
        return self.made[-1]

    def close(self) -> None:
        for store in self.made:
            store.close()


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[StoreMaker]:
    """Return a function that makes further replicas, closed at the end."""
    with closing(StoreMaker(tmp_path)) as maker:
        yield maker


@pytest.fixture
def store(new_store: StoreMaker) -> Store:
    """Return an empty village replica."""
    return new_store("village", VILLAGE, "上坝村")


@pytest.fixture
def actor() -> Actor:
    """Return a person who may do everything of the level."""
    return Actor("张卫东", "administrator")
