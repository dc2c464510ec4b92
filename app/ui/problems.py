"""From any exception to a text that may be shown: never a stack trace, never personal data."""

import errno
import logging
import traceback
import zlib

from app.errors import AppError

log = logging.getLogger(__name__)


class DiskFullError(AppError):
    """No room left while writing."""

    code = "E901"
    message = "磁盘快满了。刚才这一项没存上，以前的都在。"
    hint = "请清出 500MB，再做一次。"


class FileProblemError(AppError):
    """The operating system refused a file: write-protected, gone, in use."""

    code = "E902"
    message = "文件没能读写（{reason}）。本机数据没有变。"
    hint = "请看看U盘是否插好、有没有写保护，再做一次。"


class DatabaseBusyError(AppError):
    """The database could not be used just now."""

    code = "E903"
    message = "数据文件正忙或磁盘出错。刚才这一项没存上，以前的都在。"
    hint = "请稍等一下再做一次。"


class UnexpectedError(AppError):
    """A bug of the program; ``number`` is the same each time the same line fails."""

    code = "E999"
    message = "程序出了意外，编号 901-{number}。以前填的都已保存。"
    hint = "请重新打开；再出现，把编号报给镇里。"


_REASONS = {
    errno.EACCES: "没有权限",
    errno.EROFS: "写保护",
    errno.ENOENT: "找不到文件",
    errno.EBUSY: "文件正被别的程序使用",
    errno.EIO: "设备读写出错或已拔出",
}


def as_app_error(error: BaseException) -> AppError:
    """Return an error the user can read; whatever is not one yet is logged without its text."""
    if isinstance(error, AppError):
        return error
    _log(error)
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return DiskFullError()
        return FileProblemError(reason=_REASONS.get(error.errno or 0, "系统拒绝"))
    # The database driver's classes are out of reach here, so the class is known by its name.
    if any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):
        # SQLite says so in its text, which is asked here and shown nowhere.
        return DiskFullError() if "disk is full" in str(error) else DatabaseBusyError()
    return UnexpectedError(number=_number(error))


def _number(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{type(error).__name__}:{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{zlib.crc32(place.encode()) & 0xFFFF:04X}"


def _log(error: BaseException) -> None:
    # The message of a foreign exception may quote a name or an identity number: it stays out.
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    log.error("unexpected %s at %s", type(error).__name__, places)
