"""People change households: warnings, measures, the case and its helper go on where they are."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain import case, measure
from app.domain.household import AnswerKey, AnswerValue
from app.models.case import Clue
from app.models.change import NaturalChange
from app.models.form import Sheet
from app.models.household import Helper, HelperAssignment, Household, Member, MonitoredCase
from app.models.plan import Measure
from app.models.register import Issue, NegativeCheck
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import (
    attachments,
    case_rows,
    changes,
    household_moves,
    measures,
    monitored,
    months,
    pictures,
    registers,
    sheets,
    warnings,
)
from app.ops.attachments import Thing
from app.ops.changes import NewChange
from app.ops.errors import ChangeRefusedError
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from app.ops.monitored import NewClue
from app.ops.registers import NewFinding, NewIssue
from tests.conftest import VILLAGE, StoreMaker
from tests.ops.levels import acting_as
from tests.ops.network import build
from tests.ops.photos import photo
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

DAY = date(2025, 10, 10)


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store, "2")


@pytest.fixture
def other(store: Store) -> str:
    return add_family(store, "3")


def people(store: Store, home: str) -> dict[str, str]:
    with store.read() as session:
        rows = session.scalars(select(Member).filter_by(household_id=home))
        return {row.name: row.id for row in rows}


def report(store: Store, home: str, kind: str, **details: object) -> str:
    new = NewChange(home, kind, effective_on=DAY, proof="户口页", details=details)
    made = changes.open_change(store, ME, new, TODAY)[0].item_id
    changes.act_change(store, ME, made, "submit", StepInput(), TODAY)
    return made


def decide(store: Store, change_id: str) -> Item:
    with acting_as(store, "township"):
        return changes.act_change(store, ME, change_id, "decide", StepInput(), TODAY)[0]


def joining(store: Store, source: str, target: str) -> str:
    relations = dict.fromkeys(people(store, source).values(), "亲属")
    return report(store, source, "household_merge", target_household_id=target,
                  relations=relations)  # fmt: skip


def merge(store: Store, source: str, target: str) -> Item:
    return decide(store, joining(store, source, target))


def again(store: Store) -> Item:
    """Lead the one change that was refused to its end."""
    (waiting,) = changes.list_changes(store, TODAY, ME)
    changes.act_change(store, ME, waiting.item_id, "submit", StepInput(), TODAY)
    return decide(store, waiting.item_id)


def split(store: Store, home: str, *names: str) -> str:
    family = people(store, home)
    going = [family[name] for name in names]
    made = report(store, home, "household_split", head_id=going[0], member_ids=",".join(going),
                  relations=dict.fromkeys(going[1:], "之女"))  # fmt: skip
    decide(store, made)
    with store.read() as session:
        return session.scalars(select(Household.id).filter_by(household_no="2-1")).one()


def plan(store: Store, home: str, **more: object) -> str:
    values = {"cause": "illness"} | more
    new = NewMeasure(home, "health", "大病救治", "李会计", **values)  # type: ignore[arg-type]
    return measures.plan_measure(store, ME, new, TODAY)[0].item_id


def of_home(store: Store, table: type, home: str) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(table.id).filter_by(household_id=home)))  # type: ignore[attr-defined]


def open_of(store: Store, home: str) -> dict[str, str]:
    """Return code → state of a household's open warnings."""
    found = warnings.list_warnings(store, TODAY)
    return {line.code: line.state for line in found if line.household_id == home}


def add_case(store: Store, home: str, *, removed: bool = False) -> str:
    with store.write("test.case", ME) as session:
        row = MonitoredCase(scope=VILLAGE, household_id=home, object_type="edge_prone",
                            causes="illness", identified_on="2024-05-01", is_eliminated=removed,
                            eliminated_on="2025-01-02" if removed else None)  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def living(store: Store, home: str) -> dict[str, tuple[str, int]]:
    """Return case id → its state and number, of what is open and counts."""
    with store.read() as session:
        found = case_rows.load(session, [home])
        newest = case_rows.newest(found)
        return {
            one.id: (one.state, one.case.case_no if one.case else 0)
            for one in found
            if one.thing.is_open and one.id in newest
        }


