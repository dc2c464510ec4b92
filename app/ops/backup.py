"""Backups: an encrypted whole copy in one file, read back and opened before it counts.

A restored backup is a new life of the replica: it gets a new epoch, and what it exports waits
until the superior has listed that epoch.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app.models import copies, schema, vault
from app.models.copies import Examined, Heads
from app.models.errors import DamagedFileError
from app.models.replica import ReplicaRow
from app.models.store import Store
from app.ops import backup_file, durable, head_record
from app.ops.backup_errors import (
    BackupDamagedError,
    BackupFailedError,
    NewerBackupError,
    NotOverwrittenError,
)
from app.ops.backup_file import SUFFIX, Header, Opened
from app.paths import ReplicaPaths
from app.sync import files

__all__ = ["SUFFIX", "Backup", "create_backup", "is_restored", "verify_backup"]

OpenKey = Callable[[Path], bytes]  # vault file → data key
_SPARE = 20 * 1024 * 1024  # room that stays free on the computer's own disk


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup and what its header says."""

    path: Path
    bytes: int
    sha256: str
    header: Header


def by_passphrase(passphrase: str) -> OpenKey:
    """Return what opens a vault by the passphrase that held when it was written."""
    return lambda path: vault.open_vault(path, passphrase)


def by_recovery_key(recovery_key: str) -> OpenKey:
    """Return what opens a vault by the key of the recovery sheet."""
    return lambda path: vault.open_with_recovery(path, recovery_key)


def is_restored(store: Store) -> bool:
    """Tell whether this epoch began by restoring a backup: its superior must list it first."""
    with store.read() as session:
        return session.scalars(select(ReplicaRow.restored_at)).one() is not None


# -------------------------------------------------------------------- making one


def create_backup(store: Store, out: Path) -> Backup:
    """Write a backup of an open replica; an earlier backup of that name is replaced.

    Raises:
        BackupFailedError: no room, write-protected, pulled out, or the check failed.
        NotOverwrittenError: ``out`` is some other file.
        DamagedFileError: the database itself is damaged.
    """
    paths, now = ReplicaPaths(store.path.parent), store.clock()
    made = write_backup(paths, store.key, out, now)
    head_record.note(paths, store.key, now)
    return made


def write_backup(paths: ReplicaPaths, key: bytes, out: Path, now: datetime) -> Backup:
    """Write a backup of a replica whose data key is known (see ``create_backup``).

    Raises:
        NotOverwrittenError: something else than a backup stands there; it is untouched.
        BackupFailedError: not written, or what was read back is not what was written.
    """
    if out.exists() and not (out.is_file() and backup_file.has_magic(out)):
        raise NotOverwrittenError(file=out.name)
    part = out.with_name(f"{out.name}.part")
    try:
        paths.backups.mkdir(exist_ok=True)
        _check_room(paths, out)
        with work_folder(paths.backups) as work:
            _write_part(paths, key, part, work, now)
        with work_folder(paths.backups) as work:
            made = _verify(part, lambda _vault: key, work)
        part.replace(out)
        files.sync_folder(out.parent)
    except OSError as error:
        raise BackupFailedError(type(error).__name__, reason=durable.reason(error)) from error
    except BackupDamagedError as error:
        raise BackupFailedError(str(error), reason="写完读回来和原来的不一样") from error
    finally:
        durable.drop(part)
    return Backup(out, made.bytes, made.sha256, made.header)


def _write_part(paths: ReplicaPaths, key: bytes, part: Path, work: Path, now: datetime) -> None:
    copy = work / "copy.db"
    before = copies.heads_of(paths.database, key)
    copies.copy_database(paths.database, key, copy)
    after = copies.heads_of(paths.database, key)
    found = copies.examine(copy, key)
    if found.faults:
        raise DamagedFileError(found.faults[0], file=paths.database.name)
    if not _is_between(before, found.heads, after):
        raise BackupDamagedError("journal heads", file=part.name)
    wrapped = paths.vault.read_bytes()
    with part.open("wb") as file:
        backup_file.write(file, _header(found, wrapped, copy, now), wrapped, copy, key)
        file.flush()
        os.fsync(file.fileno())
        files.forget_cache(file.fileno())


