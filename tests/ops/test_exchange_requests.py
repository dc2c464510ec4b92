"""What is missing is asked for by file and sent again; a restored root waits for its own."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.merge import Origin
from app.domain.ownership import POLICY
from app.models import copies
from app.models.household import Household
from app.models.replica import Device, ReceiptRow
from app.models.store import Store
from app.ops import devices, exchange, exchange_state
from app.ops.exchange_lines import Imported
from app.sync import outbox
from app.sync.errors import RestoredRootError
from app.sync.receipt import encode_receipt
from tests.conftest import COUNTY, NOW, TOWNSHIP, StoreMaker
from tests.ops.network import ME, Network, build, clone, content, journal
from tests.ops.village import add_family


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


def edit(store: Store, home: str, phone: str) -> None:
    with store.write("test.phone", ME, "核实") as session:
        session.get_one(Household, home).phone = phone


def ask(network: Network, sender: Store, receiver: Store) -> Imported:
    """Carry a request: the receipt alone."""
    network.made += 1
    path = network.stick / f"{network.made}.变更包"
    sent = exchange.request_package(sender, ME, receiver.device_id, path, NOW)
    assert (sent.transactions, sent.contents, sent.bases) == (0, 0, 0)
    return exchange.import_package(receiver, ME, path, NOW)


def test_a_request_lists_what_something_waits_for(network: Network) -> None:
    home = add_family(network.village)
    network.send(network.village, network.township)
    network.send(network.township, network.village)
    edit(network.village, home, "1")
    lost = network.export(network.village, network.township).path  # with number 2
    pretend(network.village, network.township, 2)
    edit(network.village, home, "2")
    found = network.send(network.village, network.township)
    assert (found.waiting, [(g.first, g.last) for g in found.gaps]) == (1, [(2, 2)])
    asked = ask(network, network.township, network.village)
    assert [(g.first, g.last, g.name) for g in asked.requested] == [(2, 2, "上坝村")]
    assert asked.applied == 0
    (peer,) = exchange_state.peer_receipts(network.village)
    assert [(first, last) for _name, _scope, first, last in peer.missing] == [(2, 2)]
    again = network.export(network.village, network.township)
    assert again.transactions == 2  # what was asked for, and what only waits there
    done = exchange.import_package(network.township, ME, again.path, NOW)
    assert (done.waiting, done.gaps) == (0, ())
    assert journal(network.township) >= journal(network.village)
    late = exchange.import_package(network.township, ME, lost, NOW)
    assert (late.applied, late.already_known) == (0, 1)
    assert content(network.township)["household"] == content(network.village)["household"]


def pretend(sender: Store, receiver: Store, number: int) -> None:
    """Let the sender believe that the receiver has receipted a number that was lost."""
    with sender.absorb() as session:
        row = session.get_one(ReceiptRow, (receiver.device_id, outbox.TAKEN))
        receipt = outbox.receipt_of(session, receiver.device_id)
        heads = outbox.common_heads(session, origin_of(sender), origin_of(receiver))
        mine = {c: h for c, h in heads.items() if c.origin == sender.device_id}
        assert [head.number for head in mine.values()] == [number]
        receipt.heads.update(mine)
        row.content = encode_receipt(receipt).decode()


def origin_of(store: Store) -> Origin:
    return Origin(store.device_id, store.level, store.area_code)


def test_a_request_says_nothing_was_exported(network: Network) -> None:
    home = add_family(network.village)
    ask(network, network.village, network.township)
    (state,) = exchange_state.household_states(network.village)
    assert (state.household_id, state.state) == (home, "not_exported")
    assert network.export(network.village, network.township).transactions == 1


def test_a_restored_root_waits_for_those_whom_it_knew(network: Network, tmp_path: Path) -> None:
    add_family(network.village)
    network.send(network.village, network.township)
    network.send(network.township, network.county)
    county = clone(network.county, tmp_path / "restored")
    # Policy that came after the backup: known below only.
    with network.county.write("test.policy", ME) as session:
        row = session.scalars(select(Device).filter_by(id=network.township.device_id)).one()
        row.name = "云岭镇（新）"
    network.send(network.county, network.township)
    key, path = county.key, county.path
    county.close()
    later = NOW + timedelta(days=1)
    copies.begin_new_epoch(path, key, "f" * 32, later.isoformat(timespec="seconds"))
    county = Store(path, key, clock=lambda: later)
    out = network.stick / "县.变更包"
    with pytest.raises(RestoredRootError) as caught:
        exchange.export_package(county, ME, network.township.device_id, out, later)
    assert "云岭镇" in caught.value.sentence()
    assert not out.exists()
    exchange.request_package(county, ME, network.township.device_id, out, later)
    exchange.import_package(network.township, ME, out, NOW)
    back = network.export(network.township, network.county).path
    exchange.import_package(county, ME, back, later)
    with county.read() as session:
        names = set(session.scalars(select(Device.name).filter_by(scope=POLICY + COUNTY)))
    assert names == {"云岭镇（新）"}
    assert exchange.export_package(county, ME, TOWNSHIP, out, later).number == 2
    assert devices.list_devices(county)
    county.close()
