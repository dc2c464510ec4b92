"""A month covers what its closing had seen; what comes later is offered as a correction."""

from decimal import Decimal

import pytest

from app.models.conflict import OpenConflictRow
from app.ops import conflicts, month_close, months, sheets
from app.ops.conflict_decisions import Choice
from app.ops.errors import SheetStateError
from app.ops.exchange_lines import ConflictLine
from app.ops.lives import StepInput
from app.sync.errors import ChoiceError
from tests.conftest import VILLAGE
from tests.ops.network import ME, content
from tests.ops.test_conflicts import Two, two
from tests.ops.test_month_close import END
from tests.ops.village import OCTOBER, TODAY, answer_all, open_october

__all__ = ["two"]
WT = ("WT-01", "")


@pytest.fixture
def late(two: Two) -> Two:
    """One laptop closes the month while the other one still answers."""
    open_october(two.a)
    sheet_id = answer_all(two.a, two.household)
    sheets.submit_sheet(two.a, ME, sheet_id, TODAY)
    two.meet()
    month_close.close_month(two.a, ME, OCTOBER, END)
    sheets.save_answers(two.b, ME, sheet_id, {WT: "_unknown"}, TODAY)
    two.meet()
    return two


def answer(found: Two) -> list[str]:
    return [
        str(sheets.open_sheet(store, found.household, OCTOBER, TODAY).facts.answers[WT])
        for store in found.all
    ]


def frozen(found: Two) -> list[str]:
    values = [month_close.frozen(store, OCTOBER, found.household) for store in found.all]
    return [value["answers"]["WT-01/"] for value in values if value]


def the_line(found: Two) -> ConflictLine:
    line = found.one()
    assert (line.kind, line.table, line.blocks, line.household_no) == ("late", "sheet", False, "2")
    return line


def state(found: Two) -> list[str]:
    states = []
    for store in found.all:
        with store.read() as session:
            states.append(months.state(session, VILLAGE, OCTOBER))
    return states


def test_an_edit_that_the_closing_had_not_seen_is_shown_and_not_in_the_snapshot(late: Two) -> None:
    line = the_line(late)
    assert frozen(late) == ["enough"] * 3
    assert [side.actor for side in line.sides] == [ME.name, ME.name]
    assert [side.text.partition("：")[2] for side in line.sides] == ["够用", "说不清"]
    assert line.sides[0].is_in_force


def test_the_late_edit_is_its_writers_though_another_had_written_the_same_before(two: Two) -> None:
    open_october(two.a)
    sheet_id = answer_all(two.a, two.household)
    enough = sheets.open_sheet(two.a, two.household, OCTOBER, TODAY).facts.answers[WT]
    for value in ("_unknown", enough):
        sheets.save_answers(two.a, ME, sheet_id, {WT: value}, TODAY)
    sheets.submit_sheet(two.a, ME, sheet_id, TODAY)
    two.meet()
    month_close.close_month(two.a, ME, OCTOBER, END)
    sheets.save_answers(two.b, ME, sheet_id, {WT: "_unknown"}, TODAY)
    two.meet()
    writers = [side.changeset.partition("/")[0] for side in the_line(two).sides]
    assert writers == [two.a.device_id, two.b.device_id]


def test_it_becomes_a_correction_that_the_township_agrees_to(late: Two) -> None:
    late.decide(the_line(late), Choice("2"))
    assert state(late) == ["correcting"] * 3
    town = late.network.township
    month_close.act_month(town, ME, OCTOBER, "approve-correction", StepInput("", END), VILLAGE)
    late.meet()
    assert state(late) == ["closed"] * 3
    assert frozen(late) == ["_unknown"] * 3
    assert conflicts.list_conflicts(late.a) == []


def test_it_is_taken_back_and_the_month_stays_closed(late: Two) -> None:
    late.decide(the_line(late), Choice("1"))
    assert state(late) == ["closed"] * 3
    assert answer(late) == ["enough"] * 3


def test_a_correction_from_elsewhere_ends_the_question(late: Two) -> None:
    month_close.act_month(late.a, ME, OCTOBER, "correct", StepInput("填错", END))
    assert conflicts.list_conflicts(late.a) == []
    late.meet()
    for store in late.all:
        assert conflicts.list_conflicts(store) == []


def test_there_is_no_third_way(late: Two) -> None:
    line = the_line(late)
    with pytest.raises(ChoiceError):
        conflicts.resolve_conflict(late.a, ME, line.conflict_id, Choice(value="x"))
    with pytest.raises(ChoiceError):
        conflicts.resolve_conflict(late.a, ME, line.conflict_id, Choice("3"))
    assert the_line(late) == line


def test_a_closed_month_takes_no_reason_for_a_missed_visit(late: Two) -> None:
    with pytest.raises(SheetStateError):
        month_close.set_unvisited(late.a, ME, late.household, OCTOBER, "拒访")


def test_two_laptops_that_close_the_same_month_ask_nobody(two: Two) -> None:
    open_october(two.a)
    sheets.submit_sheet(two.a, ME, answer_all(two.a, two.household), TODAY)
    two.meet()
    for store in (two.a, two.b):
        month_close.close_month(store, ME, OCTOBER, END)
    two.meet()
    for store in two.all:
        assert conflicts.list_conflicts(store) == []
        with store.read() as session:
            assert session.query(OpenConflictRow).count() == 0
    assert content(two.a) == content(two.b)


def test_what_is_late_at_one_closing_of_two_is_found(two: Two) -> None:
    """Both closed, with different answers: one snapshot counts, the rest is late or a conflict."""
    open_october(two.a)
    sheet_id = answer_all(two.a, two.household)
    sheets.submit_sheet(two.a, ME, sheet_id, TODAY)
    two.meet()
    sheets.save_answers(two.b, ME, sheet_id, {("IN-06", ""): Decimal(50)}, TODAY)
    for store in (two.a, two.b):
        month_close.close_month(store, ME, OCTOBER, END)
    two.meet()
    snapshots = [month_close.frozen(store, OCTOBER, two.household) for store in two.all]
    assert snapshots[0] == snapshots[1] == snapshots[2]
    assert snapshots[0] is not None
    is_covered = snapshots[0]["answers"]["IN-06/"] == "50"
    kinds = [line.kind for line in conflicts.list_conflicts(two.a)]
    assert kinds == ([] if is_covered else ["late"])
    assert content(two.a) == content(two.b)
