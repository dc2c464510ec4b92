"""Refusals of packages, requests and certificates; nothing has been written when one is raised.

One check of FORMAT.md §7, one class, one sentence.
"""

from app.errors import AppError, UntrustedError


class PackageError(UntrustedError):
    """Base of all refusals of a change package."""

    code = "E300"
    message = "这个变更包不能导入。没有导入，数据没有变。"
    hint = "请让对方重新导出。"


class WrongReceiverError(PackageError):
    """The package was made for another device."""

    code = "E301"
    message = "这个包是给{receiver}的。没有导入，数据没有变。"
    hint = "请向{sender}要给本机的包。"


class DamagedError(PackageError):
    """Base of everything that a broken copy or a forger can cause."""

    code = "E302"
    message = "文件不完整或被改过。没有导入，数据没有变。"
    hint = "请重新拷贝；还不行，请对方重新导出。"


class TruncatedError(DamagedError):
    """Shorter or longer than the header says."""

    message = "文件不完整：应有{expected}字节，只有{actual}字节。没有导入，数据没有变。"


class UnknownDeviceError(PackageError):
    """No valid certificate of the sender is known here; nothing was decrypted."""

    code = "E304"
    message = "对方设备没有登记，不知道是谁发的（设备号 {device_id}）。没有导入，数据没有变。"
    hint = "请到“登记设备”核对指纹。"


class StickLostError(AppError):
    """Writing, flushing, reading back or renaming failed; the old file, if any, stands."""

    code = "E306"
    message = "U盘中途断开或写不进去。本机数据没有变，U盘上的半个文件不能用。"
    hint = "请插好再按“导出”。"


class MissingFolderError(AppError):
    """The folder to write into is not there."""

    code = "E347"
    message = "没有这个文件夹：{folder}。没有导出，数据没有变。"
    hint = "请插好U盘，或换一个文件夹。"


class UnreadableFileError(AppError):
    """No regular file, or one that the system does not let us read."""

    code = "E309"
    message = "打不开这个文件。没有导入，数据没有变。"
    hint = "请查U盘是否插好，再选一次。"


class NotAPackageError(PackageError):
    """Another kind of file."""

    code = "E310"
    message = "这不是变更包。没有导入，数据没有变。"
    hint = "请选后缀为“.变更包”的文件。"


class NewerFormatError(AppError):
    """A later format; the header digest holds, so it is not a damaged file."""

    code = "E311"
    message = "这个包由新版程序写成。没有导入，文件和数据没有变。"
    hint = "请先升级到 ≥ {needs}（本机是 {version}）。"


class HeaderDigestError(DamagedError):
    """The header's own digest does not hold."""

    code = "E312"
    message = "文件头被改过或拷坏了。没有导入，数据没有变。"


class SuiteError(PackageError):
    """Another suite of algorithms than the one of this program and county."""

    code = "E313"
    message = "这个包用的加密套件（{suite}）和本县的不同。没有导入，数据没有变。"
    hint = "请向上级核对程序版本。"


class TooLargeError(PackageError):
    """Over the limit of a package."""

    code = "E314"
    message = "文件超过64MB，不是正常的变更包。没有导入，数据没有变。"
    hint = "请对方重新导出。"


class RevokedDeviceError(PackageError):
    """The sender's certificate was revoked."""

    code = "E315"
    message = "{sender}的设备已被停用。没有导入，数据没有变。"
    hint = "请和上级联系。"


class SignatureError(DamagedError):
    """The sender's signature over the header does not hold."""

    code = "E316"
    message = "变更包的签名不对，不能确认是{sender}发的。没有导入，数据没有变。"


class BodyDigestError(DamagedError):
    """The body is not the one that was signed."""

    code = "E317"
    message = "文件内容拷坏了或被改过。没有导入，数据没有变。"


class DecryptionError(DamagedError):
    """The body is not a whole age file for this device."""

    code = "E318"
    message = "文件内容解不开。没有导入，数据没有变。"


