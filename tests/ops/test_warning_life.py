"""Warnings to their end: measures, proof and check, at three levels; and what never happens."""

from datetime import date, timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import func, select

from app.domain import warning
from app.domain.ownership import Actor
from app.errors import AppError
from app.models.household import Member
from app.models.journal import ChangesetRow
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import measures, sheets, team, visits, warning_rows, warnings
from app.ops.errors import (
    DuplicateWarningError,
    MissingStepDataError,
    StepConditionError,
    StepDataError,
    StepDateError,
    StepNotAllowedError,
)
from app.ops.measures import NewMeasure
from app.ops.team import NewTeamMember
from app.ops.visits import NewVisit
from app.ops.warnings import ManualWarning, StepInput
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

CLERK = Actor("王芳", "reviewer")
CLOSING = {"checker": "李审核", "check_way": "上门核实", "system_updated_on": "2025-10-28"}


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def home(store: Store) -> str:
    household = add_family(store)
    open_october(store)
    return household


def opened(store: Store, home: str, **answers: object) -> dict[str, str]:
    """Submit October with these answers; return code → warning id."""
    given = {(code.replace("_", "-"), ""): value for code, value in answers.items()}
    sheet_id = answer_all(store, home, given)  # type: ignore[arg-type]
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    return {w.code: w.warning_id for w in warnings.list_warnings(store, TODAY)}


def step(
    store: Store,
    level: str,
    warning_id: str,
    action: str,
    days: int = 0,
    note: str = "",
    **values: str,
) -> warnings.WarningPage:
    if action in ("done", "request-close"):
        values.setdefault("photo", "后补")
    with acting_as(store, level):
        given = StepInput(note, on(days), values)
        return warnings.act(store, ME, warning_id, action, given)[0]


def determined(store: Store, warning_id: str) -> None:
    """Lead an orange or red one to 已确定."""
    step(store, "village", warning_id, "confirm")
    step(store, "township", warning_id, "pass", 1, "情况属实")
    step(store, "county", warning_id, "determine", 2)


def measure(store: Store, home: str, warning_id: str, **more: object) -> str:
    new = NewMeasure(
        home,
        "water",
        "应急送水",
        "刘水管",
        warning_ids=(warning_id,),
        **more,  # type: ignore[arg-type]
    )
    return measures.plan_measure(store, ME, new, on(2))[0].item_id


def deliver(store: Store, measure_id: str) -> None:
    measures.act_measure(store, ME, measure_id, "start", StepInput(on=on(2)), on(2))
    given = StepInput("已送水", on(3), {"beneficiary": "全户"})
    measures.act_measure(store, ME, measure_id, "finish", given, on(3))


def follow_up(store: Store, home: str, days: int, visitor: str = "李会计") -> str:
    new = NewVisit(home, on(days), "onsite", visitor=visitor, content="水已到户")
    return visits.record(store, ME, new, on(days))[0].item_id


def remedied(store: Store, home: str, warning_id: str) -> None:
    """Lead a determined one to 已补短 on day 3."""
    step(store, "county", warning_id, "assign", 2, department="水务局", contact="刘局",
         due_on="2025-10-31")  # fmt: skip
    deliver(store, measure(store, home, warning_id))
    step(store, "county", warning_id, "start", 3, responsible_person="刘水管")
    step(store, "county", warning_id, "done", 3, "通水")


def test_a_red_warning_goes_through_every_step_to_its_end(store: Store, home: str) -> None:
    ids = opened(store, home, WT_01="short")
    water = ids["WT-01"]
    determined(store, water)
    remedied(store, home, water)
    page = warnings.show_warning(store, water, on(3))
    assert (page.line.state, page.line.remedied_on) == ("remedied", on(3))
    assert page.department == "水利局"  # 水务局 is the same office
    follow_up(store, home, 5)
    step(store, "township", water, "request-close", 5)
    page = step(store, "county", water, "close", 8, **CLOSING)
    assert page.line.state == "closed"
    assert [line.action for line in page.history] == [
        "detect", "confirm", "pass", "determine", "assign", "start", "done", "request-close",
        "close",
    ]  # fmt: skip
    assert page.actions == ()
    assert page.history[-2].values["proof"].startswith("visit:")


