"""Six enrolled replicas, made and opened once: each run begins with the same files."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event

from app.models.store import Store
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, make_store
from tests.ops.network import enrol

OTHER = "539901101202"
PLACES = {
    "a1": ("village", VILLAGE, "上坝村"),
    "a2": ("village", VILLAGE, "上坝村"),
    "b1": ("village", OTHER, "大箐村"),
    "b2": ("village", OTHER, "大箐村"),
    "t": ("township", TOWNSHIP, "云岭镇"),
    "c": ("county", COUNTY, "云山县"),
}
SUPERIOR = {"a1": "t", "a2": "t", "b1": "t", "b2": "t", "t": "c"}
WAYS = [*SUPERIOR.items(), *((up, low) for low, up in reversed(SUPERIOR.items()))]


def save(store: Store, path: Path) -> Path:
    """Write a copy of an open store's file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    connection = store.raw()
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()
    return path


def load(store: Store, path: Path) -> Store:
    """Let a store go on with a copy of another file; what its engine has compiled stays."""
    store.engine.dispose()
    for old in store.path.parent.glob(f"{store.path.name}*"):
        old.unlink()
    shutil.copy(path, store.path)
    store.forget_identity()
    return store


def _opened(path: Path, key: bytes) -> Store:
    path.parent.mkdir(parents=True, exist_ok=True)
    store = Store(path, key, clock=lambda: NOW)
    event.listen(store.engine, "connect", _trust_the_disk)
    return store


def _trust_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # power cuts have their own tests


@dataclass
class Replicas:
    """The stores by name, each with a second one for a copy of its file."""

    folder: Path
    stores: dict[str, Store] = field(default_factory=dict)
    spares: dict[str, Store] = field(default_factory=dict)

    def make(self) -> Self:
        """Enrol everybody; no data yet."""
        for name, place in PLACES.items():
            made = make_store(self.folder / name, *place)
            self.stores[name] = _opened(made.path, made.key)
            self.spares[name] = _opened(self.folder / f"{name}-copy" / "replica.db", made.key)
            made.close()
        stick = self.folder / "stick"
        stick.mkdir()
        for low, up in reversed(SUPERIOR.items()):
            enrol(self.stores[up], self.stores[low], stick)
        self.keep()
        return self

    def keep(self) -> None:
        """Let the next runs begin with what is there now."""
        for name, store in self.stores.items():
            save(store, self.folder / "kept" / name)

    def begin(self) -> None:
        """Put the kept files back."""
        for name, store in self.stores.items():
            load(store, self.folder / "kept" / name)

    def spare(self, name: str) -> Store:
        """Return a second store on a copy of a replica's file."""
        return load(self.spares[name], save(self.stores[name], self.folder / "copied"))

    def close(self) -> None:
        """Close all."""
        for store in (*self.stores.values(), *self.spares.values()):
            store.close()
