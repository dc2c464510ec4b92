"""A month to its end: nobody left out, frozen, corrected with a trace."""

from datetime import date

import pytest
from sqlalchemy import select

from app.models.form import PeriodRow
from app.models.household import Household
from app.models.register import MonthSnapshot
from app.models.store import Store
from app.ops import changes, month_close, months, registers, sheets, warnings
from app.ops.changes import NewChange
from app.ops.errors import (
    MissingStepDataError,
    MonthNotReadyError,
    SheetStateError,
    StepDataError,
    StepNotAllowedError,
)
from app.ops.lives import StepInput
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

END = date(2025, 10, 31)


@pytest.fixture
def home(store: Store) -> str:
    household = add_family(store)
    open_october(store)
    return household


def submit(store: Store, home: str, **answers: object) -> str:
    given = {(code.replace("_", "-"), ""): value for code, value in answers.items()}
    sheet_id = answer_all(store, home, given)  # type: ignore[arg-type]
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    return sheet_id


def confirm_all(store: Store) -> None:
    for line in warnings.list_warnings(store, TODAY):
        warnings.act(store, ME, line.warning_id, "confirm", StepInput("属实", TODAY))


def test_nobody_is_left_out_without_a_reason(store: Store, home: str) -> None:
    with pytest.raises(MonthNotReadyError, match="E423") as caught:
        month_close.close_month(store, ME, OCTOBER, END)
    assert "1户没填完" in caught.value.user_text()
    assert "2号户" in caught.value.user_text()
    with pytest.raises(StepDataError):
        month_close.set_unvisited(store, ME, home, OCTOBER, "没空")
    with pytest.raises(StepDataError):
        month_close.set_unvisited(store, ME, home, OCTOBER, "其他")
    month_close.set_unvisited(store, ME, home, OCTOBER, "全家外出联系不上", "电话停机")
    done = month_close.close_month(store, ME, OCTOBER, END)
    assert (done.state, done.version) == ("closed", 1)
    assert months.month_status(store, OCTOBER, END).complete == 0  # closing fills nobody's sheet


def test_what_the_program_found_is_decided_first(store: Store, home: str) -> None:
    submit(store, home, WT_01="short")
    assert month_close.missing(store, OCTOBER, END) == [
        "1条系统提示没有确认或排除", "1条红色系统提示没有办",
    ]  # fmt: skip
    with pytest.raises(MonthNotReadyError):
        month_close.check_month(store, ME, OCTOBER, END)
    confirm_all(store)
    assert month_close.check_month(store, ME, OCTOBER, END).state == "checking"
    with acting_as(store, "village"):
        month_close.act_month(store, ME, OCTOBER, "back", StepInput("还要改", END))
    with store.read() as session:
        assert months.state(session, VILLAGE, OCTOBER) == "filling"


def test_natural_changes_are_reported_first(store: Store, home: str) -> None:
    submit(store, home)
    with store.write("test.ev03", ME) as session:
        (change_id,) = changes.changes_from_answers(
            session, household_id=home, period=OCTOBER, items=["birth"], actor=ME, today=TODAY
        )
    with pytest.raises(MonthNotReadyError) as caught:
        month_close.close_month(store, ME, OCTOBER, END)
    assert "1件自然变更没有上报" in caught.value.user_text()
    values = {"effective_on": "2025-10-10", "proof": "出生证明", "name": "赵小宝",
              "relation": "之子", "sex": "男"}  # fmt: skip
    changes.act_change(store, ME, change_id, "submit", StepInput("", END, values), END)
    assert month_close.close_month(store, ME, OCTOBER, END).state == "closed"


