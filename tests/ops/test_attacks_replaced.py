"""Attacks after the county was replaced: by whoever has the old one's keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.changeset import (
    Chain,
    Changeset,
    Head,
    digest,
    genesis,
)
from app.models.journal import ChainHeadRow, ChangesetRow
from app.models.replica import Device
from app.models.store import Store
from app.ops import devices, exchange, roots
from app.sync import keys, local, root
from app.sync.errors import (
    EnrolmentError,
    FingerprintError,
    FormerRootError,
    UnknownOriginError,
)
from app.sync.package import Content
from app.sync.receipt import Receipt
from app.sync.segments import Segment, sign_head
from app.sync.trust import Former, Trust
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, content, dump, enrol
from tests.ops.thief import Thief
from tests.ops.village import add_family


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


@dataclass
class Drill:
    """A county whose laptop was stolen and replaced; township and village know it."""

    network: Network
    stolen: Store
    old_papers: dict[str, Path]
    succession: Path


@pytest.fixture
def drill(new_store: StoreMaker, tmp_path: Path) -> Drill:
    stick = tmp_path / "stick"
    stick.mkdir()
    county = new_store("county", COUNTY, "云山县")
    township = new_store("township", TOWNSHIP, "云岭镇")
    village = new_store("village", VILLAGE, "上坝村")
    written = roots.make_reserve(county, ME)
    papers = {}
    for superior, lower in ((county, township), (township, village)):
        enrol(superior, lower, stick)
        papers[lower.device_id] = stick / f"旧授权书-{lower.device_id[:6]}"
        papers[lower.device_id].write_bytes((stick / "授权书").read_bytes())
    network = Network(stick, county, township, village)
    add_family(village)
    network.send(village, township)
    network.send(township, county)
    network.send(county, township)
    network.send(township, village)
    network.county = new_store("county", COUNTY, "云山县")
    roots.make_reserve(network.county, ME)
    path = stick / "县级接替"
    roots.succeed(network.county, ME, written, county.device_id, path)
    for store in (township, village):
        roots.take_succession(store, ME, path)
    enrol(network.county, township, stick)
    return Drill(network, county, papers, path)


def root_id(store: Store) -> str | None:
    with store.read() as session:
        return local.load(session).root_id


def test_an_old_authorization_does_not_bring_a_replaced_county_back(drill: Drill) -> None:
    for store in (drill.network.village, drill.network.township):
        paper = drill.old_papers[store.device_id]
        typed = keys.fingerprint(paper.read_bytes())
        before = dump(store)
        for fingerprint in (None, typed):
            with pytest.raises((FormerRootError, FingerprintError)):
                devices.accept_device(store, ME, paper, fingerprint)
        assert dump(store) == before
        assert root_id(store) == drill.network.county.device_id


def test_another_root_under_the_same_superior_needs_a_typed_fingerprint(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    other = new_store("county", COUNTY, "云山县")
    enrol(other, network.township, tmp_path)  # the township was talked over
    request, answer = tmp_path / "登记申请", tmp_path / "授权书"
    shown = devices.request_device(network.village, request).fingerprint
    made = devices.approve_device(network.township, ME, request, shown, answer)
    with pytest.raises(FingerprintError):
        devices.accept_device(network.village, ME, answer, None)
    assert root_id(network.village) == network.county.device_id
    devices.accept_device(network.village, ME, answer, made.fingerprint)
    assert root_id(network.village) == other.device_id


def test_a_township_vouches_by_its_new_county_not_by_the_replaced_one(drill: Drill) -> None:
    old, new = drill.stolen.device_id, drill.network.county.device_id
    with drill.network.township.read() as session:
        me = local.load(session)
        path = devices.trust_of(session, me).path(me.keys.device_id)
    paper = drill.old_papers[me.keys.device_id].read_bytes()
    older = keys.read_authorization(paper).certificates[0]
    assert [c.device_id for c in path] == [me.keys.device_id, new]
    for given in ([older, *path], [*reversed(path), older]):  # in whichever order they are known
        later = keys.certify(  # the replaced one lists more epochs and still comes second
            Thief(drill.stolen, drill.network.stick).own().keys,
            me.keys.identity, (*older.epochs, "f" * 32), "2025-10-20T02:00:00+00:00",
        )  # fmt: skip
        (old_root,) = Thief(drill.stolen, drill.network.stick).certificates()
        trust = Trust(new, [*given, later, old_root], former=Former(frozenset({old})))
        assert trust.path(me.keys.device_id)[-1].device_id == new


def test_a_second_reserve_key_of_the_same_root_is_not_pinned(drill: Drill) -> None:
    village = drill.network.village
    with drill.network.township.write("test.reserve", ME) as session:
        with drill.network.county.read() as other:
            false, _written = keys_of_reserve(local.load(other).keys)
        local.pin_reserve(session, false)
    request, answer = drill.network.stick / "登记申请", drill.network.stick / "授权书"
    devices.request_device(village, request)
    made = devices.approve_device(drill.network.township, ME, request, None, answer)
    with village.read() as session:
        before = local.reserve_of(session)
    with pytest.raises(EnrolmentError):
        devices.accept_device(village, ME, answer, made.fingerprint)
    with village.read() as session:
        assert local.reserve_of(session) == before


def keys_of_reserve(owner: keys.DeviceKeys) -> tuple[Any, str]:
    reserve, written = root.make_reserve(owner)
    return reserve.signed, written


def test_what_a_thief_of_the_county_key_certifies_later_is_unknown(
    drill: Drill, tmp_path: Path
) -> None:
    """With a village as accomplice: the false township's word is worth nothing."""
    with drill.stolen.read() as session:
        thief_keys = local.load(session).keys
    (own,) = Thief(drill.stolen, tmp_path).certificates()
    false = keys.new_device("township", TOWNSHIP, "云岭镇")
    epoch = "f" * 32
    certificate = keys.certify(thief_keys, false.identity, (epoch,), "2025-01-01")
    chain = Chain(false.device_id, epoch, VILLAGE)
    start = genesis(false.identity.digest, epoch, VILLAGE)
    line = Changeset(
        chain, 1, start, "2025-01-01T00:00:00+00:00", "x", "reviewer", "x", "x", "x"
    ).line()
    segment = Segment(
        chain, 1, 1, digest(line), sign_head(false.signing_key, chain, 1, digest(line)), (line,)
    )
    accomplice = Thief(drill.network.village, tmp_path)
    certificates = (*accomplice.certificates(), certificate, own)
    path = accomplice.package(
        drill.network.township, Content(certificates, (segment,), Receipt({}, {}))
    )
    with pytest.raises(UnknownOriginError):
        exchange.import_package(drill.network.township, ME, path, NOW)


