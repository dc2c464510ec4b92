"""Every sample roster against its answer key: rows, values, households, columns, sheets."""

import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.errors import AppError
from app.excel.errors import HeaderNotFoundError, OtherKindError, TableEmptyError
from app.excel.headings import heading_list
from app.excel.reader import RawSheet, RawTable, read_table
from app.excel.roster import RosterFile, parse_roster, read_roster
from tests.excel import keys

VILLAGE_ROSTERS = (
    "01_村台账_整洁.xlsx",
    "02_村台账_杂乱.xlsx",
    "03_村台账_杂乱_97-2003.xls",
    "04_村台账_下月更新.xlsx",
)
ALL = (
    *VILLAGE_ROSTERS,
    "05_监测对象信息_导出.xlsx",
    "06_脱贫人口信息_导出.xls",
    "07_务工月监测_导出.xlsx",
    "11_花名册_gbk.csv",
    "12_花名册_utf8bom.csv",
)
HEADINGS = ["户编号", "姓名", "与户主关系", "证件号码", "人均纯收入"]


@cache
def read(name: str) -> RosterFile:
    return read_roster(keys.ROSTERS / name)


def parse(*rows: Sequence[object], name: str = "表.xlsx", **sheet: Any) -> RosterFile:
    return parse_roster(RawTable(Path(name), (RawSheet("农户", [list(r) for r in rows], **sheet),)))


@pytest.mark.parametrize("name", ALL)
def test_every_row_has_the_class_codes_household_and_values_of_the_key(name: str) -> None:
    expected = keys.expected_rows(keys.load_key(name))
    fields = list(expected[0]["values"])  # type: ignore[call-overload]
    actual = [keys.actual_row(row, fields) for row in read(name).table.rows]
    assert len(actual) == len(expected)
    assert [row for row in actual if row not in expected] == []
    assert actual == expected


@pytest.mark.parametrize("name", VILLAGE_ROSTERS)
def test_households_with_their_blocks_and_codes_are_those_of_the_key(name: str) -> None:
    assert keys.actual_households(read(name)) == keys.expected_households(keys.load_key(name))


@pytest.mark.parametrize("name", [n for n in ALL if n[:2] not in {"05", "06", "07"}])
def test_each_column_feeds_the_field_of_the_key(name: str) -> None:
    for columns in keys.actual_columns(read(name)):
        assert columns == keys.expected_columns(keys.load_key(name))


@pytest.mark.parametrize("name", ALL[:7])
def test_sheets_header_rows_and_data_ranges_are_those_of_the_key(name: str) -> None:
    for sheet, wanted in zip(read(name).sheets, keys.load_key(name)["sheets"], strict=True):
        assert (sheet.sheet, sheet.used) == (wanted["name"], wanted["data"])
        if sheet.used:
            assert list(sheet.header_rows) == wanted["header_rows"]
            assert sheet.first_data_row == wanted["first_data_row"]
            assert sheet.last_data_row == wanted["last_data_row"]
        else:
            assert sheet.reason


@pytest.mark.parametrize("name", VILLAGE_ROSTERS)
def test_skipped_hidden_duplicate_and_contradicting_rows_are_those_of_the_key(name: str) -> None:
    key, file = keys.load_key(name), read(name)
    skipped = [{"sheet": s.sheet, "row": s.row, "reason": s.reason} for s in file.skipped]
    hidden = [{"sheet": place.sheet, "row": place.row} for place in file.hidden]
    duplicates = [(d.id_no, list(d.kept[1:]), list(d.dropped[1:])) for d in file.table.duplicates]
    conflicts = [
        (c.kind, c.id_no, [list(p[1:]) for p in c.rows], list(c.households))
        for c in file.table.conflicts
    ]
    assert skipped == key["skipped_rows"]
    assert hidden == key["hidden_rows"]
    assert sorted(duplicates) == sorted(
        (d["id_no"], d["kept"], d["dropped"]) for d in key["duplicates"]
    )
    assert sorted(conflicts) == sorted(
        (c["kind"], c["id_no"], c["rows"], c["households"]) for c in key["conflicts"]
    )


@pytest.mark.parametrize("name", VILLAGE_ROSTERS)
def test_counts_are_those_of_the_key(name: str) -> None:
    counts = keys.load_key(name)["counts"]
    classes = Counter(row.row_class for row in read(name).table.rows)
    assert classes == Counter({c: counts[f"rows_{c}"] for c in ("ok", "warn", "error")})
    assert len(read(name).table.households) == counts["households"]


def test_headings_below_title_rows_in_another_order_are_found() -> None:
    file = parse(
        ["某村农户台账"],
        [],
        ["姓 名", "身份证号", "户  号", "和户主关系", "文化水平"],
        ["张三", "539901198207147813", "1", "本人", "初中毕业"],
    )
    (row,) = file.table.rows
    assert file.sheets[0].header_rows == (3,)
    assert row.values["relation"] == "户主"
    assert row.values["education"] == "初中"
    assert row.household == "1"


def test_a_heading_that_is_only_partly_known_counts_when_its_values_fit() -> None:
    head = [*HEADINGS[:4], "本户家庭人均纯收入"]
    rows: list[list[object]] = [["1", "张三", "户主", "539901198207147813", 9000]]
    assert parse(head, *rows).table.rows[0].values["per_capita_income"] == 9000
    rows[0][4] = "见附件"
    assert "per_capita_income" not in parse(head, *rows).table.rows[0].values


