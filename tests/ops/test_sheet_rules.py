"""The form's rules where they are written: contradictions, specials, P-0, follow-ups, locks."""

from pathlib import Path

import pytest
from sqlalchemy import event, select

from app.domain.household import AnswerKey, AnswerValue
from app.domain.open_answer import OpenReply
from app.errors import AppError
from app.models.change import NaturalChange
from app.models.form import Answer, PeriodRow, Sheet
from app.models.household import Member
from app.models.journal import ChangeRow
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import changes, follow_ups, months, sheets, warnings
from app.ops.errors import AnswerError, SheetStateError
from tests.conftest import VILLAGE, StoreMaker
from tests.ops import network
from tests.ops.village import (
    ME,
    OCTOBER,
    TODAY,
    add_family,
    answer_all,
    open_october,
    usual_answers,
)

NOVEMBER = OCTOBER.next()
Values = dict[AnswerKey, AnswerValue | None]


@pytest.fixture
def household(store: Store) -> str:
    made = add_family(store)
    open_october(store)
    return made


def sheet_of(store: Store, household: str) -> str:
    return sheets.open_sheet(store, household, OCTOBER, TODAY).sheet_id


def save(store: Store, sheet_id: str, values: Values, reason: str = "") -> None:
    sheets.save_answers(store, ME, sheet_id, values, TODAY, reason)


def person(store: Store, name: str) -> str:
    with store.read() as session:
        return session.scalars(select(Member.id).filter_by(name=name)).one()


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({("HS-01", ""): "B"}, {("HS-02", ""): "still_unsafe"}, "先改其中一项"),
        ({("HS-02", ""): "own"}, {("HS-01", ""): "no_own"}, "不能是自有住房"),
        ({("WT-05", ""): 3}, {("WT-06", ""): 2}, "不能少于3天"),
        ({}, {("HS-01", ""): "A", ("HS-02", ""): "still_unsafe"}, "先改其中一项"),
        ({("BF-03", ""): "phone"}, {("WT-03", ""): "piped"}, "只能答“没看成”"),
        ({}, {("MD-05", ""): "_not_seen"}, "不能这样答"),
        ({}, {("FD-01", ""): "_refused"}, "不能这样答"),
        ({}, {("BF-03", ""): "_unknown"}, "不能这样答"),
        ({}, {("WT-05", ""): 32}, "不能大于31"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused_and_nothing_is_written(
    store: Store, household: str, first: Values, second: Values, reason: str
) -> None:
    sheet_id = sheet_of(store, household)
    if first:
        save(store, sheet_id, first)
    with pytest.raises(AnswerError) as refused:
        save(store, sheet_id, {("LV-01", ""): "normal", **second})
    assert reason in refused.value.sentence()
    given = sheets.open_sheet(store, household, OCTOBER, TODAY).facts.answers
    assert set(given) == set(first)


@pytest.mark.parametrize(
    "values",
    [{("XX-01", ""): "normal"}, {("LV-01", ""): "nonsense"}, {("LV-01", "nobody"): "normal"},
     {("MD-01", "nobody"): "resident"}, {("MD-01", ""): "resident"}],
)  # fmt: skip
def test_an_answer_that_nothing_speaks_against_is_checked_all_the_same(
    store: Store, household: str, values: Values
) -> None:
    sheet_id = sheet_of(store, household)
    with pytest.raises(AnswerError):
        save(store, sheet_id, values)
    assert not sheets.open_sheet(store, household, OCTOBER, TODAY).facts.answers


def test_an_answer_that_nothing_speaks_against_is_saved_without_the_rest_of_the_sheet(
    store: Store, household: str
) -> None:
    sheet_id, girl = sheet_of(store, household), person(store, "赵明月")
    save(store, sheet_id, {("BF-03", ""): "onsite"})
    read: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: read.append(args[2]))
    save(store, sheet_id, {("MD-01", girl): "employee", ("WT-03", ""): "piped"})
    assert not [sql for sql in read if "FROM measure" in sql or "FROM warning" in sql]
    with store.read() as session:
        assert session.get_one(Member, girl).medical_insurance == "employee"
    save(store, sheet_id, {("HS-01", ""): "B"})
    assert [sql for sql in read if "FROM measure" in sql]


