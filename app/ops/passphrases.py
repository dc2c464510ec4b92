"""Changing, checking and recovering the passphrase; a pause after wrong tries, never a wipe."""

import contextlib
import json
from datetime import datetime, timedelta
from pathlib import Path

from app.models import vault
from app.models.errors import NoReplicaError, WrongPassphraseError
from app.models.store import Store
from app.ops import backup, backup_file, operators, restore
from app.ops.locking import take_lock
from app.ops.setup import ReplicaPlan, WeakPassphraseError, check_passphrase
from app.paths import ReplicaPaths

_FREE_TRIES = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 5, 300  # seconds


def change_passphrase(store: Store, old: str, new: str) -> None:
    """Wrap the data key of an open replica by another passphrase; the recovery key stays.

    Backups that were made before go on to open with the old one.

    Raises:
        WrongPassphraseError: ``old`` is not the present one.
        WeakPassphraseError: ``new`` may not be used.
    """
    path = ReplicaPaths(store.path.parent).vault
    key = vault.open_vault(path, old)
    _refuse_weak(store, new)
    vault.change_passphrase(path, key, new)


def is_passphrase(store: Store, text: str) -> bool:
    """Tell whether it is the passphrase of an open replica (for the lock when idle).

    Raises:
        DamagedFileError: the vault cannot be read.
    """
    try:
        vault.open_vault(ReplicaPaths(store.path.parent).vault, text)
    except WrongPassphraseError:
        return False
    return True


def recover(folder: Path, recovery_key: str, new: str) -> None:
    """Give a replica a new passphrase by the key of the recovery sheet.

    Raises:
        NoReplicaError, ReplicaInUseError, WeakPassphraseError: nothing has changed.
        WrongPassphraseError: not the recovery key of this replica.
    """
    paths = ReplicaPaths(folder)
    restore.finish_restore(paths)
    if not paths.vault.exists() or not paths.database.exists():
        raise NoReplicaError
    key = vault.open_with_recovery(paths.vault, recovery_key)
    lock = take_lock(paths, "恢复口令")
    try:
        store = Store(paths.database, key)
        try:
            _refuse_weak(store, new)
        finally:
            store.close()
        vault.change_passphrase(paths.vault, key, new)
        forget_wrong_tries(folder)
    finally:
        lock.release()


def restore_by_recovery(path: Path, folder: Path, key: str, new: str, now: datetime) -> None:
    """Restore a backup by the key of the recovery sheet and give it a new passphrase.

    May be repeated with another passphrase if the first was refused as too weak.

    Raises:
        WeakPassphraseError; others as ``restore_backup`` and ``recover``.
    """
    header = backup_file.open_file(path).header
    plan = ReplicaPlan(header.level, header.area_code, header.name, "")
    reason = check_passphrase(new, plan)
    if reason:
        raise WeakPassphraseError(reason=reason)
    if not ReplicaPaths(folder).vault.exists():
        restore.restore_backup(path, folder, backup.by_recovery_key(key), now)
    recover(folder, key, new)


def _refuse_weak(store: Store, new: str) -> None:
    me = store.identity
    people = [person for person in operators.list_operators(store) if person.is_default]
    name = people[0].name if people else ""
    reason = check_passphrase(new, ReplicaPlan(me.level, me.area_code, me.name, name))
    if reason:
        raise WeakPassphraseError(reason=reason)


# -------------------------------------------------------------------- wrong tries


def pause_left(folder: Path, now: datetime) -> float:
    """Return the seconds until the passphrase may be tried again; 0 mostly.

    A clock that was set back or forward cannot make it longer than the pause itself.
    """
    wrong, last = _read(folder)
    if wrong <= _FREE_TRIES or last is None:
        return 0
    pause = float(min(_FIRST_PAUSE << (wrong - _FREE_TRIES - 1), _LONGEST_PAUSE))
    return min(max(0.0, (last + timedelta(seconds=pause) - now).total_seconds()), pause)


def note_wrong_try(folder: Path, now: datetime) -> None:
    """Count one wrong try; a folder that cannot be written does not stop anybody."""
    wrong, _last = _read(folder)
    text = json.dumps({"wrong": min(wrong + 1, 99), "last": now.isoformat()})
    with contextlib.suppress(OSError):
        _file(folder).write_text(text, encoding="utf-8")


def forget_wrong_tries(folder: Path) -> None:
    """The right passphrase was given."""
    with contextlib.suppress(OSError):
        _file(folder).unlink(missing_ok=True)


def _read(folder: Path) -> tuple[int, datetime | None]:
    try:
        found = json.loads(_file(folder).read_text(encoding="utf-8"))
        return int(found["wrong"]), datetime.fromisoformat(found["last"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, None


def _file(folder: Path) -> Path:
    return ReplicaPaths(folder).tries