def test_rows_below_a_household_belong_to_it_when_values_stand_once() -> None:
    file = parse(
        HEADINGS,
        ["1", "张三", "户主", "539901198207147813", 9000],
        ["", "李四", "配偶", "", ""],
        [],
        ["", "王五", "之子", "", ""],
    )
    assert [row.household for row in file.table.rows] == ["1", "1", None]
    assert file.table.rows[1].values["per_capita_income"] == 9000
    assert file.table.rows[2].row_class == "error"


def test_a_group_merged_over_many_households_does_not_join_them() -> None:
    file = parse(
        ["村民小组", *HEADINGS],
        ["一组", "1", "张三", "户主", "539901198207147813", 9000],
        ["", "2", "李四", "户主", "", 8000],
        merges=[(1, 0, 2, 0)],
    )
    assert [row.household for row in file.table.rows] == ["1", "2"]
    assert [row.values["hamlet_group"] for row in file.table.rows] == ["一组", "一组"]


def test_two_columns_of_insurance_are_one_answer() -> None:
    file = parse(
        [*HEADINGS, "是否参加城乡居民基本医疗保险", "是否参加城镇职工基本医疗保险"],
        ["1", "张三", "户主", "", 9000, "是", "否"],
        ["1", "李四", "配偶", "", 9000, "否", "是"],
        ["1", "王五", "之子", "", 9000, "否", "否"],
    )
    insured = [row.values["medical_insurance"] for row in file.table.rows]
    assert insured == ["居民", "职工", "未参保"]


def test_a_lost_character_does_not_make_another_person() -> None:
    number = "539901198207147813"
    file = parse(HEADINGS, ["1", "文䶮美", "户主", number, 1], ["1", "文?美", "户主", number, 1])
    assert [r.code for r in file.table.rows[1].reasons] == ["W_LOST_CHARACTER", "E_DUPLICATE"]


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([["通知"], ["各村请于月底前报送"]], HeaderNotFoundError),
        ([["预警类型", "姓名", "身份证号码", "户主姓名", "联系电话"], [1, 2]], OtherKindError),
        ([], TableEmptyError),
    ],
)
def test_what_is_no_roster_is_refused_by_name(
    rows: list[list[object]], error: type[AppError]
) -> None:
    with pytest.raises(error) as refusal:
        parse(*rows)
    assert refusal.value.where.file == "表.xlsx"
    assert "名册没有变" in refusal.value.sentence()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("08_部门预警清单.xlsx", "部门预警清单"),
        ("09_疑点_1_01_002.xlsx", "疑点清单"),
        ("09_疑点_2_01_005.xlsx", "疑点清单"),
        ("09_疑点_4_02_001.xlsx", "疑点清单"),
        ("10_疑点核实反馈清单.xlsx", "疑点清单"),
    ],
)
def test_a_list_from_above_is_named_and_never_taken_for_a_roster(name: str, title: str) -> None:
    """A doubt file looks like an export of the national system, but its values are the faults."""
    with pytest.raises(OtherKindError, match="E214") as refusal:
        read_roster(keys.ROSTERS / name)
    assert title in refusal.value.sentence()


def test_columns_of_unknown_heading_are_told_by_their_values() -> None:
    people = [
        ["1", f"人{n}", relation, number, "甲乙丙丁戊己"[n]]
        for n, (relation, number) in enumerate(
            zip(
                ["户主", "配偶", "之子", "之女", "之父", "之母"],
                ["539901198207147813", "539901198310119503", "539901200710287629"] * 2,
                strict=True,
            )
        )
    ]
    file = parse(["户编号", "姓名", "身份", "证", "家庭人口", "备注"], *people)
    assert [column.field for column in file.sheets[0].columns[2:4]] == ["relation", "id_no"]
    assert {column.score for column in file.sheets[0].columns[2:4]} == {40}


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_renamed_and_pushed_down_columns_give_the_same_values(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  a test's shuffle
    (sheet,) = read_table(keys.ROSTERS / VILLAGE_ROSTERS[0]).sheets
    order = list(range(len(sheet.rows[0])))
    rng.shuffle(order)
    synonyms: dict[str, list[str]] = {}
    for heading, (field, score) in heading_list().names.items():
        if score == 100:
            synonyms.setdefault(field, []).append(heading)
    fields = {c.index: c.field for c in read(VILLAGE_ROSTERS[0]).sheets[0].columns}
    names = [rng.choice(synonyms[fields[i]]) if fields[i] else sheet.rows[0][i] for i in order]
    titles = [["某村台账"], [""], ["填报时间：2025年10月"]][: rng.randrange(4)]
    rows = [[row[i] for i in order] for row in sheet.rows[1:]]
    file = parse(*titles, names, *rows)
    expected = keys.expected_rows(keys.load_key(VILLAGE_ROSTERS[0]))
    wanted = list(expected[0]["values"])  # type: ignore[call-overload]
    actual = [keys.actual_row(row, wanted)["values"] for row in file.table.rows]
    assert actual == [row["values"] for row in expected]
    assert file.sheets[0].header_rows == (len(titles) + 1,)
