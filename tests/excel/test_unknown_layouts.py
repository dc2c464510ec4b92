"""Rosters as nobody has seen them: headings of no list, any order, titles, sums, headings again."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.excel.headings import heading_list, heading_text
from app.excel.reader import RawSheet, RawTable, read_table
from app.excel.roster import parse_roster
from tests.excel import keys

NAME = "01_村台账_整洁.xlsx"
ROWS = 90
UNLISTED = {  # what villages write, and no list of ours has
    "hamlet_group": ["所属组", "村小组名称", "小组别"],
    "household_no": ["户代号", "户籍代码", "户口编号"],
    "head_name": ["户长姓名", "农户户主", "户代表"],
    "registered_size": ["全家人数", "户内人数", "实有人口"],
    "name": ["人员名称", "村民姓名", "户成员姓名"],
    "relation": ["与户主之关系", "家庭称谓", "亲属关系"],
    "sex": ["成员性别", "男/女"],
    "id_no": ["公民身份号", "证件编号", "二代身份证号"],
    "birth_date": ["出生月份", "生日日期", "出生年、月、日"],
    "ethnicity": ["民族成分", "所属民族"],
    "education": ["学历层次", "文化状况", "受教育情况"],
    "school_status": ["在学情况", "就学年级", "读书情况"],
    "health": ["健康状态", "体质状况"],
    "disability_cert_no": ["残联证号", "残疾登记证号"],
    "labor_skill": ["劳力状况", "有无劳动能力"],
    "employment": ["从业状况", "务工流向", "就业方式"],
    "work_place": ["务工城市", "外出地点"],
    "work_months": ["外出月数", "务工总时长"],
    "monthly_wage": ["月薪", "月平均工资"],
    "medical_insurance": ["医保类别", "参加何种医保"],
    "has_pension_insurance": ["有无养老保险", "养老险"],
    "has_dibao": ["有无低保", "农村低保"],
    "has_tekun": ["特困救助供养", "五保供养"],
    "household_kind": ["农户身份", "户种类"],
    "object_type": ["三类人群类型", "监测分类"],
    "main_cause": ["返贫原因", "风险成因"],
    "identified_on": ["认定时间", "纳入日期"],
    "is_eliminated": ["风险是否化解", "消除情况"],
    "per_capita_income": ["农民人均纯收入额"],
    "house_rating": ["住房危险等级", "房屋危险性等级"],
    "has_safe_water": ["饮水有保障", "是否通自来水"],
    "phone": ["户电话", "联系手机"],
}


@cache
def original() -> tuple[list[Any], list[list[object]], dict[int, str]]:
    """Return headings, rows, and index → field of a clean roster."""
    (sheet,) = read_table(keys.ROSTERS / NAME).sheets
    fields = {
        ord(column["col"][0]) - 65 if len(column["col"]) == 1 else ord(column["col"][1]) - 39:
        keys.FIELDS.get(column["field"], "")
        for column in keys.load_key(NAME)["columns"]
    }  # fmt: skip
    return sheet.rows[0], sheet.rows[1 : ROWS + 1], fields


@pytest.mark.parametrize("name", sorted(UNLISTED))
def test_the_headings_of_this_test_stand_in_no_list(name: str) -> None:
    known = heading_list().names
    assert [text for text in UNLISTED[name] if heading_text(text) in known] == []


@dataclass(frozen=True)
class Typed:
    """Rows as a village may have typed them, the place of each person, dropped columns."""

    names: list[object]
    rows: list[list[object]] = field(repr=False)
    places: list[int] = field(repr=False)
    dropped: set[int]


@st.composite
def layouts(draw: st.DrawFn) -> Typed:
    headings, people, fields = original()
    order = draw(st.permutations(range(len(headings))))
    spare = [i for i, f in fields.items() if f in ("work_place", "phone", "ethnicity", "")]
    dropped = draw(st.sets(st.sampled_from(spare), max_size=3))
    order = [i for i in order if i not in dropped]
    names: list[object] = [
        draw(st.sampled_from([headings[i], *UNLISTED.get(fields[i], [])])) for i in order
    ]
    size = next(at for at, i in enumerate(order) if fields[i] == "registered_size")
    total: list[object] = [""] * len(order)
    total[0], total[size] = "合计", float(len(people))
    rows: list[list[object]] = [
        ["某某村户籍人口底册"],
        ["填报单位：村委会", "", "2025年10月"],
        [""],
    ]
    rows = rows[: draw(st.integers(0, 3))]
    rows.append(names)
    places = []
    again = draw(st.sets(st.integers(1, len(people) - 1), max_size=2))
    for number, person in enumerate(people):
        if number in again:
            rows.append(list(names))
        rows.append([person[i] for i in order])
        places.append(len(rows))
    rows += draw(st.sampled_from([[], [total], [total, ["制表人：张三　审核人："]]]))
    return Typed(names, rows, places, dropped)


@settings(max_examples=12, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(typed=layouts())
def test_a_roster_of_unknown_layout_says_the_same(typed: Typed) -> None:
    places, fields = typed.places, original()[2]
    lost = {fields[i] for i in typed.dropped}
    sheet = RawSheet("农户信息", [*map(list, typed.rows)])
    file = parse_roster(RawTable(Path("册.xlsx"), (sheet,)))
    assert [row.place.row for row in file.table.rows] == places
    expected = keys.expected_rows(keys.load_key(NAME))[: len(places)]
    wanted = [f for f in expected[0]["values"] if f not in lost]  # type: ignore[attr-defined]
    for read, row in zip(file.table.rows, expected, strict=True):
        values: dict[str, object] = row["values"]  # type: ignore[assignment]
        got = keys.actual_row(read, wanted)
        assert got["values"] == {name: values[name] for name in wanted}
        assert (got["household"], got["class"]) == (row["household"], row["class"])
