"""Enrolment: fingerprints in both directions, and what is refused."""

from pathlib import Path

import pytest

from app.ops import devices
from app.sync.errors import (
    EnrolmentError,
    FingerprintError,
    NotEnrolledError,
    NotForThisDeviceError,
    NotSubordinateError,
    StickLostError,
)
from tests.conftest import COUNTY, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, content, dump, enrol, journal


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


def test_the_enrolled_device_pins_its_superior_and_the_root(network: Network) -> None:
    lines = devices.list_devices(network.village)
    assert [(line.name, line.relation) for line in lines] == [
        ("上坝村", "self"),
        ("云岭镇", "superior"),
        ("云山县", "root"),
    ]
    below = devices.list_devices(network.township)
    assert ("上坝村", "subordinate") in [(line.name, line.relation) for line in below]


def test_an_approval_is_an_ordinary_changeset_of_the_policy_scope(network: Network) -> None:
    scopes = {(row[2], row[3]) for row in journal(network.township)}
    assert scopes == {(f"policy:{TOWNSHIP}", 1)}


def test_a_request_shows_the_same_fingerprint_each_time(network: Network, tmp_path: Path) -> None:
    first = devices.request_device(network.village, tmp_path / "a")
    second = devices.request_device(network.village, tmp_path / "b")
    assert (
        first.fingerprint
        == second.fingerprint
        == devices.list_devices(network.village)[0].fingerprint
    )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_mistyped_fingerprint_of_a_request_is_refused(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    second = new_store("village", VILLAGE, "上坝村")
    request, out = tmp_path / "r", tmp_path / "a"
    shown = devices.request_device(second, request).fingerprint
    wrong = ("0" if shown[0] != "0" else "1") + shown[1:]
    before = dump(network.township)
    with pytest.raises(FingerprintError) as caught:
        devices.approve_device(network.township, ME, request, wrong, out)
    assert caught.value.exit_code == 3
    assert dump(network.township) == before
    assert not out.exists()


def test_a_mistyped_fingerprint_of_an_authorization_is_refused(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    second = new_store("village", VILLAGE, "上坝村")
    request, out = tmp_path / "r", tmp_path / "a"
    devices.request_device(second, request)
    devices.approve_device(network.township, ME, request, None, out)
    before = dump(second)
    with pytest.raises(FingerprintError):
        devices.accept_device(second, ME, out, "0000 " * 8)
    assert dump(second) == before
    published = devices.list_devices(network.township)[0].fingerprint
    assert devices.accept_device(second, ME, out, published).is_checked


def test_a_changed_request_is_refused_and_changes_nothing(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    second = new_store("village", VILLAGE, "上坝村")
    path = tmp_path / "r"
    devices.request_device(second, path)
    path.write_bytes(path.read_bytes().replace("上坝村".encode(), "下坝村".encode()))
    before = dump(network.township)
    for wrong in (path, tmp_path, tmp_path / "absent"):
        with pytest.raises(EnrolmentError):
            devices.approve_device(network.township, ME, wrong, None, tmp_path / "out")
    assert dump(network.township) == before


@pytest.mark.parametrize(
    ("level", "area"),
    [("village", "539901102201"), ("township", TOWNSHIP), ("county", COUNTY)],
)
def test_only_a_lower_level_inside_ones_area_is_enrolled(
    network: Network, new_store: StoreMaker, tmp_path: Path, level: str, area: str
) -> None:
    other = new_store(level, area, "别处")
    path = tmp_path / "r"
    devices.request_device(other, path)
    with pytest.raises(NotSubordinateError):
        devices.approve_device(network.township, ME, path, None, tmp_path / "out")


def test_a_village_enrols_nobody(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "r"
    devices.request_device(network.township, path)
    with pytest.raises((NotSubordinateError, NotEnrolledError)):
        devices.approve_device(network.village, ME, path, None, tmp_path / "out")


def test_an_authorization_for_another_device_is_refused(
    network: Network, new_store: StoreMaker
) -> None:
    enrol(network.township, new_store("village", VILLAGE, "上坝村"), network.stick)
    second = new_store("village", VILLAGE, "上坝村")
    before = dump(second)
    with pytest.raises(NotForThisDeviceError):
        devices.accept_device(second, ME, network.stick / "授权书", None)
    assert dump(second) == before


def test_another_superior_needs_a_typed_fingerprint(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    rival = new_store("township", TOWNSHIP, "云岭镇")
    request, out = tmp_path / "r", tmp_path / "a"
    devices.request_device(network.village, request)
    made = devices.approve_device(rival, ME, request, None, out)
    with pytest.raises(FingerprintError):
        devices.accept_device(network.village, ME, out, None)
    devices.accept_device(network.village, ME, out, made.fingerprint)
    assert devices.list_devices(network.village)[1].device_id == rival.device_id


def test_a_township_is_its_own_root_until_a_county_joins(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    township = new_store("township", TOWNSHIP, "云岭镇")
    village = new_store("village", VILLAGE, "上坝村")
    enrol(township, village, tmp_path)
    assert devices.list_devices(village)[1].relation == "superior"
    county = new_store("county", COUNTY, "云山县")
    enrol(county, township, tmp_path)
    assert {line.name for line in devices.list_devices(township)} == {"云岭镇", "云山县", "上坝村"}


def test_approving_again_writes_another_authorization_for_the_same_device(
    network: Network, tmp_path: Path
) -> None:
    path = tmp_path / "r"
    devices.request_device(network.village, path)
    made = devices.approve_device(network.township, ME, path, None, tmp_path / "again")
    devices.accept_device(network.village, ME, tmp_path / "again", made.fingerprint)
    rows = content(network.township)["device"]
    assert len(rows) == 1


def test_a_stick_that_is_gone_enrols_nobody(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "r"
    devices.request_device(network.village, path)
    before = dump(network.township)
    with pytest.raises(StickLostError):
        devices.approve_device(network.township, ME, path, None, tmp_path / "gone" / "a")
    assert dump(network.township) == before


def test_a_request_can_be_looked_at_before_it_is_approved(network: Network, tmp_path: Path) -> None:
    made = devices.request_device(network.village, tmp_path / "r")
    request, fingerprint = devices.read_request_file(tmp_path / "r")
    assert (request.identity.name, fingerprint) == ("上坝村", made.fingerprint)
