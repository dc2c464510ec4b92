"""Registers of changes beside a roster: who left and why, in a village's own words."""

from pathlib import Path

import pytest

from app.domain.roster_diff import compare
from app.excel.reader import RawSheet, RawTable
from app.excel.roster import parse_roster
from tests.excel.test_roster_update import known_from
from tests.excel.test_village_hands import HEADINGS, NUMBERS, PEOPLE, read


def departures(
    headings: list[object], *lines: list[object]
) -> list[tuple[str, str, str, str, str]]:
    village = RawSheet("册", [list(HEADINGS), *map(list, PEOPLE)])
    register = RawSheet("变动", [["人员变动"], headings, *lines])
    file = parse_roster(RawTable(Path("册.xlsx"), (village, register)))
    assert [sheet.used for sheet in file.sheets] == [True, False]
    return [(d.name, d.id_no, d.reason, d.cause, d.on) for d in file.departures]


USUAL: list[object] = ["变动类型", "姓名", "证件号码", "变动原因", "变动时间"]


@pytest.mark.parametrize(
    ("word", "cause"),
    [
        ("死亡", "死亡"),
        ("病故", "死亡"),
        ("外嫁", "婚出"),
        ("户籍迁出", "迁出"),
        ("去向不明", "其他转出"),
    ],
)
def test_the_registers_word_is_kept_beside_the_programs(word: str, cause: str) -> None:
    found = departures(USUAL, ["自然减少", "李秀英", NUMBERS[1], word, "2025.11.3"])
    assert found == [("李秀英", NUMBERS[1], word, cause, "2025-11-03")]


@pytest.mark.parametrize(("kind", "word"), [("自然增加", "出生"), ("", "婚入"), ("新增", "")])
def test_who_came_has_not_left(kind: str, word: str) -> None:
    assert departures(USUAL, [kind, "李秀英", NUMBERS[1], word, "2025.11.3"]) == []


def test_a_register_of_other_headings_is_known() -> None:
    headings: list[object] = ["人员姓名", "身份证号", "增减类型", "减少日期", "户主"]
    found = departures(headings, ["李秀英", NUMBERS[1], "死亡", "2025-11-03", "张建国"])
    assert found == [("李秀英", NUMBERS[1], "死亡", "死亡", "2025-11-03")]


@pytest.mark.parametrize("number", ["", NUMBERS[0]])
def test_a_newborn_that_had_no_number_is_found_by_a_name_that_nobody_else_bears(
    number: str,
) -> None:
    known = read([HEADINGS, *PEOPLE[:3], ["张建国", "张小宝", "之孙子", "男", ""]])
    line: list[object] = [
        "自然减少",
        "张小宝",
        number and number[:-4] + "0021",
        "死亡",
        "2025.11.3",
    ]
    village = RawSheet("册", [list(HEADINGS), *map(list, PEOPLE[:3])])
    register = RawSheet("变动", [USUAL, line])
    file = parse_roster(RawTable(Path("册.xlsx"), (village, register)))
    diff = compare(
        file.table, known_from(known.table), is_complete=True, departures=file.departures
    )
    assert [(m.member.values["name"], m.cause) for m in diff.missing] == [("张小宝", "死亡")]
