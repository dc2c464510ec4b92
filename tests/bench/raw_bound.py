"""What nothing can avoid in the exchange, measured in the same run and on the same machine.

Out: read the lines from the encrypted database, hash, encrypt and sign them, write the file. In:
decrypt, check the signature, hash and parse each line, and insert the same rows, the journal's and
the tables', with executemany into an empty database of the same schema with all its indexes.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.models.engine import connect
from app.models.store import Store
from app.models.tables import metadata
from app.sync import records
from tests.conftest import empty_database

_KEY = b"\x01" * 32
_LOCAL = {"replica", "operator", "package_log", "receipt", "known_certificate"}
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of the processor."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        """Return both together."""
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        """Return it as printed."""
        return f"{self.wall:.2f} s (processor {self.cpu:.2f})"

    def over(self, least: "Cost") -> str:
        """Return how often the least goes into it, by the processor's time: that is repeatable."""
        return f"{self.cpu / least.cpu:.1f} ×"


def timed(run: Callable[[], Any]) -> tuple[Cost, Any]:
    """Run something and tell what it cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu), result


def rows_of(store: Store) -> Rows:
    """Return the rows that an import may write, as the driver binds them."""
    raw = store.raw()
    tables = [table.name for table in metadata.sorted_tables if table.name not in _LOCAL]
    found = {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
    raw.close()
    return found


def new_rows(before: Rows, after: Rows) -> Rows:
    """Return what an import has written."""
    known = {name: set(rows) for name, rows in before.items()}
    return {name: [r for r in rows if r not in known[name]] for name, rows in after.items()}


def least(sender: Store, written: Rows, folder: Path) -> tuple[Cost, Cost]:
    """Return the least cost of sending the lines that were written elsewhere, and of that."""
    key = pyrage.x25519.Identity.generate()
    digests = json.dumps([row[5] for row in written["changeset"]])
    out, sealed = timed(lambda: _send(sender, digests, key, folder / "bound.bin"))
    target = connect(folder / "bound.db", empty_database(folder / "bound.db"))
    into, _ = timed(lambda: _take_in(sealed, key, written, target))
    target.close()
    return out, into


def _send(sender: Store, digests: str, key: Any, path: Path) -> bytes:
    raw = sender.raw()
    query = "SELECT line FROM changeset WHERE digest IN (SELECT value FROM json_each(?))"
    body = b"\n".join(line for (line,) in raw.execute(query, (digests,)))
    raw.close()
    hashlib.sha256(body).hexdigest()
    sealed: bytes = pyrage.encrypt(body, [key.to_public()])
    records.sign(_KEY, records.PACKAGE, hashlib.sha256(sealed).digest())
    with path.open("wb") as file:
        file.write(sealed)
        os.fsync(file.fileno())
    return sealed


def _take_in(sealed: bytes, key: Any, written: Rows, target: Any) -> None:
    header = hashlib.sha256(sealed).digest()
    signature = records.sign(_KEY, records.PACKAGE, header)
    public = Ed25519PrivateKey.from_private_bytes(_KEY).public_key().public_bytes_raw()
    records.is_signed(public.hex(), records.PACKAGE, header, signature)
    lines = pyrage.decrypt(sealed, [key]).split(b"\n")
    for line in lines:
        hashlib.sha256(line).hexdigest()
        json.loads(line)
    target.execute("PRAGMA foreign_keys=OFF")
    target.execute("BEGIN IMMEDIATE")
    for name, rows in written.items():
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
    target.execute("COMMIT")
