"""Reading in a child process that may not take more memory or time than a roster can justify."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from app.errors import Where
from app.excel.errors import TableDamagedError, TableError, TableTooLargeError

MEMORY_LIMIT = 640 << 20  # address space, the interpreter's own (about 200 MB) included
BASE_SECONDS = 5
BYTES_PER_SECOND = 1 << 20

Result = TypeVar("Result")


def read_in_child(path: Path, read: Callable[[Path], Result]) -> Result:
    """Run ``read(path)`` in a child process and return what it returns.

    The memory limit works where the operating system has one (not on Windows); the time limit
    works everywhere.

    Raises:
        TableError: as raised by ``read``; TableTooLargeError if the child hit a limit.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(path, read, sender), daemon=True)
    process.start()
    sender.close()
    seconds = BASE_SECONDS + path.stat().st_size / BYTES_PER_SECOND
    try:
        answer = receiver.recv() if receiver.poll(seconds) else None
    except EOFError:
        answer = None
    finally:
        process.kill()
        process.join()
        receiver.close()
    where = Where(file=path.name)
    if answer is None:
        raise TableTooLargeError(where=where, reason="读它要太多内存或时间")
    failed, value = answer
    if failed:
        raise value
    result: Result = value
    return result


def _run(path: Path, read: Callable[[Path], Result], sender: Connection) -> None:
    """Do the work inside the child."""
    _limit_memory()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # a reader that breaks may print cells
    try:
        sender.send((False, read(path)))
    except TableError as error:
        sender.send((True, error))
    except MemoryError:
        sender.close()
    except Exception as error:  # a reader's crash on a hostile file is the file's damage
        sender.send((True, TableDamagedError(type(error).__name__, where=Where(file=path.name))))


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
