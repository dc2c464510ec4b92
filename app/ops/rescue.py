"""A damaged or exchanged database at the start: found, and the newest good backup offered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app.errors import AppError
from app.models import copies, vault
from app.models.errors import DamagedFileError, NewerDatabaseError, WrongPassphraseError
from app.models.journal import ChainHeadRow
from app.models.replica import ReplicaRow
from app.models.store import Store, new_epoch
from app.ops import backup, backup_file, backup_plan, restore
from app.ops.backup import Backup
from app.ops.head_record import OlderDatabaseError
from app.ops.locking import take_lock
from app.ops.restore import Restored
from app.paths import ReplicaPaths

_LARGE = 64 * 1024 * 1024  # beyond it only the daily backup reads everything


class NoGoodBackupError(AppError):
    """Nothing to put in the place of damaged data."""

    code, message = "E118", "数据坏了，本机又没有完好的备份。程序没有改动它。"
    hint = "请插上存备份的U盘，在空文件夹里恢复；没有就找上级。"


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done. ``backup``: what was put in place, None if the present data go on."""

    backup: Backup | None
    epoch: str
    set_aside: Path | None


def check_at_start(store: Store) -> None:
    """Read every page and compare the journal with the newest backup.

    Raises:
        DamagedFileError, OlderDatabaseError: nothing was changed.
    """
    if store.path.stat().st_size <= _LARGE and copies.faults_of(store.path, store.key):
        raise DamagedFileError("page", file=store.path.name)
    _compare_with_backup(store)


def _compare_with_backup(store: Store) -> None:
    found = backup_plan.list_backups(store.path.parent)
    if not found:
        return
    path, made_at = found[0]
    header = backup_file.open_file(path).header
    with store.read() as session:
        restored_at = session.scalars(select(ReplicaRow.restored_at)).one()
        if header.device_id != store.device_id or (restored_at or "") >= header.made_at:
            return
        rows = session.scalars(
            select(ChainHeadRow).filter_by(origin=header.device_id, epoch=header.epoch)
        )
        present = {row.scope: row.number for row in rows}
    if any(present.get(scope, 0) < int(head[0]) for scope, head in header.own.items()):
        raise OlderDatabaseError(then=f"{made_at.month}月{made_at.day}日的备份")


def newest_good(
    folder: Path, passphrase: str, progress: Callable[[int, int], None] = lambda _n, _all: None
) -> Backup | None:
    """Return the newest backup in the replica's folder that passes every check; None if none does.

    Raises:
        WrongPassphraseError: the passphrase opens neither the present vault nor any backup.
    """
    wrong: WrongPassphraseError | None = None
    found = backup_plan.list_backups(folder)
    for number, (path, _at) in enumerate(found, 1):
        progress(number, len(found))
        try:
            return backup.verify_backup(path, restore.present_first(folder, path, passphrase))
        except WrongPassphraseError as error:
            wrong = error
        except (AppError, OSError):
            continue  # the next older one
    if wrong is not None:
        raise wrong
    return None


def is_present_newer(folder: Path, passphrase: str, than: Backup | None) -> bool:
    """Tell whether what stands there is sound and has all that a backup has of this device.

    Then nothing is won by the backup: whoever lost the end of his work keeps the most of it so.

    Raises:
        WrongPassphraseError: the passphrase does not open the present vault.
    """
    paths = ReplicaPaths(folder)
    if not paths.vault.exists() or not paths.database.exists():
        return False
    try:
        key = vault.open_vault(paths.vault, passphrase)
        if copies.faults_of(paths.database, key):
            return False
        heads = copies.heads_of(paths.database, key)
    except (DamagedFileError, NewerDatabaseError):
        return False
    if than is None:
        return True
    header = than.header
    return all(
        heads.get((header.device_id, header.epoch, scope), (0, ""))[0] >= int(head[0])
        for scope, head in header.own.items()
    )


def keep_present(folder: Path, passphrase: str, now: datetime) -> str:
    """Go on with an older database as with a restored backup; return its new epoch.

    What it lacks may have left already: under the old epoch two changesets would bear one number.

    Raises:
        ReplicaInUseError, WrongPassphraseError, DamagedFileError, OSError: nothing has changed.
    """
    paths, epoch = ReplicaPaths(folder), new_epoch()
    key = vault.open_vault(paths.vault, passphrase)
    lock = take_lock(paths, restore.HOLDER)
    try:
        at = now.astimezone(UTC).isoformat(timespec="seconds")
        copies.begin_new_epoch(paths.database, key, epoch, at)
        paths.heads.unlink(missing_ok=True)
    finally:
        lock.release()
    return epoch


def rescue(folder: Path, chosen: Backup, passphrase: str, now: datetime) -> Restored:
    """Put a backup in the place of what is damaged; that is kept aside.

    Raises:
        ReplicaInUseError, BackupDamagedError, OSError: nothing has changed.
    """
    return restore.replace_damaged(chosen.path, folder, backup.by_passphrase(passphrase), now)


def mend(folder: Path, passphrase: str, now: datetime) -> Mended:
    """Put the newest good backup in place, or go on with what is there if that has as much.

    Raises:
        NoGoodBackupError; others as ``newest_good``, ``rescue`` and ``keep_present``.
    """
    found = newest_good(folder, passphrase)
    if is_present_newer(folder, passphrase, found):
        return Mended(None, keep_present(folder, passphrase, now), None)
    if found is None:
        raise NoGoodBackupError
    done = rescue(folder, found, passphrase, now)
    return Mended(found, done.epoch, done.set_aside)
