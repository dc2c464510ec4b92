"""Many packages in one action: a decision package for each village, all packages of a stick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.ownership import Actor
from app.errors import AppError
from app.models.store import Store
from app.ops import exchange
from app.ops.changed import Changed
from app.ops.exchange_lines import Exported, Imported
from app.ops.review import Reporter
from app.ops.warning_rows import CHINA

SUFFIX = ".变更包"
Progress = Callable[[int, int], None]
_FORBIDDEN = '\\/:*?"<>|'


@dataclass(frozen=True, slots=True)
class Written:
    """The decision package of one lower replica, or why there is none."""

    name: str
    done: Exported | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """One file: what it would change (preview) or has changed (import), or why it is refused."""

    path: Path
    found: Imported | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class TakenAll:
    """What all files did together."""

    files: tuple[Taken, ...]
    changed: Changed


def write_decisions(
    store: Store, actor: Actor, receivers: Sequence[Reporter], folder: Path, progress: Progress
) -> list[Written]:
    """Write one package for each receiver; one that cannot be written stops no other."""
    now, written = store.clock(), []
    for number, receiver in enumerate(receivers, 1):
        path = _free(folder, f"{store.identity.name}给{receiver.name}", now)
        try:
            done = exchange.export_package(store, actor, receiver.device_id, path, now)
            written.append(Written(receiver.name, done))
        except AppError as error:
            written.append(Written(receiver.name, None, error))
        progress(number, len(receivers))
    return written


def packages_in(folder: Path) -> list[Path]:
    """Return the package files of a folder and the folders right below it."""
    found = [*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*/*{SUFFIX}")]
    return sorted(path for path in found if path.is_file())


def preview_all(store: Store, paths: Sequence[Path], progress: Progress) -> list[Taken]:
    """Return what each file would change, in the order in which they must go in."""
    looked = []
    for number, path in enumerate(paths, 1):
        try:
            looked.append(Taken(path, exchange.preview_package(store, path)))
        except AppError as error:
            looked.append(Taken(path, None, error))
        progress(number, len(paths))
    return sorted(looked, key=_order)


def import_all(store: Store, actor: Actor, looked: Sequence[Taken], progress: Progress) -> TakenAll:
    """Take in every file that the preview did not refuse, each in a transaction of its own.

    The person has seen the preview, so an unusual amount is confirmed.
    """
    files: list[Taken] = []
    tables: set[str] = set()
    households: set[str] = set()
    for number, one in enumerate(looked, 1):
        result = one if one.error else _import(store, actor, one.path)
        files.append(result)
        if result.found is not None:
            tables |= result.found.changed.tables
            households |= result.found.changed.household_ids
        progress(number, len(looked))
    return TakenAll(tuple(files), Changed(frozenset(tables), frozenset(households)))


def _import(store: Store, actor: Actor, path: Path) -> Taken:
    try:
        done = exchange.import_package(store, actor, path, store.clock(), confirmed=True)
    except AppError as error:
        return Taken(path, None, error)
    return Taken(path, done)


def _order(one: Taken) -> tuple[bool, str, int]:
    """Packages of one sender go in by their number; the refused ones come last."""
    if one.found is None:
        return True, one.path.name, 0
    return False, one.found.sender, one.found.number


def _free(folder: Path, name: str, now: datetime) -> Path:
    """Return a file name that is not taken, without anything that a stick refuses."""
    safe = "".join("_" if c in _FORBIDDEN or ord(c) < 32 else c for c in name).strip(" .")
    stem = f"{safe}-{now.astimezone(CHINA):%m%d}"
    path, copies = folder / f"{stem}{SUFFIX}", 1
    while path.exists():
        copies += 1
        path = folder / f"{stem}-{copies}{SUFFIX}"
    return path
