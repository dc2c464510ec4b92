"""交办单 as a workbook: keys hidden, cells with their places, foreign files refused."""

from pathlib import Path

import openpyxl
import pytest

from app.excel.department_orders import NotAnOrderError, OrderRow, read_order, write_order

TOLD = ("上坝村", "2", "赵德福", "全户", "=WT-01 水量", "红", "2025-10-31")


def written(folder: Path) -> Path:
    path = folder / "交办单.xlsx"
    rows = [OrderRow(TOLD, ("应急送水", "刘水管", "", ""), "w1|m1|水利局"),
            OrderRow(TOLD, ("", "", "", ""), "w2||水利局")]  # fmt: skip
    assert write_order(path, "水利局交办单", rows) == 2
    return path


def test_a_row_comes_back_with_its_key_and_the_place_of_each_cell(tmp_path: Path) -> None:
    (row,) = read_order(written(tmp_path))  # the second says nothing in its four columns
    assert row.key == "w1|m1|水利局"
    assert row.cells["措施"] == "应急送水"
    assert (row.places["完成日"].row, row.places["完成日"].column) == (2, "K")


def test_keys_are_hidden_and_nothing_becomes_a_formula(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path)).active
    assert sheet is not None
    assert sheet.column_dimensions["M"].hidden
    assert sheet["F2"].value == "=WT-01 水量"
    assert sheet["F2"].data_type == "s"
    assert sheet.freeze_panes == "A2"


def test_columns_may_be_moved_and_rows_put_above(tmp_path: Path) -> None:
    path = written(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet.insert_rows(1, 2)
    sheet.insert_cols(1)
    book.save(path)
    (row,) = read_order(path)
    assert (row.places["措施"].row, row.places["措施"].column) == (4, "J")


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "别的.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["姓名", "措施"])
    book.save(path)
    with pytest.raises(NotAnOrderError, match="E217"):
        read_order(path)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_bytes()

    def broken() -> object:
        yield OrderRow(TOLD, ("", "", "", ""), "w|")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write_order(path, "水利局", broken())  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
