"""Contents of attachments in packages: sent once, asked for again, kept only if they fit."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.domain.merge import Origin
from app.models.attachment import Attachment, AttachmentContent
from app.models.household import Household
from app.models.replica import QuarantinedContentRow
from app.models.store import Store
from app.ops import exchange
from app.ops.exchange_lines import QuarantineLine
from app.sync import contents, local, parcels
from app.sync.contents import Wanted
from app.sync.receipt import Receipt
from tests.conftest import NOW, StoreMaker
from tests.ops.network import ME, Network, build, content, dump, enrol
from tests.ops.village import add_family

OTHER = "539901101202"
PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 40
SCAN = b"%PDF-1.7\n" + b"scan" * 40


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


@pytest.fixture
def home(network: Network) -> str:
    return add_family(network.village)


def attach(
    store: Store, home: str, data: bytes, media_type: str = "image/jpeg", size: int = 0
) -> str:
    """Attach a content to a household; return its digest."""
    sha256 = hashlib.sha256(data).hexdigest()
    with store.write("attachment.add", ME) as session:
        scope = session.get_one(Household, home).scope
        if session.get(AttachmentContent, sha256) is None:
            session.add(AttachmentContent(sha256=sha256, content=data))
        session.add(
            Attachment(
                scope=scope, subject="household", subject_id=home, household_id=home,
                sha256=sha256, media_type=media_type, size=size or len(data),
                added_on=date(2025, 10, 20), added_by=ME.name,
            )
        )  # fmt: skip
    return sha256


def kept(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(AttachmentContent.sha256)))


def rows(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Attachment)).all())


def forget(store: Store, sha256: str) -> None:
    with store.absorb() as session:
        session.execute(delete(AttachmentContent).filter_by(sha256=sha256))


def test_a_content_travels_with_its_row_and_once(network: Network, home: str) -> None:
    both = {
        attach(network.village, home, PHOTO),
        attach(network.village, home, SCAN, "application/pdf"),
    }
    sent = network.export(network.village, network.township)
    assert sent.contents == 2
    found = exchange.import_package(network.township, ME, sent.path, NOW)
    assert (found.contents, found.quarantined, found.lacking) == (2, (), 0)
    assert "attachment" in found.changed.tables
    assert network.send(network.township, network.county).contents == 2
    assert network.export(network.township, network.village).contents == 0  # it made them
    network.send(network.township, network.village)
    assert network.export(network.village, network.township).contents == 0  # receipted
    for store in (network.township, network.county):
        assert kept(store) == both
    again = exchange.import_package(network.township, ME, sent.path, NOW)
    assert (again.contents, again.quarantined) == (0, ())


def test_a_lost_stick_costs_no_content(network: Network, home: str) -> None:
    photo = attach(network.village, home, PHOTO)
    network.export(network.village, network.township)  # lost
    assert network.send(network.village, network.township).contents == 1
    assert kept(network.township) == {photo}


def test_what_is_missing_is_listed_and_sent_again(network: Network, home: str) -> None:
    photo = attach(network.village, home, PHOTO)
    network.send(network.village, network.township)
    network.send(network.township, network.village)
    forget(network.township, photo)
    path = network.stick / "补.变更包"
    exchange.request_package(network.township, ME, network.village.device_id, path, NOW)
    exchange.import_package(network.village, ME, path, NOW)
    sent = network.export(network.village, network.township)
    assert (sent.transactions, sent.contents) == (0, 1)
    found = exchange.import_package(network.township, ME, sent.path, NOW)
    assert (found.contents, found.lacking) == (1, 0)


def test_what_does_not_fit_goes_into_the_next_package_oldest_first(
    network: Network, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [attach(network.village, home, PHOTO + bytes([at]) * 9_000) for at in range(3)]
    monkeypatch.setattr(parcels, "ROOM", 26_000)
    first = network.export(network.village, network.township)
    assert first.left > 0
    found = exchange.import_package(network.township, ME, first.path, NOW)
    assert found.contents == 3 - first.left
    assert found.lacking == first.left
    assert kept(network.township) == set(made[: found.contents])
    network.send(network.township, network.village)
    second = network.send(network.village, network.township)
    assert (second.contents, second.lacking) == (first.left, 0)
    assert kept(network.township) == set(made)


def test_a_folder_gets_as_many_files_as_are_needed(
    network: Network, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {attach(network.village, home, PHOTO + bytes([at]) * 9_000) for at in range(4)}
    monkeypatch.setattr(parcels, "ROOM", 20_000)
    folder = tmp_path / "files"
    folder.mkdir()
    first = exchange.export_package(network.village, ME, "parent", folder, NOW)
    assert first.left == 0
    assert first.further
    for file in sorted(folder.iterdir(), reverse=True):
        exchange.import_package(network.township, ME, file, NOW)
    assert kept(network.township) == made


def test_no_package_holds_another_villages_content(
    network: Network, home: str, new_store: StoreMaker, tmp_path: Path
) -> None:
    neighbour = new_store("village", OTHER, "大箐村")
    enrol(network.township, neighbour, tmp_path)
    attach(network.village, home, PHOTO)
    network.send(network.village, network.township)
    sent = network.export(network.township, neighbour)
    assert sent.contents == 0
    exchange.import_package(neighbour, ME, sent.path, NOW)
    assert kept(neighbour) == set()
    # Asking for it by its digest does not help: no row of a common scope names it.
    with network.township.read() as session:
        me = local.load(session).origin
        peer = Origin(neighbour.device_id, "village", OTHER)
        asked = Receipt({}, {}, lacking=(hashlib.sha256(PHOTO).hexdigest(),))
        assert contents.wanted(session, me, peer, asked) == []


@pytest.mark.parametrize(
    ("data", "media_type", "size", "reason"),
    [
        (b"MZ\x90\x00" + bytes(50), "image/jpeg", 0, "type"),
        (b"<html><script>", "image/jpeg", 0, "type"),
        (SCAN, "image/jpeg", 0, "type"),
        (PHOTO, "application/pdf", 0, "type"),
        (PHOTO, "image/jpeg", 7, "size"),
        (PHOTO + bytes(contents.MAX_CONTENT_BYTES), "image/jpeg", 0, "size"),
    ],
)
def test_a_content_that_is_not_what_its_row_says_is_quarantined_and_the_row_kept(
    network: Network, home: str, data: bytes, media_type: str, size: int, reason: str
) -> None:
    bad = attach(network.village, home, data, media_type, size)
    good = attach(network.village, home, PHOTO + b"good")
    found = network.send(network.village, network.township)
    assert found.quarantined == (QuarantineLine(bad, reason),)
    assert kept(network.township) == {good}
    assert rows(network.township) == 2
    assert found.lacking == 0  # it is not asked for again
    network.send(network.township, network.village)
    assert network.export(network.village, network.township).contents == 0
    with network.township.read() as session:
        (noted,) = session.scalars(select(QuarantinedContentRow))
        assert (noted.sha256, noted.reason, noted.size) == (bad, reason, len(data))
        assert noted.peer_id == network.village.device_id


def test_a_content_that_no_row_names_is_quarantined_until_one_does(
    network: Network, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    with network.village.absorb() as session:
        session.add(AttachmentContent(sha256=sha256, content=PHOTO))
    with monkeypatch.context() as patch:
        patch.setattr(contents, "wanted", lambda *_args: [Wanted(sha256, len(PHOTO))])
        found = network.send(network.village, network.township)
    assert found.quarantined == (QuarantineLine(sha256, "unnamed"),)
    assert found.applied > 0
    assert kept(network.township) == set()
    attach(network.village, home, PHOTO)
    assert network.send(network.village, network.township).contents == 1
    with network.township.read() as session:
        assert session.scalars(select(QuarantinedContentRow)).all() == []


def test_a_preview_keeps_no_content(network: Network, home: str) -> None:
    attach(network.village, home, PHOTO)
    sent = network.export(network.village, network.township)
    before = dump(network.township)
    assert exchange.preview_package(network.township, sent.path).contents == 1
    assert dump(network.township) == before


def test_a_removed_row_sends_its_content_no_more(network: Network, home: str) -> None:
    attach(network.village, home, PHOTO)
    with network.village.write("attachment.remove", ME, "拍错了") as session:
        row = session.scalars(select(Attachment)).one()
        row.removed_on, row.removed_reason = date(2025, 10, 20), "拍错了"
    found = network.send(network.village, network.township)
    assert (found.contents, found.lacking) == (0, 0)
    assert content(network.township)["attachment"] == content(network.village)["attachment"]
