"""What can be wrong with a table of yearly figures (E52x); nothing has been computed."""

from app.errors import AppError


class FigureFileError(AppError):
    """Base of all refusals of a file with yearly figures."""

    code, message, hint = "E520", "这个文件读不出来：{reason}。数据没有变。", "请换一个文件再核对。"


class FigureSyntaxError(FigureFileError):
    """Not YAML, or YAML that is not accepted."""

    code, message = "E521", "这个文件不是能读的YAML：{reason}。数据没有变。"
    hint = "请对照样表的写法改好再核对。"


class FigureFieldError(FigureFileError):
    """A field that the format does not have, or a value that it does not take."""

    code, message = "E522", "第{row}行“{field}”{reason}。没有核对，数据没有变。"
    hint = "请改好这一处再核对。"


class NoFiguresError(FigureFileError):
    """The file holds none of the rows that the checks look at."""

    code, message = "E523", "文件里没有年度数据的任何一行（存量、状态、类型、原因…）。数据没有变。"
    hint = "请用样表的表头：表、项目、户、人、占比。"


class FigureKindError(FigureFileError):
    """Neither a workbook nor YAML."""

    code, message = "E524", "不认识这种文件（{ending}）。数据没有变。"
    hint = "能核对的有 .xlsx、.xls、.yaml。"


class UnknownAreaError(AppError):
    """An area that this replica does not hold."""

    code, message = "E530", "本机没有区划“{area}”的数据，不能出报表。"
    hint = "请选本级或下级的区划。"


class UnknownHelperError(AppError):
    """Nobody of that name answers for a household here on the day, or several do."""

    code, message = "E534", "{day}时没有（或不只一位）帮扶责任人叫这个名字，没有出报表。"
    hint = "请用 report helpers 看名单；同名的写成“姓名（单位）”。"


class ReportNotSavedError(AppError):
    """The workbook of a report could not be written."""

    code, message = "E532", "报表存不进去，没有生成文件；原来的文件没有变。"
    hint = "请看看文件是不是正开着、磁盘是不是满了，或者换个文件夹再存。"


class ReportPeriodError(AppError):
    """Neither a month nor a year."""

    code, message, hint = "E531", "期间“{period}”看不懂。", "月报写成 2025-10，年报写成 2025。"
