"""Refusals of a table file. Nothing has been written when one is raised."""

from app.errors import AppError


class TableError(AppError):
    """Base of all refusals of a table."""

    code = "E200"
    message = "这个表格不能导入。名册没有变。"
    hint = "请在WPS里另存为“Excel 工作簿（.xlsx）”，再选一次。"


class HeaderNotFoundError(TableError):
    """No sheet has a heading row that is known."""

    code = "E201"
    message = "没认出表头在哪一行。名册没有变。"
    hint = "请点一下那一行。"


class EncryptedTableError(TableError):
    """The file is protected by a password."""

    code = "E203"
    message = "这个表格有密码，打不开。名册没有变。"
    hint = "请在WPS里去掉密码另存，再选一次。"


class TableMissingError(TableError):
    """The file is not there or cannot be opened."""

    code = "E205"
    message = "找不到这个文件，或者没有权限打开。名册没有变。"
    hint = "请看看文件名对不对，文件是不是正被别的程序占用，再选一次。"


class TableEmptyError(TableError):
    """The file has no bytes, or no sheet has a row."""

    code = "E206"
    message = "这个文件是空的。名册没有变。"
    hint = "请向发表的人重新要一份。"


class TableDamagedError(TableError):
    """The file is cut off or not what its structure says."""

    code = "E207"
    message = "这个文件不完整或已损坏，读不出来。名册没有变。"
    hint = "请向发表的人重新要一份；用U盘拷的，请重新拷一次。"


class WrongExtensionError(TableError):
    """The content is not what the file's ending says."""

    code = "E208"
    message = "文件名结尾是“{ending}”，内容却是{content}。名册没有变。"
    hint = "请在WPS里打开，另存为“Excel 工作簿（.xlsx）”，再选一次。"


class UnknownFormatError(TableError):
    """The file is of a kind that is not read at all."""

    code = "E209"
    message = "不认识这种文件（{ending}）。名册没有变。"
    hint = "能读的有 .xlsx、.xls、.csv、.ods；别的请在WPS里另存为 .xlsx，再选一次。"


class NoTableError(UnknownFormatError):
    """A picture, a document, an archive: no table, whatever its ending says."""

    message = "这个文件不是表格，是{content}。名册没有变。"
    hint = "{advice}"


class HtmlTableError(TableError):
    """A web page saved with the ending of a workbook."""

    code = "E210"
    message = "这个文件其实是网页，不是Excel表格。名册没有变。"
    hint = "请用WPS打开它，另存为“Excel 工作簿（.xlsx）”，再选一次。"


class MacroTableError(TableError):
    """The workbook carries macros."""

    code = "E211"
    message = "这个表格带有宏程序，为了安全没有打开。名册没有变。"
    hint = "请在WPS里另存为不带宏的“Excel 工作簿（.xlsx）”，再选一次。"


class TableTooLargeError(TableError):
    """Reading the file would need more memory or time than a roster can justify."""

    code = "E212"
    message = "这个表格大得不正常（{reason}），没有打开。名册没有变。"
    hint = "请把有数据的行复制到一个新表格里保存，再选一次。"


class UnsafeTableError(TableError):
    """The file defines entities or names outside files (an attack, or a broken program)."""

    code = "E213"
    message = "这个表格里有不安全的内容（外部引用），没有打开。名册没有变。"
    hint = "请问清楚文件是哪里来的；需要的话请发表的人用WPS重新保存一份。"


class OtherKindError(TableError):
    """A table that is known but is no roster; the fact ``kind`` tells which."""

    code = "E214"
    message = "这是{title}，不是户台账。名册没有变。"
    hint = "{advice}"

    @property
    def kind(self) -> str:
        """Return the kind of table."""
        return str(self.facts.get("kind", ""))


class NoRowsError(TableError):
    """A heading is there and nobody below it."""

    code = "E227"
    message = "表头认出来了，下面却没有一行数据。名册没有变。"
    hint = "请看看数据是不是在别的文件里，再选一次。"


class TextEncodingError(TableError):
    """A text file whose characters are neither UTF-8 nor GB18030."""

    code = "E215"
    message = "这个文本文件的编码认不出来。名册没有变。"
    hint = "请在WPS里打开，另存为“Excel 工作簿（.xlsx）”，再选一次。"


class TemplateError(TableError):
    """No row of a template names fields."""

    code = "E221"
    message = "模板里没有一行写着字段名，不知道往哪里填。没有写出文件。"
    hint = "请在模板的一行里写上表头（如“户编号”“姓名”），再选一次。"
