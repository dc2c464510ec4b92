"""Parameter packs in real replicas: issued above, in force below, kept by closed months."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.catalogue import CatalogueError
from app.domain.period import Period
from app.models.errors import OwnershipError
from app.models.form import PeriodRow
from app.models.step import Step
from app.models.store import Store
from app.ops import policies, policy_packs
from app.ops.errors import NoPeriodError
from app.ops.trial import try_parameters
from tests.conftest import COUNTY, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops import network
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

NOVEMBER = Period(2025, 11)


def write(folder: Path, text: str, name: str = "参数.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def line(store: Store, period: Period, village: str = "") -> object:
    with store.read() as session:
        return policies.policy_for(session, period, village).line


@pytest.fixture
def county(new_store: StoreMaker) -> Store:
    return new_store("county", COUNTY, "云屏县")


def test_a_pack_takes_effect_from_its_month(county: Store, tmp_path: Path) -> None:
    file = write(tmp_path, "valid_from: 2025-11\nline: 9000\n")
    assert [c.name for c in policy_packs.diff(county, file).changes] == ["line"]
    found = policy_packs.take_in(county, ME, file)
    assert [(c.name, c.old, c.new) for c in found.changes] == [("line", 8700, 9000)]
    assert found.changed.tables == {"parameter_pack"}
    assert (line(county, OCTOBER), line(county, NOVEMBER)) == (8700, 9000)


def test_the_same_pack_twice_changes_nothing(county: Store, tmp_path: Path) -> None:
    file = write(tmp_path, "valid_from: 2025-11\nline: 9000\n")
    policy_packs.take_in(county, ME, file)
    again = policy_packs.take_in(county, ME, file)
    assert (again.is_known, again.changes, bool(again.changed)) == (True, (), False)
    assert len(policy_packs.list_packs(county, NOVEMBER)) == 2


def test_a_corrected_pack_of_the_same_month_holds(county: Store, tmp_path: Path) -> None:
    for amount in (9000, 9100):
        file = write(tmp_path, f"valid_from: 2025-11\nline: {amount}\n")
        policy_packs.take_in(county, ME, file)
    assert line(county, NOVEMBER) == 9100


def test_the_list_tells_what_holds_until_when(county: Store, tmp_path: Path) -> None:
    policy_packs.take_in(county, ME, write(tmp_path, "valid_from: 2026-01\nline: 9000\n"))
    first, second = policy_packs.list_packs(county, OCTOBER)
    assert (first.valid_from, first.valid_to, first.in_force) == ("2025-01", "2025-12", True)
    assert (second.valid_from, second.valid_to, second.area_code) == ("2026-01", "", COUNTY)


def test_the_saved_text_of_a_pack_can_be_issued_anew(county: Store, tmp_path: Path) -> None:
    text = policy_packs.pack_text(county, OCTOBER).replace("value = 8700", "value = 8800")
    file = write(tmp_path, text.replace('"2025-01"', '"2025-12"', 1), "参数.toml")
    assert [(c.name, c.new) for c in policy_packs.diff(county, file).changes] == [("line", 8800)]


def test_a_village_issues_no_parameters(store: Store, tmp_path: Path) -> None:
    file = write(tmp_path, "valid_from: 2025-11\nline: 9000\n")
    with pytest.raises(OwnershipError):
        policy_packs.take_in(store, ME, file)
    assert line(store, NOVEMBER) == 8700


def test_another_area_is_refused(county: Store, tmp_path: Path) -> None:
    file = write(tmp_path, f"valid_from: 2025-11\narea: '{TOWNSHIP}'\nline: 9000\n")
    with pytest.raises(policy_packs.PackAreaError):
        policy_packs.take_in(county, ME, file)


def test_a_broken_file_names_the_parameter(county: Store, tmp_path: Path) -> None:
    file = write(tmp_path, "valid_from: 2025-11\nline: 许多\n")
    with pytest.raises(CatalogueError) as refused:
        policy_packs.take_in(county, ME, file)
    assert refused.value.sentence().startswith("目录文件“参数.yaml”有误（line）")
    assert len(policy_packs.list_packs(county, NOVEMBER)) == 1


def test_of_two_superiors_in_one_month_the_nearer_holds(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    net = network.build(new_store, tmp_path / "stick")
    for store, amount in ((net.township, 9200), (net.county, 9000)):
        file = write(tmp_path, f"valid_from: 2025-11\nline: {amount}\n")
        policy_packs.take_in(store, ME, file)
    net.send(net.county, net.township)
    net.send(net.township, net.village)
    assert line(net.village, NOVEMBER) == 9200
    assert line(net.county, NOVEMBER) == 9000
    assert line(net.county, NOVEMBER, VILLAGE) == 9000  # has not heard of the township's yet
    net.send(net.township, net.county)
    assert line(net.county, NOVEMBER, VILLAGE) == 9200
    assert line(net.county, NOVEMBER) == 9000


def test_a_closed_month_keeps_the_pack_it_was_closed_with(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    net = network.build(new_store, tmp_path / "stick")
    add_family(net.village)
    open_october(net.village)
    _close(net.village)
    policy_packs.take_in(net.county, ME, write(tmp_path, "valid_from: 2025-10\nline: 9000\n"))
    net.send(net.county, net.township)
    net.send(net.township, net.village)
    assert (line(net.village, OCTOBER), line(net.village, NOVEMBER)) == (8700, 9000)
    net.send(net.village, net.township)
    assert (line(net.township, OCTOBER, VILLAGE), line(net.township, OCTOBER)) == (8700, 9000)


def _close(store: Store) -> None:
    """Lead the month to its end, as closing does."""
    with store.write("test.close", ME) as session:
        row = session.scalars(select(PeriodRow)).one()
        last = session.scalars(select(Step).filter_by(subject="period")).one().id
        for action in ("check", "close"):
            step = Step(
                scope=VILLAGE, subject="period", subject_id=row.id, follows=last, action=action,
                step_on=TODAY, actor="张卫东", level="village",
            )  # fmt: skip
            session.add(step)
            session.flush()
            last = step.id


def test_a_trial_lists_who_comes_in_and_saves_nothing(store: Store) -> None:
    home = add_family(store)
    open_october(store)
    answer_all(store, home, {("EV-02", ""): 8000})
    found = try_parameters(store, OCTOBER, {"new_debt": "5000", "line": "13000"}, TODAY)
    assert {(h.household_id, h.code) for h in found.came_in} == {(home, "EV-02"), (home, "R-01")}
    assert found.counts["EV-02"] == (0, 1)
    assert {(c.name, c.new) for c in found.changes} == {("new_debt", 5000), ("line", 13000)}
    back = try_parameters(store, OCTOBER, {"near_line_ratio": "2"}, TODAY)
    assert [h.code for h in back.came_in] == ["R-02"]
    assert line(store, OCTOBER) == 8700


def test_a_trial_tells_who_would_no_longer_be_due(store: Store) -> None:
    add_family(store)
    open_october(store)
    given = {"monthly_scope": '{"lifted_high": "campaign"}'}
    assert try_parameters(store, OCTOBER, given, TODAY).due_out == ("2",)


def test_a_trial_of_nothing_or_of_an_unknown_name_is_refused(store: Store) -> None:
    with pytest.raises(NoPeriodError):
        try_parameters(store, OCTOBER, {"line": "9000"}, date(2025, 10, 1))
    with pytest.raises(CatalogueError):
        try_parameters(store, OCTOBER, {"lime": "9000"}, date(2025, 10, 1))
