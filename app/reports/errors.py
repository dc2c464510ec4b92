"""What can go wrong while a paper is made. A paper that fails leaves no file behind."""

from app.errors import AppError


class PrintError(AppError):
    """Base of all failures of printing; neither data nor an older file has changed."""

    code = "E500"
    message = "没有打印成，数据没有变。"


class FontMissingError(PrintError):
    """A font file of the program is missing or damaged."""

    code, message = "E501", "打印用的字库“{font}”缺失或损坏，没有打印。"
    hint = "请重新安装程序，数据不会丢。"


class PaperNotSavedError(PrintError):
    """The PDF could not be written: the disk is full, the folder read-only, the file open."""

    code, message = "E502", "PDF存不进去，没有打印成；原来的文件没有变。"
    hint = "请看看文件是不是正开着、磁盘是不是满了，或者换个文件夹再存。"


class PrintCancelledError(PrintError):
    """The user stopped it; no file was made."""

    code, message, hint = "E503", "已停止打印，没有生成文件。", "需要时请重新打印。"


class NothingToPrintError(PrintError):
    """No household was chosen, or the village has none."""

    code, message, hint = "E504", "没有可以打印的户。", "请先选择户，或先导入花名册。"


class NobodyInPublicityError(NothingToPrintError):
    """No case is in publicity now."""

    message, hint = "现在没有正在公示的监测对象。", "进入公示以后再打印。"


class FontRefusedError(PrintError):
    """A county's own font file that cannot stand in a PDF."""

    code, message = "E505", "这个字体不能用：{reason}。仍用程序自带的字体，能照常打印。"
    hint = "请换一个.ttf文件；仿宋、小标宋可向县里要可嵌入的版本。"