def test_without_a_measure_no_remedy_begins(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    step(store, "county", water, "assign", 2, department="水利局", contact="刘局",
         due_on="2025-10-31")  # fmt: skip
    with pytest.raises(StepConditionError, match="E414") as caught:
        step(store, "county", water, "start", 3, responsible_person="刘水管")
    assert "还没有针对它的措施" in caught.value.user_text()


def test_a_measure_that_is_not_delivered_remedies_nothing(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    measure_id = measure(store, home, water)
    step(store, "township", water, "start", 3, responsible_person="刘水管")
    with pytest.raises(StepConditionError, match="E414"):
        step(store, "township", water, "done", 3, "通水")
    deliver(store, measure_id)
    with pytest.raises(StepDateError):
        step(store, "township", water, "done", 2, "通水")
    assert step(store, "township", water, "done", 3, "通水").line.state == "remedied"


def test_only_a_visit_after_the_remedy_by_somebody_else_proves_it(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    remedied(store, home, water)
    follow_up(store, home, 3)  # the same day: not after it
    follow_up(store, home, 5, "刘水管")  # who remedied
    with pytest.raises(StepConditionError, match="E414"):
        step(store, "township", water, "request-close", 6)
    follow_up(store, home, 6)
    assert step(store, "township", water, "request-close", 6).line.state == "closing_requested"


def test_an_event_is_not_proven_by_a_later_answer_but_a_state_is(store: Store, home: str) -> None:
    ids = opened(store, home, WT_01="short", HS_03="crack")
    house, water = ids["HS-03"], ids["WT-01"]
    for warning_id in (house, water):
        determined(store, warning_id)
        remedied(store, home, warning_id)
    assert warnings.show_warning(store, house, on(3)).is_event_item
    sheet_id = answer_all(store, home, {("WT-01", ""): "enough", ("HS-03", ""): "none"})
    sheets.submit_sheet(store, ME, sheet_id, on(6))
    with pytest.raises(StepConditionError, match="E414"):
        step(store, "township", house, "request-close", 6)
    page = step(store, "township", water, "request-close", 6)
    assert page.history[-1].values["proof"] == f"sheet:{sheet_id}"


@pytest.mark.parametrize(
    ("days", "values", "error"),
    [
        (8, {"checker": "李审核"}, MissingStepDataError),
        (8, {**CLOSING, "system_updated_on": "2025-10-22"}, StepDateError),
        (8, {**CLOSING, "system_updated_on": "2025-10-29"}, StepDateError),
        (8, {**CLOSING, "system_updated_on": "昨天"}, StepDateError),
        (4, CLOSING, StepDateError),
    ],
)
def test_closing_needs_checker_and_the_date_of_the_other_system(
    store: Store, home: str, days: int, values: dict[str, str], error: type[AppError]
) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    remedied(store, home, water)
    follow_up(store, home, 5)
    step(store, "township", water, "request-close", 5)
    with pytest.raises(error):
        step(store, "county", water, "close", days, **values)
    with pytest.raises(StepNotAllowedError):  # a red one is not the township's
        step(store, "township", water, "close", 8, **CLOSING)


def test_of_five_yellow_ones_one_is_looked_at(store: Store, home: str) -> None:
    """close_sample 20 %: the fifth of a month by documents alone is one too many."""
    new = ManualWarning(home, "", "yellow", "路灯坏了", "路灯坏了没人修")
    warning_id = warnings.open_warning(store, ME, new, TODAY)[0].line.warning_id
    step(store, "township", warning_id, "pass", 1, "属实")
    deliver(store, measure(store, home, warning_id))
    step(store, "township", warning_id, "start", 3, responsible_person="刘电工")
    step(store, "township", warning_id, "done", 3, "修好")
    follow_up(store, home, 5)
    step(store, "township", warning_id, "request-close", 5)
    with acting_as(store, "township"), store.write("test.closed", ME) as session:
        for number in range(4):
            session.add(Step(scope=VILLAGE, subject="warning", subject_id=f"w{number}",
                             action="close", step_on=on(6), actor="王芳", level="township",
                             values='{"check_way": "资料核实"}'))  # fmt: skip
    closing = CLOSING | {"check_way": "资料核实"}
    with pytest.raises(StepConditionError, match="E414") as caught:
        step(store, "township", warning_id, "close", 8, **closing)
    assert "按20%抽查" in caught.value.user_text()
    with pytest.raises(StepDataError):
        step(store, "township", warning_id, "close", 8, **closing | {"check_way": "没看"})
    page = step(store, "township", warning_id, "close", 8, **CLOSING)
    assert page.line.state == "closed"


def test_a_return_sends_back_to_remedy_and_done_must_come_again(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    remedied(store, home, water)
    follow_up(store, home, 5)
    step(store, "township", water, "request-close", 5)
    page = step(store, "county", water, "return", 6, "水质未检", due_on="2025-11-10")
    assert (page.line.state, page.line.remedy_due_on) == ("remedying", date(2025, 11, 10))
    assert page.line.remedy_due_original == date(2025, 10, 31)
    with pytest.raises(StepNotAllowedError):
        step(store, "township", water, "request-close", 7)
    step(store, "township", water, "done", 7, "已检")
    with pytest.raises(StepConditionError):  # the visit was before the new completion
        step(store, "township", water, "request-close", 8)


def test_several_departments_one_leads(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    page = step(store, "county", water, "assign", 2, department="水务局", contact="刘局",
                departments="卫健委、民政局", due_on="2025-10-31")  # fmt: skip
    assert page.departments == ("水利局", "卫健局", "民政局")
    assert page.line.due_on == on(2 + 3)  # accept_days


def test_due_days_extensions_and_what_counts_as_overdue(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    with pytest.raises(StepDateError):
        step(store, "township", water, "extend", 2, "路断", due_on="2025-10-21")
    step(store, "township", water, "extend", 2, "路断", due_on="2025-11-20")
    with pytest.raises(StepConditionError, match="E414"):
        step(store, "township", water, "extend", 2, "路断", due_on="2025-11-30")
    page = step(store, "county", water, "extend", 2, "路断", due_on="2025-11-30")
    assert page.line.remedy_due_on == date(2025, 11, 30)
    assert page.line.remedy_due_original == on(7)
    (line,) = [w for w in warnings.list_warnings(store, on(8)) if w.warning_id == water]
    assert line.overdue  # by the original day
    assert line.escalated_to == "county"


def test_lateness_climbs_to_the_level_above(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]

    def seen_by(days: int) -> str:
        lines = warnings.list_warnings(store, on(days))
        return next(w.escalated_to for w in lines if w.warning_id == water)

    assert [seen_by(d) for d in (1, 2, 8, 9)] == ["village", "township", "township", "county"]


def test_raising_and_lowering_is_for_the_levels_above_and_changes_who_closes(
    store: Store, home: str
) -> None:
    arrears = opened(store, home, IN_05="wage_arrears")["IN-05"]
    line = warnings.show_warning(store, arrears, TODAY).line
    step(store, "village", arrears, "confirm")
    with pytest.raises(StepNotAllowedError):
        step(store, "village", arrears, "lower", 0, "不重", severity="blue")
    with pytest.raises(StepDataError):
        step(store, "township", arrears, "raise", 0, "更重", severity="blue")
    page = step(store, "township", arrears, "raise", 0, "欠薪三个月", severity="红")
    assert (page.line.severity, line.severity != "red") == ("red", True)
    page = step(store, "township", arrears, "pass", 1, "情况属实")
    assert page.line.state == "pending_county"
    page = step(store, "county", arrears, "lower", 2, "已付一半", severity="yellow")
    assert (page.line.severity, page.line.state) == ("yellow", "pending_county")


def test_help_may_come_before_review_for_red_ones_only(store: Store, home: str) -> None:
    ids = opened(store, home, WT_01="short", IN_05="wage_arrears")
    page = step(store, "village", ids["WT-01"], "urgent", 0, "断水一周")
    assert page.line.is_urgent
    step(store, "village", ids["WT-01"], "confirm")
    page = warnings.show_warning(store, ids["WT-01"], TODAY)
    assert page.line.due_on == on(15)  # urgent_backfill_days
    measure_id = measure(store, home, ids["WT-01"])
    started = measures.act_measure(store, ME, measure_id, "start", StepInput(on=on(2)), on(2))
    assert started[0].state == "running"
    step(store, "township", ids["WT-01"], "return", 3, "不属实")
    step(store, "village", ids["WT-01"], "accept-return", 3, "镇里说得对")
    after = measures.show_measure(store, measure_id, on(3), ME)
    assert after.state == "running"  # what was helped stays helped
    with pytest.raises(StepConditionError):
        step(store, "village", ids["IN-05"], "urgent", 0, "着急")


def test_a_measure_waits_for_the_review_of_what_it_answers(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    measure_id = measure(store, home, water)
    with pytest.raises(StepConditionError, match="E414"):
        measures.act_measure(store, ME, measure_id, "start", StepInput(on=on(2)), on(2))


def test_a_card_takes_one_step_in_one_operation_or_none(store: Store, home: str) -> None:
    ids = list(opened(store, home, WT_01="short", WT_03="gt20").values())
    with store.read() as session:
        before = session.scalar(select(func.count()).select_from(ChangesetRow))
    warnings.act_many(store, ME, ids, "confirm", StepInput("属实", TODAY))
    with store.read() as session:
        after = session.scalar(select(func.count()).select_from(ChangesetRow))
    assert after == (before or 0) + 1
    states = {w.state for w in warnings.list_warnings(store, TODAY)}
    assert "suggested" not in states
    with pytest.raises(StepNotAllowedError):
        warnings.act_many(store, ME, ids, "confirm", StepInput("属实", TODAY))


def test_a_batch_leaves_red_ones_and_those_without_proof(store: Store, home: str) -> None:
    ids = opened(store, home, WT_01="short", IN_05="wage_arrears", LV_04="broken")
    warnings.act_many(store, ME, list(ids.values()), "confirm", StepInput("属实", TODAY))
    with acting_as(store, "township"):
        result = warnings.batch(store, CLERK, ids.values(), "pass", StepInput("同意", on(1)))
    reasons = dict(result.skipped)
    lines = {w.warning_id: w for w in warnings.list_warnings(store, on(1))}
    assert reasons[ids["WT-01"]] == "红色要逐条看"
    assert set(result.done) | set(reasons) == set(ids.values())
    assert all(lines[i].state != "pending_township" for i in result.done)
    assert all(lines[i].state == "pending_township" for i in reasons)
    assert result.done


def test_a_manual_warning_goes_up_at_once_and_only_once(store: Store, home: str) -> None:
    new = ManualWarning(home, "", "orange", "屋后滑坡", "昨夜大雨屋后塌方", photo="后补")
    page, _ = warnings.open_warning(store, ME, new, TODAY)
    assert (page.line.state, page.line.code) == ("pending_township", "其他")
    assert page.line.remedy_due_on is not None
    with pytest.raises(DuplicateWarningError):
        warnings.open_warning(store, ME, new, TODAY)
    with pytest.raises(StepDataError):
        short = ManualWarning(home, "HS-01", "orange", "危房", "危房", photo="后补")
        warnings.open_warning(store, ME, short, TODAY)


def test_nobody_warns_of_somebody_who_is_gone(store: Store, home: str) -> None:
    with store.write("test.gone", ME) as session:
        boy = session.scalars(select(Member).filter_by(name="赵明远")).one()
        boy.member_status, boy.left_on = "enlisted", TODAY
    new = ManualWarning(home, "", "yellow", "辍学", "听说不上学了", member_id=boy.id)
    with pytest.raises(StepDataError) as caught:
        warnings.open_warning(store, ME, new, TODAY)
    assert "已经不在户" in caught.value.user_text()


def test_other_needs_words_and_a_second_person_is_another(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    with pytest.raises(StepDataError):
        step(store, "village", water, "false-alarm", 0, "", reason="其他", second_person="李会计")
    with pytest.raises(StepDataError):
        step(store, "village", water, "false-alarm", 0, "", reason="录入错误",
             second_person=ME.name)  # fmt: skip
    with pytest.raises(StepDataError):
        step(store, "village", water, "false-alarm", 0, "", reason="记错", second_person="李会计")


def test_the_second_person_is_of_the_team_where_there_is_a_list(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    team.add_member(store, ME, NewTeamMember("刘干事", date(2025, 1, 1)))
    false_alarm = partial(step, store, "village", water, "false-alarm", reason="录入错误")
    with pytest.raises(StepDataError) as caught:
        false_alarm(second_person="李会计")
    assert caught.value.where.column == "second_person"
    assert "李会计" not in caught.value.user_text()
    page = false_alarm(second_person="刘干事")
    assert page.line.state == "false_alarm"


def test_no_step_is_dated_after_today(store: Store, home: str) -> None:
    water = opened(store, home, WT_01="short")["WT-01"]
    with pytest.raises(StepDateError):
        warnings.act(store, ME, water, "confirm", StepInput("", on(1)), TODAY)


def test_r_07_ends_with_ed_01(store: Store, home: str) -> None:
    boy, dropout = _dropout(store, home)
    with store.write("test.r07", ME) as session:
        loaded = warnings.load_all(session, {home})
        row = next(w.row for w in loaded if w.row.id == dropout)
        session.add(
            HouseholdWarning(
                scope=row.scope, household_id=home, member_id=boy, code="R-07", severity="red",
                message="上月在校", period="2025-10", opened_on=TODAY,
            )
        )  # fmt: skip
    determined(store, dropout)
    remedied(store, home, dropout)
    follow_up(store, home, 5)
    step(store, "township", dropout, "request-close", 5)
    step(store, "county", dropout, "close", 8, **CLOSING)
    states = {w.code: w.state for w in warnings.list_warnings(store, on(8), only_open=False)}
    assert (states["ED-01"], states["R-07"]) == ("closed", "closed")


def _dropout(store: Store, home: str) -> tuple[str, str]:
    sheet = sheets.open_sheet(store, home, OCTOBER, TODAY)
    boy = next(m.id for m in sheet.facts.members if m.name == "赵明远")
    sheet_id = answer_all(store, home, {("ED-01", boy): "dropout"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    lines = warnings.list_warnings(store, TODAY)
    return boy, next(w.warning_id for w in lines if w.code == "ED-01")


LEVELS = ("village", "township", "county")
ACTIONS = sorted({t.action for t in warning.WARNING.transitions})
SEED = 7
SELDOM = frozenset(
    {"cancel", "confirm-cancel", "false-alarm", "accept-return", "return", "extend", "raise",
     "lower", "urgent"}
)  # fmt: skip


def test_random_steps_never_end_a_warning_without_measure_proof_and_check(
    store: Store, home: str
) -> None:
    rng = Random(SEED)  # noqa: S311  a walk, no secret
    ids = list(opened(store, home, WT_01="short", IN_05="wage_arrears", WT_03="gt20").values())
    made: dict[str, list[str]] = {i: [] for i in ids}
    day = 0
    for _ in range(500):
        warning_id = rng.choice(ids)
        day += rng.random() < 0.1
        try:
            _random_step(store, rng, warning_id, made[warning_id], home, day)
        except AppError:
            continue
    ended = [
        line.warning_id
        for line in warnings.list_warnings(store, on(day), only_open=False)
        if line.state == "closed"
    ]
    assert ended  # else the walk proves nothing
    for warning_id in ended:
        _assert_rightly_closed(store, warning_id, on(day))


def _assert_rightly_closed(store: Store, warning_id: str, today: date) -> None:
    page = warnings.show_warning(store, warning_id, today)
    taken = [step.action for step in page.history]
    assert {"start", "done", "request-close", "close"} <= set(taken)
    done = max(s.on for s in page.history if s.action == "done")
    assert page.measure_ids
    finished = [
        step.on
        for measure_id in page.measure_ids
        for step in measures.show_measure(store, measure_id, today, ME).history
        if step.action == "finish"
    ]
    assert finished
    assert min(finished) <= done
    request = next(s for s in reversed(page.history) if s.action == "request-close")
    kind, _, proof = request.values["proof"].partition(":")
    visit = visits.show(store, proof)
    assert (kind, visit.fields["visitor"]) == ("visit", "李会计")
    assert visit.opened_on is not None
    assert visit.opened_on > done
    assert page.history[-1].values["checker"]


def _random_step(
    store: Store, rng: Random, warning_id: str, made: list[str], home: str, day: int
) -> None:
    luck = rng.random()
    if luck < 0.05 and len(made) < 2:
        made.append(measure(store, home, warning_id))
    elif luck < 0.25 and made:
        action = rng.choice(["start", "finish"])
        who = {"beneficiary": rng.choice(["全户", "无人"])} if action == "finish" else {}
        given = StepInput("好", on(day), who)
        measures.act_measure(store, ME, rng.choice(made), action, given, on(day))
    elif luck < 0.3:
        follow_up(store, home, day, rng.choice(["李会计", "刘水管"]))
    else:
        level, action = _random_action(store, rng, warning_id, on(day))
        known = known_data(store, warning_id, action)
        values = {k: v for k, v in _anything(rng, day).items() if k in known}
        step(store, level, warning_id, action, day, "理由写得够长", **values)


def known_data(store: Store, warning_id: str, action: str) -> set[str]:
    """Return the data that some row of the table lets a step of this name bring."""
    with store.read() as session:
        life = warning_rows.one(session, warning_id).thing.life
    rows = [row for row in life.transitions if row.action == action]
    return {name for row in rows for name in (*row.needs, *row.takes)} | life.takes


def _random_action(store: Store, rng: Random, warning_id: str, today: date) -> tuple[str, str]:
    """Mostly a step that the table offers and that leads on, now and then any other."""
    offered = []
    for level in LEVELS:
        with acting_as(store, level):
            page = warnings.show_warning(store, warning_id, today)
        offered += [(level, action.name) for action in page.actions]
    onward = [pair for pair in offered if pair[1] not in SELDOM]
    luck = rng.random()
    if luck < 0.8 and onward:
        return rng.choice(onward)
    if luck < 0.85 and offered:
        return rng.choice([pair for pair in offered if "cancel" not in pair[1]] or offered)
    return rng.choice(LEVELS), rng.choice([a for a in ACTIONS if a not in SELDOM])


def _anything(rng: Random, day: int) -> dict[str, str]:
    values = {
        "department": "水利局", "contact": "刘局", "due_on": on(day + 9).isoformat(),
        "responsible_person": "刘水管", "checker": "李审核", "check_way": "上门核实",
        "system_updated_on": on(day).isoformat(), "reason": "录入错误",
        "severity": rng.choice(["yellow", "orange", "red"]),
    }  # fmt: skip
    return {name: value for name, value in values.items() if rng.random() < 0.95}