def test_after_a_merge_everything_open_goes_on_at_the_household_that_stays(
    store: Store, home: str, other: str, tmp_path: Path
) -> None:
    open_october(store)
    boy = people(store, other)["赵明远"]
    sheet_id = answer_all(store, other, {("ED-01", boy): "dropout", ("WT-01", ""): "short"})
    picture = pictures.from_file(photo(tmp_path / "a.jpg"))
    attachments.add(store, ME, [Thing("sheet", sheet_id, "WT-01")], [picture], "", TODAY)
    opened = sheets.submit_sheet(store, ME, sheet_id, TODAY).opened
    before = open_of(store, other)
    running = plan(store, other, cause="", warning_ids=opened[:1])
    whole = plan(store, other)
    merge(store, other, home)
    assert {"ED-01", "WT-01"} <= set(before)
    assert open_of(store, home) == before
    assert open_of(store, other) == {}
    assert set(of_home(store, Measure, home)) == {running, whole}
    assert measures.show_measure(store, running, TODAY, ME).state == measure.PLANNED
    water = next(w for w in warnings.list_warnings(store, TODAY) if w.code == "WT-01")
    assert water.photos == 1
    assert warnings.show_warning(store, water.warning_id, TODAY).line.household_no == "2"


def test_a_warning_that_both_have_goes_on_once_with_what_answers_it(
    store: Store, home: str, other: str
) -> None:
    open_october(store)
    for each in (home, other):
        answers: dict[AnswerKey, AnswerValue] = {
            ("WT-01", ""): "short", ("EV-01", ""): ("fire",)
        }  # fmt: skip
        sheets.submit_sheet(store, ME, answer_all(store, each, answers), TODAY)
    with store.read() as session:
        water = {row.household_id: row.id for row in session.scalars(
            select(HouseholdWarning).filter_by(code="WT-01"))}  # fmt: skip
    help_ = plan(store, other, cause="", warning_ids=(water[other],))
    merge(store, other, home)
    lines = [w for w in warnings.list_warnings(store, TODAY) if w.household_id == home]
    assert [w.code for w in lines].count("WT-01") == 1
    assert [w.code for w in lines].count("EV-01") == 2  # an event is not another one
    ended = warnings.show_warning(store, water[other], TODAY)
    assert (ended.line.state, ended.history[-1].values["linked_id"]) == ("cancelled", water[home])
    with store.read() as session:
        answered = session.get_one(Measure, help_).warning_ids.split(",")
        total = session.scalar(select(func.count()).select_from(HouseholdWarning))
    assert water[home] in answered
    assert total == len(warnings.list_warnings(store, TODAY, only_open=False))


def test_a_merged_household_is_one_monitored_object(store: Store) -> None:
    """Own and other's case before; which goes on, in which state and number; how the own ends."""
    stories: tuple[tuple[str, str, str, tuple[str, int], str], ...] = (
        ("monitoring", "", "own", (case.MONITORING, 1), ""),
        ("", "monitoring", "others", (case.MONITORING, 1), ""),
        ("monitoring", "monitoring", "others", (case.MONITORING, 1), case.EXTINCT),
        ("removed", "monitoring", "others", (case.MONITORING, 1), case.EXTINCT),
        ("removed", "removed", "others", (case.RISK_REMOVED, 1), case.EXTINCT),
        ("monitoring", "removed", "own", (case.MONITORING, 2), ""),
    )
    for number, (own, others, who, found, ended) in enumerate(stories):
        other, home = (add_family(store, str(10 + 2 * number + n)) for n in range(2))
        ids = {
            name: add_case(store, each, removed=state == "removed")
            for name, each, state in (("own", other, own), ("others", home, others))
            if state
        }
        merge(store, other, home)
        assert living(store, home) == {ids[who]: found}
        assert living(store, other) == {}
        if ended:
            with store.read() as session:
                assert case_rows.one(session, ids["own"]).state == ended


