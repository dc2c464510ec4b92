"""What can go wrong in a month, a sheet or a warning (E4xx): refused with the reason, unchanged."""

from app.errors import AppError, Where


class PeriodStateError(AppError):
    """The month is not in the state that the operation needs."""

    code, message, hint = "E402", "{period}{state}，不能{what}。数据没有变。", "{way_out}"


class NoPeriodError(AppError):
    """The month has not been opened."""

    code, message = "E403", "{period}还没有开始。数据没有变。"
    hint = "请先开始这个月，程序会生成应访名单。"


class PeriodFormatError(AppError):
    """Not a month."""

    code, message, hint = "E404", "月份“{period}”看不懂。", "请写成 2025-10。"


class UnknownHouseholdError(AppError):
    """No household of this id, number or name; or several. What was typed may be a name."""

    code, message = "E405", "没有找到这一户，或者不止一户。数据没有变。"
    hint = "可用户号、姓名、拼音首字母、证件号或电话后四位。"


class HouseholdEndedError(AppError):
    """A household that is no more, or moved away: nothing begins with it."""

    code, message = "E428", "这户已经不在册（{reason}）。数据没有变。"
    hint = "过去的记录还在；人回来了请先在花名册里恢复。"


class NotDueError(AppError):
    """The household has no sheet this month."""

    code, message = "E406", "这户{period}不应访，没有检查表。数据没有变。"
    hint = "有线索或未销预警时会列入；一般农户在大排查时列入。"


class AnswerError(AppError):
    """An answer that the question does not take, or a question that is not asked."""

    code, message = "E407", "“{question}”不能这样填：{reason}。数据没有变。"
    hint = "请改后再填。"


class SheetStateError(AppError):
    """The sheet takes no more answers."""

    code, message = "E408", "{period}已关账，这次改动没有写入。"
    hint = "要改请走“更正”并写原因，原数会保留。"


class UnknownWarningError(AppError):
    """No warning of this id."""

    code, message, hint = "E410", "没有这个编号的预警。", "请用 warning list 查编号。"


class StepNotAllowedError(AppError):
    """The table has no such step from this state for this level."""

    code, message = "E411", "“{state}”的{what}不能由{level}办“{action}”。数据没有变。"
    hint = "现在能办：{allowed}。"


class MissingStepDataError(AppError):
    """A step without what it must bring; ``fields`` lists what is missing."""

    code, message, hint = "E412", "“{action}”还缺：{fields}。数据没有变。", "请补齐后再办。"


class StepDateError(AppError):
    """A date before the step it depends on, or after today."""

    code, message = "E413", "日期{on}不对：{reason}。数据没有变。"
    hint = "请改日期。"


class StepConditionError(AppError):
    """The table allows the step, but something that it depends on is not there yet."""

    code, message, hint = "E414", "“{action}”还不能办：{reason}。数据没有变。", "{way_out}"


class StepRoleError(AppError):
    """The level may take the step, this operator's role may not."""

    code, message = "E415", "{role}不能办“{action}”。数据没有变。"
    hint = "请由{allowed}办理。"


class UnknownStepDataError(AppError):
    """Named data that a step has no place for; ``known`` lists what it may bring."""

    code, message = "E425", "“{action}”没有这样的资料：{fields}。数据没有变。"
    hint = "可以带：{known}。"


class StepDataError(AppError):
    """Named data of a step that cannot be read or cannot be.

    ``name``: the field's, as machines know it. A person's name is not said again.
    """

    code, message, hint = "E416", "“{field}”{given}：{reason}。数据没有变。", "请改后再办。"

    def __init__(self, *, field: str, value: str, reason: str, name: str = "") -> None:
        shown = "" if name in _PERSONS else value
        given = f"不能是“{shown}”" if shown else "填得不对"
        place = Where(column=name)
        super().__init__(field=field, value=shown, reason=reason, given=given, where=place)


_PERSONS = frozenset(
    ("second_person", "team", "beneficiary", "visitor", "met_member_id", "checker", "entered_by")
)


class DuplicateWarningError(AppError):
    """An open warning of this code and subject is there already."""

    code, message = "E417", "这户已有未销的“{code}”预警。数据没有变。"
    hint = "请在原来那条上办理。"


class UnknownItemError(AppError):
    """No row of this id in a register."""

    code, message, hint = (
        "E420",
        "没有这个编号的{what}。数据没有变。",
        "请用 list 查编号。",
    )


class LivingCaseError(AppError):
    """The household is looked at already: one living case a household."""

    code, message = "E421", "这户已有在办的线索或监测对象（{state}）。数据没有变。"
    hint = "请在原来那件上办理；风险消除后再有新风险的，用再标注。"


class ChangeRefusedError(AppError):
    """A natural change that cannot be: the reason and the way out."""

    code, message, hint = "E422", "{kind}不能这样报：{reason}。数据没有变。", "{way_out}"


class MonthNotReadyError(AppError):
    """A month that cannot be checked or closed yet; ``todo`` says what is left."""

    code, message, hint = "E423", "{period}还不能{what}：{todo}。数据没有变。", "请先办完这些。"


class MeasureRefusedError(AppError):
    """A measure that cannot be planned or finished like this."""

    code, message, hint = "E424", "措施不能这样登记：{reason}。数据没有变。", "请改后再登记。"


class UnknownTaskError(AppError):
    """No cadence task of this key comes in the month at this level."""

    code, message, hint = "E426", "{period}没有例行工作“{task}”。数据没有变。", "本月有：{known}。"


class TaskMarkError(AppError):
    """A cadence task that is marked already, or not marked."""

    code, message, hint = "E427", "{period}的“{task}”{state}。数据没有变。", "请看例行工作清单。"
