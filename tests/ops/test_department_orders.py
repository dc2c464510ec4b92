"""交办单: written for a department, filled in by it, and read back as steps in its name."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.models.step import Step
from app.models.store import Store
from app.ops import department_orders, measures, order_filling, warnings
from app.ops.order_filling import OrderFilled
from app.ops.paper_errors import NothingOrderedError
from tests.ops.levels import acting_as
from tests.ops.test_warning_life import determined, on, opened, step
from tests.ops.village import ME, add_family, open_october, printing
from tests.reports.reading import page_texts

DAY = on(10)
FILLED: Mapping[str, object] = {
    "措施": "应急送水：每天两车",
    "责任人": "刘水管",
    "完成日": "2025-10-25",
    "结果": "已通水",
}


@pytest.fixture
def home(store: Store) -> str:
    household = add_family(store)
    open_october(store)
    return household


@pytest.fixture
def water(store: Store, home: str) -> str:
    """Return an orange or red warning that the county gave to the 水利局."""
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    step(store, "county", water, "assign", 2, department="水务局", contact="刘局",
         due_on="2025-10-31")  # fmt: skip
    return water


def written(store: Store, path: Path) -> Path:
    with acting_as(store, "county"):
        department_orders.write_order(store, "水务局", printing(path, DAY))
    return path


def fill_in(path: Path, *rows: Mapping[str, object]) -> None:
    """Fill the first rows as a department does; further ones are copies of the first."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    heads = {cell.value: place for place, cell in enumerate(sheet[1], 1)}
    for number, values in enumerate(rows, 2):
        if sheet.cell(number, 1).value is None:
            for column in heads.values():
                sheet.cell(number, column).value = sheet.cell(2, column).value
        for heading, value in values.items():
            sheet.cell(number, heads[heading]).value = value  # type: ignore[assignment]
    book.save(path)


def read_back(store: Store, path: Path, day: date = DAY) -> OrderFilled:
    with acting_as(store, "county"):
        return order_filling.fill_order(store, ME, path, day)


def state(store: Store, warning_id: str) -> str:
    return warnings.show_warning(store, warning_id, DAY).line.state


def test_a_filled_row_becomes_measure_start_and_done_in_the_departments_name(
    store: Store, water: str, tmp_path: Path
) -> None:
    path = written(store, tmp_path / "交办单.xlsx")
    fill_in(path, FILLED)
    done = read_back(store, path)
    assert (done.rejected, done.remedied) == ([], [water])
    assert (done.planned, done.started, done.finished) == (1, 1, 1)
    assert state(store, water) == "remedied"
    (made,) = measures.list_measures(store, DAY, ME)
    assert made.state == "done"
    fields = made.fields
    assert (fields["measure_kind"], fields["content"]) == ("应急送水", "每天两车")
    assert (fields["department"], fields["responsible_person"]) == ("水利局", "刘水管")
    assert fields["measure_category"] == "water"
    with store.read() as session:
        steps = [one for one in session.query(Step) if one.action in ("start", "finish", "done")]
    assert len(steps) == 4
    assert {one.department for one in steps} == {"水利局"}
    assert {one.step_on for one in steps} == {date(2025, 10, 25)}
    page = warnings.show_warning(store, water, DAY)
    assert page.history[-1].values["contact"] == "刘局"


def test_the_same_file_twice_changes_nothing(store: Store, water: str, tmp_path: Path) -> None:
    path = written(store, tmp_path / "交办单.xlsx")
    fill_in(path, FILLED)
    read_back(store, path)
    again = read_back(store, path)
    assert (again.planned, again.started, again.finished, again.unchanged) == (0, 0, 0, 1)
    assert again.rejected == []
    assert again.household_ids == set()


