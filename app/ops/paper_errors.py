"""What can go wrong when a paper of a life cycle is asked for."""

from app.errors import AppError


class UnknownPaperError(AppError):
    """No paper of this name for such a thing."""

    code, message, hint = "E506", "{subject}没有叫“{name}”的材料，没有打印。", "可打印：{names}。"


class PaperNotReadyError(AppError):
    """The step that the paper belongs to has not been taken."""

    code, message = "E507", "“{name}”对应的那一步还没有办，没有打印。"
    hint = "现在可打印：{names}。"


class NothingOrderedError(AppError):
    """The department has no warning to remedy."""

    code, message = "E508", "没有派给“{department}”、还没补短的预警，没有交办单。"
    hint = "请先在预警里派部门。"