def test_an_option_of_july_is_refused_in_october(store: Store, household: str) -> None:
    boy = ("ED-01", person(store, "赵明远"))
    with pytest.raises(AnswerError) as refused:
        save(store, sheet_of(store, household), {boy: "graduated"})
    assert "7、8月的初中生" in refused.value.sentence()


def test_special_answers_stand_where_the_catalogue_has_them(store: Store, household: str) -> None:
    values: Values = {("IN-02", ""): "_refused", ("HS-03", ""): "_not_seen", ("LV-03", ""): "_na"}
    save(store, sheet_of(store, household), values)
    given = sheets.open_sheet(store, household, OCTOBER, TODAY).facts.answers
    assert dict(given) == values


def test_what_was_seen_before_a_telephone_call_is_to_be_answered_again(
    store: Store, household: str
) -> None:
    sheet_id = answer_all(store, household)
    sheets.record_visit(store, ME, sheet_id, "phone", "", TODAY)
    missing = sheets.submit_sheet(store, ME, sheet_id, TODAY).missing
    assert {code[:2] for code, _ in missing} == {"FD", "CL", "HS", "WT"}
    save(store, sheet_id, dict.fromkeys(missing, "_not_seen"))
    result = sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert (result.missing, result.state) == ((), "partial")  # nobody was there lately


def test_what_a_later_answer_contradicts_is_missing_at_submission(
    store: Store, household: str
) -> None:
    sheet_id = answer_all(store, household, {("WT-05", ""): 1})
    save(store, sheet_id, {("WT-06", ""): 1})
    save(store, sheet_id, {("WT-05", ""): 3})
    assert sheets.submit_sheet(store, ME, sheet_id, TODAY).missing == (("WT-06", ""),)


