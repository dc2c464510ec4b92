"""The report of an import: the original layout, faulty cells marked, nothing that can act."""

from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from app.excel.import_report import SHEET, marks_of, write_import_report
from app.excel.reader import read_table
from app.excel.roster import read_roster
from app.ops.roster_words import reason_text
from tests.excel import keys

XLSX = "02_村台账_杂乱.xlsx"
EVERY = (XLSX, "03_村台账_杂乱_97-2003.xls", "11_花名册_gbk.csv")


@pytest.mark.parametrize("name", EVERY)
def test_every_faulty_cell_is_marked_at_its_place(tmp_path: Path, name: str) -> None:
    file = read_roster(keys.ROSTERS / name)
    target = tmp_path / "报告.xlsx"
    count = write_import_report(file, target, reason_text)
    marks = marks_of(file, reason_text)
    assert count == len(marks) > 0
    book = openpyxl.load_workbook(target)
    listed = list(book[SHEET].iter_rows(min_row=2, values_only=True))
    assert [(row[0] or "", row[1], row[4]) for row in listed] == [
        (m.sheet, m.row, m.words) for m in marks
    ]
    for mark in marks:
        cell = book[mark.sheet or "数据"].cell(mark.row, (mark.column or 0) + 1)
        assert cell.fill.start_color.rgb[2:] in {"F8B4B4", "FFE08A"}


def test_the_copy_keeps_rows_columns_merges_and_values(tmp_path: Path) -> None:
    write_import_report(read_roster(keys.ROSTERS / XLSX), tmp_path / "r.xlsx", reason_text)
    before = openpyxl.load_workbook(keys.ROSTERS / XLSX, data_only=True)
    after = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert after.sheetnames == [SHEET, *before.sheetnames]
    for sheet in before.worksheets:
        copied = after[sheet.title]
        assert sorted(map(str, copied.merged_cells)) == sorted(map(str, sheet.merged_cells))
        assert list(copied.values) == list(sheet.values)


def test_an_old_workbook_keeps_sheets_merges_and_numbers_and_its_marks_say_what_to_do(
    tmp_path: Path,
) -> None:
    file = read_roster(keys.ROSTERS / EVERY[1])
    write_import_report(file, tmp_path / "r.xlsx", reason_text)
    after = openpyxl.load_workbook(tmp_path / "r.xlsx")
    table = read_table(file.path)
    assert after.sheetnames == [SHEET, *(sheet.name for sheet in table.sheets)]
    for sheet in table.sheets:
        copied = after[sheet.name]
        assert len(copied.merged_cells.ranges) == len(sheet.merges)
        assert [[c for c in row if c is not None] for row in copied.values] == [
            [int(c) if isinstance(c, float) and c == int(c) else
             datetime.combine(c, time()) if isinstance(c, date) else c for c in row if c != ""]
            for row in sheet.rows
        ]  # fmt: skip
    for mark in marks_of(file, reason_text):
        comment = after[mark.sheet].cell(mark.row, (mark.column or 0) + 1).comment
        assert comment is not None
        assert mark.words in comment.text


def test_a_text_value_over_several_lines_does_not_move_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "册.csv"
    path.write_text(
        "户编号,姓名,与户主关系,证件号码,民族\n1,张三,户主,,汉族\n"
        '1,李四,配偶,,"汉\n族"\n1,王五,之子,539901201001010011,汉族\n',
        encoding="utf-8",
    )
    write_import_report(read_roster(path), tmp_path / "r.xlsx", reason_text)
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["数据"]
    assert (sheet["B4"].value, sheet["D4"].comment is not None) == ("王五", True)


def test_the_original_is_not_touched(tmp_path: Path) -> None:
    original = tmp_path / "名册.xlsx"
    original.write_bytes((keys.ROSTERS / XLSX).read_bytes())
    write_import_report(read_roster(original), tmp_path / "r.xlsx", reason_text)
    assert original.read_bytes() == (keys.ROSTERS / XLSX).read_bytes()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_nothing_that_acts_survives_in_the_copy(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["户编号", "姓名", "与户主关系", "证件号码", "备注"])
    sheet.append([1, "张三", "户主", "539901199001010011", "见网页"])
    sheet["F2"] = "=1+1"
    cell = sheet["G2"]
    cell.value, cell.data_type = "=cmd|'/c calc'!A0", "s"
    sheet["E2"].hyperlink = "http://example.invalid/x"
    book.save(tmp_path / "恶意.xlsx")
    write_import_report(read_roster(tmp_path / "恶意.xlsx"), tmp_path / "r.xlsx", reason_text)
    with ZipFile(tmp_path / "r.xlsx") as package:
        text = "".join(package.read(n).decode("utf-8", "replace") for n in package.namelist()
                       if n.startswith("xl/"))  # fmt: skip
    assert "<f>" not in text
    assert "<hyperlink" not in text
    assert "example.invalid" not in text
    copied = openpyxl.load_workbook(tmp_path / "r.xlsx")["Sheet"]["G2"]
    assert (copied.data_type, copied.value, copied.quotePrefix) == ("s", "=cmd|'/c calc'!A0", True)
