"""Two persons may move a revocation's cut; every replica follows."""

from pathlib import Path

import pytest

from app.models.household import Household
from app.models.store import Store
from app.ops import cuts, devices, doctor, operators
from tests.conftest import VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, clone, enrol
from tests.ops.test_forks import edit, states, value
from tests.ops.village import add_family

SECOND = "王芳"


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


@pytest.fixture
def neighbour(network: Network, new_store: StoreMaker, tmp_path: Path) -> Store:
    """Return a second laptop that had in what the lost one wrote after its cut."""
    village, township = network.village, network.township
    second = new_store("village", VILLAGE, "上坝村")
    enrol(township, second, tmp_path)
    household = add_family(village)
    network.send(village, township)
    network.send(township, second)
    carrier = clone(township, tmp_path / "carrier")
    edit(village, household, phone="9")
    edit(village, household, note="院坝边")
    network.send(village, carrier)
    network.send(carrier, second)
    carrier.close()
    devices.revoke_device(township, ME, village.device_id, "电脑丢失")
    network.send(township, second)
    network.send(second, township)
    operators.add_operator(township, ME, SECOND, "reviewer")
    operators.add_operator(township, ME, "来访", "readonly")
    return second


def home(store: Store) -> str:
    with store.read() as session:
        return str(session.query(Household.id).one()[0])


def test_what_lies_beyond_a_cut_is_listed_and_two_persons_let_it_hold(
    network: Network, neighbour: Store
) -> None:
    township, household = network.township, home(neighbour)
    (line,) = cuts.list_cuts(township)
    assert (line.name, line.scope, line.number, line.last) == ("上坝村", VILLAGE, 1, 3)
    assert states(township).count("void") == 2
    done = cuts.move_cut(township, ME, line.cut_id, 2, SECOND, "电话核实过")
    assert (done.restored, done.voided, done.cut.number) == (1, 0, 2)
    assert done.changed.household_ids == {household}
    assert SECOND in done.cut.reason
    assert value(township, household) == "9"
    network.send(township, neighbour)
    network.send(township, network.county)
    for store in (township, neighbour, network.county):
        assert (value(store, household), value(store, household, "note")) == ("9", "")
        assert states(store).count("void") == 1
        assert {check.check for check in doctor.examine(store) if not check.ok} <= {"disk"}


def test_it_moves_back_as_well(network: Network, neighbour: Store) -> None:
    township, household = network.township, home(neighbour)
    (line,) = cuts.list_cuts(township, network.village.device_id)
    cuts.move_cut(township, ME, line.cut_id, 3, SECOND, "电话核实过")
    network.send(township, neighbour)
    assert value(neighbour, household, "note") == "院坝边"
    done = cuts.move_cut(township, ME, line.cut_id, 1, SECOND, "不是他们写的")
    assert (done.restored, done.voided) == (0, 2)
    network.send(township, neighbour)
    assert value(neighbour, household) == value(township, household) == "18700000475"


@pytest.mark.parametrize("second", [ME.name, "来访", "不认识", ""])
def test_one_person_alone_moves_nothing(network: Network, neighbour: Store, second: str) -> None:
    (line,) = cuts.list_cuts(network.township)
    with pytest.raises(cuts.SecondPersonError):
        cuts.move_cut(network.township, ME, line.cut_id, 2, second, "核实")
    assert cuts.list_cuts(network.township) == [line]


def test_a_place_that_nobody_knows_and_a_cut_of_others_are_refused(
    network: Network, neighbour: Store
) -> None:
    (line,) = cuts.list_cuts(network.township)
    with pytest.raises(cuts.UnknownPlaceError, match="E372") as caught:
        cuts.move_cut(network.township, ME, line.cut_id, 4, SECOND, "核实")
    assert "最多到第3笔" in caught.value.user_text()
    assert cuts.list_cuts(neighbour) == []
    operators.add_operator(neighbour, ME, SECOND, "leader")
    with pytest.raises(cuts.UnknownCutError):
        cuts.move_cut(neighbour, ME, line.cut_id, 2, SECOND, "核实")
