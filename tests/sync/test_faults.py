"""One test for each of the forty faults of the plan that concerns packages, merge or journal.

Named after its number. Where another module goes further, the comment says where.
"""

import hashlib
import shutil
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.domain.changeset import Chain, Changeset, Head
from app.domain.merge import Entry, Gap, admit
from app.errors import AppError
from app.models import schema
from app.models.errors import NewerDatabaseError
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import conflicts, devices, doctor, exchange
from app.sync import keys, package, records
from app.sync.errors import (
    DamagedError,
    EnrolmentError,
    NewerFormatError,
    NotAPackageError,
    PartError,
    RevokedDeviceError,
    SignatureError,
    StickLostError,
    SuiteError,
    TooLargeError,
    UnknownDeviceError,
    UnreadableFileError,
    UnusualAmountError,
    WrongReceiverError,
)
from app.sync.package import HEADER_BYTES, open_package
from tests.conftest import NOW, VILLAGE, StoreMaker
from tests.ops.network import ME, TRACES, Network, build, clone, content, dump, enrol
from tests.ops.village import TODAY, add_family, open_october
from tests.sync.builders import World

HUGE = 2**63 - 1


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def good(world: World) -> bytes:
    return world.package(world.village.segment(world.village.lines(3)))


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


@pytest.fixture
def family(network: Network) -> str:
    """Return a family that the township knows."""
    found = add_family(network.village)
    network.send(network.village, network.township)
    return found


@pytest.fixture
def second(network: Network, family: str, new_store: StoreMaker, tmp_path: Path) -> Store:
    """Return the village's second laptop, which knows the family."""
    laptop = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, laptop, tmp_path)
    network.send(network.township, laptop)
    return laptop


def opened(world: World, data: bytes) -> package.Opened:
    return open_package(data, world.township.keys, world.trust)


def phone(store: Store, family: str, number: str | None = None) -> str | None:
    if number is not None:
        with store.write("test.phone", ME, "核实") as session:
            session.get_one(Household, family).phone = number
    with store.read() as session:
        return session.get_one(Household, family).phone


def refused(store: Store, path: Path, error: type[AppError]) -> None:
    before = dump(store)
    with pytest.raises(error) as caught:
        exchange.import_package(store, ME, path, NOW)
    assert dump(store) == before
    assert "没有" in caught.value.user_text()


# ---------------------------------------------------------------- A: the file


def test_fault_01_every_shorter_file_is_incomplete(world: World, good: bytes) -> None:
    for length in range(0, len(good), 7):  # every length: test_package.py
        with pytest.raises(DamagedError) as caught:
            opened(world, good[:length])
        assert "口令" not in caught.value.user_text()


def test_fault_02_a_bit_flipped_anywhere_is_refused(world: World, good: bytes) -> None:
    for at in range(0, len(good), 5):  # every byte: test_package.py
        with pytest.raises((DamagedError, NotAPackageError)):
            opened(world, good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])


def test_fault_03_nothing_may_follow_the_end(world: World, good: bytes) -> None:
    for tail in (b"\n", b"\x00" * 1000, good):
        with pytest.raises(DamagedError):
            opened(world, good + tail)


@pytest.mark.parametrize("name", ["空 格.变更包", "表情😀.变更包", "长" * 60 + ".变更包", "a.zip"])
def test_fault_04_an_odd_name_is_no_fault_and_another_kind_of_file_is(
    network: Network, tmp_path: Path, name: str
) -> None:
    path = network.export(network.village, network.township).path
    odd = tmp_path / name
    shutil.copy(path, odd)
    odd.chmod(0o400)
    exchange.import_package(network.township, ME, odd, NOW)
    odd.chmod(0o600)
    for content_ in (b"", b"PK\x03\x04" + bytes(300), b"L\x00\x00\x00" + bytes(300)):
        odd.write_bytes(content_)
        with pytest.raises((DamagedError, NotAPackageError)):
            exchange.import_package(network.township, ME, odd, NOW)
    refused(network.township, tmp_path, UnreadableFileError)


def test_fault_05_there_is_no_compression_and_a_declared_size_is_checked_first(
    world: World, good: bytes
) -> None:
    header = package.read_header(good)
    forged = bytearray(good)
    forged[72:80] = HUGE.to_bytes(8, "big")
    forged[112:144] = package.Header(
        **{f: getattr(header, f) for f in header.__slots__} | {"body_length": HUGE}
    ).signed_bytes()[112:144]
    with pytest.raises(TooLargeError):
        opened(world, bytes(forged))


def test_fault_06_parts_have_no_names_so_none_can_lead_outside(world: World) -> None:
    for kind in ("../x", "C:\\x", "CON", "segments/../receipt"):
        assert kind not in package._ORDER
    with pytest.raises(PartError):
        package._cut(b"x", 0, [("../x", 1, "0" * 64, 1)])


