"""Templates of a county: its order, its headings, its forms; and what is written comes back."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.roster_values import Value, ValueReader
from app.excel.errors import TemplateError
from app.excel.forms import formed, is_form
from app.excel.headings import heading_list, heading_text, vocabulary
from app.excel.reader import read_table
from app.excel.roster import read_roster
from app.excel.templates import published, read_template
from app.excel.writer import codes, export_kinds, template, write_table

ROW: Mapping[str, Value] = {
    "household_no": "0012", "name": "张三", "id_no": "539901198207147813", "sex": "男",
    "birth_date": "1982-07-14", "has_dibao": True, "monthly_wage": Decimal("3500.50"),
    "phone": "13900001111", "identified_on": "2025-03", "relation": "户主",
}  # fmt: skip
ODD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


def make(path: Path, *rows: list[str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def cells(path: Path) -> list[list[object]]:
    return read_table(path).sheets[0].rows


def test_headings_of_a_template_give_the_order_and_stay(tmp_path: Path) -> None:
    columns = read_template(make(tmp_path / "t.xlsx", ["姓名", "备注", "户编号"]), "member")
    write_table(tmp_path / "o.xlsx", columns, [ROW])
    assert cells(tmp_path / "o.xlsx") == [["姓名", "备注", "户编号"], ["张三", "", "0012"]]


def test_own_field_names_give_way_to_the_headings_above(tmp_path: Path) -> None:
    path = make(
        tmp_path / "t.xlsx", ["某县某表", "", ""], ["户号", "名字", "低保"],
        ["household_no", "name", "has_dibao|1/0"],
    )  # fmt: skip
    write_table(tmp_path / "o.xlsx", read_template(path, "member"), [ROW])
    assert cells(tmp_path / "o.xlsx")[1:] == [["户号", "名字", "低保"], ["0012", "张三", "1"]]


@pytest.mark.parametrize(
    ("field", "form", "shown"),
    [
        ("birth_date", "YYYY.MM.DD", "1982.07.14"),
        ("birth_date", "YYYYMMDD", "19820714"),
        ("birth_date", "YYYY年MM月", "1982年07月"),
        ("identified_on", "YYYY-MM-DD", "2025-03"),
        ("identified_on", "YYYY年MM月DD日", "2025年03月"),
        ("has_dibao", "√/×", "√"),
        ("has_dibao", "1/0", "1"),
        ("sex", "编码", "1"),
        ("id_no", "脱敏", "539901********7813"),
        ("phone", "脱敏", "139****1111"),
        ("monthly_wage", "文本", "3500.50"),
    ],
)
def test_a_form_writes_a_value_as_the_template_wants_it(field: str, form: str, shown: str) -> None:
    assert formed(field, ROW[field], form, codes(field)) == shown


@pytest.mark.parametrize(
    ("field", "value", "form", "shown"),
    [
        ("health", ("长期慢性病", "残疾"), "健康=1,长期慢性病=2,残疾=4", "2,4"),
        ("health", ("健康", "残疾"), "健康=1；残疾=4", "1,4"),
        ("has_dibao", False, "是=1,否=2", "2"),
        ("labor_skill", "普通劳动力", "技能劳动力=1", "普通劳动力"),
        ("relation", "之儿媳", "编码", "38"),
        ("ethnicity", "基诺族", "编码", "56"),
        ("education", "初中", "编码", "70"),
        ("has_dibao", None, "是=1,否=2", None),
    ],
)
def test_codes_are_national_or_those_that_the_template_names(
    field: str, value: Value, form: str, shown: Value
) -> None:
    assert is_form(form)
    assert formed(field, value, form, codes(field)) == shown


CODED = ["sex", "relation", "education", "ethnicity"]


def test_a_table_in_national_codes_reads_back_in_words(tmp_path: Path) -> None:
    heads = ["户编号", "姓名", "性别|编码", "与户主关系|编码", "文化程度|编码", "民族|编码"]
    columns = read_template(make(tmp_path / "t.xlsx", heads), "member")
    rows: list[dict[str, Value]] = [
        {"household_no": "5390000001", "name": "张三", "sex": "女", "relation": word,
         "education": "大专", "ethnicity": "彝族"}
        for word in codes("relation")
    ]  # fmt: skip
    write_table(tmp_path / "o.xlsx", columns, rows)
    assert cells(tmp_path / "o.xlsx")[1][2:] == ["2", "02", "30", "07"]
    read = read_roster(tmp_path / "o.xlsx").table.rows
    assert [[row.values[f] for f in CODED] for row in read] == [
        [row[f] for f in CODED] for row in rows
    ]


def test_a_published_table_hides_every_number_that_identifies(tmp_path: Path) -> None:
    write_table(tmp_path / "o.xlsx", published(template("member")), [ROW])
    text = str(cells(tmp_path / "o.xlsx"))
    assert "539901198207147813" not in text
    assert "13900001111" not in text
    assert "张三" in text


def test_a_table_without_fields_is_no_template(tmp_path: Path) -> None:
    with pytest.raises(TemplateError):
        read_template(make(tmp_path / "t.xlsx", ["天气", "晴"]), "member")


def test_the_national_order_is_that_of_the_national_export(tmp_path: Path) -> None:
    columns = template("national").columns
    assert len(columns) == 177
    assert [heading for heading, _ in columns][4:8] == ["户编号", "人编号", "姓名", "性别"]


def test_every_kind_can_be_a_template_of_itself(tmp_path: Path) -> None:
    for kind in export_kinds():
        shipped = template(kind)
        write_table(tmp_path / f"{kind}.xlsx", shipped, [])
        again = read_template(tmp_path / f"{kind}.xlsx", kind)
        assert [name for _, name in again.columns if name] == [
            name for _, name in shipped.columns if name
        ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(ODD, min_size=1, max_size=6), place=ODD)
def test_odd_names_and_places_come_back_as_they_are(
    tmp_path: Path, names: list[str], place: str
) -> None:
    headings = heading_list().names
    reader = ValueReader(vocabulary())
    read = (reader.read("name", name).value for name in names)  # "/" and 无 are no names
    kept = [name for name in read if isinstance(name, str)]
    kept = [n for n in dict.fromkeys(kept) if "?" not in n and heading_text(n) not in headings]
    where = reader.read("work_place", place).value
    rows: list[dict[str, Value]] = [
        {**ROW, "name": name, "id_no": None, "relation": "户主" if i == 0 else "之子",
         "work_place": where}
        for i, name in enumerate(kept)
    ]  # fmt: skip
    if not rows:
        return
    write_table(tmp_path / "o.xlsx", template("member"), rows)
    found = read_roster(tmp_path / "o.xlsx").table.rows
    assert [row.values["name"] for row in found] == kept
    assert {row.values["work_place"] for row in found} == {where}
    assert {row.values["monthly_wage"] for row in found} == {Decimal("3500.5")}


def test_a_county_finds_its_own_brackets_again(tmp_path: Path) -> None:
    path = make(tmp_path / "模板.xlsx", ["附件（二）：报送表"], ["户编号（必填）", "姓名"])
    columns = read_template(path, "member")
    assert columns.above[0][0] == "附件（二）：报送表"
    assert columns.columns == (("户编号（必填）", "household_no"), ("姓名", "name"))
