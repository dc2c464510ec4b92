"""Files become what is kept of them, or are refused with the reason (how: app/ops/shrinking.py).

A file is opened in a child process that may not take more memory or time than a photo can
justify.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

from app.domain.attachment import (
    HEAD_BYTES,
    Limits,
    NotAcceptedError,
    media_type_of,
    parse_limits,
    size_problem,
)
from app.excel.child import stream_from_child
from app.excel.errors import TableError, TableTooLargeError
from app.ops import durable
from app.ops.attachment_errors import PictureRefusedError
from app.ops.catalogue import RESOURCES, read_toml

DAMAGED = "文件不完整或已损坏，请重新拷贝或重拍"
_TOO_HEAVY = "读它要太多内存或时间，请先缩小或截图"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of a photo or scan. ``taken_on``: as the camera wrote it, None if it did not."""

    content: bytes
    media_type: str
    width: int
    height: int
    taken_on: date | None


@lru_cache(maxsize=1)
def limits() -> Limits:
    """Return the sizes that this installation keeps."""
    return parse_limits(read_toml(RESOURCES / "attachments.toml"))


def from_file(path: Path) -> Picture:
    """Return what is kept of a file, read in a child process.

    Raises:
        PictureRefusedError: with the reason; nothing has been written.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise PictureRefusedError(file=path.name, reason=durable.reason(error)) from error
    try:
        refuse(size_problem(size, limits()))
        media_type = media_type_of(head)
        (answer,) = stream_from_child(path, partial(_read, limits(), media_type))
    except NotAcceptedError as error:
        raise PictureRefusedError(file=path.name, reason=str(error)) from error
    except TableTooLargeError as error:
        raise PictureRefusedError(file=path.name, reason=_TOO_HEAVY) from error
    except TableError as error:
        raise PictureRefusedError(file=path.name, reason=DAMAGED) from error
    if isinstance(answer, str):
        raise PictureRefusedError(file=path.name, reason=answer)
    return answer


def from_memory(content: bytes, name: str) -> Picture:
    """Return what is kept of a picture that the program itself holds (pasted).

    Raises:
        PictureRefusedError: with the reason; nothing has been written.
    """
    try:
        from app.ops import shrinking  # noqa: PLC0415  heavy, and only needed for new pictures

        refuse(size_problem(len(content), limits()))
        return shrinking.reduced(content, media_type_of(content[:HEAD_BYTES]), limits())
    except NotAcceptedError as error:
        raise PictureRefusedError(file=name, reason=str(error)) from error


def _read(bounds: Limits, media_type: str, path: Path) -> Iterator[Picture | str]:
    """Yield the picture, or the reason why there is none (inside the child)."""
    from app.ops import shrinking  # noqa: PLC0415  the child alone needs it

    try:
        yield shrinking.reduced(path.read_bytes(), media_type, bounds)
    except NotAcceptedError as error:
        yield str(error)


def refuse(problem: str) -> None:
    """Refuse a file for a reason, "" for none.

    Raises:
        NotAcceptedError: with the reason.
    """
    if problem:
        raise NotAcceptedError(problem)