def test_fault_07_parts_of_two_packages_cannot_be_mixed(world: World, good: bytes) -> None:
    other = world.package(world.village.segment(world.village.lines(2)), number=2)
    with pytest.raises(SignatureError):
        opened(world, other[:144] + good[144:208] + other[208:])
    mixed = good[:HEADER_BYTES] + other[HEADER_BYTES:]
    with pytest.raises(DamagedError):
        opened(world, mixed)


@pytest.mark.parametrize(
    "text_",
    [b"[" * 10_000 + b"]" * 10_000, b'{"a":1,"a":1}', b"NaN", b"1" + b"0" * 400, b'"\\ud800"'],
)
def test_fault_08_hostile_json_is_refused_without_a_trace(text_: bytes) -> None:
    try:
        value = records.parse_json(text_)
    except ValueError:
        return
    assert records.canonical_json(value) == text_  # a whole number of any length is one


def test_fault_09_a_signature_holds_for_one_purpose_and_one_suite(
    world: World, good: bytes
) -> None:
    domains = [records.PACKAGE, records.HEAD, records.REQUEST, records.CERTIFICATE]
    signing, public = world.village.keys.signing_key, world.village.keys.identity.signing_key
    for made in domains:
        for read in domains:
            signature = records.sign(signing, made, b"x")
            assert records.is_signed(public, read, b"x", signature) == (made == read)
    absent = good[:144] + bytes(64) + good[208:]
    with pytest.raises(SignatureError):
        opened(world, absent)
    header = bytearray(good)
    header[10:12] = (2).to_bytes(2, "big")
    header[112:144] = hashlib.sha256(bytes(header[:112])).digest()
    with pytest.raises(SuiteError):
        opened(world, bytes(header))
    with pytest.raises(EnrolmentError):
        keys.read_request(good)


# Fault 10: attachments are a part of the future, refused as a newer schema: test_package.py


# ---------------------------------------------------------------- B: who, order, replay


def test_fault_11_an_unknown_device_shows_its_number_only(world: World) -> None:
    stranger = World()
    data = stranger.package(receiver=world.township)
    with pytest.raises(UnknownDeviceError) as caught:
        opened(world, data)
    assert stranger.village.id in caught.value.user_text()


def test_fault_12_a_revoked_device_counts_up_to_its_cut(network: Network, family: str) -> None:
    before = network.export(network.village, network.township).path
    devices.revoke_device(network.township, ME, network.village.device_id, "丢失")
    phone(network.village, family, "9")
    after = network.export(network.village, network.township).path
    for path in (before, after):
        refused(network.township, path, RevokedDeviceError)
    assert phone(network.township, family) == "18700000475"  # more: test_forks.py


def test_fault_13_the_same_package_twice_under_any_name(network: Network, family: str) -> None:
    path = network.export(network.village, network.township).path
    exchange.import_package(network.township, ME, path, NOW)
    before = dump(network.township, *TRACES)
    again = exchange.import_package(network.township, ME, path.rename(path.parent / "x"), NOW)
    assert (again.applied, again.earlier is not None) == (0, True)
    assert dump(network.township, *TRACES) == before


def test_fault_14_an_older_package_never_takes_anything_back(network: Network) -> None:
    family = add_family(network.village)
    old = network.export(network.village, network.township).path
    phone(network.village, family, "2")
    network.send(network.village, network.township)
    assert exchange.import_package(network.township, ME, old, NOW).applied == 0
    assert phone(network.township, family) == "2"


def entry(number: int, previous: str, digest: str, seen: dict[Chain, Head] | None = None) -> Entry:
    chain = Chain("d", "e", VILLAGE)
    made = Changeset(chain, number, previous, "", "", "", "", "", "", seen or {}, ())
    return Entry(made, digest)


def test_fault_15_a_gap_is_named_and_what_follows_waits() -> None:
    found = admit([entry(7, "f", "g")], lambda _c, n: "abcde"[n - 1] if n <= 5 else None)
    assert [w[1] for w in found.waiting] == [(Gap(Chain("d", "e", VILLAGE), 6, 6),)]
    # a real network, the request and the going in by itself: test_exchange.py


def test_fault_16_two_packages_of_one_number_are_a_fork(
    network: Network, family: str, tmp_path: Path
) -> None:
    copied = clone(network.village, tmp_path / "copy")
    phone(network.village, family, "1")
    phone(copied, family, "2")
    network.send(network.village, network.township)
    found = network.send(copied, network.township)
    assert ["分叉" in line.reason for line in found.forked] == [True]
    assert phone(network.township, family) == "1"
    copied.close()


