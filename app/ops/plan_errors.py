"""What can go wrong while a plan is edited (E55x): refused with the reason, nothing written."""

from app.errors import AppError


class HelperRefusedError(AppError):
    """A responsible person who cannot be registered like this."""

    code, message, hint = "E551", "帮扶责任人不能这样登记：{reason}。数据没有变。", "请改后再登记。"


class SuggestionGoneError(AppError):
    """A ticked suggestion is not there any more: something has changed since it was shown."""

    code, message = "E552", "选中的建议已经变了，没有加措施。数据没有变。"
    hint = "请看一下新的建议再选。"


class TargetRefusedError(AppError):
    """A target of the plan that cannot be."""

    code, message, hint = "E553", "计划目标不能这样写：{reason}。数据没有变。", "请改后再存。"


class NothingChangedError(AppError):
    """Every sheet for the wall says what hangs there already."""

    code, message = "E554", "上墙内容未变，不必重印（{count}户）。没有生成文件。"
    hint = "仍要重印，请去掉“只印变了的”再打印。"


class ReasonMissingError(AppError):
    """A township or county changes a plan without saying why."""

    code, message = "E556", "镇里、县里改村里的计划要写原因。数据没有变。"
    hint = "请写一句为什么改，再存。"


class PastRefusedError(AppError):
    """A sheet of an earlier day that cannot be made."""

    code, message = "E555", "不能按{day}的内容补打：{reason}。没有生成文件。"
    hint = "请换一个日期。"