def test_a_trust_list_of_the_stolen_county_enrols_nobody_later(
    drill: Drill, new_store: StoreMaker, tmp_path: Path
) -> None:
    false = new_store("township", TOWNSHIP, "云岭镇")
    enrol(drill.stolen, false, tmp_path)
    thief = Thief(drill.stolen, tmp_path)
    with drill.stolen.read() as session:
        chain = Chain(drill.stolen.device_id, thief.own().epoch, f"policy:{COUNTY}")
        row = session.get_one(ChainHeadRow, tuple(chain))
        query = select(ChangesetRow.line).filter_by(**chain._asdict())
        lines = session.scalars(query.order_by(ChangesetRow.number)).all()
        head = Head(row.number, row.digest)
    segment = Segment(
        chain, 1, head.number, head.digest,
        sign_head(thief.own().keys.signing_key, chain, *head), tuple(lines),
    )  # fmt: skip
    accomplice = Thief(drill.network.village, tmp_path)
    certificates = (*accomplice.certificates(), *thief.certificates())
    path = accomplice.package(
        drill.network.township, Content(certificates, (segment,), Receipt({}, {}))
    )
    exchange.import_package(drill.network.township, ME, path, NOW)
    drill.network.send(drill.network.township, drill.network.county)
    for store in (drill.network.township, drill.network.county):  # before the county has cut it
        with store.read() as session:
            trust = devices.trust_of(session, local.load(session))
            assert session.get(Device, false.device_id) is not None  # the chain goes on until then
            assert trust.certificate(false.device_id) is None


def test_a_township_brings_the_new_county_no_false_one_of_elsewhere(
    drill: Drill, tmp_path: Path
) -> None:
    """It has been enrolled anew, and the thief of the old county's key is its friend."""
    thief = Thief(drill.stolen, tmp_path)
    accomplice, county = Thief(drill.network.township, tmp_path), drill.network.county
    false = keys.new_device("township", "539901102000", "别的镇")
    certificate = keys.certify(thief.own().keys, false.identity, ("f" * 32,), "2025-01-01")
    vouched = (*accomplice.certificates(), certificate, *thief.certificates())
    path = accomplice.package(county, Content(vouched, (), Receipt({}, {})))
    exchange.import_package(county, ME, path, NOW)
    with county.read() as session:
        trust = devices.trust_of(session, local.load(session))
        assert trust.certificate(drill.stolen.device_id) is not None
        assert trust.certificate(false.device_id) is None


def test_a_laptop_that_comes_after_the_replacement_gets_everything(
    drill: Drill, new_store: StoreMaker, tmp_path: Path
) -> None:
    network = drill.network
    network.send(network.township, network.county)
    laptop = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, laptop, tmp_path)
    network.send(network.township, laptop)
    network.send(laptop, network.township)
    assert content(laptop)["household"] == content(network.township)["household"]
    elsewhere = new_store("township", "539901102000", "别的镇")
    enrol(network.county, elsewhere, tmp_path)
    network.send(network.county, elsewhere)
    network.send(elsewhere, network.county)
