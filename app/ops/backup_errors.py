"""What can be wrong with a backup: each its own sentence."""

from app.errors import AppError, UntrustedError


class BackupFailedError(AppError):
    """It could not be written or did not pass its own check; ``reason`` in Chinese."""

    code, message = "E114", "备份没写成：{reason}。数据没有变。"
    hint = "请换U盘或另选文件夹。"


class NotABackupError(AppError):
    """Some other file."""

    code, message = "E130", "“{file}”不是备份文件。没有动任何数据。"
    hint = "备份文件的名字以“.备份”结尾，请另选一个。"


class BackupCutError(UntrustedError):
    """The file ends too early, or goes on after its end."""

    code, message = "E131", "备份文件“{file}”不完整。没有动任何数据。"
    hint = "请重新拷贝；还不行，请用前一份备份。"


class BackupDamagedError(UntrustedError):
    """A digest, the seal, or the database inside does not agree."""

    code, message = "E132", "备份文件“{file}”已损坏或被改过。没有动任何数据。"
    hint = "请用前一份备份。"


class NewerBackupError(AppError):
    """Written by a newer program."""

    code, message = "E133", "备份文件“{file}”由更新的程序写成（{found}）。没有动任何数据。"
    hint = "请先升级程序再恢复。"


class NotOverwrittenError(AppError):
    """The place is taken by something that is no backup."""

    code, message = "E134", "“{file}”已存在，而且不是备份，没有覆盖。"
    hint = "请换一个文件名。"
