"""Backups that make themselves: one a day while the program is used, thinned, aged, on a stick."""

import json
import os
import re
import shutil
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.errors import AppError
from app.models import copies
from app.models.store import Store
from app.ops import backup, backup_file, durable, head_record
from app.ops.backup import SUFFIX, Backup
from app.ops.backup_errors import BackupFailedError
from app.ops.backup_file import Header
from app.paths import ReplicaPaths
from app.sync import files

LATE_AFTER_DAYS = 3
STICK_LATE_AFTER_DAYS = 14
_KEPT_DAYS, _KEPT_WEEKS, _KEPT_MONTHS, _KEPT_UPGRADES = 7, 5, 12, 3
_DAILY, _UPGRADE = "备份-", "升级前-"
_BY_PLAN = re.compile(rf"{_DAILY}\d{{8}}-\d{{6}}{re.escape(SUFFIX)}$")
_STATE = "plan.json"


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """What the first page says of the backups. Days are days of the calendar here.

    ``further_folder``: a stick or second disk that gets a copy too, None if none was chosen.
    """

    last_on: date | None
    days: int | None
    is_late: bool
    further_folder: Path | None
    further_on: date | None
    is_further_late: bool

    def sentence(self) -> str:
        """Return the line of the first page."""
        if self.last_on is None or self.days is None:
            return "备份：还没有。关闭程序时会自动做一份。"
        words = {0: "今天已核验", 1: "昨天已核验"}
        text = f"备份：{words.get(self.days, f'{self.days}天前已核验')}"
        if self.is_late:
            text += "，太久了"
        if self.further_folder is None:
            return f"{text}（只在本机，建议再选一个U盘）"
        if self.is_further_late:
            return f"{text}；U盘上的太旧了，请插上U盘"
        return text


def status(store: Store, today: date) -> BackupStatus:
    """Return how old the last verified backup is, here and on the further folder."""
    paths = ReplicaPaths(store.path.parent)
    state = _read_state(paths)
    here = [_day(header.made_at) for _path, header in _backups(paths.backups)]
    elsewhere = state.get("elsewhere_at")
    known = [*here, _day(elsewhere)] if elsewhere else here
    last = max(known, default=None)
    folder = further_folder(store)
    there = state.get("further_at")
    further_on = _day(there) if there and folder is not None else None
    days = None if last is None else max(0, (today - last).days)
    return BackupStatus(
        last_on=last,
        days=days,
        is_late=days is None or days > LATE_AFTER_DAYS,
        further_folder=folder,
        further_on=further_on,
        is_further_late=folder is not None
        and (further_on is None or (today - further_on).days > STICK_LATE_AFTER_DAYS),
    )


def is_due(store: Store) -> bool:
    """Tell whether today's backup is still to be made."""
    last = status(store, _today(store)).last_on
    return last is None or last < _today(store)


def keep_up(store: Store) -> Backup | None:
    """Note how far the chains are, and make today's backup if it is still to be made.

    Raises:
        BackupFailedError, DamagedFileError: see ``daily_backup``.
    """
    head_record.note(ReplicaPaths(store.path.parent), store.key, store.clock())
    return daily_backup(store) if is_due(store) else None


def daily_backup(store: Store) -> Backup:
    """Make today's backup, copy it to the further folder if that is there, and thin out.

    Raises:
        BackupFailedError: not written; or written here but not on the further folder.
        DamagedFileError: the database itself is damaged.
    """
    paths, now = ReplicaPaths(store.path.parent), store.clock()
    name = f"{_DAILY}{now.astimezone():%Y%m%d-%H%M%S}{SUFFIX}"
    made = backup.create_backup(store, paths.backups / name)
    thin(paths.backups, made.header.device_id)
    further = further_folder(store)
    if further is not None and further.is_dir():
        _copy_verified(made, further / f"{store.identity.name}-{name}")
        _write_state(paths, further_at=made.header.made_at)
        thin(further, made.header.device_id)
    return made


def closing_backup(store: Store) -> Backup | None:
    """Make a backup at the end of the work unless there is nothing that the last one lacks.

    Raises:
        BackupFailedError, DamagedFileError: see ``daily_backup``.
    """
    found = list_backups(store.path.parent)
    if found:
        known = backup_file.open_file(found[0][0]).header.heads
        if known == backup.heads_digest(copies.heads_of(store.path, store.key)):
            return None
    return daily_backup(store)


