"""Lists from above become clues and doubts of people who are known, and are answered in form."""

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]
from sqlalchemy import func, select

from app.domain.ownership import Actor
from app.domain.roster_items import row_key
from app.models.case import Clue
from app.models.household import Household, Member
from app.models.register import DataDoubt
from app.models.store import Store
from app.ops import monitored, registers, roster_lists
from app.ops.lives import StepInput
from app.ops.roster_lists import UnknownPersonError
from tests.excel import keys
from tests.ops.rosters import TODAY

WARNINGS = keys.ROSTERS / "08_部门预警清单.xlsx"
DOUBTS = keys.ROSTERS / "10_疑点核实反馈清单.xlsx"
RULE = keys.ROSTERS / "09_疑点_1_01_002.xlsx"


def take(store: Store, actor: Actor, path: Path, **more: object) -> roster_lists.ListResult:
    preview = roster_lists.preview_list(store, path)
    return roster_lists.apply_list(store, actor, preview, TODAY, **more)  # type: ignore[arg-type]


def people(store: Store) -> tuple[int | None, int | None]:
    with store.read() as session:
        return (
            session.scalar(select(func.count()).select_from(Household)),
            session.scalar(select(func.count()).select_from(Member)),
        )


def test_warnings_become_clues_with_their_day_of_reply_and_nobody_is_created(
    imported: Store, actor: Actor
) -> None:
    before = people(imported)
    result = take(imported, actor, WARNINGS)
    statuses = [row["status"] for row in keys.load_key(WARNINGS.name)["rows"]]
    assert result.stored + result.already == statuses.count("matched")
    assert result.already > 0
    assert sum(result.left.values()) == len(statuses) - statuses.count("matched")
    with imported.read() as session:
        clues = session.scalars(select(Clue)).all()
    assert len(clues) == result.stored
    assert {clue.reply_due_on for clue in clues} == {date(2025, 11, 15)}
    assert {clue.clue_source for clue in clues} == {"department"}
    assert people(imported) == before


def test_a_household_has_one_clue_however_often_it_stands_in_the_list(
    imported: Store, actor: Actor
) -> None:
    take(imported, actor, WARNINGS)
    with imported.read() as session:
        homes = session.scalars(select(Clue.household_id)).all()
    assert len(homes) == len(set(homes))


@pytest.mark.parametrize("path", [WARNINGS, DOUBTS, RULE])
def test_the_same_list_again_changes_nothing(imported: Store, actor: Actor, path: Path) -> None:
    first = take(imported, actor, path)
    again = take(imported, actor, path)
    assert (again.stored, again.known, again.already) == (0, first.stored, first.already)
    assert not again.changed


def test_doubts_stand_in_the_register_with_rule_and_person(imported: Store, actor: Actor) -> None:
    result = take(imported, actor, DOUBTS)
    with imported.read() as session:
        rows = session.scalars(select(DataDoubt)).all()
    assert len(rows) == result.stored > 0
    assert all(row.member_id and row.code[0].isdigit() for row in rows)
    assert len(registers.list_doubts(imported, TODAY, actor)) == result.stored


def test_who_is_not_sure_is_stored_once_somebody_says_who(imported: Store, actor: Actor) -> None:
    preview = roster_lists.preview_list(imported, WARNINGS)
    unsure = next(row for row in preview.rows if row.candidates)
    chosen = {row_key(unsure.row.place): unsure.candidates[0].member_id}
    plain = sum(roster_lists.preview_list(imported, WARNINGS).counts.values())
    result = take(imported, actor, WARNINGS, chosen=chosen)
    assert result.stored + result.already + sum(result.left.values()) == plain
    assert result.stored + result.already == preview.counts["matched"] + 1


def test_somebody_who_is_not_in_the_roster_cannot_be_meant(imported: Store, actor: Actor) -> None:
    preview = roster_lists.preview_list(imported, WARNINGS)
    with pytest.raises(UnknownPersonError):
        take(imported, actor, WARNINGS, chosen={row_key(preview.rows[0].row.place): "nobody"})
    with imported.read() as session:
        assert session.scalars(select(Clue)).all() == []


def test_the_answer_is_the_list_with_its_results_filled(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    take(imported, actor, DOUBTS)
    doubt = registers.list_doubts(imported, TODAY, actor)[0]
    given = StepInput("=已核对户口簿", TODAY, {"proof": "户口簿"})
    registers.act_entry(imported, actor, "data_doubt", doubt.item_id, "confirm-ok", given, TODAY)
    preview = roster_lists.preview_list(imported, DOUBTS)
    answered = roster_lists.answer_list(imported, actor, preview, tmp_path / "答.xlsx")
    before = list(openpyxl.load_workbook(DOUBTS, data_only=True)["疑点数据"].values)
    after = list(openpyxl.load_workbook(tmp_path / "答.xlsx")["疑点数据"].values)
    head = before[1]
    filled = head.index("核实情况")
    results = ("核实情况", "是否整改", "整改时间")
    others = [i for i, text in enumerate(head) if text not in results]
    assert [[row[i] for i in others] for row in after] == [
        [row[i] for i in others] for row in before
    ]
    texts = [row[filled] for row in after[2:]]
    assert sum(str(text).startswith("已确认无误：=已核对") for text in texts) >= 1
    assert texts.count("待核实") >= len(preview.rows) - answered
    assert "2025-10-31" in {row[head.index("整改时间")] for row in after}


@pytest.mark.parametrize("ending", [".xls", ".csv"])
def test_a_list_of_an_older_format_is_answered_in_the_same_cells(
    imported: Store, actor: Actor, tmp_path: Path, ending: str
) -> None:
    """As it came: department, type, person, and an empty column for the result."""
    rows = [
        [cell if cell is not None else "" for cell in row]
        for row in openpyxl.load_workbook(DOUBTS, data_only=True)["疑点数据"].values
    ]
    path = tmp_path / f"清单{ending}"
    if ending == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        book = xlwt.Workbook()
        sheet = book.add_sheet("疑点数据")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, str(value))
        book.save(str(path))
    take(imported, actor, path)
    preview = roster_lists.preview_list(imported, path)
    roster_lists.answer_list(imported, actor, preview, tmp_path / "答.xlsx")
    book = openpyxl.load_workbook(tmp_path / "答.xlsx")
    after = [list(row) for row in book.worksheets[0].values]
    filled = rows[1].index("核实情况")
    assert [[str(c or "") for c in row[:filled]] for row in after] == [
        [str(c) for c in row[:filled]] for row in rows
    ]
    assert sum(row[filled] == "待核实" for row in after) > 0


def test_the_answer_to_a_list_of_warnings_tells_of_people_who_are_not_here(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    take(imported, actor, WARNINGS)
    with imported.read() as session:
        clue = session.scalars(select(Clue.id).limit(1)).one()
    assert monitored.show_case(imported, clue, TODAY, actor).item.state == "clue"
    preview = roster_lists.preview_list(imported, WARNINGS)
    roster_lists.answer_list(imported, actor, preview, tmp_path / "答.xlsx")
    book = openpyxl.load_workbook(tmp_path / "答.xlsx")
    answers: dict[str, set[object]] = {tied.status: set() for tied in preview.rows}
    for tied in preview.rows:
        place = tied.row.place
        answers[tied.status].add(book[place.sheet].cell(place.row, 15).value)
    assert answers["other_village"] == {"不是本村的人"}
    assert answers["not_in_roster"] == {"本村名册里没有这个人"}
