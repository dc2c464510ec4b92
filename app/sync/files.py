"""Files on sticks: written whole or not at all, read with a limit."""

import contextlib
import os
from pathlib import Path

from app.errors import Where
from app.sync.errors import (
    MissingFolderError,
    StickLostError,
    TooLargeError,
    UnreadableFileError,
)


def require_folder(path: Path) -> None:
    """Check that the folder to write into is there.

    Raises:
        MissingFolderError: names it.
    """
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise MissingFolderError("folder", folder=str(folder))


def write_whole(path: Path, data: bytes) -> None:
    """Write as ``*.part``, flush, read back, compare, rename.

    A stick that is pulled out leaves the old file or the new one, never half of one.

    Raises:
        StickLostError: nothing under the final name has changed.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            forget_cache(file.fileno())  # reading back must come from the device
        if part.read_bytes() != data:
            raise OSError("read back other bytes")  # noqa: TRY301  one handler for all faults
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StickLostError(type(error).__name__, where=Where(file=path.name)) from error


def forget_cache(descriptor: int) -> None:
    """Ask the system that the next reading comes from the device itself."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder, where the system knows that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_whole(path: Path, limit: int) -> bytes:
    """Return the bytes of a file: the local copy that everything else works on.

    Raises:
        UnreadableFileError: no regular file, or it cannot be read.
        TooLargeError: over the limit; nothing was read beyond it.
    """
    where = Where(file=path.name)
    if not path.is_file():
        raise UnreadableFileError("not a file", where=where)
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UnreadableFileError(type(error).__name__, where=where) from error
    if len(data) > limit:
        raise TooLargeError("file", where=where)
    return data
