"""Where a replica should not lie: in a folder that is synced, on a network drive, on a stick.

A sync program copies the database in the midst of a write, and puts an old one in its place; a
network drive does not keep the locks. Nothing is made there. On a stick it works until it is
pulled out, so that is only warned of. What is there already opens, with the warning.
"""

import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.paths import RESOURCES

_LONGEST = {"win32": 180}  # characters; elsewhere SQLite's 504 bytes less its longest working copy
_LONGEST_BYTES = 450
_DRIVE_REMOVABLE, _DRIVE_REMOTE = 2, 4


class UnsafePlaceError(AppError):
    """A synced folder or a network drive; ``place`` says which."""

    code, message = "E116", "这个文件夹在{place}，数据放在那里会坏。没有建立数据。"
    hint = "请选本机硬盘上的文件夹；要备份，把备份文件存到那里。"


class LongPathError(AppError):
    """SQLite or the system cannot open files so deep."""

    code, message = "E117", "文件夹的路径太长，数据库打不开。没有建立数据。"
    hint = "请选层数少、名字短的文件夹，如 D:\\驻村。"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with a place. ``kind``: synced, network, removable."""

    kind: str
    place: str

    def sentence(self) -> str:
        """Return what to tell at the opening."""
        danger = "拔出时可能坏" if self.kind == "removable" else "可能被换成旧的或损坏"
        return f"数据放在{self.place}，{danger}。请关掉程序，把整个文件夹移到本机硬盘。"


def check_new(folder: Path) -> None:
    """Look at the folder of a replica that is to be made; a stick is allowed.

    Raises:
        UnsafePlaceError, LongPathError: nothing may be made there.
    """
    whole = str(folder.resolve())
    limit = _LONGEST.get(sys.platform)
    if len(whole) > limit if limit else len(os.fsencode(whole)) > _LONGEST_BYTES:
        raise LongPathError
    doubt = doubt_of(folder)
    if doubt is not None and doubt.kind != "removable":
        raise UnsafePlaceError(place=doubt.place)


def doubt_of(folder: Path) -> Doubt | None:
    """Return what is wrong with a folder, there or still to be made; None if nothing is known."""
    whole = folder.resolve()
    synced = _synced(whole)
    if synced is not None:
        return Doubt("synced", f"“{synced}”的同步文件夹里")
    kind = _drive(whole)
    if kind is not None:
        return Doubt(kind, "网络盘上" if kind == "network" else "U盘或移动硬盘上")
    return None


def sentence(folder: Path) -> str:
    """Return what to tell of a folder at the opening; "" if nothing is wrong with it."""
    doubt = doubt_of(folder)
    return "" if doubt is None else doubt.sentence()


def _synced(whole: Path) -> str | None:
    above = [whole, *whole.parents]
    names = [part.name.casefold() for part in above]
    for one in _known()["synced"]:
        if any(fnmatchcase(name, pattern) for name in names for pattern in one["folders"]):
            return str(one["name"])
        if any(_has(part, marker) for part in above for marker in one["markers"]):
            return str(one["name"])
    root = next((r for r in _onedrive_roots() if r == whole or r in whole.parents), None)
    return None if root is None else "OneDrive"


def _has(folder: Path, marker: str) -> bool:
    try:
        return (folder / marker).exists()
    except OSError:  # not to be looked into
        return False


def _onedrive_roots() -> Iterator[Path]:
    """Yield where Windows says that OneDrive is: its folder may bear any name."""
    for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        text = os.environ.get(name)
        if text:
            yield Path(text).resolve()


def _drive(whole: Path) -> str | None:
    """Return network or removable; None for an own disk, or if the system does not say."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  Windows only

        if whole.drive.startswith("\\\\"):
            return "network"
        found = ctypes.windll.kernel32.GetDriveTypeW(f"{whole.drive}\\")
        return {_DRIVE_REMOVABLE: "removable", _DRIVE_REMOTE: "network"}.get(found)
    return drive_of(whole, _mounts())


def drive_of(whole: Path, mounts: list[tuple[str, str, str]]) -> str | None:
    """Judge by the deepest mount (device, point, type) that holds a path."""
    over = [m for m in mounts if whole == Path(m[1]) or Path(m[1]) in whole.parents]
    if not over:
        return None
    device, point, kind = max(over, key=lambda mount: len(mount[1]))
    if kind in _known()["network"]["types"]:
        return "network"
    on_stick = any(fnmatchcase(point, pattern) for pattern in _known()["removable"]["mounts"])
    return "removable" if on_stick or _is_removable(device) else None


def _mounts() -> list[tuple[str, str, str]]:
    try:
        text = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # not on this system
        return []
    fields = (line.split(" ") for line in text.splitlines())
    return [(one[0], _plain(one[1]), one[2]) for one in fields if len(one) > 2]


def _plain(point: str) -> str:
    """Undo the escapes of blanks in a mount point."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\134", "\\")):
        point = point.replace(code, char)
    return point


def _is_removable(device: str) -> bool:
    """Ask the kernel: of a partition its disk, one folder above, knows."""
    place = (Path("/sys/class/block") / Path(device).name).resolve()
    for folder in (place, place.parent):
        try:
            return (folder / "removable").read_text().strip() == "1"
        except OSError:  # a partition
            continue
    return False


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads((RESOURCES / "places.toml").read_text(encoding="utf-8"))
