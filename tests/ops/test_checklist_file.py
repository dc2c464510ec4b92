"""The paper way in a workbook: written, filled in, sorted, read back; refused cell by cell."""

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from app.excel.checklist import NotAChecklistError, read_checklist
from app.models.form import Visit
from app.models.household import Member
from app.models.journal import ChangesetRow
from app.models.store import Store
from app.ops import checklist_file, months, sheets
from app.ops.errors import NotDueError
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october, printing

NOVEMBER = OCTOBER.next()
Rows = list[list[object]]


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Path:
    for number in ("2", "3"):
        add_family(store, number)
    open_october(store)
    path = tmp_path / "表.xlsx"
    printed = checklist_file.write_checklists(store, None, OCTOBER, printing(path))
    assert printed.households == 2
    return path


def rows(path: Path) -> Rows:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def write(path: Path, table: Rows) -> None:
    """Save as somebody's spreadsheet program does: values only, in any order."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(row)
    book.save(path)


def good(row: list[object]) -> object:
    """Return what a family about which nothing is to be said writes in the blank column."""
    code = row[4]
    own: dict[object, object] = {
        "BF-03": 1, "IN-01": 4200, "IN-04": 200, "IN-02": 0, "IN-03": 0, "IN-06": 0.0,
        "HS-01": 2, "EM-01": "13" if str(row[6]).startswith("1") else "2", "EV-01": "无",
        "EV-03": 0, "EV-05": None, "EM-04": None, "CY-04": None, "MD-05": 0, "IN-08": 0,
        "IN-09": "０", "EV-02": 0, "WT-04": 0, "WT-05": 0, "MD-06": 1,
    }  # fmt: skip
    return own.get(code, 1)


def filled(path: Path) -> Rows:
    head, *body = rows(path)
    for row in body:
        row[9] = good(row)
    return [head, *body]


def test_the_sheet_has_the_order_of_the_screen_and_hides_what_a_row_is(file: Path) -> None:
    head, *body = rows(file)
    assert head[-3:] == ["上次", "本次", "编号（勿改）"]
    assert [row[4] for row in body[:3]] == ["BF-03", "FD-01", "FD-02"]
    assert body[1][7] == "1\u00a0够　2\u00a0偶尔不够　3\u00a0经常不够"
    assert all(row[9] is None for row in body)
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert sheet.column_dimensions["K"].hidden
    assert sheet.cell(2, 10).number_format == "@"
    assert read_checklist(file) == []


def test_a_filled_in_sheet_completes_its_households(store: Store, file: Path) -> None:
    write(file, filled(file))
    found = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    assert (found.rejected, found.incomplete) == ([], {})
    assert (found.households, found.updated, found.unchanged) == (2, 0, 0)
    assert months.month_status(store, OCTOBER, TODAY).visited_households == 2
    with store.read() as session:
        head = session.scalars(select(Member.id).filter_by(number=1)).all()
        visits = session.scalars(select(Visit)).all()
        assert {v.met_member_id for v in visits} == set(head)
        operations = session.scalars(select(ChangesetRow.operation)).all()
    assert operations.count("sheet.fill") == 2


def test_the_same_file_again_changes_nothing(store: Store, file: Path) -> None:
    write(file, filled(file))
    first = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    again = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)


def test_rows_may_be_sorted_columns_moved_and_rows_left_out(store: Store, file: Path) -> None:
    head, *body = filled(file)
    table = [head, *sorted(body, key=lambda row: str(row[4]))]
    write(file, [[row[9], *row[:9], row[10]] for row in table])
    found = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    assert (found.rejected, found.incomplete, found.households) == ([], {}, 2)


def test_cells_that_cannot_be_are_refused_one_by_one_and_the_rest_is_taken(
    store: Store, file: Path
) -> None:
    head, *body = filled(file)
    wrong = {"FD-01": 7, "IN-02": "很多", "HS-02": 6, "LV-04": "+", "WT-05": 40}
    for row in body[: len(body) // 2]:
        row[9] = wrong.get(str(row[4]), row[9])
    extra: list[object] = [*([None] * 9), "1", None]
    write(file, [head, *body, extra])
    found = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    told = {note.where.row: (note.reason_code, note.message) for note in found.rejected}
    codes = {str(body[row - 2][4]) for row in told if row and row <= len(body) + 1}
    assert codes == set(wrong)
    assert told[len(body) + 2][0] == "unknown_row"
    assert {note.where.column for note in found.rejected} == {"J"}
    by_code = {str(body[n.where.row - 2][4]): n.message for n in found.rejected[1:] if n.where.row}
    assert "先改其中一项" in by_code["HS-02"]
    assert "没有可以照旧的值" in by_code["LV-04"]
    assert found.incomplete == {"2": 5}
    assert checklist_file.fill(store, ME, OCTOBER, file, TODAY).incomplete == {"2": 5}
    due = {d.household_no: d.household_id for d in months.due_households(store, OCTOBER, TODAY)}
    given = sheets.open_sheet(store, due["2"], OCTOBER, TODAY).facts.answers
    assert given["FD-02", ""] == "weekly"
    assert ("FD-01", "") not in given


def test_findings_of_submitted_households_are_told(store: Store, file: Path) -> None:
    table = filled(file)
    for row in table[1:]:
        if row[4] == "WT-01" and row[1] == "3":
            row[9] = "2"
    write(file, table)
    for _time in ("the first", "the same again"):
        found = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
        assert ("3", None, "WT-01") in [(no, n, f.code) for no, n, f in found.findings]


def test_an_answer_from_the_screen_that_is_replaced_is_warned_of(store: Store, file: Path) -> None:
    first = months.due_households(store, OCTOBER, TODAY)[0]
    sheets.save_answers(store, ME, first.sheet_id, {("FD-02", ""): "hardly"}, TODAY)
    write(file, filled(file))
    found = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    assert (found.updated, [note.reason_code for note in found.warned]) == (1, ["replaced"])


def test_as_before_takes_last_months_value_and_a_row_of_another_month_is_refused(
    store: Store, file: Path, tmp_path: Path
) -> None:
    first = months.due_households(store, OCTOBER, TODAY)[0]
    sheets.submit_sheet(store, ME, answer_all(store, first.household_id), TODAY)
    months.open_period(store, ME, NOVEMBER, TODAY)
    path = tmp_path / "11月.xlsx"
    checklist_file.write_checklists(store, [first.household_id], NOVEMBER, printing(path))
    table = [row for row in rows(path) if row[4] in {"题号", "LV-03", "LV-04", "LV-01"}]
    for row in table[1:]:
        row[9] = "＋"
    write(path, [*table, next(row for row in filled(file) if row[4] == "FD-01")])
    found = checklist_file.fill(store, ME, NOVEMBER, path, TODAY)
    spot = sheets.open_sheet(store, first.household_id, NOVEMBER, TODAY).spot_check
    hidden = int(spot is not None and spot[0] in {"LV-03", "LV-04", "LV-01"})
    assert found.created == 3 - hidden
    assert [n.reason_code for n in found.rejected][:1] == ["not_due"]


def test_another_workbook_and_a_household_that_is_not_due_are_refused(
    store: Store, file: Path, tmp_path: Path
) -> None:
    write(tmp_path / "x.xlsx", [["姓名", "本次"], ["赵", "1"]])
    with pytest.raises(NotAChecklistError):
        checklist_file.fill(store, ME, OCTOBER, tmp_path / "x.xlsx", TODAY)
    with pytest.raises(NotDueError):
        checklist_file.write_checklists(store, ["nobody"], OCTOBER, printing(file))


def test_other_brings_its_words_or_is_refused(store: Store, file: Path) -> None:
    table = filled(file)
    cells = {"2": "9", "3": "4、9：水管冻裂，停水3天"}
    for row in table[1:]:
        if row[4] == "EV-01":
            row[9] = cells[str(row[1])]
    write(file, table)
    found = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    assert [note.message for note in found.rejected] == [
        "“难处”选了“其他突发困难(注明)”，要写明是什么事：在冒号后面写，例如“9:屋顶漏水”。"
    ]
    assert found.incomplete == {"2": 1}
    due = {d.household_no: d.household_id for d in months.due_households(store, OCTOBER, TODAY)}
    sheet = sheets.open_sheet(store, due["3"], OCTOBER, TODAY)
    assert sheet.facts.answers["EV-01", ""] == ("fire", "other")
    assert sheet.notes["EV-01", ""] == "水管冻裂，停水3天"
    again = checklist_file.fill(store, ME, OCTOBER, file, TODAY)
    assert (again.created, again.updated) == (0, 0)
