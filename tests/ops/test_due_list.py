"""Who comes onto the visit list in mid-month, and what counts as visited."""

from pathlib import Path

import openpyxl
import pytest

from app.models.store import Store
from app.ops import after_import, monitored, months, registers, roster, sheets, warnings
from app.ops.lives import StepInput
from app.ops.monitored import NewClue
from app.ops.registers import NewCampaign
from app.ops.warnings import ManualWarning
from tests.conftest import StoreMaker
from tests.ops.network import ME, build
from tests.ops.village import OCTOBER, TODAY, add_family, answer_all, open_october


@pytest.fixture
def other(store: Store) -> str:
    """Return an ordinary household, which is not due by itself, with October open."""
    add_family(store, "1")
    home = add_family(store, "3", kind="ordinary")
    open_october(store)
    assert home not in due(store)
    return home


def due(store: Store) -> set[str]:
    return {d.household_id for d in months.due_households(store, OCTOBER, TODAY)}


def test_a_clue_makes_due_at_once(store: Store, other: str) -> None:
    monitored.register_clue(store, ME, NewClue(other, "self_report", "大病", TODAY), TODAY)
    assert other in due(store)
    sheets.open_sheet(store, other, OCTOBER, TODAY)  # and it can be filled


def test_a_sweep_makes_its_households_due_and_a_look_back_does_not(
    store: Store, other: str
) -> None:
    for kind, is_due in (("look_back", False), ("sweep", True)):
        new = NewCampaign(kind, "秋季", TODAY)
        made, _ = registers.open_campaign(store, ME, new, TODAY)
        assert other not in due(store)
        registers.act_entry(store, ME, "review_campaign", made.item_id, "start", StepInput(), TODAY)
        assert (other in due(store)) is is_due


def test_who_becomes_a_lifted_household_by_an_import_is_due_this_month(
    store: Store, other: str, tmp_path: Path
) -> None:
    path = tmp_path / "农户.xlsx"
    roster.export_table(store, ME, "household", path, TODAY)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for row in sheet.iter_rows():
        for cell in row:
            cell.value = "脱贫户" if cell.value == "一般农户" else cell.value
    book.save(path)
    done = roster.apply_import(store, ME, roster.preview_import(store, [path], TODAY))
    assert other in due(store)
    assert (done.counts.due, "sheet" in done.changed.tables) == (1, True)
    roster.undo_import(store, ME, done.import_id)  # what was listed does not stand in the way


def test_a_warning_by_hand_makes_due(store: Store, other: str) -> None:
    new = ManualWarning(other, "", "yellow", "屋后滑坡", "屋后滑坡危险")
    warnings.open_warning(store, ME, new, TODAY)
    assert other in due(store)


def test_a_clue_from_above_makes_due_when_its_package_arrives(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    village, township = network.village, network.township
    add_family(village, "1")
    home = add_family(village, "3", kind="ordinary")
    open_october(village)
    network.send(village, township)
    monitored.register_clue(township, ME, NewClue(home, "petition", "来信", TODAY), TODAY)
    network.send(township, village)
    assert home in due(village)
    assert not after_import.catch_up(village, ME, {home}, TODAY).tables  # once is enough


def test_a_month_that_is_closed_takes_nobody_in(store: Store) -> None:
    home = add_family(store, "3", kind="ordinary")
    monitored.register_clue(store, ME, NewClue(home, "self_report", "大病", TODAY), TODAY)
    assert due(store) == set()
    open_october(store)  # but the next one does
    assert due(store) == {home}


@pytest.mark.parametrize(("way", "visited"), [("onsite", 1), ("onsite_family", 1), ("proxy", 0)])
def test_what_neighbours_say_is_no_visit_though_the_sheet_is_complete(
    store: Store, way: str, visited: int
) -> None:
    home = add_family(store)
    open_october(store)
    sheet_id = answer_all(store, home, {("BF-03", ""): way})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    status = months.month_status(store, OCTOBER, TODAY)
    assert (status.complete, status.visited_households) == (1, visited)
    assert len(status.not_visited) == 1 - visited
