"""Which rows of a sheet describe a person: the others are headings, sums, notes, signatures."""

import re
from collections.abc import Sequence

from app.domain.roster import MEMBER_FIELDS
from app.domain.roster_values import folded, is_blank
from app.excel.headings import heading_text
from app.excel.layout import Layout
from app.excel.reader import cell_at

_TOTALS = ("合计", "总计", "小计", "本页合计", "本页小计", "累计", "共计", "总户数", "总人数")
_SUM = re.compile(r"共?\d+户(?:\d+人)?")
_FOOTERS = ("制表", "审核", "填表", "填报", "备注", "说明", "注:", "注：", "负责人", "单位负责人",
            "村委会", "盖章", "日期", "经办", "统计人", "联系人")  # fmt: skip
_NO_NAME = re.compile(f"(?:{'|'.join(_TOTALS)})|.*:")
_PLAIN = re.compile("[\u4e00-\u9fff]{2,12}")  # what heading_text leaves as it is
_PART = re.compile(r"(?:[组队社屯寨村户页]|名单|对象)(?:\(.*\))?$|^[一二三四五六七八九十]+、")
_HAN = re.compile("[\u4e00-\u9fff]")
_ORDINALS = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
_USUAL = 18  # characters of an identity number
_LEAST_DIGITS = 6  # of what may be an identity number, however spoilt


class PersonRows:
    """Tells the rows of one sheet apart."""

    def __init__(self, layout: Layout) -> None:
        self._is_of_households = layout.kind.of_households
        self._name = next(iter(layout.of("name")), None)
        number = "household_no" if self._is_of_households else "id_no"
        self._number = next(iter(layout.of(number)), None)
        self._headings = {heading_text(c.heading) for c in layout.columns} - {""}
        self._members = [c.index for c in layout.columns if c.field in MEMBER_FIELDS]

    def why_skipped(self, cells: Sequence[object]) -> str:
        """Return why a row is no person, "" if it is one."""
        name, number = cell_at(cells, self._name), cell_at(cells, self._number)
        is_plain = isinstance(name, str) and _PLAIN.fullmatch(name)
        text = str(name) if is_plain else "" if is_blank(name) else heading_text(name)
        has_number = self._is_number(number)
        is_name = bool(text) and text not in self._headings and not _NO_NAME.match(text)
        if is_name and (has_number or not _is_no_name(text, cells)):
            return ""
        filled = [cell for cell in cells if not is_blank(cell)]
        return self._why_no_person(cells, filled, has_number=has_number) if filled else "blank"

    def _is_number(self, cell: object) -> bool:
        """Tell whether a cell holds what marks a person (a household), even if spoilt."""
        if isinstance(cell, str) and len(cell) == _USUAL and cell[:-1].isdigit():
            return True
        if is_blank(cell):
            return False
        text = folded(cell)
        if self._is_of_households:
            return any(map(str.isdigit, text))
        return sum(map(str.isdigit, text)) >= _LEAST_DIGITS and not _HAN.search(text)

    def _why_no_person(
        self, cells: Sequence[object], filled: list[object], *, has_number: bool
    ) -> str:
        """Tell headings, sums and signatures from a person whose name is missing."""
        texts = [heading_text(cell) for cell in filled if isinstance(cell, str)]
        if len(filled) >= 3 and sum(t in self._headings for t in texts) * 5 >= len(filled) * 3:
            return "repeated_header"
        is_total = any(text.startswith(_TOTALS) or _SUM.fullmatch(text) for text in texts)
        if has_number and not is_total and len(filled) > 1:
            return ""
        if is_total:
            return "total"
        if texts and len(filled) <= 4 and texts[0].startswith(_FOOTERS):
            return "footer"
        members = sum(not is_blank(cell_at(cells, index)) for index in self._members)
        return "" if members >= 3 and not _numbers_columns(filled) else "other"


def _is_no_name(text: str, cells: Sequence[object]) -> bool:
    """Tell whether what stands under 姓名 is a title, a signature, a column's number."""
    filled = [cell for cell in cells if not is_blank(cell)]
    if len(filled) == 1:
        return _PART.search(text) is not None
    texts = [folded(cell) for cell in filled if isinstance(cell, str)]
    is_told = any(text.endswith(":") or text.startswith(_TOTALS) for text in texts)
    return is_told or _numbers_columns(filled)


def _numbers_columns(filled: Sequence[object]) -> bool:
    """Tell whether a row numbers the columns: 1 2 3 …, 甲 乙 丙 1 2, a b c."""
    texts = [folded(cell).strip("()") for cell in filled]
    if len(texts) < 4 or any(len(text) > 3 for text in texts):
        return False
    digits = [int(text) for text in texts if text.isascii() and text.isdigit()]
    letters = "".join(text for text in texts if not (text.isascii() and text.isdigit()))
    is_counted = not digits or digits == list(range(digits[0], digits[0] + len(digits)))
    return is_counted and (
        _ORDINALS.startswith(letters) or "abcdefghijklmnopqrstuvwxyz".startswith(letters)
    )
