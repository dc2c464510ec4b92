"""The drill of a lost county laptop: the sealed reserve key puts a new one in its place."""

from pathlib import Path

import pytest

from app.models.household import Household
from app.models.store import Store
from app.ops import devices, exchange, roots
from app.sync.errors import (
    EnrolmentError,
    NoReserveError,
    NothingOfRootError,
    NotSubordinateError,
    ReserveKeyError,
    ReserveMadeError,
    RevokedDeviceError,
)
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, Network, content, dump, enrol

OTHER_COUNTY = "539902000000"


def add_household(store: Store, number: str, note: str) -> None:
    with store.write("test.household", ME, "测试") as session:
        session.add(
            Household(
                id=f"h{number}",
                scope=VILLAGE,
                household_no=number,
                household_kind="lifted",
                note=note,
            )
        )


def note_of(store: Store, number: str) -> str:
    with store.read() as session:
        return session.get_one(Household, f"h{number}").note


@pytest.fixture
def reserve() -> list[str]:
    return []


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path, reserve: list[str]) -> Network:
    """Three levels enrolled after the county has made its reserve key."""
    stick = tmp_path / "stick"
    stick.mkdir()
    county = new_store("county", COUNTY, "云山县")
    township = new_store("township", TOWNSHIP, "云岭镇")
    village = new_store("village", VILLAGE, "上坝村")
    reserve.append(roots.make_reserve(county, ME))
    enrol(county, township, stick)
    enrol(township, village, stick)
    network = Network(stick, county, township, village)
    add_household(village, "1", "村里记的")
    network.send(village, township)
    network.send(township, county)
    return network


def replace(network: Network, new_store: StoreMaker, reserve: list[str]) -> Path:
    """Put a new county device in the place of the lost one; return its file."""
    old = network.county.device_id
    network.county = new_store("county", COUNTY, "云山县")
    roots.make_reserve(network.county, ME)
    path = network.stick / "县级接替"
    roots.succeed(network.county, ME, reserve[0], old, path)
    return path


def test_the_reserve_key_is_shown_once_and_only_to_a_root(network: Network) -> None:
    with pytest.raises(ReserveMadeError):
        roots.make_reserve(network.county, ME)
    with pytest.raises(NotSubordinateError):
        roots.make_reserve(network.township, ME)
    assert all(roots.has_reserve(s) for s in (network.county, network.township, network.village))


def test_a_lost_county_comes_back_with_everything_that_its_subordinates_had(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    before = content(network.township)
    path = replace(network, new_store, reserve)
    for store in (network.township, network.village):
        taken = roots.take_succession(store, ME, path)
        assert (taken.device_id, taken.state) == (network.county.device_id, "accepted")
        assert roots.take_succession(store, ME, path) == taken  # twice is once
    enrol(network.county, network.township, network.stick)
    network.send(network.township, network.county)
    assert note_of(network.county, "1") == "村里记的"
    assert {k: v for k, v in content(network.county).items() if k == "household"} == {
        k: v for k, v in before.items() if k == "household"
    }


def test_work_goes_on_in_both_directions_after_the_replacement(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    path = replace(network, new_store, reserve)
    for store in (network.township, network.village):
        roots.take_succession(store, ME, path)
    add_household(network.village, "2", "换县以后")
    network.send(network.village, network.township)
    enrol(network.county, network.township, network.stick)
    network.send(network.township, network.county)
    assert note_of(network.county, "2") == "换县以后"
    network.send(network.county, network.township)
    network.send(network.township, network.village)
    relations = {line.name: line.relation for line in devices.list_devices(network.village)}
    assert relations["云山县"] == "root"


def test_the_lost_laptop_is_not_believed_any_more(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    thief = network.county
    path = replace(network, new_store, reserve)
    roots.take_succession(network.township, ME, path)
    late = network.stick / "偷来的.变更包"
    exchange.export_package(thief, ME, network.township.device_id, late, NOW)
    before = dump(network.township)
    with pytest.raises(RevokedDeviceError):
        exchange.import_package(network.township, ME, late, NOW)
    assert dump(network.township) == before


def test_the_new_county_cuts_what_the_lost_one_wrote_later(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    old = network.county.device_id
    network.send(network.county, network.township)
    path = replace(network, new_store, reserve)
    roots.take_succession(network.township, ME, path)
    enrol(network.county, network.township, network.stick)
    network.send(network.township, network.county)
    done = devices.revoke_device(network.county, ME, old, "县里的电脑丢了")
    assert done.state == "revoked"
    network.send(network.county, network.township)
    assert note_of(network.township, "1") == "村里记的"


def test_another_key_makes_no_root(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    other = new_store("county", COUNTY, "云山县")
    own = roots.make_reserve(other, ME)
    path = network.stick / "假的"
    roots.succeed(other, ME, own, network.county.device_id, path)
    before = dump(network.village)
    with pytest.raises(ReserveKeyError):
        roots.take_succession(network.village, ME, path)
    with pytest.raises(ReserveKeyError):
        roots.succeed(other, ME, "不是密钥", network.county.device_id, path)
    assert dump(network.village) == before
    assert root_of(network.village) == network.county.device_id


def test_another_countys_device_makes_no_root(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    other = new_store("county", OTHER_COUNTY, "邻县")
    roots.make_reserve(other, ME)
    path = network.stick / "邻县"
    roots.succeed(other, ME, reserve[0], network.county.device_id, path)
    with pytest.raises(EnrolmentError):
        roots.take_succession(network.village, ME, path)


def test_every_byte_of_the_file_counts(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    path = replace(network, new_store, reserve)
    data = path.read_bytes()
    bad = network.stick / "坏的"
    for at in range(0, len(data), 7):
        bad.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises((EnrolmentError, ReserveKeyError)):
            roots.take_succession(network.village, ME, bad)
        bad.write_bytes(data[:at])
        with pytest.raises(EnrolmentError):
            roots.take_succession(network.village, ME, bad)
    assert root_of(network.village) != network.county.device_id


def test_who_was_enrolled_without_a_reserve_key_is_told_to_enrol_again(
    new_store: StoreMaker, tmp_path: Path, network: Network, reserve: list[str]
) -> None:
    county, township = new_store("county", COUNTY, "云山县"), new_store("township", TOWNSHIP, "镇")
    enrol(county, township, network.stick)
    path = replace(network, new_store, reserve)
    with pytest.raises(NoReserveError):
        roots.take_succession(township, ME, path)


def root_of(store: Store) -> str | None:
    with store.read() as session:
        from app.sync import local  # noqa: PLC0415  only here

        return local.load(session).root_id


def test_the_lost_one_is_cut_when_its_work_has_come_and_not_before(
    network: Network, new_store: StoreMaker, reserve: list[str]
) -> None:
    old = network.county.device_id
    network.send(network.county, network.township)
    path = replace(network, new_store, reserve)
    before = dump(network.county)
    with pytest.raises(NothingOfRootError):
        devices.revoke_device(network.county, ME, old, "丢失")
    assert dump(network.county) == before
    roots.take_succession(network.township, ME, path)
    enrol(network.county, network.township, network.stick)
    network.send(network.township, network.county)
    assert devices.revoke_device(network.county, ME, old, "丢失").state == "revoked"