def test_an_open_shortfall_is_answered_by_what_became_of_it(store: Store, household: str) -> None:
    key = ("IN-05", "")
    sheet_id = answer_all(store, household, {key: "wage_arrears"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    months.open_period(store, ME, NOVEMBER, TODAY)
    later = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    assert later.cells[key].origin == "empty"
    assert later.reported == {key: "wage_arrears"}
    result, _ = sheets.answer_open(
        store, ME, later.sheet_id, key, OpenReply("3", note="已结清"), TODAY
    )
    assert result.is_solved
    again = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    assert (again.cells[key].value, again.notes[key]) == ("none", "已结清")
    with pytest.raises(AnswerError):
        sheets.answer_open(store, ME, later.sheet_id, key, OpenReply("3"), TODAY)
    with pytest.raises(AnswerError) as refused:
        sheets.answer_open(store, ME, sheet_id, ("LV-01", ""), OpenReply("1"), TODAY)
    assert "上月没有答案" in refused.value.sentence()


def test_who_is_gone_becomes_a_change_to_do_and_is_withdrawn_with_the_answer(
    store: Store, household: str
) -> None:
    key, girl = ("EV-03", ""), person(store, "赵明月")
    sheet_id = answer_all(store, household, {key: (f"move_out:{girl}",)})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    with store.read() as session:
        assert [c.household_id for c in session.scalars(select(NaturalChange))] == [household]
    assert len(changes.list_changes(store, TODAY, ME)) == 1
    save(store, sheet_id, {key: ()})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert changes.list_changes(store, TODAY, ME) == []


def test_what_is_no_longer_asked_is_marked_for_cancelling(store: Store, household: str) -> None:
    head = person(store, "赵德福")
    sheet_id = answer_all(store, household, {("EM-02", head): "may_lose"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    months.open_period(store, ME, NOVEMBER, TODAY)
    later = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    save(store, later.sheet_id, {("EM-01", head): "farming"})
    for _ in range(2):
        shown = sheets.open_sheet(store, household, NOVEMBER, TODAY)
        save(store, later.sheet_id, {**usual_answers(shown), ("IN-05", ""): "none"})
    assert sheets.submit_sheet(store, ME, later.sheet_id, TODAY).missing == ()
    (line,) = [w for w in warnings.list_warnings(store, TODAY) if w.code == "EM-02"]
    assert line.is_cancel_proposed


def test_a_note_may_stand_without_an_answer(store: Store, household: str) -> None:
    sheet_id = sheet_of(store, household)
    sheets.save_note(store, ME, sheet_id, ("FD-02", ""), "信仰原因不吃肉")
    shown = sheets.open_sheet(store, household, OCTOBER, TODAY)
    assert shown.notes == {("FD-02", ""): "信仰原因不吃肉"}
    assert dict(shown.facts.answers) == {}


def test_replies_are_kept_and_become_proposals_to_the_roster(store: Store, household: str) -> None:
    sheet_id, boy = sheet_of(store, household), person(store, "赵明远")
    key = ("ED-01", boy)
    save(store, sheet_id, {key: "dropout"})
    follow_ups.save_follow_up(store, ME, sheet_id, key, {"since": "2", "why": "2"}, TODAY)
    shown = sheets.open_sheet(store, household, OCTOBER, TODAY)
    assert shown.follow_ups[key] == {"since": "2", "why": "2"}
    found = follow_ups.proposals(store, sheet_id, TODAY)
    assert {p.field: (p.old, p.new) for p in found} == {
        "school_status": ("九年级", ""), "no_school_reason": ("", "working"),
    }  # fmt: skip
    with store.read() as session:
        assert session.get_one(Member, boy).no_school_reason == ""  # only a proposal
    follow_ups.accept(store, ME, sheet_id, found[1:], TODAY)
    with store.read() as session:
        row = session.get_one(Member, boy)
        assert (row.school_status, row.no_school_reason) == ("九年级", "working")
    assert follow_ups.proposals(store, sheet_id, TODAY) == found[:1]


def test_a_reply_that_is_not_asked_for_is_refused(store: Store, household: str) -> None:
    sheet_id, key = sheet_of(store, household), ("ED-01", person(store, "赵明远"))
    save(store, sheet_id, {key: "dropout"})
    for replies in ({"since": "4"}, {"who": key[1]}):
        with pytest.raises(AnswerError):
            follow_ups.save_follow_up(store, ME, sheet_id, key, replies, TODAY)
    save(store, sheet_id, {key: "in_school"})
    with pytest.raises(AnswerError):
        follow_ups.save_follow_up(store, ME, sheet_id, key, {"since": "2"}, TODAY)


def lead(store: Store, *actions: str) -> None:
    """Lead the month on, as checking, closing and correcting do."""
    with store.write("test.month", ME) as session:
        row = session.scalars(select(PeriodRow)).one()
        steps = session.scalars(select(Step).filter_by(subject="period")).all()
        last = steps[-1].id
        for action in actions:
            step = Step(
                scope=VILLAGE, subject="period", subject_id=row.id, follows=last, action=action,
                step_on=TODAY, actor="张卫东", level="village",
            )  # fmt: skip
            session.add(step)
            session.flush()
            last = step.id


def test_a_closed_month_takes_answers_only_as_a_correction(store: Store, household: str) -> None:
    key: AnswerKey = ("FD-01", "")
    sheet_id = answer_all(store, household)
    lead(store, "check")
    with pytest.raises(SheetStateError) as refused:
        save(store, sheet_id, {key: "often_short"})
    assert "正在核对" in refused.value.sentence()
    lead(store, "close")
    for change in (
        lambda: save(store, sheet_id, {key: "often_short"}),
        lambda: save(store, sheet_id, {key: "often_short"}, "看错了"),
        lambda: sheets.submit_sheet(store, ME, sheet_id, TODAY),
        lambda: sheets.save_note(store, ME, sheet_id, key, "x"),
        lambda: sheets.record_visit(store, ME, sheet_id, "phone", "", TODAY),
    ):
        with pytest.raises(AppError) as closed:
            change()
        assert "已关账" in closed.value.sentence()
    assert sheets.open_sheet(store, household, OCTOBER, TODAY).is_read_only
    lead(store, "correct")
    with pytest.raises(SheetStateError):
        save(store, sheet_id, {key: "often_short"})
    save(store, sheet_id, {key: "often_short"}, "看错了")
    with store.read() as session:
        changed = session.scalars(
            select(ChangeRow).filter_by(table_name="answer", field="value", old='"enough"')
        ).one()
        assert changed.new == '"often_short"'


def test_the_township_opens_a_villages_sheet_read_only(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    net = network.build(new_store, tmp_path / "stick")
    household = add_family(net.village)
    open_october(net.village)
    sheet_id = answer_all(net.village, household)
    net.send(net.village, net.township)
    shown = sheets.open_sheet(net.township, household, OCTOBER, TODAY)
    assert shown.is_read_only
    assert shown.facts.answers["FD-01", ""] == "enough"
    with pytest.raises(AppError):
        save(net.township, sheet_id, {("FD-01", ""): "often_short"})
    assert len(sheets.check_period(net.township, OCTOBER, TODAY)) == 1


def test_an_answer_of_another_edition_is_shown_as_stored(store: Store, household: str) -> None:
    sheet_id = sheet_of(store, household)
    with store.write("test.older", ME) as session:
        for code, text in (("ZZ-09", "old words"), ("LV-03", "no_such_option"), ("WT-05", "三天")):
            scope = session.get_one(Sheet, sheet_id).scope
            session.add(
                Answer(scope=scope, sheet_id=sheet_id, question=code, member_id="", value=text)
            )
    shown = sheets.open_sheet(store, household, OCTOBER, TODAY)
    assert shown.other_answers == {
        ("ZZ-09", ""): "old words", ("LV-03", ""): "no_such_option", ("WT-05", ""): "三天",
    }  # fmt: skip
    assert "WT-05" not in {code for code, _ in shown.facts.answers}


EVENT = ("EV-01", "")


def test_other_without_words_is_not_submitted_and_its_warning_says_the_words(
    store: Store, household: str
) -> None:
    sheet_id = answer_all(store, household, {EVENT: ("other",)})
    refused = sheets.submit_sheet(store, ME, sheet_id, TODAY)
    assert (refused.missing, refused.state, refused.opened) == ((EVENT,), "partial", ())
    sheets.save_note(store, ME, sheet_id, EVENT, "水管冻裂")
    assert sheets.submit_sheet(store, ME, sheet_id, TODAY).missing == ()
    assert sheets.open_sheet(store, household, OCTOBER, TODAY).sheet_state == "complete"
    with store.read() as session:
        messages = list(session.scalars(select(HouseholdWarning.message).filter_by(code="EV-01")))
    assert messages == ["难处：其他突发困难(注明)（水管冻裂）"]


def test_last_months_words_do_not_stand_for_this_months_other(store: Store, household: str) -> None:
    sheet_id = answer_all(store, household, {EVENT: ("other",)})
    sheets.save_note(store, ME, sheet_id, EVENT, "水管冻裂")
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    months.open_period(store, ME, NOVEMBER, TODAY)
    later = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    assert (later.cells[EVENT].value, dict(later.notes)) == (None, {})
    sheets.answer_open(store, ME, later.sheet_id, EVENT, OpenReply("1"), TODAY)
    assert EVENT in sheets.submit_sheet(store, ME, later.sheet_id, TODAY).missing
    sheets.save_note(store, ME, later.sheet_id, EVENT, "还没修好")
    sheets.answer_open(store, ME, later.sheet_id, EVENT, OpenReply("1"), TODAY)
    again = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    assert again.notes[EVENT] == "还没修好"
    assert EVENT not in sheets.submit_sheet(store, ME, later.sheet_id, TODAY).missing