def test_fault_17_a_restored_device_begins_a_new_epoch_and_nothing_is_lost(
    network: Network, family: str, tmp_path: Path
) -> None:
    restored = clone(network.village, tmp_path / "backup")
    phone(network.village, family, "1")
    network.send(network.village, network.township)
    devices.renew_epoch(restored)
    with restored.write("test.note", ME) as session:
        session.get_one(Household, family).note = "新写的"
    enrol(network.township, restored, tmp_path)
    assert network.send(restored, network.township).forked == ()
    network.send(network.township, restored)
    for store in (restored, network.township):
        with store.read() as session:
            home = session.get_one(Household, family)
            assert (home.phone, home.note) == ("1", "新写的")
    restored.close()


def test_fault_18_a_number_beyond_all_measure_waits_or_is_refused_and_harms_nobody() -> None:
    far = admit([entry(10**9, "x", "y"), entry(1, "", "a")], lambda _c, _n: None)
    assert [e.digest for e in far.ready] == ["a"]
    assert far.waiting[0][1] == (Gap(Chain("d", "e", VILLAGE), 2, 10**9 - 1),)


def test_fault_19_a_stick_that_brings_the_same_answer_is_noticed(
    network: Network, family: str
) -> None:
    path = network.export(network.township, network.village).path
    first = exchange.import_package(network.village, ME, path, NOW)
    again = exchange.import_package(network.village, ME, path, NOW)
    assert first.earlier is None
    assert again.earlier is not None
    assert again.earlier.at[:10] == "2025-10-20"


@pytest.mark.parametrize("year", [1980, 2010, 2060])
def test_fault_20_a_wrong_clock_changes_no_order(
    network: Network, family: str, second: Store, year: int
) -> None:
    second.clock = lambda: NOW.replace(year=year)
    phone(network.village, family, "1")
    network.send(network.village, network.township)
    network.send(network.township, second)
    phone(second, family, "2")  # had seen the other
    network.send(second, network.township)
    assert phone(network.township, family) == "2"
    assert conflicts.list_conflicts(network.township) == []


def test_fault_21_a_package_for_another_place_is_refused_by_name(
    network: Network, family: str, new_store: StoreMaker, tmp_path: Path
) -> None:
    other = new_store("village", "539901101202", "大箐村")
    enrol(network.township, other, tmp_path)
    path = network.export(network.township, network.village).path
    refused(other, path, WrongReceiverError)


def test_fault_22_a_mass_change_waits_for_a_person(network: Network) -> None:
    homes = [add_family(network.village, str(n)) for n in range(1, 8)]
    network.send(network.village, network.township)
    for home in homes:
        phone(network.village, home, "0")
    path = network.export(network.village, network.township).path
    with pytest.raises(UnusualAmountError):
        exchange.import_package(network.township, ME, path, NOW)
    assert exchange.import_package(network.township, ME, path, NOW, confirmed=True).applied == 7


def test_fault_23_24_a_township_key_is_replaced_and_the_old_one_refused(
    network: Network, family: str, new_store: StoreMaker, tmp_path: Path
) -> None:
    network.send(network.township, network.county)
    devices.revoke_device(network.county, ME, network.township.device_id, "被盗")
    new = new_store("township", "539901101000", "云岭镇")
    enrol(network.county, new, tmp_path)
    enrol(new, network.village, tmp_path)
    network.send(network.county, new)
    network.send(new, network.village)
    stolen = network.export(network.township, network.village).path
    refused(network.village, stolen, RevokedDeviceError)
    network.send(network.village, new)
    assert content(new)["member"] == content(network.village)["member"]


# ---------------------------------------------------------------- C: versions


def test_fault_25_a_newer_format_is_left_alone(network: Network) -> None:
    path = network.export(network.village, network.township).path
    data = bytearray(path.read_bytes())
    data[8:10] = (9).to_bytes(2, "big")
    data[112:144] = hashlib.sha256(bytes(data[:112])).digest()
    path.write_bytes(bytes(data))
    refused(network.township, path, NewerFormatError)
    assert path.read_bytes() == bytes(data)


def test_fault_26_older_packages_are_opened() -> None:
    folder = Path(__file__).parent.parent / "data" / "packages"
    assert list(folder.glob("*.变更包"))  # each is opened by test_golden.py


def test_fault_27_a_newer_database_is_not_touched(store: Store) -> None:
    connection = store.raw()
    connection.execute("UPDATE alembic_version SET version_num='9999'")
    connection.close()
    with pytest.raises(NewerDatabaseError):
        schema.needs_upgrade(store.path, store._key)


# Fault 28: a migration killed half-way leaves the old schema: tests/models/test_schema.py


