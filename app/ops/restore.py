"""Restoring a backup: whole or not at all, into a new place or over a damaged database.

The copy is unpacked, checked and given its new epoch in ``restore.part``; the file ``ready`` in it
is the point of no return. From there on every step may be repeated: a killed restore is finished
by the next start (``finish_restore``).
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from app.errors import AppError
from app.models import copies
from app.models.errors import NoReplicaError, ReplicaExistsError
from app.models.store import new_epoch
from app.ops import backup, backup_file, durable, places
from app.ops.backup import Backup, OpenKey
from app.ops.locking import take_lock
from app.paths import ReplicaPaths
from app.sync import files

HOLDER = "建立或恢复"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. ``set_aside``: where damaged files lie now, None if there were none."""

    backup: Backup
    epoch: str
    set_aside: Path | None


def restore_backup(path: Path, folder: Path, open_key: OpenKey, now: datetime) -> Restored:
    """Make a replica out of a backup in a folder that holds none.

    Raises:
        ReplicaExistsError: there is one.
        WrongPassphraseError, NotABackupError, BackupCutError, BackupDamagedError, NewerBackupError,
        OSError: nothing is left behind.
    """
    with empty_place(folder) as paths:
        return _restore(paths, path, open_key, now)


@contextlib.contextmanager
def empty_place(folder: Path) -> Iterator[ReplicaPaths]:
    """Yield a folder for a new replica, locked; without one at the end nothing is left behind.

    Raises:
        ReplicaExistsError: there is one.
        UnsafePlaceError, LongPathError: none may be made there.
    """
    places.check_new(folder)
    paths, made_folder = ReplicaPaths(folder), not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(paths):
            _finish(paths)
            if paths.vault.exists() or paths.database.exists():
                raise ReplicaExistsError
            yield paths
    finally:
        if not paths.database.exists():
            for left in (paths.lock, paths.holder):
                left.unlink(missing_ok=True)
            if made_folder:
                shutil.rmtree(folder, ignore_errors=True)


def put_in_place(paths: ReplicaPaths, aside: str, build: Callable[[ReplicaPaths], T]) -> T:
    """Build database and vault beside, then move both in: all or nothing, also when killed.

    ``aside``: the folder for what stands there now. The lock must be held.
    """
    part = _part(paths)
    part.mkdir(mode=0o700)
    try:
        result = build(ReplicaPaths(part))
        files.sync_folder(part)
        durable.write_new(part / "ready", aside.encode())
        files.sync_folder(part)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _finish(paths)
    return result


def replace_damaged(path: Path, folder: Path, open_key: OpenKey, now: datetime) -> Restored:
    """Put a backup in the place of a damaged database; the damaged files are kept aside.

    The present vault stays if it still opens the backup's data key, so that a passphrase that was
    changed after the backup goes on to hold.

    Raises:
        NoReplicaError: nothing to replace; others as ``restore_backup``: nothing has changed.
    """
    paths = ReplicaPaths(folder)
    with _locked(paths):
        _finish(paths)
        if not paths.database.exists() and not paths.vault.exists():
            raise NoReplicaError
        return _restore(paths, path, _present_first(paths.vault, path, open_key), now)


def present_first(folder: Path, path: Path, passphrase: str) -> OpenKey:
    """Return what opens a backup by the present vault of ``folder``, or else by its own."""
    vault = ReplicaPaths(folder).vault
    return _present_first(vault, path, backup.by_passphrase(passphrase))


def finish_restore(paths: ReplicaPaths) -> None:
    """Finish what a killed restore had begun to move, or drop what it had not.

    Raises:
        ReplicaInUseError: a restore is running just now.
    """
    if _part(paths).exists():
        with _locked(paths):
            _finish(paths)


def _restore(paths: ReplicaPaths, path: Path, open_key: OpenKey, now: datetime) -> Restored:
    epoch, aside = new_epoch(), f"damaged-{now:%Y%m%d-%H%M%S}"

    def build(inside: ReplicaPaths) -> Backup:
        opened = backup_file.open_file(path)
        key, digest = backup.unpack(opened, open_key, inside.folder)
        at = now.astimezone(UTC).isoformat(timespec="seconds")
        copies.begin_new_epoch(inside.database, key, epoch, at)
        inside.database.chmod(0o600)
        return Backup(path, opened.total, digest, opened.header)

    made = put_in_place(paths, aside, build)
    kept = paths.folder / aside
    return Restored(made, epoch, kept if kept.exists() else None)


def _present_first(present: Path, path: Path, open_key: OpenKey) -> OpenKey:
    """Return what opens the present vault, and keeps it, if it fits the backup; else its own."""

    def open_either(inside: Path) -> bytes:
        try:
            key = open_key(present)
        except AppError:
            return open_key(inside)
        if not backup_file.is_sealed_by(backup_file.open_file(path), key):
            return open_key(inside)
        shutil.copyfile(present, inside)
        return key

    return open_either


def _finish(paths: ReplicaPaths) -> None:
    part = _part(paths)
    ready = part / "ready"
    if not ready.exists():
        shutil.rmtree(part, ignore_errors=True)
        return
    inside, aside = ReplicaPaths(part), paths.folder / ready.read_bytes().decode()
    if inside.database.exists():
        # The side record goes first: it tells of a database that is no longer there.
        for old in (paths.heads, *paths.folder.glob(f"{paths.database.name}*"), paths.vault):
            if old.exists():
                aside.mkdir(exist_ok=True)
                old.replace(aside / old.name)
        inside.database.replace(paths.database)
        files.sync_folder(paths.folder)
    if inside.vault.exists():
        inside.vault.replace(paths.vault)
        files.sync_folder(paths.folder)
    with contextlib.suppress(FileNotFoundError):
        ready.unlink()
    shutil.rmtree(part, ignore_errors=True)


def _part(paths: ReplicaPaths) -> Path:
    return paths.folder / "restore.part"


@contextlib.contextmanager
def _locked(paths: ReplicaPaths) -> Iterator[None]:
    lock = take_lock(paths, HOLDER)
    try:
        yield
    finally:
        lock.release()
