"""Reading in a child process that may not take more memory or time than a roster can justify."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from app.errors import Where
from app.excel.errors import TableDamagedError, TableError, TableTooLargeError

MEMORY_LIMIT = 420 << 20  # address space, the interpreter's own (over 100 MB) included
BASE_SECONDS = 5  # of the processor; an old computer that does other things takes longer
BYTES_PER_SECOND = 1 << 20
WALL_FACTOR = 12

_ITEM, _END, _ERROR, _BROKEN = "item", "end", "error", "broken"
_REASON = "读它要太多内存或时间"

Item = TypeVar("Item")


def stream_from_child(path: Path, read: Callable[[Path], Iterator[Item]]) -> Iterator[Item]:
    """Run ``read(path)`` in a child process and yield what it yields.

    Memory and processor time are limited where the operating system can do that (not on
    Windows); the time by the clock, which is generous, is limited everywhere.

    Raises:
        TableError: as raised by ``read``; TableTooLargeError if the child hit a limit.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    seconds = BASE_SECONDS + path.stat().st_size // BYTES_PER_SECOND
    process = context.Process(target=_run, args=(path, read, sender, seconds), daemon=True)
    process.start()
    sender.close()
    ends = time.monotonic() + WALL_FACTOR * seconds
    try:
        while True:
            kind, item = _receive(receiver, ends)
            if kind == _END:
                return
            if kind == _ERROR:
                raise item
            if kind == _BROKEN:
                raise TableTooLargeError(where=Where(file=path.name), reason=_REASON)
            yield item
    finally:
        process.kill()
        process.join()
        receiver.close()


def _receive(receiver: Connection, ends: float) -> tuple[str, Any]:
    """Return the next message; a child that is dead or late is broken."""
    try:
        if receiver.poll(max(0.0, ends - time.monotonic())):
            kind, item = receiver.recv()
            return kind, item
    except (EOFError, OSError):
        return _BROKEN, None
    return _BROKEN, None


def _run(
    path: Path, read: Callable[[Path], Iterator[Item]], sender: Connection, seconds: int
) -> None:
    """Do the work inside the child."""
    _limit(seconds)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # a reader that breaks may print cells
    try:
        for item in read(path):
            sender.send((_ITEM, item))
        sender.send((_END, None))
    except TableError as error:
        sender.send((_ERROR, error))
    except MemoryError:
        sender.close()
    except Exception as error:  # a reader's crash on a hostile file is the file's damage
        where = Where(file=path.name)
        sender.send((_ERROR, TableDamagedError(type(error).__name__, where=where)))


def _limit(seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    started = resource.getrusage(resource.RUSAGE_SELF)  # the interpreter's start is not the file's
    spent = int(started.ru_utime + started.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, spent + seconds + 1))
