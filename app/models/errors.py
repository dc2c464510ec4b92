"""What can be wrong with a replica's files (E1xx)."""

from app.errors import AppError, UntrustedError


class WrongPassphraseError(UntrustedError):
    """The passphrase opens no slot of the vault; the files are sound."""

    code, message = "E101", "口令不对。数据没有变。"
    hint = "请查大小写和输入法再试；忘了可用恢复单。"


class ReplicaInUseError(AppError):
    """Another process holds the replica; ``holder`` names it."""

    code, message = "E102", "程序已经打开着（{holder}）。数据没有变。"
    hint = "请在任务栏切换过去，或先关掉它。"


class DamagedFileError(AppError):
    """Vault or database cannot be read although the passphrase may be right."""

    code, message = "E103", "数据文件损坏：{file}。程序没有改动它。"
    hint = "请用最近的备份恢复；坏文件请留着。"


class NewerDatabaseError(AppError):
    """The database was written by a newer program."""

    code, message = "E104", "这份数据由更新的程序写成（{found}），本程序打不开。数据没有变。"
    hint = "请先升级程序再打开。"


class NoReplicaError(AppError):
    """There is no replica in the folder."""

    code, message = "E105", "这个文件夹里没有数据。"
    hint = "请先登记本村，或另选文件夹。"


class ReplicaExistsError(AppError):
    """A replica is there already; nothing is overwritten."""

    code, message = "E106", "这个文件夹里已经有数据，没有覆盖。"
    hint = "请打开它，或另选一个空文件夹。"


class OwnershipError(AppError):
    """The level and role of the actor may not originate this change."""

    code, message = "E107", "{role}不能改“{what}”。数据没有变。"
    hint = "请由{owner}办理。"
