"""Copied and restored databases, lost laptops: who is right is alike everywhere."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.ownership import POLICY
from app.models.household import Household
from app.models.store import Store
from app.ops import conflicts, devices, exchange
from app.sync import keys
from app.sync.errors import RevokedDeviceError, UnknownTargetError, UnlistedSelfError
from tests.conftest import NOW, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, clone, content, enrol, journal
from tests.ops.village import add_family


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


def edit(store: Store, household: str, **fields: str) -> None:
    with store.write("test.edit", ME, "核实") as session:
        home = session.get_one(Household, household)
        for name, value in fields.items():
            setattr(home, name, value)


def value(store: Store, household: str, name: str = "phone") -> str | None:
    with store.read() as session:
        found: str | None = getattr(session.get_one(Household, household), name)
        return found


def states(store: Store) -> list[str]:
    return sorted(row[6] for row in journal(store) if row[2] == VILLAGE)


def test_a_copy_learns_that_its_branch_does_not_hold_and_issues_it_again(
    network: Network, tmp_path: Path
) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    network.send(village, township)
    copied = clone(village, tmp_path / "copy")
    edit(village, household, phone="1")
    edit(copied, household, phone="2", note="院坝边")
    network.send(village, township)
    assert len(network.send(copied, township).forked) == 1
    network.send(township, copied)  # brings the branch that holds, and the township's word
    assert value(copied, household, "note") == "院坝边"
    with pytest.raises(UnlistedSelfError):
        network.export(copied, township)
    edit(copied, household, hamlet_group="二组")  # work goes on
    enrol(township, copied, tmp_path)
    assert network.send(copied, township).void == ()
    network.send(township, network.county)
    for store in (copied, township, network.county):
        assert value(store, household, "note") == "院坝边"
        assert value(store, household, "hamlet_group") == "二组"
        found = conflicts.list_conflicts(store)
        assert [{side.text for side in line.sides} for line in found] == [{"1", "2"}]
    assert content(township)["household"] == content(copied)["household"]
    copied.close()


def test_the_smaller_digest_holds_until_the_superiors_word_arrives(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    village, township = network.village, network.township
    neighbour = new_store("village", VILLAGE, "上坝村")
    enrol(township, neighbour, tmp_path)
    household = add_family(village)
    network.send(village, township)
    network.send(township, neighbour)
    copied = clone(village, tmp_path / "copy")
    edit(village, household, phone="1")
    edit(copied, household, phone="2")
    other = clone(township, tmp_path / "other township")  # only a carrier of the other branch
    network.send(copied, other)
    network.send(village, township)
    network.send(other, neighbour)
    assert value(neighbour, household) == "2"
    network.send(copied, township)
    network.send(township, neighbour)
    assert value(neighbour, household) == value(township, household) == "1"
    assert states(neighbour).count("forked") == 1
    assert content(neighbour)["household"] == content(township)["household"]
    copied.close()
    other.close()


def test_a_revoked_laptop_is_void_beyond_its_cut_everywhere(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    village, township = network.village, network.township
    second = new_store("village", VILLAGE, "上坝村")
    enrol(township, second, tmp_path)
    household = add_family(village)
    network.send(village, township)
    network.send(township, second)
    lost = village
    neighbour_had_it = clone(township, tmp_path / "carrier")
    edit(lost, household, phone="9")
    network.send(lost, neighbour_had_it)
    network.send(neighbour_had_it, second)
    assert value(second, household) == "9"
    done = devices.revoke_device(township, ME, lost.device_id, "电脑丢失")
    assert done.state == "revoked"
    with pytest.raises(RevokedDeviceError):
        network.send(lost, township)
    network.send(township, second)
    assert value(second, household) == "18700000475"
    assert states(second).count("void") == 1
    network.send(township, network.county)
    for store in (township, second, network.county):
        line = next(d for d in devices.list_devices(store) if d.device_id == lost.device_id)
        assert line.state == "revoked"
        assert value(store, household) == "18700000475"
    with pytest.raises(UnknownTargetError):
        network.export(township, lost)
    neighbour_had_it.close()


def test_a_lost_village_laptop_is_replaced_by_a_new_one(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    household = add_family(network.village)
    network.send(network.village, network.township)
    devices.revoke_device(network.township, ME, network.village.device_id, "电脑丢失")
    new = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, new, tmp_path)
    network.send(network.township, new)
    assert content(new)["member"] == content(network.township)["member"]
    edit(new, household, phone="5")
    assert network.send(new, network.township).applied == 1
    network.send(network.township, network.county)
    assert value(network.county, household) == "5"


def test_a_lost_township_is_replaced_and_the_villages_give_everything_back(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    village, county = network.village, network.county
    household = add_family(village)
    network.send(village, network.township)
    edit(network.township, household, note="镇里核实")
    network.send(network.township, village)
    devices.revoke_device(county, ME, network.township.device_id, "被盗")
    new = new_store("township", TOWNSHIP, "云岭镇")
    enrol(county, new, tmp_path)
    network.send(county, new)
    enrol(new, village, tmp_path)
    network.send(new, village)
    edit(village, household, phone="6")
    found = network.send(village, new)
    assert {line.origin for line in found.void} == {network.township.device_id}
    assert value(new, household, "phone") == "6"
    # The lost township's last words, which the county never had, are beyond the cut.
    assert value(new, household, "note") == value(village, household, "note") == ""
    network.send(new, county)
    assert content(county)["household"] == content(new)["household"]


def test_after_a_restore_work_goes_on_and_export_waits_until_the_epoch_is_listed(
    network: Network, tmp_path: Path
) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    network.send(village, township)
    backup = clone(village, tmp_path / "backup")
    edit(village, household, note="备份以后写的")
    late = network.export(village, township).path
    devices.renew_epoch(backup)
    edit(backup, household, phone="2")
    with pytest.raises(UnlistedSelfError):
        network.export(backup, township)
    enrol(township, backup, tmp_path)
    assert network.send(backup, township).applied == 1
    exchange.import_package(township, ME, late, NOW)  # of the old epoch: goes in as usual
    network.send(township, backup)
    for store in (township, backup):
        assert value(store, household) == "2"
        assert value(store, household, "note") == "备份以后写的"
    with backup.read() as session:
        query = text("SELECT count(DISTINCT epoch) FROM changeset WHERE scope=:s")
        assert session.execute(query, {"s": VILLAGE}).scalar_one() == 2
    backup.close()


def test_what_had_not_left_before_the_backup_leaves_after_the_restore(
    network: Network, tmp_path: Path
) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    network.send(village, township)
    edit(village, household, note="没有导出过")
    backup = clone(village, tmp_path / "backup")
    devices.renew_epoch(backup)
    enrol(township, backup, tmp_path)
    assert network.send(backup, township).applied == 1
    assert value(township, household, "note") == "没有导出过"
    backup.close()


def test_what_was_written_before_the_first_enrolment_leaves_after_restores_too(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    village = new_store("village", VILLAGE, "上坝村")
    household = add_family(village)
    devices.renew_epoch(village)
    edit(village, household, note="恢复以后写的")
    devices.renew_epoch(village)
    enrol(network.township, village, tmp_path)
    network.send(village, network.township)
    assert value(network.township, household, "note") == "恢复以后写的"
    request = keys.read_request((tmp_path / "登记申请").read_bytes())
    assert (len(request.earlier), request.epoch) == (2, village.identity.epoch)


def test_a_root_that_was_restored_before_its_first_package_lists_all_its_epochs(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    township = new_store("township", TOWNSHIP, "云岭镇")
    village = new_store("village", VILLAGE, "上坝村")
    with township.absorb() as session:
        township.note_seen(session, ME, POLICY + TOWNSHIP)
    devices.renew_epoch(township)
    enrol(township, village, tmp_path / "stick")
    network = Network(tmp_path / "stick", township, township, village)
    assert network.send(township, village).void == ()


def test_a_root_lists_its_own_new_epoch(network: Network) -> None:
    devices.renew_epoch(network.county)
    assert network.send(network.county, network.township).void == ()
