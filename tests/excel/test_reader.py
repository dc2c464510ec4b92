"""Readers deliver every cell at its own row and column, whatever the format."""

import csv
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt  # type: ignore[import-untyped]

from app.domain.roster_values import ErrorCell
from app.excel.csvfile import read_text_table
from app.excel.reader import RawSheet, read_table
from app.excel.roster import read_roster
from tests.excel import keys

HEAD = ["户编号", "姓名", "与户主关系", "证件号码", "出生日期"]
ROW = ["1", "张三", "户主", "539901198207147813", "1982-07-14"]


def sheet_of(path: Path) -> RawSheet:
    return read_table(path).sheets[0]


def test_a_table_that_begins_in_the_middle_keeps_its_places(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    for index, (head, cell) in enumerate(zip(HEAD, ROW, strict=True)):
        sheet.write_string(3, 2 + index, head)
        sheet.write_string(4, 2 + index, cell)
    book.close()
    assert sheet_of(path).rows[3][:3] == ["", "", "户编号"]
    file = read_roster(path)
    assert file.sheets[0].header_rows == (4,)
    assert file.sheets[0].columns[2].letter == "C"
    assert [row.place.row for row in file.table.rows] == [5]


def test_hidden_rows_sheets_merges_and_errors_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("甲")
    sheet.merge_range(0, 0, 1, 1, "合并")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.write_string(2, 0, "藏")
    sheet.write_formula(3, 0, "=NA()", None, "#N/A")
    book.add_worksheet("乙").hide()
    book.close()
    first, second = read_table(path).sheets
    assert first.merges == [(0, 0, 1, 1)]
    assert first.hidden_rows == {3}
    assert first.rows[3][0] == ErrorCell()
    assert (first.is_hidden, second.is_hidden) == (False, True)


def test_a_macro_sheet_or_chart_sheet_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    sheet.write_number(0, 0, 1)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=表!$A$1:$A$1"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()
    assert [s.name for s in read_table(path).sheets] == ["表"]


def test_an_old_workbook_with_numbers_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "表.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for index, head in enumerate(HEAD):
        sheet.write(0, index, head)
    for index, cell in enumerate([7, "张三", "户主", "539901198207147813"]):
        sheet.write(1, index, cell)
    sheet.write(1, 4, date(1982, 7, 14), style)
    book.save(str(path))
    (row,) = read_roster(path).table.rows
    assert (row.household, row.values["birth_date"]) == ("7", "1982-07-14")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_text_tables_of_any_encoding_and_separator(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    path = tmp_path / "表.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=mark).writerows([HEAD, ROW])
    (row,) = read_roster(path).table.rows
    assert row.values["name"] == "张三"
    assert row.values["id_no"] == "539901198207147813"
    assert row.row_class == "ok"


def test_rare_characters_survive_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text(f"{','.join(HEAD)}\n1,文䶮𣲗,户主,,1990-01-01\n", "gb18030")
    assert read_roster(path).table.rows[0].values["name"] == "文䶮𣲗"


def test_line_breaks_in_quotes_count_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text('甲,"一\n二"\n乙,丙\n', "utf-8")
    rows, numbers = read_text_table(path)
    assert rows == [["甲", "一\n二"], ["乙", "丙"]]
    assert numbers == [1, 3]


def test_guarded_numbers_in_text_tables(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text('="0123",\t539901198207147813\n', "utf-8")
    rows, _ = read_text_table(path)
    assert rows == [["0123", "\t539901198207147813"]]


def test_an_open_document_table(tmp_path: Path) -> None:
    path = tmp_path / "表.ods"
    write_ods(path, [HEAD, ROW])
    (row,) = read_roster(path).table.rows
    assert (row.values["name"], row.household) == ("张三", "1")


def write_ods(path: Path, rows: list[list[str]]) -> None:
    """Write the smallest spreadsheet of the format."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="表">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)


@pytest.mark.parametrize("name", ["01_村台账_整洁.xlsx", "03_村台账_杂乱_97-2003.xls"])
def test_reading_tells_its_rows_and_ends_when_told_to(name: str) -> None:
    told: list[tuple[int, int]] = []
    read_table(keys.ROSTERS / name, lambda done, total: told.append((done, total)))
    assert told[-1][0] > 200
    assert {total for _, total in told} == {0}

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(keys.ROSTERS / name, stop)
