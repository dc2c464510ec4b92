"""A month in the village: open, fill, submit; what is stored and what the warnings become."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.household import AnswerKey
from app.models.form import Answer, Visit
from app.models.household import Household, Member
from app.models.journal import ChangesetRow
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import months, sheets, warnings
from app.ops.errors import AnswerError, NoPeriodError, NotDueError, PeriodStateError
from tests.ops.village import (
    ME,
    OCTOBER,
    TODAY,
    add_family,
    answer_all,
    open_october,
    usual_answers,
)


def member(store: Store, name: str) -> str:
    with store.read() as session:
        return session.scalars(select(Member.id).filter_by(name=name)).one()


def test_a_month_opens_once_with_a_sheet_for_everybody_due(store: Store) -> None:
    lifted, ordinary = add_family(store, "1"), add_family(store, "2", "ordinary")
    status = months.open_period(store, ME, OCTOBER, TODAY)
    assert (status.state, status.due_households, status.due_persons) == ("filling", 1, 4)
    assert [d.household_id for d in status.not_visited] == [lifted]
    with pytest.raises(PeriodStateError) as caught:
        months.open_period(store, ME, OCTOBER, TODAY)
    assert "2025-10已经在填报" in caught.value.user_text()
    with pytest.raises(NotDueError):
        sheets.open_sheet(store, ordinary, OCTOBER, TODAY)
    with pytest.raises(NoPeriodError):
        sheets.open_sheet(store, lifted, OCTOBER.next(), TODAY)


def test_prefilled_values_are_shown_but_not_stored_until_confirmed(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    cell = sheet.cells["MD-01", member(store, "赵德福")]
    assert (cell.value, cell.origin) == ("resident", "prefilled")
    assert sheet.cells["FD-01", ""].origin == "empty"
    assert dict(sheet.facts.answers) == {}
    with store.read() as session:
        assert session.scalars(select(Answer)).all() == []


def test_an_answer_is_one_changeset_and_the_same_again_none(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    for _ in range(2):
        sheets.save_answers(store, ME, sheet.sheet_id, {("FD-01", ""): "enough"}, TODAY)
    with store.read() as session:
        operations = session.scalars(select(ChangesetRow.operation)).all()
    assert operations.count("sheet.answer") == 1
    again = sheets.open_sheet(store, household, OCTOBER, TODAY)
    assert again.cells["FD-01", ""].origin == "given"
    assert again.sheet_state == "partial"


def test_a_whole_chapter_is_one_undo_step(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    chapter = {key: value for key, value in usual_answers(sheet).items() if key[0][:2] == "LV"}
    sheets.save_answers(store, ME, sheet.sheet_id, chapter, TODAY)
    with store.read() as session:
        operations = session.scalars(select(ChangesetRow.operation)).all()
    assert len(chapter) > 3
    assert operations.count("sheet.answer") == 1


def test_roster_answers_are_written_back_so_that_nothing_is_typed_twice(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    mother = member(store, "李秀兰")
    values = {
        ("EM-01", mother): "town",
        ("HS-01", ""): "C",
        ("MD-01", mother): "_unknown",
    }
    sheets.save_answers(store, ME, sheet.sheet_id, values, TODAY)
    with store.read() as session:
        row = session.get_one(Member, mother)
        assert (row.employment, row.medical_insurance) == ("town", "resident")
        assert session.get_one(Household, household).house_rating == "C"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (("XX-01", ""), "yes"),
        (("FD-01", ""), "no_such_option"),
        (("FD-01", "nobody"), "enough"),
        (("CL-01", ""), "yes"),
        (("MD-05", ""), "viel"),
    ],
)
def test_a_value_that_the_question_does_not_take_leaves_nothing(
    store: Store, key: AnswerKey, value: str
) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    good = {("LV-01", ""): "normal", key: value}
    with pytest.raises(AnswerError):
        sheets.save_answers(store, ME, sheet.sheet_id, good, TODAY)
    with store.read() as session:
        assert session.scalars(select(Answer)).all() == []


def test_drafts_survive_and_end_with_the_answer(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    for text in ("1", "1.", "1.2万"):
        sheets.save_draft(store, sheet.sheet_id, ("MD-05", ""), text)
    assert sheets.drafts(store, sheet.sheet_id) == {("MD-05", ""): "1.2万"}
    values = {("MD-05", ""): Decimal(12000)}
    sheets.save_answers(store, ME, sheet.sheet_id, values, TODAY)
    assert sheets.drafts(store, sheet.sheet_id) == {}


def test_meeting_somebody_makes_the_days_visit(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    wife = member(store, "李秀兰")
    sheets.record_visit(store, ME, sheet.sheet_id, "onsite_family", wife, TODAY)
    with store.read() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.visitor, visit.visit_way, visit.met_member_id, visit.visited_on) == (
            "张卫东",
            "onsite_family",
            wife,
            TODAY,
        )
    again = sheets.open_sheet(store, household, OCTOBER, TODAY)
    assert again.facts.answers["BF-03", ""] == "onsite_family"


def test_missing_answers_are_named_and_nothing_is_opened(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet = sheets.open_sheet(store, household, OCTOBER, TODAY)
    sheets.save_answers(store, ME, sheet.sheet_id, {("FD-01", ""): "often_short"}, TODAY)
    result = sheets.submit_sheet(store, ME, sheet.sheet_id, TODAY)
    assert ("FD-02", "") in result.missing
    assert [f.code for f in result.findings if f.code == "FD-01"] == ["FD-01"]  # a preview
    with store.read() as session:
        assert session.scalars(select(HouseholdWarning)).all() == []


def test_an_unchanged_family_is_complete_without_warning(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet_id = answer_all(store, household)
    result = sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert (result.missing, result.findings, result.opened) == ((), (), ())
    status = months.month_status(store, OCTOBER, TODAY)
    assert (status.visited_households, status.visited_persons, status.not_visited) == (1, 4, ())


def test_a_dropout_opens_a_red_warning_at_submission_and_a_correction_withdraws_it(
    store: Store,
) -> None:
    household = add_family(store)
    open_october(store)
    boy = ("ED-01", member(store, "赵明远"))
    sheet_id = answer_all(store, household, {boy: "dropout"})
    result = sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert len(result.opened) == 1
    (line,) = warnings.list_warnings(store, TODAY)
    assert (line.code, line.severity, line.state, line.member_name) == (
        "ED-01",
        "red",
        "suggested",
        "赵明远",
    )
    assert (line.due_on - TODAY).days == 1 if line.due_on else False
    sheets.save_answers(store, ME, sheet_id, {boy: "in_school"}, TODAY)
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert warnings.list_warnings(store, TODAY) == []
    (ended,) = warnings.list_warnings(store, TODAY, only_open=False)
    assert ended.state == "cancelled"


def test_submitting_twice_opens_nothing_new(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheet_id = answer_all(store, household, {("WT-01", ""): "short"})
    first = sheets.submit_sheet(store, ME, sheet_id, TODAY)
    second = sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert len(first.opened) == 1
    assert second.opened == ()


def test_check_runs_the_same_rules_over_everybody(store: Store) -> None:
    first, second = add_family(store, "1"), add_family(store, "2")
    open_october(store)
    answer_all(store, first, {("WT-01", ""): "short"})
    checked = sheets.check_period(store, OCTOBER, TODAY)
    found = {facts.household_no: {f.code for f in findings} for facts, findings in checked}
    assert "WT-01" in found["1"]
    # the same people twice: both households show it, and nothing was answered in the second
    assert "D-03" in found["1"]
    assert found["2"] == {"D-03"}
    assert second
