"""Three real replicas: what a device writes beyond its level has no effect anywhere else."""

from datetime import date
from pathlib import Path

import pytest

from app.models.store import Store
from app.ops import monitored, sheets, warnings
from app.ops.lives import StepInput
from app.ops.monitored import NewClue
from tests.conftest import StoreMaker
from tests.ops.levels import acting_as
from tests.ops.network import ME, Network, build
from tests.ops.village import TODAY, add_family, answer_all, open_october


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
