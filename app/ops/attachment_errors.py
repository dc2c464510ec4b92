"""What can go wrong with photos and scans (E43x): refused with the reason, nothing written."""

from app.errors import AppError


class PictureRefusedError(AppError):
    """A file that is not kept as it is, nor can be made small enough."""

    code, message, hint = "E430", "“{file}”没有加上：{reason}。数据没有变。", ""


class UnknownAttachmentError(AppError):
    """No attachment of this id."""

    code, message = "E431", "没有编号为“{attachment_id}”的附件。数据没有变。"
    hint = "请用 attachment list 查编号。"


class AttachmentRefusedError(AppError):
    """Something that cannot be attached to, or not like this."""

    code, message, hint = "E432", "附件没有加上：{reason}。数据没有变。", "请改后再加。"


class ContentMissingError(AppError):
    """The row is here, its content has not come yet."""

    code, message = "E433", "这张照片的内容还没有到本机。数据没有变。"
    hint = "请让对方再导出一次变更包。"


class ContentDamagedError(AppError):
    """The content is not what its digest says."""

    code, message = "E434", "这张照片的内容坏了，不能看。数据没有变。"
    hint = "请从最近的备份恢复，或让对方再导出一次变更包。"
    exit_code = 3


class RemovalRefusedError(AppError):
    """An attachment that is removed already, or without a reason."""

    code, message, hint = "E435", "附件没有撤下：{reason}。数据没有变。", "请写明原因。"
