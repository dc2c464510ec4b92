"""Why rows of an imported table are shown: the short words of the tally."""

from collections.abc import Iterable

REASONS = {
    "E_DUPLICATE": "同一人在表里出现两次，只留第一行",
    "E_ID_CONFLICT": "同一个证件号有两个人",
    "E_ID_LOST_DIGITS": "证件号在表里变成了数，后几位已丢",
    "E_NAME_MISSING": "没有姓名",
    "E_NO_HOUSEHOLD": "看不出是哪一户",
    "W_BIRTH_MISMATCH": "出生日期与证件号不一致",
    "W_FORMULA_ERROR": "公式出错，没有值",
    "W_HH_VALUE_CONFLICT": "同一户前后写得不一样",
    "W_ID_15": "15位旧证件号",
    "W_ID_CERT": "填的是残疾人证号",
    "W_ID_CHECK": "证件号校验位不对",
    "W_ID_LENGTH": "证件号位数不对",
    "W_ID_MISSING": "没有证件号",
    "W_LOST_CHARACTER": "有字丢了，成了问号",
    "W_MASKED": "号码里有星号，不全",
    "W_MULTI_HEAD": "一户有两个户主",
    "W_NOT_NUMBER": "不是数字",
    "W_NO_HEAD": "没有户主",
    "W_PHONE": "电话号码不对",
    "W_SEX_MISMATCH": "性别与证件号不一致",
    "W_SIZE_MISMATCH": "写的人数与行数不一致",
    "W_UNKNOWN_VALUE": "这个词不认识，先空着",
    "F_NO_CODE": "没有户编号",
}


def tally(codes: Iterable[str]) -> str:
    """Return how often each reason occurs: ``没有户主 2、没有证件号 1``."""
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: (pair[0][0] != "E", -pair[1]))
    return "、".join(f"{REASONS.get(code, code)} {number}" for code, number in ordered)
