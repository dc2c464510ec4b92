"""What an import has to say, in Chinese: one sentence a reason, with what to do."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "E_ID_LOST_DIGITS": "证件号在表里变成了数字，后几位已丢。请让发表的人把该列设为文本重发。",
    "E_NAME_MISSING": "没有姓名，这一行没有导入。请补上姓名。",
    "E_NO_HOUSEHOLD": "看不出是哪一户，这一行没有导入。请补上户编号。",
    "E_DUPLICATE": "同一个人在同一户写了两次，留第一行。",
    "E_ID_CONFLICT": "这个证件号在别的户或别的姓名下已有，留第一行。请核对是谁。",
    "W_ID_CHECK": "证件号校验不对，照原样留下，不用来认人。请核对。",
    "W_ID_LENGTH": "证件号位数不对，照原样留下，不用来认人。请核对。",
    "W_ID_15": "15位旧证件号，已换算成18位。请核对。",
    "W_ID_CERT": "证件号码栏里是残疾证号，取了前18位。请核对。",
    "W_ID_MISSING": "没有证件号，按户、姓名、出生日期认人。",
    "W_SEX_MISMATCH": "性别和证件号不一致，照原样留下。请核对。",
    "W_BIRTH_MISMATCH": "出生日期和证件号不一致，照原样留下。请核对。",
    "W_UNKNOWN_VALUE": "这个词不认识，没有导入这一格。请改成可选的词。",
    "W_NOT_NUMBER": "这一格不是数字，没有导入这一格。请改成数字。",
    "W_PHONE": "电话位数不对，没有导入这一格。请核对。",
    "W_FORMULA_ERROR": "公式出错，没有导入这一格。请填上数。",
    "W_HH_VALUE_CONFLICT": "同一户里写得不一样，以第一行为准。请核对。",
    "W_LOST_CHARACTER": "姓名里有字变成了“?”，不会盖掉原来的姓名。请用Excel表重发。",
    "W_NO_HEAD": "这一户没有户主。请核对。",
    "W_MULTI_HEAD": "这一户有两个户主。请核对。",
    "W_SIZE_MISMATCH": "家庭人口和列出的人数不一样。请核对。",
    "F_NO_CODE": "没有户编号，用了临时编号。请补上。",
}


def reason_text(code: str) -> str:
    """Return the sentence of a reason."""
    return REASONS[code]