class ManifestError(DamagedError):
    """The inner list is unreadable or belongs to another package."""

    code = "E319"
    message = "文件头和内容不是同一个包。没有导入，数据没有变。"


class PartError(DamagedError):
    """A part has another size, digest, kind or place than the manifest says."""

    code = "E320"
    message = "变更包缺少一部分，或某一部分被换过。没有导入，数据没有变。"


class NewerSchemaError(AppError):
    """The content is of a later version."""

    code = "E321"
    message = "这个包的内容由新版程序写成。没有导入，文件和数据没有变。"
    hint = "请先升级到 ≥ {needs}（本机是 {version}）。"


class UnknownOriginError(PackageError):
    """A certificate is unreadable, or a segment's origin is not certified up to the root."""

    code = "E322"
    message = "包里有没有登记的设备写的内容。没有导入，数据没有变。"
    hint = "请上级先登记该设备，再重新导出。"


class UnlistedEpochError(PackageError):
    """A chain of an epoch that the superior has not listed yet (after a restore)."""

    code = "E323"
    message = "{sender}的设备恢复过备份，上级还没有重新登记。没有导入，数据没有变。"
    hint = "请先重新登记该设备。"


class ForeignScopeError(PackageError):
    """Content of a village that this replica must not read."""

    code = "E324"
    message = "包里有别村的内容。没有导入，数据没有变。"
    hint = "请对方重新导出给本机的包。"


class HeadSignatureError(DamagedError):
    """A segment's head is not signed by its origin."""

    code = "E325"
    message = "包里一段记录的签名不对。没有导入，数据没有变。"


class ChainError(DamagedError):
    """Lines unreadable, miscounted, foreign to the chain or not linked."""

    code = "E326"
    message = "包里的记录前后接不上。没有导入，数据没有变。"


class CountError(DamagedError):
    """Counts of the manifest or the receipt do not fit."""

    code = "E327"
    message = "包里的数目或回执不对。没有导入，数据没有变。"


class ContentError(PackageError):
    """Rows that break a rule of the tables themselves: a fault of the program that wrote them."""

    code = "E328"
    message = "包里的内容和本机的数据合不到一起。没有导入，数据没有变。"
    hint = "请双方升级到同一版本，再重新导出。"


class BaseError(DamagedError):
    """A base is unreadable, not whole, not signed, or its lines stand in no place of it."""

    code = "E344"
    message = "包里的底册不完整或被改过。没有导入，数据没有变。"


class BaseSignerError(PackageError):
    """A base signed by a device that does not stand over its scope."""

    code = "E345"
    message = "包里的底册不是上级签的。没有导入，数据没有变。"
    hint = "请上级重新导出。"


class BaseForkError(PackageError):
    """A base knows another changeset in a place that is taken in here."""

    code = "E346"
    message = "包里的底册和本机的记录对不上（有设备恢复过备份）。没有导入，数据没有变。"
    hint = "请先向上级导出本机的内容，再请上级重新导出。"


class TooMuchWaitingError(PackageError):
    """A device would have more kept without effect than one ever needs."""

    code = "E350"
    message = "“{device}”有太多改动接不上前面的，不能再收。没有导入，数据没有变。"
    hint = "请让它把缺的号补发过来；补不上的，查清那台电脑，停用后重新登记。"


class UnusualAmountError(AppError):
    """Far more changed than usual; a person must look and confirm."""

    code = "E329"
    message = (
        "这个包改动特别多：改{changed}户（共{households}户），减少{removed}户/人。还没有导入。"
    )
    hint = "请先和对方核实，确认后再导入。"


class EnrolmentError(UntrustedError):
    """A request, certificate or authorization is damaged, forged or not for this device."""

    code = "E330"
    message = "登记文件不完整或被改过。没有登记，数据没有变。"
    hint = "请重新拷贝；还不行，请对方重新导出。"


class FormerRootError(UntrustedError):
    """An authorization of a root that was replaced."""

    code = "E349"
    message = "这份授权书还是更换以前的县里的电脑给的，已经作废。没有登记，数据没有变。"
    hint = "请用更换以后新写的授权书。"


