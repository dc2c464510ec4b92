"""Campaigns, issues, negative-list checks, visits; and the one list of what is due."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.errors import OwnershipError
from app.models.form import PeriodRow
from app.models.household import Household
from app.models.register import NegativeCheck
from app.models.store import Store
from app.ops import changes, deadlines, measures, monitored, months, registers, sheets, visits
from app.ops.changes import NewChange
from app.ops.errors import (
    HouseholdEndedError,
    MeasureRefusedError,
    MissingStepDataError,
    PeriodStateError,
    StepConditionError,
    StepDataError,
    StepDateError,
    StepNotAllowedError,
    StepRoleError,
    UnknownItemError,
)
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from app.ops.monitored import NewClue
from app.ops.registers import NewCampaign, NewIssue
from app.ops.visits import NewVisit
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.village import ME, TODAY, add_family, answer_all, open_october

CLERK = Actor("小李", "entry")


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def act(store: Store, subject: str, item_id: str, action: str, **values: str) -> str:
    given = StepInput(values.pop("note", ""), TODAY, values)
    return registers.act_entry(store, ME, subject, item_id, action, given, TODAY)[0].state


def test_a_campaign_ends_when_every_household_has_a_result(store: Store, home: str) -> None:
    other = add_family(store, "3")
    made, _ = registers.open_campaign(store, ME, NewCampaign("sweep", "秋季大排查", TODAY), TODAY)
    with pytest.raises(StepConditionError):
        registers.record_result(store, ME, made.item_id, home, "fine", "", TODAY)
    act(store, "review_campaign", made.item_id, "start")
    registers.record_result(store, ME, made.item_id, home, "fine", "", TODAY)
    with pytest.raises(StepConditionError, match="E414") as caught:
        act(store, "review_campaign", made.item_id, "finish")
    assert "还有1户" in caught.value.user_text()
    with pytest.raises(StepDataError):
        registers.record_result(store, ME, made.item_id, other, "not_checked", "", TODAY)
    registers.record_result(store, ME, made.item_id, other, "not_checked", "外出务工", TODAY)
    found = registers.coverage(store, made.item_id)
    assert (found.due, found.checked, found.not_checked) == (2, 1, (other,))
    assert act(store, "review_campaign", made.item_id, "finish") == "ended"


def test_a_household_with_a_problem_is_an_issue_at_once_or_when_the_leader_ends_it(
    store: Store, home: str
) -> None:
    other = add_family(store, "3")
    until = TODAY + timedelta(days=9)
    new = NewCampaign("look_back", "回头看", TODAY, until)
    made, _ = registers.open_campaign(store, ME, new, TODAY)
    act(store, "review_campaign", made.item_id, "start")
    for _ in range(2):
        registers.record_result(store, ME, made.item_id, home, "problem", "厕所没修好", TODAY)
    (issue,) = registers.list_entries(store, "issue", TODAY, ME)
    assert (issue.household_id, issue.title, issue.due_on) == (home, "厕所没修好", until)
    assert (issue.fields["source"], issue.fields["campaign_id"]) == ("大排查", made.item_id)
    done = registers.record_result(store, CLERK, made.item_id, other, "problem", "路灯坏", TODAY)
    assert "issue" not in done.tables  # an issue is not an entry clerk's
    act(store, "review_campaign", made.item_id, "finish")
    found = registers.list_entries(store, "issue", TODAY, ME)
    assert {i.household_id for i in found} == {home, other}


def test_a_campaign_is_for_leaders(store: Store, home: str) -> None:
    with pytest.raises(OwnershipError):
        registers.open_campaign(store, CLERK, NewCampaign("sweep", "大排查", TODAY), TODAY)
    made, _ = registers.open_campaign(store, ME, NewCampaign("sweep", "大排查", TODAY), TODAY)
    with pytest.raises(StepRoleError, match="E415"):
        registers.act_entry(
            store, CLERK, "review_campaign", made.item_id, "start", StepInput(), TODAY
        )
    shown = registers.show_entry(store, "review_campaign", made.item_id, TODAY, CLERK)
    assert shown.actions == ()


def test_a_chosen_set_is_all_that_a_campaign_looks_at(store: Store, home: str) -> None:
    other = add_family(store, "3")
    new = NewCampaign("look_back", "回头看", TODAY, household_ids=(home,))
    made, _ = registers.open_campaign(store, ME, new, TODAY)
    act(store, "review_campaign", made.item_id, "start")
    with pytest.raises(StepDataError):
        registers.record_result(store, ME, made.item_id, other, "fine", "", TODAY)


def test_an_issue_is_settled_by_a_level_above(store: Store, home: str) -> None:
    new = NewIssue("督导", "档案缺签字", TODAY + timedelta(days=10), home)
    made, _ = registers.open_issue(store, ME, new, TODAY)
    act(store, "issue", made.item_id, "start")
    with pytest.raises(MissingStepDataError):
        act(store, "issue", made.item_id, "submit")
    act(store, "issue", made.item_id, "submit", note="已补签")
    with pytest.raises(StepNotAllowedError):
        act(store, "issue", made.item_id, "settle")
    with acting_as(store, "township"):
        assert act(store, "issue", made.item_id, "return", note="还缺一处") == "fixing"
        act(store, "issue", made.item_id, "submit", note="补齐")
        assert act(store, "issue", made.item_id, "settle") == "settled"


def test_a_negative_check_needs_proof_to_be_proven(store: Store, home: str) -> None:
    with store.write("test.negative", ME) as session:
        row = NegativeCheck(scope=VILLAGE, household_id=home, code="N-02", severity="orange",
                            message="有消费型汽车", period="2025-10", opened_on=TODAY)  # fmt: skip
        session.add(row)
        session.flush()
        check_id = row.id
    with pytest.raises(MissingStepDataError):
        act(store, "negative_check", check_id, "prove", note="属实")
    state = act(store, "negative_check", check_id, "prove", note="属实", proof="行驶证")
    assert state == "proven"
    assert registers.list_negatives(store, TODAY, ME) == []
    with pytest.raises(UnknownItemError):
        registers.show_entry(store, "negative_check", "nobody", TODAY, ME)


def test_a_visit_is_recorded_by_who_made_it(store: Store, home: str) -> None:
    new = NewVisit(home, TODAY, "onsite", visitor="李会计", content="看水")
    made, _ = visits.record(store, ME, new, TODAY)
    assert made.fields["visitor"] == "李会计"
    assert [v.item_id for v in visits.list_visits(store, home)] == [made.item_id]
    with acting_as(store, "township"), pytest.raises(StepDataError):
        visits.record(store, ME, new, TODAY)  # the township records its own only
    with pytest.raises(StepDateError):
        later = NewVisit(home, TODAY + timedelta(days=1), "onsite")
        visits.record(store, ME, later, TODAY)
    with pytest.raises(StepDataError):
        visits.record(store, ME, NewVisit(home, TODAY, "托梦"), TODAY)
    with store.write("test.gone", ME) as session:
        session.get_one(Household, home).removed_on = TODAY - timedelta(days=1)
    with pytest.raises(HouseholdEndedError, match="E428"):
        visits.record(store, ME, new, TODAY)
    visits.record(store, ME, replace(new, visited_on=TODAY - timedelta(days=1)), TODAY)
    with pytest.raises(StepNotAllowedError):
        visits.refuse_step(store, made.item_id, "close")


def test_one_list_says_what_is_due_with_whom(store: Store, home: str) -> None:
    open_october(store)
    sheet_id = answer_all(store, home, {("WT-01", ""): "short"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    clue = NewClue(home, "cadre", "住院", TODAY)
    monitored.register_clue(store, ME, clue, TODAY)
    changes.open_change(store, ME, NewChange(home, "increase", "birth"), TODAY)
    measures.plan_measure(
        store, ME,
        NewMeasure(home, "health", "大病救治", "李会计", cause="illness",
                   planned_end_on=TODAY + timedelta(days=4)), TODAY,
    )  # fmt: skip
    registers.open_issue(store, ME, NewIssue("信访", "路灯", TODAY + timedelta(days=9)), TODAY)
    found = deadlines.list_deadlines(store, TODAY)
    assert [(d.subject, d.holder, (d.due_on - TODAY).days) for d in found] == [
        ("warning", "village", 1), ("monitored_case", "township", 2), ("measure", "village", 4),
        ("period", "village", 5), ("issue", "village", 9), ("natural_change", "village", 15),
    ]  # fmt: skip
    later = TODAY + timedelta(days=3)
    late = deadlines.list_deadlines(store, later, only_overdue=True)
    assert [(d.subject, d.overdue_days, d.escalated_to) for d in late] == [
        ("warning", 2, "township"), ("monitored_case", 1, "township"),
    ]  # fmt: skip


def test_a_sweep_and_a_clue_make_an_ordinary_household_due(store: Store, home: str) -> None:
    swept, told = add_family(store, "3", "ordinary"), add_family(store, "4", "ordinary")
    add_family(store, "5", "ordinary")
    new = NewCampaign("sweep", "大排查", TODAY, household_ids=(swept,))
    made, _ = registers.open_campaign(store, ME, new, TODAY)
    act(store, "review_campaign", made.item_id, "start")
    monitored.register_clue(store, ME, NewClue(told, "cadre", "住院", TODAY), TODAY)
    open_october(store)
    due = {d.household_id for d in months.due_households(store, Period(2025, 10), TODAY)}
    assert due == {home, swept, told}


def test_a_month_does_not_start_while_the_one_before_drags_on(store: Store, home: str) -> None:
    open_october(store)
    november = Period(2025, 11)
    with pytest.raises(PeriodStateError, match="E402") as caught:
        months.open_period(store, ME, november, date(2025, 11, 11))
    assert "2025-10" in caught.value.user_text()
    assert months.open_period(store, ME, november, date(2025, 11, 10)).state == "filling"
    with pytest.raises(PeriodStateError, match="E402") as caught:
        months.open_period(store, ME, Period(2026, 1), date(2025, 11, 30))
    assert "2025-12-01起可以开始" in caught.value.user_text()


def test_a_month_that_is_there_without_its_beginning_is_refused_as_damaged(
    store: Store, home: str
) -> None:
    row_id = natural_id("period", VILLAGE, "2025-10")
    with store.write("test.broken", ME) as session:
        session.add(PeriodRow(id=row_id, scope=VILLAGE, period="2025-10", form_version="2025",
                              policy_version="2025", opened_on=TODAY))  # fmt: skip
    with pytest.raises(PeriodStateError, match="E402") as caught:
        open_october(store)
    assert "没有“开始”这一步" in caught.value.user_text()


def test_measures_run_out_are_extended_and_carried_over(store: Store, home: str) -> None:
    def plan(kind: str, category: str) -> str:
        new = NewMeasure(home, category, kind, "李会计", cause="illness",
                         planned_end_on=TODAY + timedelta(days=5))  # fmt: skip
        item, _ = measures.plan_measure(store, ME, new, TODAY)
        measures.act_measure(store, ME, item.item_id, "start", StepInput(on=TODAY), TODAY)
        return item.item_id

    late, benefit = plan("大病救治", "health"), plan("低保", "social_security")
    once = plan("临时救助", "social_security")
    done = StepInput("已发放", TODAY, {"beneficiary": "赵德福"})
    for measure_id in (benefit, once):
        measures.act_measure(store, ME, measure_id, "finish", done, TODAY)
    after = TODAY + timedelta(days=6)
    with store.write("test.sweep", ME) as session:
        measures.sweep(session, TODAY + timedelta(days=5))
    assert measures.show_measure(store, late, after, ME).state == "running"  # due today
    with store.write("test.sweep", ME) as session:
        measures.sweep(session, after)
    states = [measures.show_measure(store, m, after, ME).state for m in (late, benefit, once)]
    assert states == ["expired", "expired", "done"]
    with acting_as(store, "township"):
        given = StepInput("材料补齐", after, {"planned_end_on": "2026-03-01"})
        measures.act_measure(store, ME, late, "extend", given, after)
    over = measures.carry_over(store, ME, 2026, date(2026, 1, 2))
    assert over.carried == (late,)
    assert measures.carry_over(store, ME, 2026, date(2026, 1, 3)).carried == ()
    shown = measures.show_measure(store, late, after, ME)
    assert (shown.state, shown.fields["is_carried_over"]) == ("running", "是")


@pytest.mark.parametrize("beneficiary", ["", "无人", "王某"])
def test_a_measure_that_nobody_enjoys_is_none(store: Store, home: str, beneficiary: str) -> None:
    new = NewMeasure(home, "health", "大病救治", "李会计", cause="illness")
    item, _ = measures.plan_measure(store, ME, new, TODAY)
    measures.act_measure(store, ME, item.item_id, "start", StepInput(on=TODAY), TODAY)
    with pytest.raises((MeasureRefusedError, MissingStepDataError)):
        given = StepInput("好了", TODAY, {"beneficiary": beneficiary})
        measures.act_measure(store, ME, item.item_id, "finish", given, TODAY)
    assert measures.show_measure(store, item.item_id, TODAY, ME).state == "running"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"measure_kind": " "}, "种类"),
        ({"responsible_person": ""}, "责任人"),
        ({"cause": ""}, "针对哪个"),
        ({"measure_level": "county"}, "部门"),
        ({"measure_category": "magic"}, "不认识"),
        ({"member_id": "nobody"}, "不在这一户"),
        ({"planned_start_on": date(2025, 12, 1), "planned_end_on": date(2025, 11, 1)}, "早于"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(
    store: Store, home: str, change: dict[str, object], reason: str
) -> None:
    values: dict[str, object] = {
        "household_id": home, "measure_category": "health", "measure_kind": "大病救治",
        "responsible_person": "李会计", "cause": "illness",
    }  # fmt: skip
    with pytest.raises(MeasureRefusedError, match="E424") as caught:
        measures.plan_measure(store, ME, NewMeasure(**(values | change)), TODAY)  # type: ignore[arg-type]
    assert reason in caught.value.user_text()


def test_money_needs_an_approval_and_a_proof(store: Store, home: str) -> None:
    new = NewMeasure(home, "social_security", "临时救助", "李会计", cause="illness",
                     amount=Decimal(3000))  # fmt: skip
    item, _ = measures.plan_measure(store, ME, new, TODAY)
    with pytest.raises(MissingStepDataError):
        measures.act_measure(store, ME, item.item_id, "start", StepInput(on=TODAY), TODAY)
    given = StepInput("", TODAY, {"approval_no": "民字3号"})
    measures.act_measure(store, ME, item.item_id, "start", given, TODAY)
    with pytest.raises(MissingStepDataError):
        done = StepInput("已发", TODAY, {"beneficiary": "全户"})
        measures.act_measure(store, ME, item.item_id, "finish", done, TODAY)
