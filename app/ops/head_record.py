"""The side record: how far every chain had come, beside the database.

An older file in the place of the database, or one whose log was lost, is as whole as any; only
what was known later tells it. The record is written after the commits that it tells of, so it may
lag behind and never leads: an older one, or none, is no alarm. It is sealed by a key derived from
the data key, so one of another replica says nothing, and neither does a damaged one.
"""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

from app.errors import AppError
from app.models import copies, vault
from app.models.copies import Heads
from app.models.errors import DamagedFileError
from app.ops import durable
from app.paths import ReplicaPaths

_LOG = logging.getLogger(__name__)
_FORMAT = 1
_PURPOSE = b"zhucun head record 1"


class OlderDatabaseError(AppError):
    """The database knows less than was known of it: an old file, or one without its log."""

    code, message = "E115", "数据比{then}旧{lack}，可能被旧文件换掉，或没有拷全。程序没有改动它。"
    hint = "请用备份恢复；现在的文件会留着。"


def note(paths: ReplicaPaths, key: bytes, now: datetime) -> None:
    """Write how far the chains are; nothing if that is known, or if they lack what is known.

    No work fails for it: the record stays as it was, it may lag.
    """
    try:
        if paths.database.exists():  # else opening it would make an empty one
            _note(paths, key, now)
    except (OSError, DamagedFileError) as error:
        _LOG.warning("head record not written: %s", type(error).__name__)


def _note(paths: ReplicaPaths, key: bytes, now: datetime) -> None:
    at, known = _read(paths.heads, key)
    heads, gone = copies.lacking(paths.database, key, known)
    if gone or (at is not None and heads == known):
        return
    body = {
        "format": _FORMAT,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "heads": [[*chain, *head] for chain, head in sorted(heads.items())],
    }
    part = paths.heads.with_name(f"{paths.heads.name}.part")
    part.unlink(missing_ok=True)
    durable.write_new(part, vault.seal(key, _PURPOSE, json.dumps(body).encode()))
    part.replace(paths.heads)


def check(paths: ReplicaPaths, key: bytes) -> None:
    """Compare a database with its record.

    Raises:
        OlderDatabaseError: it lacks what was known; nothing was changed.
        DamagedFileError: unreadable.
    """
    at, known = _read(paths.heads, key)
    if at is None:
        return
    _heads, gone = copies.lacking(paths.database, key, known)
    if gone:
        then = f"{at.month}月{at.day}日 {at:%H:%M} 记下的"
        raise OlderDatabaseError(then=then, lack=f"（少了至少{sum(gone.values())}步修改）")


def _read(path: Path, key: bytes) -> tuple[datetime | None, Heads]:
    """Return the record; no time without one, or if it is another replica's or damaged."""
    try:
        body = json.loads(vault.unseal(key, _PURPOSE, path.read_bytes()))
    except (OSError, ValueError):
        return None, {}
    if body["format"] != _FORMAT:  # of a newer program
        return None, {}
    heads = {(o, epoch, scope): (n, digest) for o, epoch, scope, n, digest in body["heads"]}
    return datetime.fromisoformat(body["at"]).astimezone(), heads