class FingerprintError(UntrustedError):
    """The typed fingerprint is not that of the file."""

    code = "E331"
    message = "指纹不一致。没有登记，数据没有变。"
    hint = "请打电话一组一组核对；仍不一致，这个文件不可信，请当面重新拷贝。"


class ReserveKeyError(UntrustedError):
    """What was typed is no reserve key, or not the one that is pinned here."""

    code = "E352"
    message = "备用密钥不对。没有更换，数据没有变。"
    hint = "请照封存的备用密钥单逐组核对。"


class ReserveMadeError(AppError):
    """A root has one reserve key; it is written down once."""

    code = "E353"
    message = "备用密钥已经做过，不能再看。数据没有变。"
    hint = "请用封存的备用密钥单；丢了的，请换一台县级设备重新登记。"


class NoReserveError(AppError):
    """Nothing is pinned here that could vouch for a new root."""

    code = "E354"
    message = "这台电脑没有登记过这个县的备用密钥，不能换。数据没有变。"
    hint = "请按新设备重新登记，打电话核对指纹。"


class NotSubordinateError(UntrustedError):
    """Only a lower level inside one's own area can be enrolled."""

    code = "E332"
    message = "{name}不是本级下面的单位，本机不能给它登记。数据没有变。"
    hint = "请由它的上级登记。"


class NotForThisDeviceError(UntrustedError):
    """An authorization for another device."""

    code = "E333"
    message = "这份授权书是给{name}的另一台设备的。没有登记，数据没有变。"
    hint = "请用本机的登记申请重新办理。"


class NotEnrolledError(AppError):
    """Nothing can be exchanged before the superior has enrolled this device."""

    code = "E334"
    message = "本机还没有在上级登记，不能交换。数据没有变。"
    hint = "请先到“登记设备”写申请，交上级登记。"


class UnknownTargetError(AppError):
    """No such enrolled device to export to."""

    code = "E335"
    message = "没有登记过这台设备：{device}。没有导出，数据没有变。"
    hint = "请用 device list 查看已登记的设备。"


class NothingOfRootError(AppError):
    """The replaced root's chains have not come yet: cut now, all that it ever wrote were void."""

    code = "E351"
    message = "旧的县级电脑以前做的，本机还没有收到；现在停用就全部作废。没有停用，数据没有变。"
    hint = "请先登记各镇，导入各镇的变更包，再停用。"


class LevelError(AppError):
    """The level or area code of a replica is not one that can be enrolled."""

    code = "E336"
    message = "级别或区划代码不对：{detail}。"
    hint = "区划代码是12位数字：县、镇的后几位补零。"


class UnlistedSelfError(AppError):
    """After a restore: the superior has not listed the new epoch yet."""

    code = "E338"
    message = "本机恢复过备份，上级还没有重新登记，不能导出。数据没有变。"
    hint = "可以照常工作；请重新写登记申请，交上级登记后再导出。"


class RestoredRootError(AppError):
    """A restored root: its subordinates may hold policy of it that it has lost."""

    code = "E348"
    message = "本机恢复过备份，{names}还没有把内容送回来，不能导出。数据没有变。"
    hint = "可以照常工作；请用 package request 请下级补发，导入下级的包以后再导出。"


class UnknownConflictError(AppError):
    """No open conflict of this id."""

    code = "E341"
    message = "没有这个冲突（{conflict}），可能已经选定。数据没有变。"
    hint = "请用 conflict list 查看还没有选定的。"


class ChoiceError(AppError):
    """A side or value that the conflict does not offer."""

    code = "E342"
    message = "不能这样选：{choice}。数据没有变。"
    hint = "可选的一边：{sides}。"


class DecideElsewhereError(AppError):
    """A breach that an ordinary step ends, not a choice of sides."""

    code = "E343"
    message = "这一户有两个在管的监测对象，不能在这里选。数据没有变。"
    hint = "请到“监测对象”给多出的一个办清退。"
