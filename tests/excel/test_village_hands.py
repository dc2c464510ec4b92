"""Rosters as villages have them: what stands between, above, beside and below the people."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.domain import identity
from app.excel.errors import OtherKindError
from app.excel.reader import RawSheet, RawTable
from app.excel.roster import RosterFile, parse_roster


def number(born: str, count: int) -> str:
    first17 = f"539901{born}{count:03d}"
    return first17 + identity.check_digit(first17)


HEADINGS: list[object] = ["户主姓名", "姓名", "与户主关系", "性别", "身份证号码"]
PEOPLE: list[list[object]] = [
    ["张建国", "张建国", "户主", "男", number("19680312", 11)],
    ["张建国", "李秀英", "妻子", "女", number("19700725", 12)],
    ["张建国", "张伟", "长子", "男", number("19951103", 13)],
    ["陈大山", "陈大山", "户主", "男", number("19550130", 15)],
    ["陈大山", "刘桂花", "堂客", "女", number("19570909", 16)],
]
NAMES = [str(row[1]) for row in PEOPLE]
NUMBERS = [str(row[4]) for row in PEOPLE]
BLOCKS = [0, 0, 0, 1, 1]


def read(
    rows: Sequence[Sequence[object]], merges: tuple[tuple[int, int, int, int], ...] = ()
) -> RosterFile:
    sheet = RawSheet("一组", [list(row) for row in rows], merges=list(merges))
    return parse_roster(RawTable(Path("册.xlsx"), (sheet,)))


def people(file: RosterFile) -> list[tuple[object, object, str]]:
    return [(r.values["name"], r.values["id_no"], r.row_class) for r in file.table.rows]


def blocks(file: RosterFile) -> list[int]:
    keys = list(dict.fromkeys(row.household for row in file.table.rows))
    return [keys.index(row.household) for row in file.table.rows]


EVERYBODY = [(name, no, "ok") for name, no in zip(NAMES, NUMBERS, strict=True)]


@pytest.mark.parametrize(
    "tail",
    [
        ["合计", "2户", "", "", "5人"],
        ["", "审核人：王某", "", "", "联系电话：13800001999"],
        ["驻村工作队队长：", "王某", "", "", ""],
        ["", "", "", "", "2025年11月3日"],
        ["", "二组", "", "", ""],
        ["", "第二村民小组（12户45人）", "", "", ""],
    ],
)
def test_sums_signatures_and_titles_of_parts_are_no_people(tail: list[object]) -> None:
    file = read([HEADINGS, *PEOPLE[:3], tail, *PEOPLE[3:], tail])
    assert people(file) == EVERYBODY
    assert [row.row for row in file.skipped] == [5, 8]
    assert len(file.table.households) == 2


@pytest.mark.parametrize(
    "numbers",
    [[1, 2, 3, 4, 5], ["（1）", "（2）", "（3）", "（4）", "（5）"], ["甲", "乙", "丙", 1, 2]],
)
def test_a_row_that_numbers_the_columns_is_nobody(numbers: list[object]) -> None:
    assert people(read([HEADINGS, numbers, *PEOPLE])) == EVERYBODY


def test_somebody_whose_name_alone_is_known_is_not_dropped() -> None:
    assert len(read([HEADINGS, *PEOPLE, ["", "张小宝", "", "", ""]]).table.rows) == 6


def test_a_number_for_each_person_does_not_tear_households_apart() -> None:
    rows = [[i + 1, *row[1:]] for i, row in enumerate(PEOPLE)]
    assert blocks(read([["序号", *HEADINGS[1:]], *rows])) == BLOCKS


def test_a_number_for_each_person_leaves_a_head_that_is_written_once() -> None:
    rows = [[i + 1, row[0] if row[2] == "户主" else "", *row[1:]] for i, row in enumerate(PEOPLE)]
    file = read([["序号", *HEADINGS], *rows])
    assert blocks(file) == BLOCKS
    assert [row.values["head_name"] for row in file.table.rows] == [row[0] for row in PEOPLE]


def test_a_number_that_is_written_once_begins_a_household() -> None:
    rows = [[BLOCKS[i] + 1 if row[2] == "户主" else "", *row[1:]] for i, row in enumerate(PEOPLE)]
    assert blocks(read([["户序", *HEADINGS[1:]], *rows])) == BLOCKS


def test_the_heads_own_number_beside_the_members_is_left_out() -> None:
    head = {"张建国": NUMBERS[0], "陈大山": NUMBERS[3]}
    rows = [[row[0], head[str(row[0])], *row[1:]] for row in PEOPLE]
    file = read([["户主姓名", "身份证号码", *HEADINGS[1:]], *rows])
    assert people(file) == EVERYBODY


def test_a_group_of_the_head_names_the_head() -> None:
    head = {"张建国": NUMBERS[0], "陈大山": NUMBERS[3]}
    rows = [[row[0], head[str(row[0])], *row[1:]] for row in PEOPLE]
    groups = ["户主信息", "", "成员信息", "", "", ""]
    headings = ["姓名", "身份证号码", *HEADINGS[1:]]
    file = read([groups, headings, *rows], ((0, 0, 0, 1), (0, 2, 0, 5)))
    assert people(file) == EVERYBODY
    assert [row.values["head_name"] for row in file.table.rows] == [row[0] for row in PEOPLE]


def test_a_column_of_the_head_and_the_members_holds_the_members() -> None:
    rows = [row[1:] for row in PEOPLE]
    assert people(read([["户主及家庭成员姓名", *HEADINGS[2:]], *rows])) == EVERYBODY


def test_several_people_in_a_row_are_not_read_as_one() -> None:
    headings = ["户主姓名", "户主身份证号"]
    for count in "12":
        headings += [f"成员{count}姓名", f"成员{count}关系", f"成员{count}身份证号"]
    row = ["张建国", NUMBERS[0], *PEOPLE[1][1:3], NUMBERS[1], *PEOPLE[2][1:3], NUMBERS[2]]
    with pytest.raises(OtherKindError) as caught:
        read([headings, row])
    assert caught.value.kind == "members_across"


def test_amounts_below_a_heading_of_ten_thousands_are_yuan() -> None:
    rows = [[*row, "9,000元" if row[2] == "户主" else 0.9] for row in PEOPLE]
    file = read([[*HEADINGS, "家庭人均纯收入（万元）"], *rows])
    assert {row.values["per_capita_income"] for row in file.table.rows} == {9000}
    assert people(file) == EVERYBODY


def test_several_causes_in_one_cell_are_a_list_and_its_first_the_main_one() -> None:
    rows = [[*row, "因病、因残"] for row in PEOPLE]
    file = read([[*HEADINGS, "致贫返贫风险"], *rows])
    assert people(file) == EVERYBODY
    for row in file.table.rows:
        assert (row.values["main_cause"], row.values["causes"]) == ("因病", ("因病", "因残"))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("二〇〇八年八月八日", "2008-08-08"),
        ("一九六八年十二月二十一日", "1968-12-21"),
        ("一九九〇年十月", "1990-10"),
        ("1996 02 14", "1996-02-14"),
    ],
)
def test_dates_in_words_and_with_blanks_are_read(written: str, day: str) -> None:
    rows: list[list[object]] = [[*row[:4], written] for row in PEOPLE]
    file = read([[*HEADINGS[:4], "出生日期"], *rows])
    assert {row.values["birth_date"] for row in file.table.rows} == {day}


def test_a_second_table_of_another_order_is_read_by_its_own_headings() -> None:
    again = [HEADINGS[i] for i in (1, 3, 4, 0, 2)]
    rest = [[row[i] for i in (1, 3, 4, 0, 2)] for row in PEOPLE[3:]]
    file = read([HEADINGS, *PEOPLE[:3], [], ["新增人员"], again, *rest])
    assert people(file) == EVERYBODY
    assert blocks(file) == BLOCKS


def test_people_of_whom_nothing_tells_the_household_are_asked_about() -> None:
    rows = [[i + 1, row[1], *row[3:]] for i, row in enumerate(PEOPLE)]
    file = read([["序号", "姓名", "性别", "身份证号码"], *rows])
    assert {row.row_class for row in file.table.rows} == {"error"}
    assert {reason.code for row in file.table.rows for reason in row.reasons} == {"E_NO_HOUSEHOLD"}


def test_two_households_whose_heads_bear_one_name_stay_two() -> None:
    rows = [["张建国", "张建国" if row[2] == "户主" else row[1], *row[2:]] for row in PEOPLE]
    assert blocks(read([HEADINGS, *rows])) == BLOCKS


@pytest.mark.parametrize("mark", ["；", "。", "，", ";", " 、"])
def test_a_mark_behind_a_number_is_no_part_of_it(mark: str) -> None:
    assert people(read([HEADINGS, *([*row[:4], f"{row[4]}{mark}"] for row in PEOPLE)])) == EVERYBODY


def test_a_small_table_of_three_headings_is_read() -> None:
    file = read([HEADINGS[1:3] + HEADINGS[4:], *([*row[1:3], row[4]] for row in PEOPLE)])
    assert people(file) == EVERYBODY
    assert blocks(file) == BLOCKS


def test_names_and_numbers_alone_are_listed_and_asked_about() -> None:
    file = read([["姓名", "身份证号码"], *([row[1], row[4]] for row in PEOPLE)])
    assert [row.values["id_no"] for row in file.table.rows] == NUMBERS
    assert {reason.code for row in file.table.rows for reason in row.reasons} == {"E_NO_HOUSEHOLD"}


def test_a_list_of_few_headings_beside_the_roster_is_no_part_of_it() -> None:
    village = RawSheet("册", [list(HEADINGS), *map(list, PEOPLE)])
    cadres = RawSheet("干部", [["姓名", "身份证号码", "电话"], ["王某", NUMBERS[0], ""]])
    file = parse_roster(RawTable(Path("册.xlsx"), (village, cadres)))
    assert people(file) == EVERYBODY
    assert [sheet.used for sheet in file.sheets] == [True, False]


def test_two_rows_of_headings_are_found_though_they_come_again_in_one() -> None:
    groups: list[object] = ["户主姓名", "成员信息", "", "", ""]
    below: list[object] = ["", *HEADINGS[1:]]
    merges = ((0, 0, 1, 0), (0, 1, 0, 4))
    file = read([groups, below, *PEOPLE[:3], HEADINGS, *PEOPLE[3:]], merges)
    assert people(file) == EVERYBODY
    assert file.sheets[0].header_rows == (1, 2)
    assert [(row.row, row.reason) for row in file.skipped] == [(6, "repeated_header")]


@pytest.mark.parametrize("foot", ["以上数据截至10月31日。", "村主任（签字）", "1.以户为单位填写"])
def test_what_stands_below_the_last_person_is_a_footer(foot: str) -> None:
    file = read([HEADINGS, *PEOPLE, [foot]])
    assert [(row.row, row.reason) for row in file.skipped] == [(7, "footer")]


def test_the_first_risk_is_the_main_one_wherever_its_column_stands() -> None:
    rows = [["因残", "因病", *row] for row in PEOPLE]
    file = read([["致贫/返贫风险2", "致贫/返贫风险1", *HEADINGS], *rows])
    for row in file.table.rows:
        assert (row.values["main_cause"], row.values["causes"]) == ("因病", ("因病", "因残"))


def test_a_national_export_is_known_by_its_fields_however_they_are_called() -> None:
    rows = [["居民身份证", i, *row] for i, row in enumerate(PEOPLE, 5399001)]
    assert read([["证件类别", "人员编码", *HEADINGS], *rows]).kind.kind == "national_object_export"


@pytest.mark.parametrize("certificate", ["", f"{NUMBERS[4]}43"])
def test_a_column_that_is_hardly_filled_is_not_dropped(certificate: str) -> None:
    many = [[*row, ""] for row in PEOPLE[:1] * 250]
    file = read([[*HEADINGS, "残证编号"], *many, [*PEOPLE[4], certificate]])
    assert file.table.rows[-1].values["disability_cert_no"] == (certificate or None)
    assert [column.field for column in file.sheets[0].columns][-1] == "disability_cert_no"


@pytest.mark.parametrize(
    ("headings", "cells", "kinds"),
    [
        (["城乡居民医保"], ["√", "√", "×", "是", "否"], "居居未居未"),
        (["新农合", "职工医保"], ["是否", "否是", "是是", "否否", "是否"], "居职双未居"),
        (["参加居民医保情况"], ["居民", "职工", "未参保", "居民", "居民"], "居职未居居"),
    ],
)
def test_a_heading_that_names_the_insurance_gives_a_tick_its_meaning(
    headings: list[object], cells: list[str], kinds: str
) -> None:
    words = {"居": "居民", "职": "职工", "双": "居民+职工", "未": "未参保"}
    parts = [list(cell) if len(headings) > 1 else [cell] for cell in cells]
    rows = [[*row, *told] for row, told in zip(PEOPLE, parts, strict=True)]
    file = read([[*HEADINGS, *headings], *rows])
    assert [r.values["medical_insurance"] for r in file.table.rows] == [words[k] for k in kinds]
    assert people(file) == EVERYBODY