@pytest.mark.parametrize("busy", ["own", "others"])
def test_two_cases_of_which_one_is_under_way_are_settled_first(
    store: Store, home: str, other: str, busy: str
) -> None:
    with_clue, with_case = (other, home) if busy == "own" else (home, other)
    add_case(store, with_case)
    clue = NewClue(with_clue, "self_report", "大病", TODAY)
    case_id = monitored.register_clue(store, ME, clue, TODAY)[0].item_id
    with pytest.raises(ChangeRefusedError) as caught:
        joining(store, other, home)
    assert "正在办（线索）" in caught.value.user_text()
    with acting_as(store, "township"):
        given = StepInput("没有风险", TODAY, {})
        monitored.act_case(store, ME, case_id, "exclude", given, TODAY)
    assert again(store).state == "done"


def test_a_clue_goes_on_where_the_people_are(store: Store, home: str, other: str) -> None:
    clue = NewClue(other, "self_report", "大病", TODAY)
    case_id = monitored.register_clue(store, ME, clue, TODAY)[0].item_id
    merge(store, other, home)
    assert living(store, home) == {case_id: (case.CLUE, 0)}
    assert of_home(store, Clue, other) == []


def test_a_change_that_waits_is_settled_before_a_merge(store: Store, home: str, other: str) -> None:
    boy = people(store, other)["赵明远"]
    new = NewChange(other, "decrease", "enlist", DAY, boy, "通知书")
    waiting = changes.open_change(store, ME, new, TODAY)[0].item_id
    with pytest.raises(ChangeRefusedError) as caught:
        joining(store, other, home)
    assert "没办完的：自然减少" in caught.value.user_text()
    changes.act_change(store, ME, waiting, "withdraw", StepInput("报错"), TODAY)
    assert again(store).state == "done"


def test_issues_checks_helper_and_the_visit_list_follow_a_merge(
    store: Store, home: str, other: str
) -> None:
    open_october(store)
    issue = registers.open_issue(store, ME, NewIssue("督导", "屋顶漏雨", household_id=other), TODAY)
    check = NewFinding(other, "N-01", "有商品房")
    found = registers.open_finding(store, ME, "negative_check", check, TODAY)
    doubt = NewFinding(other, "D-01", "没有证件号码")
    asked = registers.open_finding(store, ME, "data_doubt", doubt, TODAY)
    with store.write("test.helper", ME) as session:
        helper = Helper(scope=VILLAGE, name="刘洋")
        session.add(helper)
        session.flush()
        session.add(HelperAssignment(scope=VILLAGE, household_id=other, helper_id=helper.id,
                                     assigned_on=date(2025, 1, 1)))  # fmt: skip
    merge(store, other, home)
    assert of_home(store, Issue, home) == [issue[0].item_id]
    assert of_home(store, NegativeCheck, home) == [found[0].item_id]
    assert registers.show_entry(store, "data_doubt", asked[0].item_id, TODAY, ME).state == (
        "corrected"
    )
    with store.read() as session:
        helped = [(a.household_id, a.ended_on) for a in session.scalars(
            select(HelperAssignment).order_by(HelperAssignment.assigned_on))]  # fmt: skip
    assert helped == [(other, DAY), (home, None)]
    (left,) = [d for d in months.due_households(store, OCTOBER, TODAY) if d.household_id == other]
    assert left.unvisited_reason == "其他：并入2号户"


