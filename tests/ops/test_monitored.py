"""Clues and monitored objects through identification, removal, roll-back and clear-out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.period import Period
from app.errors import AppError
from app.models.form import Sheet
from app.models.household import MonitoredCase
from app.models.plan import Measure
from app.models.store import Store
from app.ops import deadlines, measures, monitored, monitoring_papers, sheet_context
from app.ops.errors import (
    LivingCaseError,
    MissingStepDataError,
    StepConditionError,
    StepDataError,
    StepDateError,
    StepNotAllowedError,
)
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from app.ops.monitored import CasePage, NewClue
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.village import ME, add_family

START = date(2025, 3, 3)
MEETING = {"meeting_on": "2025-03-08", "present": "20", "votes_yes": "18", "votes_no": "1",
           "votes_abstain": "1"}  # fmt: skip
VERIFIED = {"team": "张卫东、李会计", "object_type": "脱贫不稳定户", "causes": "因病、因残",
            "negative_conclusion": "无", "letter_signed_on": "2025-03-06"}  # fmt: skip


def on(days: int) -> date:
    return START + timedelta(days=days)


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def clue(store: Store, home: str, days: int = 0) -> str:
    new = NewClue(home, "self_report", "大病住院，自付较多", on(days), reply_due_on=on(days + 15))
    return monitored.register_clue(store, ME, new, on(days))[0].item_id


def act(store: Store, level: str, case_id: str, action: str, days: int, **values: str) -> CasePage:
    if action in ("end-publicity", "removal-publicise"):
        values.setdefault("photo", "后补")
    with acting_as(store, level):
        given = StepInput(values.pop("note", ""), on(days), values)
        return monitored.act_case(store, ME, case_id, action, given, on(days))[0]


def deliberated(store: Store, home: str) -> str:
    """Lead a new clue to 待镇审 on day 11."""
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    act(store, "village", case_id, "verify", 4, **VERIFIED)
    act(store, "village", case_id, "publicise", 6, **MEETING)
    act(store, "village", case_id, "end-publicity", 11, objections="无")
    return case_id


def entered(store: Store, home: str) -> str:
    case_id = deliberated(store, home)
    act(store, "township", case_id, "pass", 12, note="情况属实")
    act(store, "county", case_id, "approve", 14, object_type="unstable_lifted",
        causes="因病、因残", approval_no="云农批〔2025〕3号")  # fmt: skip
    act(store, "township", case_id, "enter", 16, entered_by="王芳")
    return case_id


def state_as_rules_see_it(store: Store, home: str, day: date) -> str:
    with store.read() as session:
        period = Period.of(day)
        context = sheet_context.one(session, sheet_context.month_of(period, day), home)
        return context.facts.monitored.case_state if context.facts.monitored else ""


def test_a_clue_becomes_an_object_when_it_is_entered(store: Store, home: str) -> None:
    case_id = deliberated(store, home)
    assert state_as_rules_see_it(store, home, on(11)) == ""
    page = act(store, "township", case_id, "pass", 12, note="情况属实")
    assert page.item.due_on == on(12 + 5)
    act(store, "county", case_id, "approve", 14, object_type="unstable_lifted",
        causes="因病、因残", approval_no="云农批〔2025〕3号")  # fmt: skip
    (waiting,) = monitored.to_type(store)
    assert (waiting.case_id, waiting.what) == (case_id, "新识别对象")
    page = act(store, "township", case_id, "enter", 16, entered_by="王芳")
    assert monitored.to_type(store) == []
    assert page.item.state == "monitoring"
    assert page.item.fields["identified_on"] == on(14).isoformat()
    assert page.item.fields["causes"] == "illness,disability"
    assert page.item.fields["late_entry"] == ""
    assert dict(page.bar)["录"] == on(16)
    assert page.item.due_on == on(26)  # the plan within plan_days
    new = NewMeasure(home, "health", "大病救治", "李会计", cause="illness")
    measures.plan_measure(store, ME, new, on(16))
    assert monitored.show_case(store, case_id, on(16), ME).item.due_on is None
    assert state_as_rules_see_it(store, home, on(16)) == "monitoring"


def test_a_late_entry_and_a_late_identification_are_marked_not_blocked(
    store: Store, home: str
) -> None:
    case_id = deliberated(store, home)
    act(store, "township", case_id, "pass", 12, note="情况属实")
    page = act(store, "county", case_id, "approve", 20, object_type="unstable_lifted",
               causes="因病", approval_no="3号")  # fmt: skip
    assert page.item.fields["identify_late"] == "是"
    page = act(store, "township", case_id, "enter", 31, entered_by="王芳")
    assert page.item.fields["late_entry"] == "是"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"votes_yes": "19", "votes_no": "2"}, StepDataError),
        ({"votes_yes": "8", "votes_no": "9"}, StepDataError),
        ({"present": "很多"}, StepDataError),
        ({"present": ""}, MissingStepDataError),
        ({"meeting_on": "2025-04-01"}, StepDateError),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(
    store: Store, home: str, change: dict[str, str], error: type[AppError]
) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    act(store, "village", case_id, "verify", 4, **VERIFIED)
    with pytest.raises(error):
        act(store, "village", case_id, "publicise", 6, **(MEETING | change))
    assert monitored.show_case(store, case_id, on(6), ME).item.state == "to_deliberate"


@pytest.mark.parametrize(
    "change",
    [
        {"team": "张卫东"},
        {"causes": "其他"},
        {"causes": "懒"},
        {"object_type": "贫困户"},
    ],
)
def test_a_verification_that_cannot_be_is_refused(
    store: Store, home: str, change: dict[str, str]
) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    with pytest.raises(StepDataError):
        act(store, "village", case_id, "verify", 4, **(VERIFIED | change))


def test_no_date_is_before_what_it_depends_on(store: Store, home: str) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    for level, action, name, values in (
        ("village", "verify", "letter_signed_on", VERIFIED | {"letter_signed_on": "2025-03-02"}),
        ("village", "exclude", "told_on", {"note": "没有风险", "told_on": "2025-03-03"}),
    ):
        with pytest.raises(StepDateError) as caught:
            act(store, level, case_id, action, 4, **values)
        assert (caught.value.where.column, "早于" in caught.value.user_text()) == (name, True)
    with pytest.raises(StepDateError) as caught:
        new = NewClue(home, "cadre", "又一条", on(2), reply_due_on=on(1))
        monitored.register_clue(store, ME, new, on(2))
    assert caught.value.where.column == "reply_due_on"


def test_publicity_runs_its_full_days_and_objections_are_settled(store: Store, home: str) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    act(store, "village", case_id, "verify", 4, **VERIFIED)
    with pytest.raises(StepConditionError, match="E414"):  # the procedure of 2025 is public
        act(store, "village", case_id, "skip-publicity", 6, **MEETING)
    act(store, "village", case_id, "publicise", 6, **MEETING)
    with pytest.raises(StepConditionError, match="E414"):
        act(store, "village", case_id, "end-publicity", 10, objections="无")
    with pytest.raises(StepDataError):
        act(store, "village", case_id, "end-publicity", 11, objections="有人说有车")
    page = act(store, "village", case_id, "end-publicity", 11, objections="有人说有车",
               objections_settled="车已报废")  # fmt: skip
    assert page.item.state == "pending_township"


def test_a_double_clue_ends_with_a_reason_alone(store: Store, home: str) -> None:
    case_id = clue(store, home)
    page = act(store, "township", case_id, "exclude", 1, note="已是监测对象")
    assert page.item.state == "not_included"


def test_one_household_has_one_living_case(store: Store, home: str) -> None:
    case_id = clue(store, home)
    with pytest.raises(LivingCaseError, match="E421"):
        clue(store, home, 1)
    act(store, "township", case_id, "exclude", 2, note="重复", told_on="2025-03-05")
    again = act(store, "village", case_id, "reopen", 3, note="又住院了")
    assert (again.item.state, monitored.show_case(store, case_id, on(3), ME).item.state) == (
        "clue", "not_included"
    )  # fmt: skip
    open_ones = monitored.list_cases(store, on(3), ME)
    assert [c.fields["previous_id"] for c in open_ones] == [case_id]


def test_removal_shows_what_is_missing_and_the_township_may_not_override_everything(
    store: Store, home: str
) -> None:
    case_id = entered(store, home)
    page = monitored.show_case(store, case_id, on(60), ME)
    marks = {c.key: c.ok for c in page.checks}
    assert marks == {"per_capita": True, "months": False, "no_warning": True, "stable": False,
                     "labor": True, "helped": False, "spending": True}  # fmt: skip
    given = {"team": "张卫东、李会计", "removal_way": "帮扶消除"}
    with pytest.raises(StepConditionError) as caught:
        act(store, "village", case_id, "request-removal", 60, **given)
    assert "识别满6个月" in caught.value.user_text()
    with pytest.raises(StepConditionError) as caught:
        act(store, "township", case_id, "request-removal", 60, note="特殊情况", **given)
    assert caught.value.facts["reason"] == "未达到：帮扶消除的至少有一条措施已落实（已落实0条）"
    page = act(store, "township", case_id, "request-removal", 60, note="特殊情况",
               team="张卫东、李会计", removal_way="natural")  # fmt: skip
    assert page.item.state == "removal_deliberation"
    assert page.item.history[-1].values["overridden"] == "months、stable"


def good_months(store: Store, home: str) -> None:
    """Six good sheets, and a measure that reached the household."""
    with store.write("test.sheets", ME) as session:
        for month in range(4, 10):
            session.add(
                Sheet(scope=VILLAGE, household_id=home, period=f"2025-{month:02d}",
                      form_version="monthly", submitted_on=date(2025, month, 12))
            )  # fmt: skip
    new = NewMeasure(home, "health", "大病救治", "李会计", cause="illness")
    made, _ = measures.plan_measure(store, ME, new, on(20))
    measures.act_measure(store, ME, made.item_id, "start", StepInput(on=on(20)), on(20))
    done = StepInput("已报销", on(30), {"beneficiary": "全户"})
    measures.act_measure(store, ME, made.item_id, "finish", done, on(30))


def removed(store: Store, home: str) -> str:
    case_id = entered(store, home)
    good_months(store, home)
    september = (date(2025, 9, 17) - START).days  # six months to the day
    with pytest.raises(StepConditionError):
        act(store, "village", case_id, "request-removal", september - 1,
            team="张卫东、李会计", removal_way="by_help")  # fmt: skip
    act(store, "village", case_id, "request-removal", september,
        team="张卫东、李会计", removal_way="by_help")  # fmt: skip
    meeting = MEETING | {"meeting_on": on(september).isoformat()}
    act(store, "village", case_id, "removal-deliberate", september, **meeting)
    act(store, "village", case_id, "removal-publicise", september + 5, objections="无")
    act(store, "township", case_id, "removal-pass", september + 6, note="同意")
    act(store, "county", case_id, "removal-approve", september + 7, approval_no="9号",
        per_capita="12750")  # fmt: skip
    return case_id


def test_removal_ends_no_measure_and_is_typed_into_the_national_system(
    store: Store, home: str
) -> None:
    case_id = removed(store, home)
    with store.read() as session:
        case = session.get_one(MonitoredCase, case_id)
        measure = session.scalars(select(Measure)).one()
    assert (case.is_eliminated, case.eliminated_per_capita) == (True, Decimal(12750))
    assert case.removal_way == "by_help"
    assert measures.show_measure(store, measure.id, on(300), ME).state == "done"
    assert state_as_rules_see_it(store, home, on(210)) == "risk_removed"
    assert [w.action for w in monitored.to_type(store)] == ["removal-approve"]
    act(store, "township", case_id, "mark-typed", 210, entered_by="王芳")
    assert monitored.to_type(store) == []


def test_a_removal_is_rolled_back_and_a_new_risk_makes_a_new_case(store: Store, home: str) -> None:
    case_id = removed(store, home)
    act(store, "village", case_id, "roll-back", 210, note="收入又掉下来")
    with pytest.raises(StepNotAllowedError):  # 村→镇→县
        act(store, "county", case_id, "roll-back-approve", 211)
    page = act(store, "township", case_id, "roll-back-pass", 211, note="镇里核过，属实")
    assert (page.item.state, page.item.fields["holder"]) == ("rollback_pending", "county")
    page = act(store, "county", case_id, "roll-back-approve", 215)
    assert page.item.state == "monitoring"
    assert state_as_rules_see_it(store, home, on(215)) == "monitoring"
    with pytest.raises(StepNotAllowedError):
        act(store, "village", case_id, "re-identify", 216, note="新病", causes="因病")


def test_re_identification_supersedes_the_removed_case(store: Store, home: str) -> None:
    old = removed(store, home)
    act(store, "village", old, "re-identify", 220, note="因灾再次困难", causes="因自然灾害")
    (new,) = [c for c in monitored.list_cases(store, on(220), ME) if c.item_id != old]
    assert (new.state, new.fields["previous_id"]) == ("clue", old)
    values = VERIFIED | {"letter_signed_on": on(221).isoformat()}
    act(store, "township", new.item_id, "accept", 221, team="王芳、刘洋")
    act(store, "village", new.item_id, "verify", 222, **values)
    meeting = MEETING | {"meeting_on": on(223).isoformat()}
    act(store, "village", new.item_id, "publicise", 223, **meeting)
    act(store, "village", new.item_id, "end-publicity", 228, objections="无")
    act(store, "township", new.item_id, "pass", 229, note="同意")
    act(store, "county", new.item_id, "approve", 230, object_type="sudden_hardship",
        causes="因自然灾害", approval_no="12号")  # fmt: skip
    page = act(store, "township", new.item_id, "enter", 231, entered_by="王芳")
    assert page.item.fields["case_no"] == "2"
    assert [c.item_id for c in monitored.list_cases(store, on(231), ME)] == [new.item_id]
    with pytest.raises(StepConditionError, match="E414"):
        act(store, "village", old, "roll-back", 232, note="记错")


@pytest.fixture
def imported(store: Store, home: str) -> str:
    """Return a case that came with the roster."""
    with store.write("test.case", ME) as session:
        row = MonitoredCase(scope=VILLAGE, household_id=home, object_type="edge_prone",
                            identified_on="2024-12", causes="schooling")  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_a_case_of_the_roster_starts_where_the_roster_says(store: Store, imported: str) -> None:
    page = monitored.show_case(store, imported, on(0), ME)
    assert (page.item.state, page.item.due_on) == ("monitoring", None)
    with pytest.raises(StepNotAllowedError):  # 镇→县
        act(store, "county", imported, "change-type", 1, object_type="突发严重困难户",
            note="更正类型", approval_no="2号")  # fmt: skip
    act(store, "township", imported, "propose-type", 1, object_type="突发严重困难户", note="家变")
    page = act(store, "county", imported, "change-type", 1, object_type="突发严重困难户",
               note="更正类型", approval_no="2号")  # fmt: skip
    assert page.item.fields["object_type"] == "sudden_hardship"
    assert page.item.state == "monitoring"


def test_clearing_out_needs_proof_and_words_for_other(
    store: Store, home: str, imported: str
) -> None:
    given = {"approval_no": "5号"}
    with pytest.raises(StepNotAllowedError):  # the village proposes, the township passes first
        act(store, "county", imported, "clear-out", 1, reason="消费型汽车", proof="行驶证", **given)
    meeting = MEETING | {"meeting_on": on(1).isoformat()}
    act(store, "village", imported, "propose-clear-out", 1, reason="消费型汽车", **meeting)
    (notice,) = monitoring_papers.notices(store, None, on(2))
    assert (notice.title, notice.signed_on) == ("上坝村拟清退监测对象公示", on(1))
    assert [row.reason_group for row in notice.rows] == ["识别不精准"]
    with pytest.raises(StepConditionError, match="E414"):  # the notice hangs its five days
        act(store, "township", imported, "pass-clear-out", 5, note="同意")
    act(store, "township", imported, "pass-clear-out", 6, note="同意")
    with pytest.raises(StepDataError):
        act(store, "county", imported, "clear-out", 6, reason="其他", proof="x", **given)
    with pytest.raises(StepConditionError, match="E414"):
        act(store, "county", imported, "clear-out", 6, reason="消费型汽车", **given)
    page = act(store, "county", imported, "clear-out", 6, reason="消费型汽车", proof="行驶证",
               **given)  # fmt: skip
    assert page.item.state == "cleared_out"
    assert state_as_rules_see_it(store, home, on(6)) == "cleared_out"
    assert monitored.list_cases(store, on(6), ME) == []


def test_what_is_proven_of_the_negative_list_keeps_a_household_out(store: Store, home: str) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    act(store, "village", case_id, "verify", 4, **VERIFIED | {"negative_conclusion": "有，属实"})
    with pytest.raises(StepConditionError, match="E414") as caught:
        act(store, "village", case_id, "publicise", 6, **MEETING)
    assert "请办“不纳入”" in caught.value.user_text()
    act(store, "village", case_id, "exclude", 6, note="有商品房", told_on=on(6).isoformat())


def test_whoever_is_not_included_is_told_so_within_days(store: Store, home: str) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "exclude", 1, note="不是本村的户")

    def waiting(day: int) -> list[tuple[str, date]]:
        found = deadlines.list_deadlines(store, on(day), only_overdue=True)
        return [(d.text, d.due_on) for d in found if d.subject_id == case_id]

    assert waiting(6) == []
    assert waiting(7) == [("2号户 不纳入，答复农户", on(6))]
    with pytest.raises(StepDateError):
        act(store, "village", case_id, "tell", 7, told_on=on(0).isoformat())
    page = act(store, "village", case_id, "tell", 7, told_on=on(5).isoformat())
    assert (page.item.state, waiting(9)) == ("not_included", [])
    with pytest.raises(StepConditionError, match="E414"):
        act(store, "village", case_id, "tell", 8, told_on=on(8).isoformat())


def test_no_step_of_another_level(store: Store, home: str) -> None:
    case_id = deliberated(store, home)
    for level in ("village", "county"):
        with pytest.raises(StepNotAllowedError):
            act(store, level, case_id, "pass", 12, note="同意")
