"""One process at a time works on a replica; the note beside the lock says which."""

import json
import os
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app.models.errors import ReplicaInUseError
from app.paths import ReplicaPaths


def take_lock(paths: ReplicaPaths, holder: str) -> FileLock:
    """Take the lock of a replica's folder for ``holder``.

    Raises:
        ReplicaInUseError: another process has it.
    """
    lock = FileLock(paths.lock)
    note = paths.holder
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ReplicaInUseError(holder=_holder_of(note)) from None
    text = {"holder": holder, "pid": os.getpid(), "since": datetime.now().astimezone().isoformat()}
    try:
        note.write_text(json.dumps(text, ensure_ascii=False), encoding="utf-8")
    except OSError:
        lock.release()
        raise
    return lock


def _holder_of(note: Path) -> str:
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
        return f"{found['holder']}，进程 {found['pid']}"
    except (OSError, ValueError, KeyError):
        return "另一个进程"
