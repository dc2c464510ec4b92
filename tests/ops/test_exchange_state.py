"""How far each household has come: 未导出, 已导出, 镇已收到, 已审, 已退回."""

from pathlib import Path

import pytest

from app.models.household import Household
from app.models.store import Store
from app.ops import exchange, exchange_state, sheets, warnings
from app.ops.warnings import StepInput
from tests.conftest import NOW, StoreMaker
from tests.ops.network import ME, Network, build
from tests.ops.village import TODAY, add_family, answer_all, open_october


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


def states(store: Store) -> dict[str, str]:
    return {line.household_id: line.state for line in exchange_state.household_states(store)}


def test_a_household_goes_up_and_comes_back(network: Network) -> None:
    village, township = network.village, network.township
    first, second = add_family(village), add_family(village, "3")
    open_october(village)
    sheet_id = answer_all(village, first, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(village, ME, sheet_id, TODAY).opened
    warnings.act(village, ME, warning_id, "confirm", StepInput("属实", TODAY))
    assert states(village) == {first: "not_exported", second: "not_exported"}
    path = network.export(village, township).path
    assert states(village) == {first: "exported", second: "exported"}
    assert [line.is_receipted for line in exchange_state.package_log(village)] == [False]
    exchange.import_package(township, ME, path, NOW)
    network.send(township, village)
    assert states(village) == {first: "received", second: "received"}
    assert [line.is_receipted for line in exchange_state.package_log(village)] == [False, True]
    warnings.act(township, ME, warning_id, "return", StepInput("请补拍", TODAY))
    with township.write("test.review", ME, "核实") as session:
        session.get_one(Household, second).note = "已核"
    network.send(township, village)
    assert states(village) == {first: "returned", second: "reviewed"}
    with village.write("test.edit", ME) as session:
        session.get_one(Household, first).phone = "1"
    assert states(village)[first] == "not_exported"


def test_a_peers_receipt_names_what_waits_and_what_is_missing(network: Network) -> None:
    add_family(network.village)
    network.send(network.village, network.township)
    network.send(network.township, network.village)
    (receipt,) = exchange_state.peer_receipts(network.village)
    assert (receipt.peer_name, receipt.void, receipt.waiting) == ("云岭镇", (), ())
