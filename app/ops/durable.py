"""Files that must survive a power cut, and what the system says when it refuses one."""

import contextlib
import errno
import os
from pathlib import Path

_REASONS = {
    errno.ENOSPC: "磁盘或U盘空间不够",
    errno.EDQUOT: "磁盘或U盘空间不够",
    errno.EROFS: "U盘写保护",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOENT: "找不到文件或文件夹，U盘可能已拔出",
    errno.EISDIR: "这是文件夹",
    errno.EBUSY: "文件正被别的程序使用",
    errno.ENODEV: "U盘已拔出",
    errno.EIO: "磁盘或U盘读写出错",
}


def reason(error: OSError) -> str:
    """Return a short Chinese reason: never a path, it may hold a name."""
    return _REASONS.get(error.errno or 0, "系统拒绝读写文件")


def write_new(path: Path, data: bytes) -> None:
    """Write a new private file and flush it."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)


def drop(path: Path) -> None:
    """Remove a half-written file if the system lets us."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
