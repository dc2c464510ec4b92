"""Three real replicas in three folders, enrolled with each other, and a stick between them."""

import functools
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, table, text
from sqlalchemy.orm import Session

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import devices, exchange
from app.ops.exchange_lines import Exported, Imported
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, Kept, StoreMaker, keep

ME = Actor("张卫东", "administrator")
TRACES = ("package_log", "receipt", "head_signature")  # local notes, not the set of changesets


def enrol(superior: Store, lower: Store, stick: Path) -> None:
    """Enrol a device, fingerprints typed on both sides."""
    request, answer = stick / "登记申请", stick / "授权书"
    shown = devices.request_device(lower, request).fingerprint
    made = devices.approve_device(superior, ME, request, shown, answer)
    devices.accept_device(lower, ME, answer, made.fingerprint)


@dataclass
class Network:
    """Village, township, county; ``stick`` is where the files go."""

    stick: Path
    county: Store
    township: Store
    village: Store
    made: int = field(default=0)

    def export(self, sender: Store, receiver: Store) -> Exported:
        self.made += 1
        path = self.stick / f"{self.made}.变更包"
        return exchange.export_package(sender, ME, receiver.device_id, path, NOW)

    def send(self, sender: Store, receiver: Store) -> Imported:
        path = self.export(sender, receiver).path
        return exchange.import_package(receiver, ME, path, NOW)


@functools.cache
def enrolled() -> tuple[Kept, Kept, Kept]:
    """Return county, township and village, enrolled with each other, without data."""
    with tempfile.TemporaryDirectory() as name:
        make, stick = StoreMaker(Path(name)), Path(name)
        county = make("county", COUNTY, "云山县")
        township = make("township", TOWNSHIP, "云岭镇")
        village = make("village", VILLAGE, "上坝村")
        enrol(county, township, stick)
        enrol(township, village, stick)
        return keep(county), keep(township), keep(village)


def build(new_store: StoreMaker, stick: Path) -> Network:
    """Return an enrolled network without data."""
    stick.mkdir()
    county, township, village = map(new_store.again, enrolled())
    return Network(stick, county, township, village)


def clone(store: Store, folder: Path) -> Store:
    """Return a second store on a copy of the database."""
    folder.mkdir()
    path = folder / "replica.db"
    connection = store.raw()
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()
    return Store(path, store._key, clock=store.clock)


def dump(store: Store, *without: str) -> dict[str, list[Any]]:
    """Return the rows of every table, sorted."""
    with store.read() as session:
        return rows_of(session, *without)


def rows_of(session: Session, *without: str) -> dict[str, list[Any]]:
    """Return the rows of every table as a session sees them, sorted."""
    query = text("SELECT name FROM sqlite_master WHERE type='table'")
    names = [name for (name,) in session.execute(query) if name not in without]
    return {
        name: sorted(
            repr(tuple(row))  # a Row's own repr leaves out the middle of long values
            for row in session.execute(select(text("*")).select_from(table(name)))
        )
        for name in names
    }


LOCAL = frozenset({
    "replica", "operator", "draft", "package_log", "receipt", "known_certificate",
    "head_signature", "alembic_version", "changeset", "change", "changeset_seen", "chain_head",
    "local_setting", "paper_log", "hanging_paper",
})  # fmt: skip


def content(store: Store) -> dict[str, list[Any]]:
    """Return the journaled tables: what people see."""
    return dump(store, *LOCAL)


def journal(store: Store) -> set[tuple[Any, ...]]:
    """Return the set of changesets known, with their states."""
    with store.read() as session:
        query = text("SELECT origin, epoch, scope, number, digest, line, state FROM changeset")
        return {tuple(row) for row in session.execute(query)}
