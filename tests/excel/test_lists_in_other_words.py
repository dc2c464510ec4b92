"""Lists from above in headings and layouts that nobody has seen: what they say is found."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.domain.roster_diff import KnownHousehold, KnownMember, KnownRoster
from app.domain.roster_id import read_id
from app.domain.roster_list import ListRow, tie
from app.excel.lists import ListFile, parse_list
from app.excel.reader import RawSheet, RawTable
from app.excel.roster import parse_roster
from tests.excel.test_village_hands import HEADINGS, PEOPLE, number

NUMBERS = [number("19680312", 11), number("19700725", 12), number("19951103", 13)]
NAMES = ["张建国", "李秀英", "张伟"]


def listed(headings: Sequence[object], *columns: Sequence[object], sheet: str = "1") -> ListFile:
    """Return the list that has these columns behind name and number."""
    rows: list[list[object]] = [list(row) for row in zip(NAMES, NUMBERS, *columns, strict=True)]
    foot: list[object] = ["填报人：王某　　审核人：李某"]
    whole: list[list[object]] = [["某县清单"], ["姓名", "身份证号码", *headings], *rows, foot]
    return parse_list(RawTable(Path("清单.xlsx"), (RawSheet(sheet, whole),)))


def of(file: ListFile, field: str) -> list[str | None]:
    return [row.details.get(field) for row in file.rows]


TYPES = ["疑似失学辍学", "住房鉴定为C级", "疑似失学辍学"]
TEXTS = ["10月比对发现", "11月实地看到", "12月比对发现"]


@pytest.mark.parametrize(
    ("kind", "text"), [("风险类型", "预警内容"), ("预警信息", "线索描述"), ("疑似风险类型", "备注")]
)
@pytest.mark.parametrize("is_last", [True, False])
def test_the_type_is_told_from_the_description(kind: str, text: str, is_last: bool) -> None:
    headings, columns = ("推送单位", text, kind), (["教育局"] * 3, TEXTS, TYPES)
    if not is_last:
        headings, columns = ("推送单位", kind, text), (["教育局"] * 3, TYPES, TEXTS)
    file = listed(headings, *columns)
    assert file.kind.kind == "department_list"
    assert of(file, "warning_type") == TYPES
    assert [row.chapter for row in file.rows] == ["ED", "HS", "ED"]
    assert len(file.skipped) == 1


@pytest.mark.parametrize("heading", ["反馈时限", "办结时限", "要求反馈时间", "反馈时间要求"])
def test_a_deadline_makes_a_list_of_clues(heading: str) -> None:
    file = listed(("情况", heading), TEXTS, ["2025.11.15"] * 3, sheet="民政局")
    assert file.kind.kind == "department_list"
    assert of(file, "reply_by") == ["2025-11-15"] * 3
    assert of(file, "department") == ["民政局"] * 3


def test_numbers_of_rules_are_known_by_their_looks() -> None:
    file = listed(("条目", "具体问题"), ["1-01-002", "4_02_001", "1111-07"], TEXTS)
    assert file.kind.kind == "doubt_list"
    assert of(file, "rule_code") == ["1_01_002", "4_02_001", "1111_07"]


@pytest.mark.parametrize("stem", ["09_疑点_4_02_001", "2025-10-31疑点4-02-001户联系电话空"])
def test_a_file_of_one_rule_is_named_after_it(stem: str) -> None:
    heads: list[object] = ["户编号", "姓名", "证件号码", "与户主关系"]
    found = RawSheet("自定义基础表", [heads, ["5390", NAMES[0], NUMBERS[0], "户主"]])
    file = parse_list(RawTable(Path(f"{stem}.xlsx"), (found, RawSheet("自定义行政村表", []))))
    assert file.kind.kind == "doubt_rule_file"
    assert (of(file, "rule_code"), file.rows[0].subject) == (["4_02_001"], "/4_02_001")


def test_a_roster_with_such_values_stays_a_roster() -> None:
    rows = [[*row, "民政局"] for row in PEOPLE]
    sheet = RawSheet("1", [[*HEADINGS, "帮扶"], *rows])
    assert parse_roster(RawTable(Path("册.xlsx"), (sheet,))).kind.kind == "village_roster"


def test_of_two_namesakes_in_a_household_the_birth_in_a_faulty_number_tells_who() -> None:
    people = tuple(
        KnownMember(str(i), "h", True, True, {"name": "张伟", "birth_date": born})
        for i, born in enumerate(("1968-03-12", "1995-11-03"))
    )
    known = KnownRoster((KnownHousehold("h", "5390", {}),), people)
    spoilt = listed(("疑点类型", "户编号"), TYPES, ["5390"] * 3).rows[2]
    wrong = NUMBERS[2][:-1] + ("1" if NUMBERS[2][-1] != "1" else "2")
    row = ListRow(spoilt.place, "张伟", read_id(wrong), "5390", "", "1")
    (tied,) = tie([row], known, "")
    assert (tied.status, tied.member) == ("matched_by_household_and_name", people[1])
