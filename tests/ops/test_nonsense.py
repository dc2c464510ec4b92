"""What no form would let through, given to the operations: refused, and nothing is written."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.household import AnswerKey, AnswerValue
from app.errors import AppError
from app.models.household import Helper, HelperAssignment, Household, MonitoredCase
from app.models.store import Store
from app.ops import changes, measures, monitored, registers, sheets, warnings
from app.ops.changes import NewChange
from app.ops.measures import NewMeasure
from app.ops.monitored import NewClue
from app.ops.registers import NewCampaign, NewFinding, NewIssue
from app.ops.warnings import ManualWarning, StepInput
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.network import journal
from tests.ops.village import ME, TODAY, add_family, answer_all, open_october

OTHER_VILLAGE = "539901102201"
WORDS = ("屋后滑坡", "昨夜大雨屋后塌方")


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def warned(store: Store, home: str, answers: dict[AnswerKey, AnswerValue]) -> dict[str, str]:
    """Submit October's sheet; return code → warning id."""
    open_october(store)
    sheet_id = answer_all(store, home, answers)
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    return {w.code: w.warning_id for w in warnings.list_warnings(store, TODAY)}


def planned(home: str, **more: object) -> NewMeasure:
    given: dict[str, object] = {"cause": "illness", **more}
    return NewMeasure(home, "health", "大病救治", "李会计", **given)  # type: ignore[arg-type]


NONSENSE: dict[str, Callable[[Store, str], object]] = {
    "a manual warning of no question": lambda s, h: warnings.open_warning(
        s, ME, ManualWarning(h, "张三", "yellow", *WORDS), TODAY),
    "a manual warning of no level": lambda s, h: warnings.open_warning(
        s, ME, ManualWarning(h, "", "紫", *WORDS), TODAY),
    "a manual warning of nobody": lambda s, h: warnings.open_warning(
        s, ME, ManualWarning(h, "", "yellow", *WORDS, member_id="x"), TODAY),
    "a manual warning with a bell in it": lambda s, h: warnings.open_warning(
        s, ME, ManualWarning(h, "", "yellow", "\a", WORDS[1]), TODAY),
    "a clue of the year 1": lambda s, h: monitored.register_clue(
        s, ME, NewClue(h, "cadre", "大病", date(1, 1, 1)), TODAY),
    "a clue longer than any form": lambda s, h: monitored.register_clue(
        s, ME, NewClue(h, "cadre", "病" * 6000, TODAY), TODAY),
    "not a number of yuan": lambda s, h: measures.plan_measure(
        s, ME, planned(h, amount=Decimal("NaN")), TODAY),
    "endless money": lambda s, h: measures.plan_measure(
        s, ME, planned(h, amount=Decimal("Infinity")), TODAY),
    "all the money there is": lambda s, h: measures.plan_measure(
        s, ME, planned(h, amount=Decimal("1e400")), TODAY),
    "a measure that ends before today": lambda s, h: measures.plan_measure(
        s, ME, planned(h, planned_end_on=TODAY - timedelta(1)), TODAY),
    "a measure that goes on with none": lambda s, h: measures.plan_measure(
        s, ME, planned(h, continues_id="x"), TODAY),
    "measures carried into a far year": lambda s, _h: measures.carry_over(s, ME, 9999, TODAY),
    "a campaign in a neighbour's village": lambda s, _h: registers.open_campaign(
        s, ME, NewCampaign("sweep", "秋季", TODAY, village=OTHER_VILLAGE), TODAY),
    "an issue of a neighbour's village": lambda s, _h: registers.open_issue(
        s, ME, NewIssue("督导", "路坏了", village=OTHER_VILLAGE), TODAY),
    "an issue of no campaign": lambda s, _h: registers.open_issue(
        s, ME, NewIssue("督导", "路坏了", campaign_id="x"), TODAY),
    "a doubt about nobody": lambda s, h: registers.open_finding(
        s, ME, "data_doubt", NewFinding(h, "D-01", "证件号不对", "x"), TODAY),
}  # fmt: skip


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused_with_a_code_and_nothing_is_written(
    store: Store, home: str, what: str
) -> None:
    before = journal(store)
    with pytest.raises(AppError) as caught:
        NONSENSE[what](store, home)
    assert caught.value.code.startswith("E4")
    assert "数据没有变" in caught.value.sentence()
    assert journal(store) == before


def test_nothing_begins_with_a_household_that_has_ended(store: Store, home: str) -> None:
    with store.write("test.end", ME, "核实") as session:
        session.get_one(Household, home).removed_on = TODAY
    begin: list[Callable[[], object]] = [
        lambda: warnings.open_warning(store, ME, ManualWarning(home, "", "yellow", *WORDS), TODAY),
        lambda: monitored.register_clue(store, ME, NewClue(home, "cadre", "大病", TODAY), TODAY),
        lambda: measures.plan_measure(store, ME, planned(home), TODAY),
        lambda: changes.open_change(store, ME, NewChange(home, "increase"), TODAY),
    ]
    for attempt in begin:
        with pytest.raises(AppError, match="E428"):
            attempt()


