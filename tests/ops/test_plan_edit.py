"""The plan as it is edited: suggestions only by a person's tick, one transaction each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.ownership import Actor
from app.domain.plan import Edition
from app.models.errors import OwnershipError
from app.models.household import MonitoredCase
from app.models.journal import ChangesetRow
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import measures, plan_edit, plan_helpers, plan_year_end, plans
from app.ops.errors import MeasureRefusedError
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from app.ops.plan_edit import MeasureText, PlanTargets, Terms
from app.ops.plan_errors import (
    HelperRefusedError,
    ReasonMissingError,
    SuggestionGoneError,
    TargetRefusedError,
)
from app.ops.plan_helpers import HelperGiven
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.village import ME, TODAY, add_family

TERMS = Terms("张卫东", TODAY, date(2025, 12, 31))
WATER = ("water", "应急送水", "")


@pytest.fixture
def home(store: Store) -> str:
    """Return the family, monitored for want of water, with an open warning on it."""
    household_id = add_family(store)
    with store.write("test.case", ME) as session:
        session.add(
            MonitoredCase(
                scope=VILLAGE, household_id=household_id, object_type="unstable_lifted",
                identified_on="2024-03", causes="drinking_water",
            )
        )  # fmt: skip
        session.add(
            HouseholdWarning(
                id="w1", scope=VILLAGE, household_id=household_id, code="WT-02",
                severity="orange", message="水量不够", basis="WT-02", values="{}",
                question="WT-02", period="2025-10", opened_on=date(2025, 10, 18),
            )
        )  # fmt: skip
    return household_id


def page(store: Store, home: str) -> plan_edit.PlanPage:
    return plan_edit.plan_page(store, ME, home, TODAY)


def test_suggestions_are_shown_and_nothing_is_added(store: Store, home: str) -> None:
    shown = page(store, home)
    assert shown.measures == ()
    assert shown.suggestions[0].key == WATER
    assert shown.suggestions[0].reasons[0] == "预警：水量不够"
    assert page(store, home).measures == ()


def test_ticked_suggestions_become_measures_that_answer_the_warning(
    store: Store, home: str
) -> None:
    ticked = [WATER, ("water", "水窖水池", "")]
    changed = plan_edit.add_suggestions(store, ME, home, ticked, TERMS, TODAY)
    assert changed.household_ids == {home}
    shown = page(store, home)
    assert [m.fields["measure_kind"] for m in shown.measures] == ["应急送水", "水窖水池"]
    first = shown.measures[0].fields
    assert (first["warning_ids"], first["responsible_person"]) == ("w1", "张卫东")
    assert first["department"] == "水利局"
    assert first["planned_end_on"] == "2025-12-31"
    assert shown.measures[1].fields["cause"] == "drinking_water"
    assert WATER not in [s.key for s in shown.suggestions]


def test_a_measure_that_stands_is_only_linked(store: Store, home: str) -> None:
    new = measures.NewMeasure(home, "water", "应急送水", "张卫东", cause="drinking_water")
    measures.plan_measure(store, ME, new, TODAY)
    plan_edit.add_suggestions(store, ME, home, [WATER], TERMS, TODAY)
    (only,) = page(store, home).measures
    assert only.fields["warning_ids"] == "w1"


@pytest.mark.parametrize("ticked", [[("water", "没有这种", "")], [], [WATER, ("health", "x", "")]])
def test_what_is_not_offered_any_more_adds_nothing_at_all(
    store: Store, home: str, ticked: list[tuple[str, str, str]]
) -> None:
    with pytest.raises(SuggestionGoneError):
        plan_edit.add_suggestions(store, ME, home, ticked, TERMS, TODAY)
    assert page(store, home).measures == ()


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (replace(TERMS, responsible_person=" "), "没有写责任人"),
        (replace(TERMS, planned_end_on=date(2025, 1, 1)), "完成日早于开始日"),
    ],
)
def test_terms_that_cannot_be_are_refused(
    store: Store, home: str, terms: Terms, reason: str
) -> None:
    with pytest.raises(MeasureRefusedError) as caught:
        plan_edit.add_suggestions(store, ME, home, [WATER], terms, TODAY)
    assert reason in caught.value.user_text()


def test_targets_are_on_the_sheet_and_complete_the_plan(store: Store, home: str) -> None:
    targets = PlanTargets("2025年底前消除风险", Decimal(15000), "饮水安全", "修水窖")
    assert plan_edit.list_plans(store, TODAY)[0].state == plan_edit.NO_PLAN
    plan_edit.save_targets(store, ME, home, targets, TODAY)
    assert plan_edit.list_plans(store, TODAY)[0].state == plan_edit.IN_WORK
    plan_edit.add_suggestions(store, ME, home, [WATER], TERMS, TODAY)
    (line,) = plan_edit.list_plans(store, TODAY)
    assert (line.state, line.measures, line.problems) == (plan_edit.COMPLETE, 1, 1)
    assert page(store, home).targets == targets
    sheet = plans.plan_document(store, home, TODAY, Edition.WALL)
    values = [item.value for block in sheet.blocks for item in block.items]
    assert "2025年底前消除风险" in values
    assert "修水窖" not in values  # own words hang only where somebody looked at them
    plan_edit.save_targets(store, ME, home, replace(targets, needs=""), TODAY)
    assert page(store, home).targets.needs == ""


def test_a_negative_target_is_refused(store: Store, home: str) -> None:
    with pytest.raises(TargetRefusedError):
        plan_edit.save_targets(store, ME, home, PlanTargets(income=Decimal(-1)), TODAY)
    assert not page(store, home).targets


def text(**changes: object) -> MeasureText:
    values: dict[str, object] = {
        "content": "每周两车", "member_id": "", "department": "水利局",
        "responsible_person": "李四", "planned_start_on": TODAY,
        "planned_end_on": date(2025, 11, 30), "amount": Decimal("1200.50"),
    }  # fmt: skip
    return MeasureText(**(values | changes))  # type: ignore[arg-type]  # keyword bag of a test


def test_an_open_measure_is_corrected_an_ended_one_is_not(store: Store, home: str) -> None:
    plan_edit.add_suggestions(store, ME, home, [WATER], TERMS, TODAY)
    measure_id = page(store, home).measures[0].item_id
    plan_edit.change_measure(store, ME, measure_id, text())
    fields = page(store, home).measures[0].fields
    assert (fields["content"], fields["amount"]) == ("每周两车", "1200.50")
    given = StepInput("", TODAY, {"reason": "重复"})
    measures.act_measure(store, ME, measure_id, "terminate", given, TODAY)
    plan_edit.change_measure(store, ME, measure_id, text())  # the township has not agreed yet
    with acting_as(store, "township"):
        measures.act_measure(store, ME, measure_id, "terminate", StepInput(), TODAY)
    with pytest.raises(MeasureRefusedError):
        plan_edit.change_measure(store, ME, measure_id, text())


@pytest.mark.parametrize(
    "changes",
    [
        {"responsible_person": ""},
        {"amount": Decimal(-1)},
        {"member_id": "nobody"},
        {"planned_end_on": date(2025, 1, 1)},
    ],
)
def test_a_correction_that_cannot_be_changes_nothing(
    store: Store, home: str, changes: dict[str, object]
) -> None:
    plan_edit.add_suggestions(store, ME, home, [WATER], TERMS, TODAY)
    (before,) = page(store, home).measures
    with pytest.raises(MeasureRefusedError):
        plan_edit.change_measure(store, ME, before.item_id, text(**changes))
    assert page(store, home).measures == (before,)


def test_a_helper_is_assigned_known_again_and_ended(store: Store, home: str) -> None:
    given = HelperGiven("王芳", "县医保局", "科员", "13800001234", is_phone_public=True)
    plan_helpers.assign(store, ME, home, given, date(2025, 1, 1))
    (line,) = page(store, home).helpers
    assert (line.helper, line.ended_on) == (given, None)
    with pytest.raises(HelperRefusedError):
        plan_helpers.assign(store, ME, home, given, TODAY)
    with pytest.raises(HelperRefusedError):
        plan_helpers.end_assignment(store, ME, line.assignment_id, date(2024, 12, 31))
    plan_helpers.end_assignment(store, ME, line.assignment_id, TODAY)
    plan_helpers.assign(store, ME, home, given, TODAY)
    assert [one.ended_on for one in page(store, home).helpers] == [TODAY, None]
    assert plan_helpers.known_helpers(store) == [given]
    sheet = plans.plan_document(store, home, TODAY, Edition.WALL)
    (helpers,) = [block for block in sheet.blocks if block.key == "helpers"]
    assert ("帮扶责任人", "王芳", "县医保局", "13800001234") in helpers.rows


def test_a_helper_without_a_name_is_refused(store: Store, home: str) -> None:
    with pytest.raises(HelperRefusedError):
        plan_helpers.assign(store, ME, home, HelperGiven("  "), TODAY)
    assert page(store, home).helpers == ()


def test_a_reader_may_not_plan(store: Store, home: str) -> None:
    reader = Actor("看", "readonly")
    with pytest.raises(OwnershipError):
        plan_edit.add_suggestions(store, reader, home, [WATER], TERMS, TODAY)
    assert page(store, home).measures == ()


def test_a_township_says_why_it_changes_a_plan_and_the_journal_keeps_it(
    store: Store, home: str
) -> None:
    plan_edit.add_suggestions(store, ME, home, [WATER], TERMS, TODAY)
    plan_helpers.assign(store, ME, home, HelperGiven("王芳"), TODAY)
    (measure,), (helper,) = page(store, home).measures, page(store, home).helpers
    with acting_as(store, "township"):
        changes: tuple[Callable[[str], object], ...] = (
            lambda why: plan_edit.change_measure(store, ME, measure.item_id, text(), why),
            lambda why: plan_edit.save_targets(store, ME, home, PlanTargets("年底"), TODAY, why),
            lambda why: plan_helpers.assign(store, ME, home, HelperGiven("李四"), TODAY, why),
            lambda why: plan_helpers.end_assignment(store, ME, helper.assignment_id, TODAY, why),
        )
        for change in changes:
            with pytest.raises(ReasonMissingError, match="E556"):
                change("  ")
            change("县里核查要求")
    with store.read() as session:
        reasons = session.scalars(select(ChangesetRow.reason).order_by(ChangesetRow.id)).all()
    assert reasons[-4:] == ["县里核查要求"] * 4


def test_the_years_end_lists_what_goes_over_and_carries_what_is_ticked(
    store: Store, home: str
) -> None:
    december, begun = date(2025, 12, 20), []
    for kind in ("应急送水", "水窖水池", "管网维修"):
        new = NewMeasure(
            household_id=home, measure_category="water", measure_kind=kind,
            responsible_person="张卫东", cause="drinking_water", planned_start_on=TODAY,
            planned_end_on=date(2026, 3, 31),
        )  # fmt: skip
        begun.append(measures.plan_measure(store, ME, new, TODAY)[0].item_id)
    for measure_id in begun[:2]:
        given = StepInput("", TODAY)
        measures.act_measure(store, ME, measure_id, "start", given, TODAY)
    shown = plan_year_end.year_end(store, december)
    assert (shown.year, [one.text for one in shown.to_decide]) == (
        2026, ["饮水安全保障·管网维修"],
    )  # fmt: skip
    assert {one.measure_id for one in shown.to_carry} == set(begun[:2])
    assert shown.to_carry[0].head_name == "赵德福"
    done = plan_year_end.carry_over(store, ME, [begun[0], begun[2]], december)
    assert done.carried == (begun[0],)
    left = plan_year_end.year_end(store, december).to_carry
    assert [one.measure_id for one in left] == [begun[1]]
    assert plan_year_end.year_end(store, date(2026, 1, 2)).year == 2026
