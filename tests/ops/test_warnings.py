"""Warnings along their life, at two levels."""

from datetime import date, timedelta

import pytest

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import sheets, warnings
from app.ops.errors import (
    MissingStepDataError,
    StepDateError,
    StepNotAllowedError,
    StepRoleError,
    UnknownWarningError,
)
from app.ops.warnings import StepInput
from tests.ops.village import ME, TODAY, add_family, answer_all, open_october


@pytest.fixture
def water(store: Store) -> str:
    """Return the id of a red warning: not enough water."""
    household = add_family(store)
    open_october(store)
    sheet_id = answer_all(store, household, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(store, ME, sheet_id, TODAY).opened
    return warning_id


def test_the_page_says_why_and_what_may_be_done_now(store: Store, water: str) -> None:
    page = warnings.show_warning(store, water, TODAY)
    assert page.line.matter == "饮水"
    assert page.department == "水利局"
    assert "WT-01" in page.basis
    assert [a.name for a in page.actions] == ["confirm", "false-alarm", "urgent"]
    assert [s.label for s in page.history] == ["系统提示"]


def test_confirming_sets_the_days_of_the_question(store: Store, water: str) -> None:
    page, changed = warnings.act(store, ME, water, "confirm", StepInput("属实", TODAY))
    assert page.line.state == "pending_township"
    assert page.line.remedy_due_on == TODAY + timedelta(days=7)
    assert changed.tables == {"warning_step"}
    given = StepInput("属实", TODAY, {"due_on": "2025-10-30"})
    with pytest.raises(StepNotAllowedError) as caught:
        warnings.act(store, ME, water, "confirm", given)
    assert "待初审" in caught.value.user_text()


def test_a_chosen_due_day_is_kept(store: Store, water: str) -> None:
    given = StepInput("属实", TODAY, {"due_on": "2025-11-05", "department": "乡镇水管站"})
    page, _ = warnings.act(store, ME, water, "confirm", given)
    assert page.line.remedy_due_on == date(2025, 11, 5)
    assert page.department == "乡镇水管站"


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ["原因", "第二人姓名"]),
        ({"reason": "录入错误"}, ["第二人姓名"]),
        ({"reason": "录入错误", "second_person": "  "}, ["第二人姓名"]),
    ],
)
def test_a_red_one_is_no_false_alarm_on_one_persons_word(
    store: Store, water: str, values: dict[str, str], missing: list[str]
) -> None:
    with pytest.raises(MissingStepDataError) as caught:
        warnings.act(store, ME, water, "false-alarm", StepInput("", TODAY, values))
    for name in missing:
        assert name in caught.value.user_text()
    assert warnings.show_warning(store, water, TODAY).line.state == "suggested"


def test_a_false_alarm_ends_and_can_be_reinstated(store: Store, water: str) -> None:
    values = {"reason": "已当场解决", "second_person": "李会计"}
    page, _ = warnings.act(store, ME, water, "false-alarm", StepInput("", TODAY, values))
    assert page.line.state == "false_alarm"
    assert warnings.list_warnings(store, TODAY) == []
    page, _ = warnings.act(store, ME, water, "reinstate", StepInput("又缺水", TODAY))
    assert page.line.state == "suggested"


@pytest.mark.parametrize("action", ["pass", "return", "resubmit", "withdraw", "no-such"])
def test_a_step_outside_the_table_is_refused(store: Store, water: str, action: str) -> None:
    with pytest.raises(StepNotAllowedError):
        warnings.act(store, ME, water, action, StepInput("x", TODAY))


def test_a_date_before_the_step_it_depends_on_is_refused(store: Store, water: str) -> None:
    with pytest.raises(StepDateError, match="E413") as caught:
        warnings.act(store, ME, water, "confirm", StepInput("", TODAY - timedelta(days=1)))
    assert "早于登记那天" in caught.value.user_text()


def test_due_today_is_not_overdue(store: Store, water: str) -> None:
    def overdue(on: date) -> bool:
        return warnings.list_warnings(store, on)[0].overdue

    assert not overdue(TODAY + timedelta(days=1))  # a red one: one day to confirm
    assert overdue(TODAY + timedelta(days=2))


def test_a_reader_takes_no_step(store: Store, water: str) -> None:
    with pytest.raises(StepRoleError):
        warnings.act(store, Actor("看看", "readonly"), water, "confirm", StepInput("", TODAY))
    assert warnings.show_warning(store, water, TODAY).line.state == "suggested"


def test_an_unknown_id_is_named(store: Store) -> None:
    with pytest.raises(UnknownWarningError):
        warnings.show_warning(store, "nobody", TODAY)
