"""The workbook of a report: the same figures as the tables, text that stays text."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from app.domain.statistics import report as reports
from app.domain.statistics.errors import ReportNotSavedError
from app.excel.report_writer import write
from tests.domain.statistics.build import VILLAGES, Chance, context
from tests.reports.report_samples import report


def test_every_figure_of_every_table_is_in_the_workbook(tmp_path: Path) -> None:
    made = report()
    write(made, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert len(book.sheetnames) == len(made.tables) + 1
    for table in made.tables:
        sheet = next(book[name] for name in book.sheetnames if name.startswith(f"{table.number} "))
        rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True) if row[0]}
        assert table.full_title in str(sheet["A1"].value)
        if table.number == "T13":
            continue
        for line in table.rows:
            shown = rows[line.label][: len(line.cells)]
            for cell, value in zip(line.cells, shown, strict=True):
                if isinstance(cell.value, int | Decimal):
                    assert Decimal(str(value)).quantize(Decimal("0.01")) == Decimal(cell.value)
                else:
                    assert value == cell.text


def test_checks_have_a_sheet_and_failed_ones_stand_on_their_table(tmp_path: Path) -> None:
    made = report()
    assert made.failed
    write(made, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    results = [row[1].value for row in book["核对"].iter_rows(min_row=2)]
    assert len(results) == len(made.checks)
    assert results.count("核对未通过") == len(made.failed)
    words = [str(row[0].value) for row in book["T7 风险原因与帮扶措施"].iter_rows()]
    assert any(text.startswith("核对未通过　K18") for text in words)


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    village = replace(VILLAGES[0], name='=HYPERLINK("http://x","y")')
    records = Chance(1, 20, (village, VILLAGES[1])).records()
    made = reports.build(replace(context(), records=records), reports.YEARLY, "county", "表")
    write(made, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cell = next(
        c for row in book["T11 走访覆盖"].iter_rows() for c in row if c.value == village.name
    )
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_bad_place_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ReportNotSavedError):
        write(report(), tmp_path / "no" / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