def test_begun_now_and_finished_with_a_later_file(store: Store, water: str, tmp_path: Path) -> None:
    path = written(store, tmp_path / "交办单.xlsx")
    fill_in(path, {**FILLED} | {"完成日": None, "结果": None})
    begun = read_back(store, path, on(3))
    assert (begun.planned, begun.started, begun.finished, begun.remedied) == (1, 1, 0, [])
    assert state(store, water) == "remedying"
    second = written(store, tmp_path / "第二次.xlsx")
    untouched = read_back(store, second)
    assert (untouched.unchanged, untouched.rejected) == (1, [])
    fill_in(second, {"完成日": date(2025, 10, 28), "结果": "已通水"})
    assert read_back(store, second).remedied == [water]


def test_a_copied_row_is_a_further_measure_and_both_must_be_done(
    store: Store, water: str, tmp_path: Path
) -> None:
    path = written(store, tmp_path / "交办单.xlsx")
    other = {"措施": "修管网维修", "责任人": "王工", "完成日": None, "结果": None}
    fill_in(path, FILLED, other)
    done = read_back(store, path)
    assert (done.planned, done.finished, done.remedied) == (2, 1, [])
    assert state(store, water) == "remedying"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"完成日": "十月底"}, "K"),
        ({"完成日": "2026-01-01"}, "K"),
        ({"完成日": "2025-10-21"}, "K"),  # before the warning was given to the department
        ({"完成日": None}, "K"),
        ({"结果": None}, "L"),
        ({"责任人": None}, "J"),
        ({"措施": None}, "I"),
        ({"措施": "做好工作"}, "I"),
        ({"编号（勿改）": None}, "M"),
        ({"编号（勿改）": "没有|"}, "M"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_with_its_place_and_nothing_is_written(
    store: Store, water: str, tmp_path: Path, change: dict[str, object], column: str
) -> None:
    path = written(store, tmp_path / "交办单.xlsx")
    fill_in(path, {**FILLED} | change)
    done = read_back(store, path)
    (note,) = done.rejected
    assert (note.where.file, note.where.row, note.where.column) == ("交办单.xlsx", 2, column)
    assert note.where.sheet == "水利局交办单"
    assert note.message.endswith("。")
    assert state(store, water) == "assigned"
    assert measures.list_measures(store, DAY, ME) == []


def test_one_bad_warning_does_not_hold_up_another(store: Store, home: str, tmp_path: Path) -> None:
    found = opened(store, home, WT_01="short", WT_02="turbid")
    given = [code for code in found if code.startswith("WT")]
    for code in given:
        determined(store, found[code])
        step(store, "county", found[code], "assign", 2, department="水利局", contact="刘局",
             due_on="2025-10-31")  # fmt: skip
    path = written(store, tmp_path / "交办单.xlsx")
    assert len(given) == 2
    fill_in(path, {**FILLED} | {"完成日": "2025-10-21"}, FILLED)
    done = read_back(store, path)
    assert [note.where.row for note in done.rejected] == [2]
    assert len(done.remedied) == 1


def test_the_village_cannot_read_it_in(store: Store, water: str, tmp_path: Path) -> None:
    path = written(store, tmp_path / "交办单.xlsx")
    fill_in(path, FILLED)
    done = order_filling.fill_order(store, ME, path, DAY)
    assert len(done.rejected) == 1
    assert state(store, water) == "assigned"


def test_the_paper_lists_what_the_department_has_to_do(
    store: Store, water: str, tmp_path: Path
) -> None:
    path = tmp_path / "交办单.pdf"
    with acting_as(store, "county"):
        assert department_orders.departments(store) == {"水利局": 1}
        department_orders.print_order(store, "水利局", printing(path, DAY))
        with pytest.raises(NothingOrderedError, match="E508"):
            department_orders.print_order(store, "教体局", printing(tmp_path / "x.pdf", DAY))
    (text,) = page_texts(path)
    for words in ("水利局防止返贫监测交办单", "赵德福", "措施", "责任人", "完成日", "结果", "水量"):
        assert words in text
    assert "5399" not in text.replace("539901101201", "")  # the village without a name in its tree
    assert "187" not in text
