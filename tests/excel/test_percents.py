"""What a sheet shows as 23% is read as 23%, whatever number lies behind it."""

from decimal import Decimal
from pathlib import Path

import xlsxwriter

from app.excel.percents import percent_cells
from app.ops.statistics_verify import verify_file


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("措施覆盖")
    sheet.write_row(0, 0, ["项目", "户", "占比"])
    formats = (
        ("住房", 0.07, "0%"),
        ("生产生活条件改善", 0.23, "0.00%"),
        ("产业", 0.4007, "0.0000%"),
        ("教育", 28.66, "General"),
        ("社会", 4.72, '0.00"%"'),
    )
    for row, (name, share, format_) in enumerate(formats, 1):
        sheet.write(row, 0, name)
        sheet.write(row, 1, 100)
        sheet.write(row, 2, share, book.add_format({"num_format": format_}))
    sheet.write(6, 0, "就业")
    sheet.write(6, 1, 100)
    sheet.write(6, 2, "50.81%", book.add_format({"num_format": "0%"}))
    book.close()
    return path


def test_a_cell_formatted_as_per_cent_is_read_as_it_is_shown(tmp_path: Path) -> None:
    measures = verify_file(workbook(tmp_path / "a.xlsx")).figures.measures
    assert {name: one.percent for name, one in measures.items()} == {
        "住房": Decimal(7),
        "生产生活条件改善": Decimal(23),
        "产业": Decimal("40.07"),
        "教育": Decimal("28.66"),
        "社会": Decimal("4.72"),
        "就业": Decimal("50.81"),
    }


def test_only_the_numbers_under_a_format_of_per_cent_are_told(tmp_path: Path) -> None:
    places = percent_cells(workbook(tmp_path / "a.xlsx"))
    assert places == {"措施覆盖": frozenset({(2, 2), (3, 2), (4, 2)})}
