"""Papers that are only looked at: they live in memory, never longer on the disk than they are made.

The makers of papers write files. The file lies in the replica's own folder, goes as soon as it has
been read, and what a killed process left there goes at the next start.
"""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import durable, print_log
from app.ops.printing import Printed
from app.paths import ReplicaPaths

T = TypeVar("T")


def save(path: Path, data: bytes) -> None:
    """Keep a paper where the user says, whole or not at all.

    Raises:
        OSError: no room, write-protected; nothing half-written stays.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        durable.drop(part)


def keep(store: Store, actor: Actor, printed: Printed, path: Path, data: bytes) -> None:
    """Keep a paper that was looked at as a file, and note it.

    Raises:
        OSError: as ``save``; then nothing is noted.
    """
    save(path, data)
    print_log.note(store, actor, printed.noted, path)


def sent(store: Store, actor: Actor, printed: Printed) -> None:
    """Note that a paper that was looked at went to the printer."""
    print_log.note(store, actor, printed.noted)


def in_memory(store: Store, make: Callable[[Path], T]) -> tuple[T, bytes]:
    """Return what ``make(path)`` returned, and the bytes it wrote."""
    folder = ReplicaPaths(store.path.parent).preview / uuid.uuid4().hex
    folder.mkdir(mode=0o700, parents=True)
    try:
        path = folder / "paper"
        result = make(path)
        return result, path.read_bytes()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
