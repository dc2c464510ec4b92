"""An invented village for measuring: a roster file of families of four, the same every time."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.domain.identity import check_digit
from app.ops import tables

HEADINGS = (
    "村民小组", "户编号", "户主姓名", "家庭人口", "姓名", "与户主关系", "性别", "证件号码",
    "出生日期", "民族", "文化程度", "在校生状况", "健康状况", "劳动技能", "务工区域",
    "基本医疗保险", "户类型", "人均纯收入（元）", "住房安全等级", "户联系电话",
)  # fmt: skip
_PEOPLE = (
    ("赵德福", "户主", "男", date(1982, 4, 12), "初中", "", "普通劳动力", "务农"),
    ("李秀兰", "配偶", "女", date(1984, 9, 3), "小学", "", "普通劳动力", "务农"),
    ("赵明远", "之子", "男", date(2011, 6, 20), "", "九年级", "无劳动力", ""),
    ("赵明月", "之女", "女", date(2016, 2, 11), "", "小学", "无劳动力", ""),
)


def write_roster(path: Path, households: int) -> int:
    """Write the roster; return its number of people. Every number has the invented area 539901."""
    tables.write_rows(path, "农户信息", HEADINGS, _rows(households))
    return households * len(_PEOPLE)


def _rows(households: int) -> Iterator[tuple[str | int, ...]]:
    for number in range(households):
        for name, relation, sex, born, education, school, labor, job in _PEOPLE:
            # Spread over the days of the month, so that no identity number stands twice.
            birth = born.replace(day=1 + number // 500 % 28)
            yield (
                f"{number % 12 + 1}组", f"{100_000 + number}", "赵德福", len(_PEOPLE), name,
                relation, sex, _id_no(number, sex, birth), birth.isoformat(), "汉族", education,
                school, "健康", labor, job, "居民", "脱贫户", "12750", "B", "",
            )  # fmt: skip


def _id_no(number: int, sex: str, birth: date) -> str:
    order = number % 500 * 2 + (sex == "男")
    body = f"539901{birth:%Y%m%d}{order:03d}"
    return body + check_digit(body)
