"""Three real replicas: what a device writes beyond its level has no effect anywhere else."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models.household import Household, Member, MonitoredCase
from app.models.store import Store
from app.ops import catalogue, changes, exchange, monitored, sheets, statistics, warnings
from app.ops.changes import NewChange
from app.ops.errors import ChangeRefusedError
from app.ops.lives import StepInput
from app.ops.monitored import NewClue
from tests.conftest import VILLAGE, StoreMaker
from tests.ops.levels import acting_as
from tests.ops.network import ME, Network, build
from tests.ops.village import OCTOBER, TODAY, add_family, answer_all, open_october


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


def state(store: Store, warning_id: str) -> str:
    return warnings.show_warning(store, warning_id, TODAY).line.state


def test_a_villages_own_pass_is_void_at_the_township(network: Network) -> None:
    home = add_family(network.village)
    open_october(network.village)
    sheet_id = answer_all(network.village, home, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(network.village, ME, sheet_id, TODAY).opened
    warnings.act(network.village, ME, warning_id, "confirm", StepInput("属实", TODAY))
    network.send(network.village, network.township)
    with acting_as(network.village, "township"):  # a program that was tampered with
        warnings.act(network.village, ME, warning_id, "pass", StepInput("同意", TODAY))
    assert state(network.village, warning_id) == "pending_county"
    taken = network.send(network.village, network.township)
    assert taken.void
    assert state(network.township, warning_id) == "pending_township"


def test_the_township_sees_when_a_warning_arrived(network: Network) -> None:
    home = add_family(network.village)
    open_october(network.village)
    sheet_id = answer_all(network.village, home, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(network.village, ME, sheet_id, TODAY).opened
    early = StepInput("属实", date(2025, 10, 20))
    warnings.act(network.village, ME, warning_id, "confirm", early)
    network.send(network.village, network.township)
    line = warnings.show_warning(network.township, warning_id, TODAY).line
    assert line.received_on == date(2025, 10, 20)
    assert line.holder == "township"


def carry(network: Network, sender: Store, receiver: Store, day: date) -> None:
    path = network.export(sender, receiver).path
    exchange.import_package(
        receiver, ME, path, datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    )


def test_every_level_shows_the_same_days_in_t15(network: Network) -> None:
    """The township says with its step when it got the paper; other levels got it later."""
    village, township, county = network.village, network.township, network.county
    confirmed, got, passed, higher, determined, back = (
        TODAY + timedelta(days=n) for n in (1, 3, 4, 5, 7, 8)
    )
    home = add_family(village)
    open_october(village)
    sheet_id = answer_all(village, home, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(village, ME, sheet_id, TODAY).opened
    warnings.act(village, ME, warning_id, "confirm", StepInput("属实", confirmed), confirmed)
    carry(network, village, township, got)
    page, _ = warnings.act(township, ME, warning_id, "pass", StepInput("同意", passed), passed)
    assert page.history[-1].values["received_on"] == got.isoformat()
    carry(network, township, county, higher)
    page, _ = warnings.act(county, ME, warning_id, "determine", StepInput("", determined))
    assert page.history[-1].values["received_on"] == higher.isoformat()
    carry(network, county, township, back)
    carry(network, township, village, back)
    for store in (village, township, county):
        report = statistics.monthly_report(store, OCTOBER, back)
        days = report.table("T15").value("及时核查", "平均（天）")
        assert days == (determined - got).days, store.level


def test_a_clue_goes_up_and_the_case_comes_down(network: Network) -> None:
    home = add_family(network.village)
    new = NewClue(home, "self_report", "大病", TODAY)
    made, _ = monitored.register_clue(network.village, ME, new, TODAY)
    network.send(network.village, network.township)
    given = StepInput("", TODAY, {"team": "王芳、刘洋"})
    monitored.act_case(network.township, ME, made.item_id, "accept", given, TODAY)
    network.send(network.township, network.village)
    page = monitored.show_case(network.village, made.item_id, TODAY, ME)
    assert page.item.state == "to_verify"
    assert [a.name for a in page.item.actions] == ["verify", "exclude"]


def test_an_old_couple_dies_and_nothing_stays_open(network: Network) -> None:
    village, township = network.village, network.township
    home = add_family(village)
    with village.write("test.couple", ME) as session:
        family = list(session.scalars(select(Member).order_by(Member.number)))
        for child in family[2:]:
            child.member_status = "moved_out"
        case = MonitoredCase(scope=VILLAGE, household_id=home, object_type="edge_prone",
                             identified_on="2025-01-10", causes="illness")  # fmt: skip
        session.add(case)
        session.flush()
        case_id = case.id
    open_october(village)
    sheet_id = answer_all(village, home, {("WT-01", ""): "short"})
    sheets.submit_sheet(village, ME, sheet_id, TODAY)
    with pytest.raises(ChangeRefusedError):  # the head, with his wife still there
        died(network, home, family[0].id)
    died(network, home, family[1].id)
    died(network, home, family[0].id)
    (task,) = changes.list_changes(village, TODAY, ME)
    decided(network, task.item_id)
    for store in (village, township):
        assert warnings.list_warnings(store, TODAY) == []
        page = monitored.show_case(store, case_id, TODAY, ME)
        assert (page.item.state, page.item.actions) == ("extinct", ())
        assert [s.level for s in page.item.history] == ["program"]
        with store.read() as session:
            assert session.get_one(Household, home).removed_reason == "整户消亡"
            assert len(list(session.scalars(select(Member)))) == 4


def died(network: Network, home: str, member_id: str) -> None:
    new = NewChange(home, "decrease", "death", TODAY, member_id, "火化证")
    made, _ = changes.open_change(network.village, ME, new, TODAY)
    try:
        decided(network, made.item_id)
    except ChangeRefusedError:
        withdraw = StepInput("报错", TODAY)
        changes.act_change(network.village, ME, made.item_id, "withdraw", withdraw, TODAY)
        raise


def decided(network: Network, change_id: str) -> None:
    given = StepInput("", TODAY, {"proof": "火化证"})
    changes.act_change(network.village, ME, change_id, "submit", given, TODAY)
    network.send(network.village, network.township)
    changes.act_change(network.township, ME, change_id, "decide", StepInput("", TODAY), TODAY)
    network.send(network.township, network.village)


def test_a_question_that_is_no_longer_asked_is_cancelled_by_the_township(
    network: Network,
) -> None:
    village, township = network.village, network.township
    home = add_family(village)
    open_october(village)
    sheet_id = answer_all(village, home, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(village, ME, sheet_id, TODAY).opened
    warnings.act(village, ME, warning_id, "confirm", StepInput("属实", TODAY))
    form = catalogue.form_for(OCTOBER)
    for expected in ([warning_id], []):  # once is enough
        with village.write("test.obsolete", ME) as session:
            marked = warnings.propose_obsolete(session, home, {("FD-01", "")}, set(), form, TODAY)
        assert marked == expected
    assert warnings.show_warning(village, warning_id, TODAY).line.is_cancel_proposed
    network.send(village, township)
    warnings.act(township, ME, warning_id, "keep", StepInput("还要看", TODAY))
    network.send(township, village)
    line = warnings.show_warning(village, warning_id, TODAY).line
    assert (line.state, line.is_cancel_proposed) == ("pending_township", False)
    for day, expected in ((TODAY, []), (date(2025, 11, 3), [warning_id])):  # next month again
        with village.write("test.obsolete", ME) as session:
            assert expected == warnings.propose_obsolete(
                session, home, {("FD-01", "")}, set(), form, day
            )
    network.send(village, township)
    later = StepInput("", date(2025, 11, 4))
    page, _ = warnings.act(township, ME, warning_id, "confirm-cancel", later)
    assert page.line.state == "cancelled"
