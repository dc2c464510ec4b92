"""First start, opening and locking a replica."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from app.errors import AppError
from app.models import schema, vault
from app.models.errors import NoReplicaError, ReplicaExistsError
from app.models.replica import OperatorRow, ReplicaRow
from app.models.store import Store, new_epoch
from app.ops import backup, head_record, restore
from app.ops.locking import take_lock
from app.paths import RESOURCES, ReplicaPaths
from app.sync import keys

MIN_PASSPHRASE = 10  # characters; the contract of the command line
_LEET = str.maketrans("@$013457", "asoleast")
_KNOWN_WORDS = ("password", "passwd", "passw", "qwert", "asdf", "zxcv", "admin", "zhucun", "woaini")
_OWN_LETTERS = 8  # letters beside such a word that make it one's own
MANAGER = "管理员"  # the operator who has every role of the level


class WeakPassphraseError(AppError):
    """The passphrase is too easy to guess; ``reason`` says why."""

    code, message = "E108", "口令不能用：{reason}没有建立数据。"
    hint = "建议用一句只有您知道的话的拼音，至少12个字符。"


class AreaCodeError(AppError):
    """Not a 12-digit area code of the level."""

    code, message = "E109", "区划代码“{area_code}”不是{level}的12位代码。没有建立数据。"
    hint = "村的代码后三位不为000；镇的后三位为000；县的后六位为000000。"


@dataclass(frozen=True, slots=True)
class ReplicaPlan:
    """What a new replica will be. ``level``: county, township, village."""

    level: str
    area_code: str
    name: str
    operator: str = MANAGER


@dataclass(frozen=True, slots=True)
class NewReplica:
    """What was made. ``recovery_key`` is shown once and stored nowhere."""

    recovery_key: str
    device_id: str
    fingerprint: str
    schema: str


def check_passphrase(text: str, plan: ReplicaPlan) -> str | None:
    """Return a Chinese reason why a passphrase is refused; None if it may be used."""
    if len(text) < MIN_PASSPHRASE:
        return f"太短，还差{MIN_PASSPHRASE - len(text)}个字符。"
    plain = text.casefold()
    if plain in _weak() or len(set(plain)) <= 2 or _is_run(plain) or _is_dressed_up(plain):
        return "这是常见口令。"
    names = [plan.name, plan.operator, *_pinyin(plan.name), *_pinyin(plan.operator)]
    if any(len(name) >= 2 and name.casefold() in plain for name in names):
        return "含有您的姓名或村名。"
    return None


def create_replica(folder: Path, plan: ReplicaPlan, passphrase: str) -> NewReplica:
    """Make an encrypted replica with its device keys in an absent or empty folder.

    Raises:
        ReplicaExistsError: the folder holds a replica.
        WeakPassphraseError, AreaCodeError: refused; nothing is left behind.
    """
    paths = ReplicaPaths(folder)
    restore.finish_restore(paths)
    if paths.vault.exists() or paths.database.exists():
        raise ReplicaExistsError
    _check_area(plan)
    reason = check_passphrase(passphrase, plan)
    if reason:
        raise WeakPassphraseError(reason=reason)
    with restore.empty_place(folder) as place:
        return restore.put_in_place(place, "", lambda inside: _create(inside, plan, passphrase))


def _create(paths: ReplicaPaths, plan: ReplicaPlan, passphrase: str) -> NewReplica:
    identity = keys.new_device(plan.level, plan.area_code, plan.name)
    epoch = new_epoch()
    key, recovery_key = vault.create_vault(paths.vault, passphrase)
    schema.upgrade(paths.database, key)
    paths.database.chmod(0o600)
    store = Store(paths.database, key)
    row = ReplicaRow(
        id=1,
        level=plan.level,
        area_code=plan.area_code,
        name=plan.name,
        device_id=identity.device_id,
        epoch=epoch,
        identity=identity.identity.record,
        identity_digest=identity.identity.digest,
        signing_key=identity.signing_key,
        encryption_key=identity.encryption_key,
        root_id=identity.device_id if plan.level == "county" else None,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    try:
        with store.absorb() as session:  # the replica row is local, there is no journal yet
            session.add(row)
            session.add(OperatorRow(name=plan.operator, role="administrator", is_default=True))
    finally:
        store.close()
    fingerprint = keys.fingerprint(keys.make_request(identity, epoch).signed.file_bytes())
    return NewReplica(recovery_key, identity.device_id, fingerprint, schema.newest())


def open_replica(
    folder: Path,
    passphrase: str,
    holder: str,
    *,
    clock: Callable[[], datetime] | None = None,
) -> Store:
    """Open a replica for this process alone; ``Store.close()`` frees the lock.

    An older schema is brought up to date first, after a copy beside the backups.

    Raises:
        NoReplicaError, ReplicaInUseError, WrongPassphraseError, DamagedFileError,
        NewerDatabaseError, OlderDatabaseError: nothing was changed.
    """
    paths = ReplicaPaths(folder)
    restore.finish_restore(paths)
    if not paths.vault.exists() or not paths.database.exists():
        raise NoReplicaError
    key = vault.open_vault(paths.vault, passphrase)
    lock = take_lock(paths, holder)
    try:
        backup.clear_left_over(paths)
        is_old = schema.needs_upgrade(paths.database, key)
        head_record.check(paths, key)
        if is_old:
            _copy_before_upgrade(paths, key)
            schema.upgrade(paths.database, key)
        now = clock or partial(datetime.now, UTC)

        def on_close() -> None:
            try:
                head_record.note(paths, key, now())
            finally:
                lock.release()

        return Store(paths.database, key, on_close=on_close, clock=now)
    except BaseException:
        lock.release()
        raise


def _copy_before_upgrade(paths: ReplicaPaths, key: bytes) -> None:
    """Keep the old state as a verified backup.

    Raises:
        BackupFailedError: then the database is not migrated either.
    """
    old, now = schema.current(paths.database, key), datetime.now(UTC)
    if old is not None:
        paths.backups.mkdir(exist_ok=True)
        out = paths.backups / f"升级前-{old}-{now:%Y%m%d-%H%M%S}{backup.SUFFIX}"
        backup.write_backup(paths, key, out, now)


def _check_area(plan: ReplicaPlan) -> None:
    labels = {"county": "县", "township": "镇", "village": "村"}
    shape = {
        "county": r"\d{6}000000",
        "township": r"\d{6}(?!000)\d{3}000",
        "village": r"\d{9}(?!000)\d{3}",
    }
    if not re.fullmatch(shape[plan.level], plan.area_code):
        raise AreaCodeError(area_code=plan.area_code, level=labels[plan.level])


@cache
def _weak() -> frozenset[str]:
    text = (RESOURCES / "weak_passphrases.txt").read_text(encoding="utf-8")
    return frozenset(text.casefold().split())


def _is_run(plain: str) -> bool:
    """Tell whether the characters just count up or down."""
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(plain)}
    return steps in ({1}, {-1})


def _is_dressed_up(plain: str) -> bool:
    """Tell whether it is digits alone, or a well-known word with digits and signs around it."""
    letters = plain.translate(_LEET)
    bare = "".join(c for c in letters if c.isalpha())
    return plain.isdecimal() or any(
        word in letters and len(bare) - len(word) < _OWN_LETTERS for word in _KNOWN_WORDS
    )


def _pinyin(name: str) -> list[str]:
    from app.models.pinyin import search_keys  # noqa: PLC0415  0.2 s, first start only

    return search_keys(name)[0].split()