def _header(found: Examined, wrapped: bytes, copy: Path, now: datetime) -> Header:
    own = {
        scope: [number, head]
        for (origin, epoch, scope), (number, head) in found.heads.items()
        if (origin, epoch) == (found.device_id, found.epoch)
    }
    return Header(
        schema=found.schema,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        level=found.level,
        area_code=found.area_code,
        name=found.name,
        device_id=found.device_id,
        epoch=found.epoch,
        heads=heads_digest(found.heads),
        own=own,  # type: ignore[arg-type]
        vault_bytes=len(wrapped),
        vault_sha256=hashlib.sha256(wrapped).hexdigest(),
        database_bytes=copy.stat().st_size,
        database_sha256=backup_file.digest_of(copy),
    )


def heads_digest(heads: Heads) -> str:
    """Return one digest over the heads of all chains."""
    lines = sorted([*chain, *head] for chain, head in heads.items())
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


def _is_between(before: Heads, found: Heads, after: Heads) -> bool:
    """The copy has all that was there before, and nothing that was not there afterwards."""
    zero = (0, "")
    return all(found.get(chain, zero)[0] >= head[0] for chain, head in before.items()) and all(
        after.get(chain, zero)[0] >= head[0] for chain, head in found.items()
    )


# -------------------------------------------------------------------- checking one


def verify_backup(path: Path, open_key: OpenKey) -> Backup:
    """Read a backup to its last byte, open it, check the database inside; change nothing.

    Raises:
        WrongPassphraseError: sound, but another passphrase.
        NotABackupError, BackupCutError, BackupDamagedError, NewerBackupError.
        OSError: not readable, or no room for the (encrypted) working copy.
    """
    with work_folder(None) as work:
        return _verify(path, open_key, work)


def _verify(path: Path, open_key: OpenKey, work: Path) -> Backup:
    opened = backup_file.open_file(path)
    _key, digest = unpack(opened, open_key, work)
    return Backup(path, opened.total, digest, opened.header)


def unpack(opened: Opened, open_key: OpenKey, work: Path) -> tuple[bytes, str]:
    """Write vault and database of a backup into ``work``, check all, return key and digest.

    Raises:
        NewerBackupError: made by a newer program.
        BackupDamagedError: a part cannot be read, or is not what was written.
    """
    name, paths = opened.path.name, ReplicaPaths(work)
    if opened.header.schema not in schema.known():
        raise NewerBackupError(found=f"数据版本 {opened.header.schema}", file=name)
    wrapped = backup_file.read_vault(opened)
    durable.write_new(paths.vault, wrapped)
    vault.check_vault(paths.vault)
    digest = backup_file.extract_database(opened, paths.database)
    key = open_key(paths.vault)
    backup_file.check_seal(opened, key)
    try:
        found = copies.examine(paths.database, key)
    except DamagedFileError as error:
        raise BackupDamagedError("unreadable", file=name) from error
    if found.faults or heads_digest(found.heads) != opened.header.heads:
        raise BackupDamagedError(*found.faults[:1], file=name)
    return key, digest


# -------------------------------------------------------------------- the file system


@contextlib.contextmanager
def work_folder(beside: Path | None) -> Iterator[Path]:
    """Yield a private folder for encrypted working copies, gone afterwards.

    One that a killed process left beside the backups is cleared at the next start.
    """
    if beside is None:
        folder = Path(tempfile.mkdtemp(prefix="zhucun-"))
    else:
        folder = beside / f"{uuid.uuid4().hex}.work"
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_left_over(paths: ReplicaPaths) -> None:
    """Remove what a killed process left behind; called while the lock is held."""
    shutil.rmtree(paths.preview, ignore_errors=True)
    for folder in paths.backups.glob("*.work"):
        shutil.rmtree(folder, ignore_errors=True)
    for part in paths.backups.glob("*.part"):
        with contextlib.suppress(OSError):
            part.unlink()


def _check_room(paths: ReplicaPaths, out: Path) -> None:
    """Refuse early when there is no room for the copy and the backup.

    Raises:
        BackupFailedError.
    """
    log = paths.database.with_name(f"{paths.database.name}-wal")
    size = paths.database.stat().st_size + (log.stat().st_size if log.exists() else 0)
    same = paths.backups.stat().st_dev == out.parent.stat().st_dev
    wanted = {out.parent: size, paths.backups: size * (2 if same else 1) + _SPARE}
    for folder, room in wanted.items():
        if shutil.disk_usage(folder).free < room:
            raise BackupFailedError("no room", reason="磁盘或U盘空间不够")