def test_fault_29_a_sheet_keeps_the_version_of_its_month(network: Network, family: str) -> None:
    open_october(network.village)
    network.send(network.village, network.township)
    assert content(network.township)["period"] == content(network.village)["period"]


# ---------------------------------------------------------------- D: the stick


def test_fault_33_a_stick_that_fails_leaves_no_half_file_and_the_next_one_holds_all(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_family(network.village)

    def full(*_args: object) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StickLostError):
            network.export(network.village, network.township)
    assert not list(network.stick.glob("*.变更包"))
    assert network.export(network.village, network.township).transactions == 1


# Fault 35: one process a replica: tests/ops/test_setup.py


# ---------------------------------------------------------------- E: merge, journal


def test_fault_38_two_laptops_all_orders_one_state(
    network: Network, family: str, second: Store, tmp_path: Path
) -> None:
    a, b, town = network.village, second, network.township
    before = clone(town, tmp_path / "before")
    with a.write("test.a", ME) as session:  # (a) other fields, (b) same value, (c) other value
        home = session.get_one(Household, family)
        home.note, home.hamlet_group, home.phone = "甲", "二组", "1"
    phone(a, family, "2")  # (g) a chain of three
    phone(a, family, "3")
    with b.write("test.b", ME) as session:
        home = session.get_one(Household, family)
        home.position, home.hamlet_group, home.phone = 9, "二组", "7"
        member = session.scalars(select(Member).filter_by(number=4)).one()
        member.member_status, member.left_on = "moved_out", TODAY  # (d) against an edit
    with a.write("test.edit", ME) as session:
        session.scalars(select(Member).filter_by(number=4)).one().phone = "5"
    paths = [network.export(store, town).path for store in (a, b)]
    ends = set()
    for order in permutations(paths):
        reader = clone(before, tmp_path / f"reader{order[0].stem}")
        for path in order:
            exchange.import_package(reader, ME, path, NOW)
        lines = conflicts.list_conflicts(reader)
        assert [(line.kind, line.field) for line in lines] == [
            (line.kind, line.field) for line in sorted(lines, key=lambda x: x.conflict_id)
        ]
        assert {(line.kind, line.field) for line in lines} == {
            ("unit", "phone"), ("removal", "member_status"),
        }  # fmt: skip
        ends.add(repr(content(reader)))
        reader.close()
    before.close()
    assert len(ends) == 1  # (e), (f) and decisions: tests/ops/test_conflicts.py


@pytest.mark.parametrize(
    "name", ["Robert'); DROP TABLE household;--", "𠮷䶮", "\u202e甲", "=cmd|'/c calc'!A0"]
)
def test_fault_39_any_name_travels_unchanged(network: Network, family: str, name: str) -> None:
    with network.village.write("test.name", ME) as session:
        session.scalars(select(Member).filter_by(number=1)).one().name = name
    network.send(network.village, network.township)
    with network.township.read() as session:
        assert session.scalars(select(Member.name).filter_by(number=1)).one() == name


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE changeset SET line=CAST(replace(line, '核实', '改了') AS BLOB) WHERE number=2",
        "DELETE FROM changeset WHERE number=2",
        "UPDATE changeset SET previous='0' WHERE number=3",
        "UPDATE changeset SET at='2020-01-01' WHERE number=2",
    ],
)
def test_fault_40_a_tampered_journal_is_named_and_a_cut_tail_is_known_above(
    network: Network, family: str, statement: str
) -> None:
    for number in "123":
        phone(network.village, family, number)
    network.export(network.village, network.township)
    connection = network.village.raw()
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(statement)
    connection.close()
    bad = [check.check for check in doctor.examine(network.village) if not check.ok]
    assert "journal" in bad


def test_fault_40_a_cut_tail_comes_back_from_the_township(network: Network, family: str) -> None:
    phone(network.village, family, "1")
    network.send(network.village, network.township)
    connection = network.village.raw()
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("DELETE FROM changeset WHERE number=2")
    connection.execute("DELETE FROM change WHERE field='phone'")
    connection.execute("UPDATE chain_head SET number=1, digest=(SELECT digest FROM changeset "
                       "WHERE number=1 AND scope=:s) WHERE scope=:s", {"s": VILLAGE})  # fmt: skip
    connection.close()
    bad = [check.check for check in doctor.examine(network.village) if not check.ok]
    assert "signatures" in bad  # what it signed is not there any more
    network.send(network.village, network.township)  # its receipt tells the loss
    network.send(network.township, network.village)
    with network.village.read() as session:
        query = text("SELECT max(number) FROM changeset WHERE scope=:s")
        assert session.execute(query, {"s": VILLAGE}).scalar_one() == 2