def backup_elsewhere(store: Store, out: Path) -> Backup:
    """Write a backup where the user says, and remember when.

    Raises:
        BackupFailedError, NotOverwrittenError, DamagedFileError: see ``create_backup``.
    """
    made = backup.create_backup(store, out)
    _write_state(ReplicaPaths(store.path.parent), elsewhere_at=made.header.made_at)
    return made


def further_folder(store: Store) -> Path | None:
    """Return the further folder that was chosen."""
    text = _read_state(ReplicaPaths(store.path.parent)).get("further_folder")
    return Path(text) if text else None


def choose_further_folder(store: Store, folder: Path | None) -> None:
    """Keep copies in this folder from now on; None: nowhere else."""
    text = "" if folder is None else str(folder)
    _write_state(ReplicaPaths(store.path.parent), further_folder=text, further_at="")


def list_backups(folder: Path) -> list[tuple[Path, datetime]]:
    """Return the finished backups in a replica's folder, newest first, with their times."""
    found = [(p, _time(header.made_at)) for p, header in _backups(ReplicaPaths(folder).backups)]
    return sorted(found, key=lambda one: one[1], reverse=True)


def thin(folder: Path, device_id: str) -> list[Path]:
    """Remove what is neither the newest of a day, a week or a month; return what went.

    Only files of this device that were made and named by the plan are ever removed: a stick may
    carry those of several villages, and what people keep by hand.
    """
    mine = ((_time(h.made_at), p) for p, h in _backups(folder) if h.device_id == device_id)
    found = sorted(mine, reverse=True)
    daily = [one for one in found if _BY_PLAN.search(one[1].name)]
    kept = {path for _at, path in daily[:2]}
    spans: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
        (_KEPT_DAYS, lambda at: at.date()),
        (_KEPT_WEEKS, lambda at: at.isocalendar()[:2]),
        (_KEPT_MONTHS, lambda at: (at.year, at.month)),
    )
    for number, span in spans:
        kept |= _newest_of_each(daily, span, number)
    upgrades = [path for _at, path in found if path.name.startswith(_UPGRADE)]
    removed = [path for _at, path in daily if path not in kept] + upgrades[_KEPT_UPGRADES:]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _newest_of_each(
    found: Iterable[tuple[datetime, Path]], span: Callable[[datetime], Hashable], number: int
) -> set[Path]:
    newest: dict[Hashable, Path] = {}
    for at, path in found:  # newest first
        newest.setdefault(span(at), path)
    return set(list(newest.values())[:number])


def _copy_verified(made: Backup, target: Path) -> None:
    """Copy a verified backup to another device, read back from there."""
    part = target.with_name(f"{target.name}.part")
    try:
        with made.path.open("rb") as source, part.open("wb") as out:
            shutil.copyfileobj(source, out, backup_file.CHUNK)
            out.flush()
            os.fsync(out.fileno())
            files.forget_cache(out.fileno())
        if backup_file.digest_of(part) != made.sha256:
            raise BackupFailedError("read back", reason="U盘上读回来和原来的不一样")
        part.replace(target)
        files.sync_folder(target.parent)
    except OSError as error:
        raise BackupFailedError(type(error).__name__, reason=durable.reason(error)) from error
    finally:
        durable.drop(part)


def _backups(folder: Path) -> list[tuple[Path, Header]]:
    """Return the finished backups of a folder with their headers; others are passed over."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            found.append((path, backup_file.open_file(path).header))
        except (AppError, OSError):
            continue  # damaged or gone: it does not count
    return found


def _time(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone()


def _day(at: str) -> date:
    return _time(at).date()


def _today(store: Store) -> date:
    return store.clock().astimezone().date()


def _read_state(paths: ReplicaPaths) -> dict[str, str]:
    try:
        found = json.loads((paths.backups / _STATE).read_text(encoding="utf-8"))
        return {str(key): str(value) for key, value in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _write_state(paths: ReplicaPaths, **values: str) -> None:
    paths.backups.mkdir(exist_ok=True)
    text = json.dumps(_read_state(paths) | values, ensure_ascii=False)
    part = paths.backups / f"{_STATE}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(paths.backups / _STATE)