def test_a_change_is_told_in_chinese_words(store: Store, home: str) -> None:
    details = {"name": "赵新", "relation": "之子", "sex": "男", "birth_date": TODAY.isoformat()}
    new = NewChange(home, "increase", "出生", TODAY, proof="出生证", details=details)
    item, _ = changes.open_change(store, ME, new, TODAY)
    item, _ = changes.act_change(store, ME, item.item_id, "submit", StepInput(on=TODAY), TODAY)
    assert (item.state, item.fields["reason"]) == ("pending_township", "birth")


@pytest.mark.parametrize("born", ["2025-02-31", "去年", "2099-01-01"])
def test_nobody_is_born_on_a_day_that_is_none(store: Store, home: str, born: str) -> None:
    details = {"name": "赵新", "relation": "之子", "sex": "male", "birth_date": born}
    new = NewChange(home, "increase", "birth", TODAY, proof="出生证", details=details)
    item, _ = changes.open_change(store, ME, new, TODAY)
    with pytest.raises(AppError, match="E422"):
        changes.act_change(store, ME, item.item_id, "submit", StepInput(on=TODAY), TODAY)


@pytest.mark.parametrize("paid", ["-5", "1e9", "很多", "9999999999"])
def test_what_was_paid_is_an_amount(store: Store, home: str, paid: str) -> None:
    item, _ = measures.plan_measure(store, ME, planned(home), TODAY)
    measures.act_measure(store, ME, item.item_id, "start", StepInput(), TODAY)
    given = StepInput("好了", TODAY, {"beneficiary": "全户", "amount_paid": paid})
    with pytest.raises(AppError, match="E416"):
        measures.act_measure(store, ME, item.item_id, "finish", given, TODAY)


@pytest.mark.parametrize(("answer", "may"), [("illness", False), ("fire", True)])
def test_only_disasters_fires_and_accidents_are_helped_before_review(
    store: Store, home: str, answer: str, may: bool
) -> None:
    (event,) = warned(store, home, {("EV-01", ""): (answer,)}).values()
    offered = [a.name for a in warnings.show_warning(store, event, TODAY).actions]
    assert ("urgent" in offered) == may
    if not may:
        with pytest.raises(AppError, match="E414"):
            warnings.act(store, ME, event, "urgent", StepInput("先救", TODAY), TODAY)


def test_a_batch_has_no_day_to_come(store: Store, home: str) -> None:
    ids = list(warned(store, home, {("EV-01", ""): ("fire",)}).values())
    given = StepInput("看过", TODAY + timedelta(1))
    with pytest.raises(AppError, match="E413"):
        warnings.batch(store, ME, ids, "confirm", given, TODAY)


def test_a_dismissed_warning_does_not_come_back_beside_a_newer_one(store: Store, home: str) -> None:
    old = warned(store, home, {("EV-01", ""): ("fire",)})["EV-01"]
    given = StepInput("", TODAY, {"reason": "已当场解决"})
    warnings.act(store, ME, old, "false-alarm", given, TODAY)
    new = ManualWarning(home, "EV-01", "yellow", *WORDS)
    warnings.open_warning(store, ME, new, TODAY)
    with pytest.raises(AppError, match="E417"):
        warnings.act(store, ME, old, "reinstate", StepInput("还在", TODAY), TODAY)


def test_the_option_names_the_department_that_an_order_goes_to(store: Store, home: str) -> None:
    event = warned(store, home, {("EV-01", ""): ("flood",)})["EV-01"]
    warnings.act(store, ME, event, "confirm", StepInput("看过", TODAY), TODAY)
    with acting_as(store, "township"):
        warnings.act(store, ME, event, "pass", StepInput("属实", TODAY), TODAY)
    with acting_as(store, "county"):
        warnings.act(store, ME, event, "determine", StepInput(on=TODAY), TODAY)
        due = (TODAY + timedelta(9)).isoformat()
        given = StepInput("", TODAY, {"contact": "值班电话", "due_on": due})
        page, _ = warnings.act(store, ME, event, "assign", given, TODAY)
    assert (page.department, page.departments) == ("应急管理局", ("应急管理局",))


def test_the_names_of_the_table_open_a_change(store: Store, home: str) -> None:
    names = ("split", "merge", "change-head", "extinguish")
    kinds = [changes.open_change(store, ME, NewChange(home, name), TODAY)[0].fields["change_kind"]
             for name in names]  # fmt: skip
    assert kinds == ["household_split", "household_merge", "head_change", "household_extinct"]


def test_monitoring_needs_measures_and_somebody_who_answers_for_it(store: Store, home: str) -> None:
    with store.write("test.case", ME) as session:
        row = MonitoredCase(scope=VILLAGE, household_id=home, object_type="edge_prone",
                            identified_on="2025-01-10", causes="illness")  # fmt: skip
        helper = Helper(scope=VILLAGE, name="李会计")
        session.add_all([row, helper])
        session.flush()
        case_id, helper_id = row.id, helper.id

    def monitor() -> monitored.CasePage:
        return monitored.act_case(store, ME, case_id, "monitor", StepInput(), TODAY)[0]

    with pytest.raises(AppError, match="E414"):
        monitor()
    with store.write("test.helper", ME) as session:
        session.add(HelperAssignment(scope=VILLAGE, household_id=home, helper_id=helper_id,
                                     assigned_on=TODAY))  # fmt: skip
    with pytest.raises(AppError, match="E414"):
        monitor()
    measures.plan_measure(store, ME, planned(home), TODAY)
    page = monitor()
    assert (page.item.state, page.item.history[-1].action) == ("monitoring", "monitor")