def test_who_splits_off_takes_the_own_warnings_and_measures_the_case_stays(
    store: Store, home: str
) -> None:
    open_october(store)
    family = people(store, home)
    sheet_id = answer_all(store, home, {
        ("ED-01", family["赵明月"]): "dropout", ("ED-01", family["赵明远"]): "dropout",
        ("WT-01", ""): "short",
    })  # fmt: skip
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    with store.read() as session:
        girls = [row.id for row in session.scalars(
            select(HouseholdWarning).filter_by(member_id=family["赵明月"]))]  # fmt: skip
    case_id = add_case(store, home)
    own = plan(store, home, member_id=family["赵明月"])
    answers = plan(store, home, cause="", warning_ids=tuple(girls))
    stays = plan(store, home)
    new = split(store, home, "李秀兰", "赵明月")
    assert set(of_home(store, HouseholdWarning, new)) == set(girls)
    assert "WT-01" in open_of(store, home)
    assert set(of_home(store, Measure, new)) == {own, answers}
    assert of_home(store, Measure, home) == [stays]
    assert set(living(store, home)) == {case_id}


def test_a_household_that_dies_out_leaves_nothing_open_but_its_measures(
    store: Store, home: str
) -> None:
    open_october(store)
    with store.write("test.alone", ME) as session:
        for row in session.scalars(select(Member).filter_by(household_id=home)):
            if row.relation != "户主":
                row.member_status, row.left_on = "moved_out", date(2025, 3, 1)
    clue = NewClue(home, "self_report", "大病", DAY)
    case_id = monitored.register_clue(store, ME, clue, TODAY)[0].item_id
    check = NewFinding(home, "N-01", "有商品房")
    found = registers.open_finding(store, ME, "negative_check", check, TODAY)[0].item_id
    runs = plan(store, home)
    head = people(store, home)["赵德福"]
    new = NewChange(home, "decrease", "death", DAY, head, "死亡证明")
    made = changes.open_change(store, ME, new, TODAY)[0].item_id
    changes.act_change(store, ME, made, "submit", StepInput(), TODAY)
    decide(store, made)
    (task,) = changes.list_changes(store, TODAY, ME)
    changes.act_change(store, ME, task.item_id, "submit", StepInput(), TODAY)
    ended = decide(store, task.item_id)
    assert monitored.show_case(store, case_id, TODAY, ME).item.state == case.EXTINCT
    entry = registers.show_entry(store, "negative_check", found, TODAY, ME)
    assert entry.state == "harmless"
    assert ended.fields["measures_to_end"] == runs  # asked about, never ended by the program
    assert measures.show_measure(store, runs, TODAY, ME).state == measure.PLANNED
    (left,) = [d for d in months.due_households(store, OCTOBER, TODAY) if d.household_id == home]
    assert left.unvisited_reason == "其他：整户消亡"


def test_what_a_village_began_before_it_knew_of_the_merge_follows_by_itself(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    village, township = network.village, network.township
    home, other = add_family(village, "2"), add_family(village, "3", kind="ordinary")
    open_october(village)
    made = joining(village, home, other)
    network.send(village, township)
    changes.act_change(township, ME, made, "decide", StepInput(), TODAY)
    sheet_id = answer_all(village, home, {("WT-01", ""): "short"})
    sheets.submit_sheet(village, ME, sheet_id, TODAY)
    clue = NewClue(home, "self_report", "大病", TODAY)
    monitored.register_clue(village, ME, clue, TODAY)
    network.send(township, village)
    network.send(village, township)
    for store in (village, township):
        assert "WT-01" in open_of(store, other)
        assert open_of(store, home) == {}
        assert len(living(store, other)) == 1
    with village.read() as session:  # the household is visited this month
        assert (
            session.scalars(select(Sheet.period).filter_by(household_id=other)).one() == "2025-10"
        )
        ends = select(Step).filter_by(subject="warning", action="cancel")
        assert session.scalars(ends).all() == []


@pytest.mark.parametrize("details", ["", "{}", '{"target_household_id": "nobody"}'])
def test_a_merge_from_a_package_that_names_no_household_leads_nothing_on(
    store: Store, home: str, other: str, details: str
) -> None:
    made = joining(store, home, other)
    decide(store, made)
    with store.write("test", ME) as session:
        session.get_one(NaturalChange, made).details = details
        session.flush()
        assert household_moves.follow(session, TODAY) == frozenset()