def test_a_closed_month_stays_as_it_was_and_a_correction_makes_the_next_version(
    store: Store, home: str
) -> None:
    sheet_id = submit(store, home)
    month_close.close_month(store, ME, OCTOBER, END)
    frozen = month_close.frozen(store, OCTOBER, home)
    assert frozen is not None
    assert frozen["answers"]["WT-01/"] == "enough"
    assert len(frozen["members"]) == 4
    with pytest.raises(SheetStateError):
        sheets.save_answers(store, ME, sheet_id, {("WT-01", ""): "short"}, END)
    with pytest.raises(MissingStepDataError):
        month_close.act_month(store, ME, OCTOBER, "correct", StepInput("", END))
    month_close.act_month(store, ME, OCTOBER, "correct", StepInput("填错", END))
    sheets.save_answers(store, ME, sheet_id, {("WT-01", ""): "short"}, END, reason="填错")
    with pytest.raises(StepNotAllowedError):
        month_close.act_month(store, ME, OCTOBER, "approve-correction", StepInput("", END))
    with acting_as(store, "township"):
        done = month_close.act_month(
            store, ME, OCTOBER, "approve-correction", StepInput("", END), VILLAGE
        )
    assert (done.state, done.version) == ("closed", 2)
    assert [(number, code) for number, code, _ in done.produced] == [("2", "WT-01")]
    with store.read() as session:
        versions = list(session.scalars(select(MonthSnapshot.content)))
        assert session.scalars(select(PeriodRow.policy_version)).one().startswith("2025-01@")
    assert len(versions) == 2
    assert frozen["answers"]["WT-01/"] == "enough"


def test_a_correction_without_changes_makes_no_version(store: Store, home: str) -> None:
    submit(store, home)
    month_close.close_month(store, ME, OCTOBER, END)
    month_close.act_month(store, ME, OCTOBER, "correct", StepInput("看看", END))
    with acting_as(store, "township"):
        done = month_close.act_month(
            store, ME, OCTOBER, "approve-correction", StepInput("", END), VILLAGE
        )
    assert done.version == 1


def test_doubts_are_opened_once_and_corrected_when_they_are_gone(store: Store, home: str) -> None:
    submit(store, home)
    with store.write("test.size", ME) as session:
        session.get_one(Household, home).registered_size = 9
    first = month_close.check_month(store, ME, OCTOBER, END)
    found = registers.list_doubts(store, END, ME)
    assert first.new_doubts == len(found) > 0
    month_close.act_month(store, ME, OCTOBER, "back", StepInput("", END))
    assert month_close.check_month(store, ME, OCTOBER, END).new_doubts == 0
    month_close.act_month(store, ME, OCTOBER, "back", StepInput("", END))
    with store.write("test.size", ME) as session:
        session.get_one(Household, home).registered_size = 4
    month_close.check_month(store, ME, OCTOBER, END)
    size = next(d for d in registers.list_doubts(store, END, ME, only_open=False)
                if d.item_id in {f.item_id for f in found})  # fmt: skip
    assert size.state == "corrected"


def test_a_question_that_does_not_fit_the_household_becomes_a_doubt(
    store: Store, home: str
) -> None:
    submit(store, home, LV_03="_na")
    month_close.check_month(store, ME, OCTOBER, END)
    (doubt,) = [d for d in registers.list_doubts(store, END, ME) if d.fields["code"] == "LV-03"]
    assert "此题不该问本户" in doubt.title
    month_close.act_month(store, ME, OCTOBER, "back", StepInput("", END))
    month_close.check_month(store, ME, OCTOBER, END)  # a person answers it, and it opens once
    again = [d for d in registers.list_doubts(store, END, ME) if d.fields["code"] == "LV-03"]
    assert again == [doubt]


def test_a_month_is_closed_by_the_village_and_once(store: Store, home: str) -> None:
    submit(store, home)
    with acting_as(store, "village"):
        month_close.close_month(store, ME, OCTOBER, END)
    with pytest.raises(StepNotAllowedError):
        month_close.close_month(store, ME, OCTOBER, END)


def test_a_change_by_hand_does_not_belong_to_a_month(store: Store, home: str) -> None:
    submit(store, home)
    changes.open_change(store, ME, NewChange(home, "increase", "birth"), TODAY)
    assert month_close.close_month(store, ME, OCTOBER, END).state == "closed"
