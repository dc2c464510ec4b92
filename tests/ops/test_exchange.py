"""Packages between real replicas: up, down, in any order, any number of times."""

import hashlib
import os
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.domain.changeset import parse_line
from app.errors import AppError
from app.models.conflict import ContestedError
from app.models.form import Answer
from app.models.household import Household, Member
from app.models.replica import ReceiptRow
from app.models.step import Step
from app.models.store import Store
from app.ops import conflicts, devices, exchange, sheets, warnings
from app.ops.conflict_decisions import Choice
from app.ops.warnings import StepInput
from app.sync import keys, local, outbox, package
from app.sync.errors import (
    DamagedError,
    MissingFolderError,
    NewerFormatError,
    NotAPackageError,
    NotEnrolledError,
    StickLostError,
    TruncatedError,
    UnknownDeviceError,
    UnknownTargetError,
    UnreadableFileError,
    UnusualAmountError,
    WrongReceiverError,
)
from app.sync.receipt import Receipt, encode_receipt
from tests.conftest import COUNTY, NOW, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, TRACES, Network, build, clone, content, dump, enrol, journal
from tests.ops.village import OCTOBER, TODAY, add_family, answer_all, open_october


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


def set_phone(store: Store, household_id: str, phone: str, reason: str = "核实") -> None:
    with store.write("test.phone", ME, reason) as session:
        session.get_one(Household, household_id).phone = phone


def phone(store: Store, household_id: str) -> str | None:
    with store.read() as session:
        return session.get_one(Household, household_id).phone


def second_laptop(network: Network, new_store: StoreMaker, tmp_path: Path) -> Store:
    laptop = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, laptop, tmp_path)
    return laptop


# ---------------------------------------------------------------- the way of a month


def test_a_village_works_before_it_is_enrolled_and_sends_all_of_it(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    village = new_store("village", VILLAGE, "上坝村")
    add_family(village)
    with pytest.raises(NotEnrolledError):
        exchange.export_package(village, ME, "parent", tmp_path / "a", NOW)
    township = new_store("township", TOWNSHIP, "云岭镇")
    enrol(township, village, tmp_path)
    exchange.export_package(village, ME, "parent", tmp_path / "a", NOW)
    found = exchange.import_package(township, ME, tmp_path / "a", NOW)
    assert found.applied == 1
    assert found.households_new == 1
    assert content(township)["member"] == content(village)["member"]


def test_a_warning_goes_up_and_comes_back_with_the_townships_remark(network: Network) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    open_october(village)
    sheet_id = answer_all(village, household, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(village, ME, sheet_id, TODAY).opened
    warnings.act(village, ME, warning_id, "confirm", StepInput("属实", TODAY))
    sent = network.export(village, township)
    assert sent.households == 1
    assert sent.warnings == 1
    found = exchange.import_package(township, ME, sent.path, NOW)
    assert (found.warnings_changed, found.conflicts, found.void) == (1, (), ())
    assert warnings.show_warning(township, warning_id, TODAY).line.state == "pending_township"
    warnings.act(township, ME, warning_id, "return", StepInput("请补拍水池后再报", TODAY))
    back = network.send(township, village)
    assert back.warnings_changed == 1
    page = warnings.show_warning(village, warning_id, TODAY)
    assert page.line.state == "returned"
    assert content(village)["step"] == content(township)["step"]
    sheet = sheets.open_sheet(village, household, OCTOBER, TODAY)
    assert [r.text for r in sheet.remarks.values()] == ["请补拍水池后再报"]


def test_the_county_gets_the_villages_own_signature_from_the_township(network: Network) -> None:
    add_family(network.village)
    network.send(network.village, network.township)
    found = network.send(network.township, network.county)
    assert found.applied == 2  # the village's roster and the township's approval
    assert content(network.county)["member"] == content(network.village)["member"]
    lines = {row[4]: row[5] for row in journal(network.village)}
    assert lines.items() <= {row[4]: row[5] for row in journal(network.county)}.items()


def test_a_receipt_ends_the_sending_and_only_a_receipt(network: Network) -> None:
    add_family(network.village)
    assert network.export(network.village, network.township).transactions == 1
    lost = network.export(network.village, network.township)  # the first stick was lost
    assert (lost.transactions, lost.number) == (1, 2)
    exchange.import_package(network.township, ME, lost.path, NOW)
    assert network.export(network.village, network.township).transactions == 1
    network.send(network.township, network.village)
    assert network.export(network.village, network.township).transactions == 0


def test_a_villages_stick_gives_the_township_back_what_a_neighbour_brought(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    laptop = second_laptop(network, new_store, tmp_path)
    household = add_family(laptop)
    network.send(laptop, network.township)
    network.send(network.township, network.village)
    assert content(network.village)["member"] == content(laptop)["member"]
    set_phone(network.village, household, "1")
    network.send(network.village, network.township)
    network.send(network.township, laptop)
    assert phone(laptop, household) == "1"


def test_no_package_holds_another_villages_rows(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    other = new_store("village", "539901101202", "大箐村")
    enrol(network.township, other, tmp_path)
    add_family(network.village)
    network.send(network.village, network.township)
    network.send(network.township, other)
    scopes = {row[2] for row in journal(other)}
    assert scopes == {f"policy:{TOWNSHIP}"}
    assert content(other)["household"] == []


# ---------------------------------------------------------------- again, late, missing


def test_importing_twice_is_importing_once(network: Network) -> None:
    add_family(network.village)
    path = network.export(network.village, network.township).path
    first = exchange.import_package(network.township, ME, path, NOW)
    before = dump(network.township, *TRACES)
    copy = path.with_name("改了名.变更包")
    copy.write_bytes(path.read_bytes())
    again = exchange.import_package(network.township, ME, copy, NOW)
    assert (first.applied, first.already_known, first.earlier) == (1, 0, None)
    assert (again.applied, again.already_known) == (0, 1)
    assert again.earlier is not None
    assert again.earlier.actor == "张卫东"
    assert dump(network.township, *TRACES) == before


def test_an_older_package_after_a_newer_one_changes_nothing(network: Network) -> None:
    household = add_family(network.village)
    old = network.export(network.village, network.township).path
    set_phone(network.village, household, "2")
    network.send(network.village, network.township)
    before = dump(network.township, *TRACES)
    found = exchange.import_package(network.township, ME, old, NOW)
    assert (found.applied, found.already_known) == (0, 1)
    assert dump(network.township, *TRACES) == before


def cut_receipt(store: Store, peer: Store) -> None:
    """Make the sender believe that everything so far has been receipted."""
    with store.read() as session:
        me = local.load(session)
        peer_key = devices.trust_of(session, me).certificate(peer.device_id)
        assert peer_key is not None
        receipt = outbox.make_receipt(session, me.origin, peer_key.identity.origin)
    row = ReceiptRow(
        peer_id=peer.device_id,
        direction="taken",
        epoch="0" * 32,
        package_number=1,
        content=encode_receipt(receipt).decode(),
        at="",
    )
    with store.write("test.receipt", ME) as session:
        session.merge(row)


def test_a_gap_is_named_waits_and_goes_in_by_itself(network: Network) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    network.send(village, township)
    set_phone(village, household, "2")
    set_phone(village, household, "3")
    missing = network.export(village, township).path
    cut_receipt(village, township)
    set_phone(village, household, "4")
    late = exchange.import_package(township, ME, network.export(village, township).path, NOW)
    assert (late.applied, late.waiting) == (0, 1)
    assert [(g.name, g.first, g.last) for g in late.gaps] == [("上坝村", 2, 3)]
    assert phone(township, household) == "18700000475"
    answer = network.export(township, village)  # its receipt asks for what is missing
    exchange.import_package(village, ME, answer.path, NOW)
    assert network.export(village, township).transactions >= 3
    found = exchange.import_package(township, ME, missing, NOW)
    assert (found.applied, found.waiting, found.gaps) == (3, 0, ())
    assert phone(township, household) == "4"


def test_any_order_of_packages_ends_in_the_same_dump(network: Network, tmp_path: Path) -> None:
    household = add_family(network.village)
    paths = [network.export(network.village, network.township).path]
    for number in "23":
        cut_receipt(network.village, network.township)
        set_phone(network.village, household, number)
        paths.append(network.export(network.village, network.township).path)
    ends = set()
    for at, order in enumerate(permutations(paths)):
        reader = clone(network.township, tmp_path / str(at))
        for path in order:
            exchange.import_package(reader, ME, path, NOW)
        assert not any(row[6] == "waiting" for row in journal(reader)), at
        ends.add(repr((content(reader), sorted(r[4] for r in journal(reader)))))
        reader.close()
    assert len(ends) == 1


# ---------------------------------------------------------------- two laptops


def test_two_laptops_merge_fields_ask_once_and_decide(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    a, township = network.village, network.township
    b = second_laptop(network, new_store, tmp_path)
    household = add_family(a)
    network.send(a, township)
    network.send(township, b)
    set_phone(a, household, "A")
    with b.write("test.edit", ME) as session:
        home = session.get_one(Household, household)
        home.phone, home.note = "B", "院坝边"
    network.send(a, township)
    found = network.send(b, township)
    (conflict,) = found.conflicts
    assert (conflict.table, conflict.field) == ("household", "phone")
    assert conflict.household_id == household
    assert {v for side in conflict.sides for v in side.values.values()} == {"A", "B"}
    assert [side.is_in_force for side in conflict.sides] == [True, False]
    assert {side.actor for side in conflict.sides} == {"张卫东"}
    for laptop in (a, b):
        network.send(township, laptop)
    assert phone(a, household) == phone(b, household) == phone(township, household)
    assert content(a)["household"] == content(b)["household"] == content(township)["household"]
    with pytest.raises(ContestedError, match="household"):
        set_phone(a, household, "C")
    (line,) = conflicts.list_conflicts(a)
    conflicts.resolve_conflict(a, ME, line.conflict_id, Choice("2"))
    assert phone(a, household) == line.sides[1].text
    decided = network.send(a, township)
    assert decided.conflicts == ()
    network.send(township, b)
    assert phone(b, household) == phone(a, household)


def test_the_order_in_which_two_laptops_arrive_does_not_matter(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    a, township = network.village, network.township
    b = second_laptop(network, new_store, tmp_path)
    before = clone(township, tmp_path / "before")
    household = add_family(a)
    base = network.export(a, township).path
    exchange.import_package(township, ME, base, NOW)
    network.send(township, b)
    set_phone(a, household, "A")
    set_phone(b, household, "B")
    with b.write("test.name", ME) as session:
        session.scalars(select(Member).filter_by(number=1)).one().name = "单晓明"
    paths = [base, network.export(a, township).path, network.export(b, township).path]
    found = set()
    for at, order in enumerate(permutations(paths)):
        reader = clone(before, tmp_path / f"reader-{at}")
        results = [exchange.import_package(reader, ME, path, NOW) for path in order]
        assert not any(r.void for r in results)
        assert results[-1].waiting == 0
        found.add(repr(content(reader)))
        reader.close()
    before.close()
    assert len(found) == 1
    assert "shanxiaoming" in found.pop()


def end_household(store: Store, household_id: str) -> None:
    with store.write("test.end", ME, "核实") as session:
        home = session.get_one(Household, household_id)
        home.removed_on, home.removed_reason = TODAY, "迁出"


def ended(store: Store, household_id: str) -> bool:
    with store.read() as session:
        return session.get_one(Household, household_id).removed_on is not None


@pytest.mark.parametrize("against", ["phone", "member", "answer", "step"])
def test_a_removal_against_what_it_had_not_seen_asks_and_keeps(
    network: Network, new_store: StoreMaker, tmp_path: Path, against: str
) -> None:
    a, township = network.village, network.township
    b = second_laptop(network, new_store, tmp_path)
    household = add_family(a)
    open_october(a)
    sheet_id = answer_all(a, household, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(a, ME, sheet_id, TODAY).opened
    network.send(a, township)
    network.send(township, b)
    end_household(a, household)
    if against == "phone":
        set_phone(b, household, "7")
    elif against == "member":
        with b.write("test.member", ME) as session:
            session.scalars(select(Member).filter_by(number=2)).one().phone = "8"
    elif against == "answer":
        answer_all(b, household, {("WT-01", ""): "enough"})
    else:
        warnings.act(b, ME, warning_id, "confirm", StepInput("属实", TODAY))
    network.send(a, township)
    assert ended(township, household)
    found = network.send(b, township)
    (conflict,) = [c for c in found.conflicts if c.field == "removed_on"]
    assert conflict.household_no == "2"
    assert {v for side in conflict.sides for v in side.values.values()} == {None, "2025-10-20"}
    network.send(township, a)
    network.send(township, b)
    for store in (a, b, township):
        assert not ended(store, household)
    end_household(b, household)  # seen both: this decides
    assert network.send(b, township).conflicts == ()
    network.send(township, a)
    for store in (a, b, township):
        assert ended(store, household)


def test_a_removal_that_had_seen_everything_ends_the_row_without_a_question(
    network: Network,
) -> None:
    household = add_family(network.village)
    network.send(network.village, network.township)
    end_household(network.village, household)
    assert network.send(network.village, network.township).conflicts == ()
    assert ended(network.township, household)


# ---------------------------------------------------------------- refusals


def assert_refused(
    store: Store, path: Path, error: type[AppError] | tuple[type[AppError], ...]
) -> AppError:
    before = dump(store)
    with pytest.raises(error) as caught:
        exchange.import_package(store, ME, path, NOW)
    with pytest.raises(error):
        exchange.preview_package(store, path)
    assert dump(store) == before
    assert "没有" in caught.value.user_text()
    return caught.value


def test_prefixes_and_changed_bytes_of_a_real_package_leave_the_database_as_it_was(
    network: Network,
) -> None:
    path = network.export(network.village, network.township).path
    data = path.read_bytes()
    bad = path.with_name("坏.变更包")
    before = dump(network.township)
    for length in range(0, len(data), 9):  # every length and byte: tests/sync/test_package.py
        bad.write_bytes(data[:length])
        with pytest.raises(TruncatedError):
            exchange.import_package(network.township, ME, bad, NOW)
    for at in range(0, len(data), 9):
        bad.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        with pytest.raises((DamagedError, NotAPackageError)):
            exchange.import_package(network.township, ME, bad, NOW)
    assert dump(network.township) == before
    assert exchange.import_package(network.township, ME, path, NOW).applied == 0


def test_a_package_for_another_device_is_refused_by_name(network: Network) -> None:
    path = network.export(network.township, network.county).path
    error = assert_refused(network.village, path, WrongReceiverError)
    assert "云山县" in error.user_text()


def test_an_unknown_device_is_refused(network: Network, tmp_path: Path) -> None:
    stranger = keys.new_device("village", VILLAGE, "上坝村")
    with network.township.read() as session:
        receiver = local.load(session).keys.identity
    address = package.Address("e" * 32, receiver, 1)
    data = package.seal(stranger, address, package.Content((), (), Receipt({}, {})), "2025")
    (tmp_path / "x").write_bytes(data)
    error = assert_refused(network.township, tmp_path / "x", UnknownDeviceError)
    assert stranger.device_id in error.user_text()


def test_a_newer_format_is_refused_by_name(network: Network) -> None:
    path = network.export(network.village, network.township).path
    data = bytearray(path.read_bytes())
    data[8:10] = (2).to_bytes(2, "big")
    data[12:16] = b"\x00\x09\x00\x01"
    data[112:144] = hashlib.sha256(bytes(data[:112])).digest()
    path.write_bytes(bytes(data))
    error = assert_refused(network.township, path, NewerFormatError)
    assert "9.1" in error.user_text()


def test_folders_and_other_files_are_no_packages(network: Network, tmp_path: Path) -> None:
    other = tmp_path / "名册.xlsx"
    other.write_bytes(b"PK\x03\x04" + b"x" * 500)
    assert_refused(network.township, other, NotAPackageError)
    for path in (tmp_path, tmp_path / "absent"):
        assert_refused(network.township, path, UnreadableFileError)


def test_a_county_that_joins_later_is_confirmed_by_the_village_and_nothing_is_lost(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    township = new_store("township", TOWNSHIP, "云岭镇")
    village = new_store("village", VILLAGE, "上坝村")
    enrol(township, village, tmp_path)
    household = add_family(village)
    county = new_store("county", COUNTY, "云山县")
    network = Network(tmp_path, county, township, village)
    network.send(village, township)
    enrol(county, township, tmp_path)
    network.send(county, township)
    set_phone(township, household, "7")  # it has seen the county's policy
    early = network.send(township, village)
    assert [gap.name for gap in early.gaps] == [f"另一台设备（{county.device_id[:8]}）"]
    assert (early.waiting, phone(village, household)) == (1, "18700000475")
    assert network.send(township, county).void == ()
    enrol(township, village, tmp_path)  # the village types the new authorization's fingerprint
    late = network.send(township, village)
    assert (late.waiting, late.gaps) == (0, ())
    assert phone(village, household) == phone(county, household) == "7"


def test_a_missing_folder_is_named_before_anything_is_written(network: Network) -> None:
    add_family(network.village)
    gone = network.stick / "gone"
    before = dump(network.village)
    with pytest.raises(MissingFolderError) as caught:
        exchange.export_package(network.village, ME, "parent", gone / "a.变更包", NOW)
    assert str(gone) in caught.value.sentence()
    assert dump(network.village) == before


def test_a_stick_that_is_gone_skips_a_number_and_loses_nothing(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_family(network.village)

    def fail(_descriptor: int) -> None:
        raise OSError(5, "I/O error")

    with monkeypatch.context() as patch, pytest.raises(StickLostError):
        patch.setattr(os, "fsync", fail)
        network.export(network.village, network.township)
    sent = network.export(network.village, network.township)
    assert (sent.number, sent.transactions) == (2, 1)


def test_a_copied_database_is_found_as_a_fork_and_has_no_effect(
    network: Network, tmp_path: Path
) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    network.send(village, township)
    copied = clone(village, tmp_path / "copy")
    set_phone(village, household, "1")
    set_phone(copied, household, "2")
    set_phone(copied, household, "3")
    network.send(village, township)
    found = network.send(copied, township)
    copied.close()
    assert (found.applied, len(found.forked)) == (0, 2)
    assert "分叉" in found.forked[0].reason
    assert phone(township, household) == "1"
    states = {row[4]: row[6] for row in journal(township)}
    assert sorted(states.values()).count("forked") == 2
    set_phone(village, household, "4")
    assert network.send(village, township).applied == 1
    assert phone(township, household) == "4"


def test_a_row_with_another_id_than_its_key_makes_is_void_and_the_rest_goes_in(
    network: Network,
) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    open_october(village)
    sheet_id = answer_all(village, household)
    network.send(village, township)
    with village.absorb() as session:
        session.execute(text("UPDATE answer SET question='x-' || question"))
    with village.write("test.twice", ME) as session:  # a program that makes no natural ids
        session.add(Answer(scope=VILLAGE, sheet_id=sheet_id, question="BF-03", value="onsite"))
    set_phone(village, household, "9")
    found = network.send(village, township)
    assert [line.reason for line in found.void] == ["内容不合格式：answer"]
    assert phone(township, household) == "9"


# ---------------------------------------------------------------- authority, amounts, content


def test_a_change_that_its_origin_may_not_make_is_void_and_the_rest_goes_in(
    network: Network,
) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    open_october(village)
    sheet_id = answer_all(village, household, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(village, ME, sheet_id, TODAY).opened
    with pytest.MonkeyPatch.context() as patch:  # a village program that was tampered with
        patch.setattr("app.models.capture._refuse_foreign", lambda *_args: None)
        with village.write("warning.step", ME) as session:
            session.add(
                Step(
                    scope=VILLAGE,
                    subject="warning",
                    subject_id=warning_id,
                    action="pass",
                    step_on=TODAY,
                    actor="张卫东",
                    level="township",
                )
            )
    set_phone(village, household, "9")
    found = network.send(village, township)
    (void,) = found.void
    assert "越权" in void.reason
    assert not [row for row in content(township)["step"] if "'warning'" in row]
    assert phone(township, household) == "9"
    for receiver in (network.county,):
        forwarded = network.send(township, receiver)
        assert [v.reason for v in forwarded.void] == [void.reason]


def test_values_that_fit_no_table_are_void(network: Network) -> None:
    village, township = network.village, network.township
    household = add_family(village)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.models.capture.canonical", lambda value: [value])
        set_phone(village, household, "7")
    set_phone(village, household, "8")
    found = network.send(village, township)
    assert [v.reason for v in found.void] == ["内容不合格式：household"]
    assert phone(township, household) == "8"


def many_families(store: Store, count: int) -> list[str]:
    return [add_family(store, str(number)) for number in range(1, count + 1)]


def test_an_unusual_amount_waits_until_a_person_confirms(network: Network) -> None:
    village, township = network.village, network.township
    households = many_families(village, 8)
    network.send(village, township)
    for household in households[:6]:
        set_phone(village, household, "0")
    path = network.export(village, township).path
    before = dump(township)
    assert exchange.preview_package(township, path).unusual.needs_confirmation()
    with pytest.raises(UnusualAmountError) as caught:
        exchange.import_package(township, ME, path, NOW)
    assert "改6户（共8户）" in caught.value.user_text()
    assert caught.value.exit_code == 1
    assert dump(township) == before
    assert exchange.import_package(township, ME, path, NOW, confirmed=True).applied == 6


def test_more_than_five_removed_are_asked_about_and_five_are_not(network: Network) -> None:
    village, township = network.village, network.township
    households = many_families(village, 2)
    network.send(village, township)
    with village.write("test.deaths", ME) as session:
        members = session.scalars(select(Member).filter_by(household_id=households[0])).all()
        more = session.scalars(select(Member).filter_by(household_id=households[1])).all()
        for member in [*members, more[0]]:
            member.member_status = "dead"
    assert network.send(village, township).applied == 1
    with village.write("test.deaths", ME) as session:
        for member in session.scalars(select(Member).filter_by(household_id=households[0])):
            member.member_status = "moved_out"
        for member in session.scalars(select(Member).filter_by(household_id=households[1])):
            member.member_status = "missing"
    path = network.export(village, township).path
    with pytest.raises(UnusualAmountError):
        exchange.import_package(township, ME, path, NOW)


def test_a_name_of_two_laptops_is_ambiguous_and_their_ids_are_listed(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    laptop = second_laptop(network, new_store, tmp_path)
    path = network.stick / "x.变更包"
    with pytest.raises(UnknownTargetError) as caught:
        exchange.export_package(network.township, ME, "上坝村", path, NOW)
    said = caught.value.sentence()
    assert "不止一台" in said
    assert laptop.device_id in said
    assert network.village.device_id in said
    assert exchange.export_package(network.township, ME, laptop.device_id, path, NOW).number == 1


def test_a_month_of_sheets_is_not_unusual(network: Network) -> None:
    households = many_families(network.village, 6)
    network.send(network.village, network.township)
    open_october(network.village)
    for household in households:
        answer_all(network.village, household)
    found = network.send(network.village, network.township)
    assert found.applied > 6
    assert content(network.township)["answer"] == content(network.village)["answer"]


# ---------------------------------------------------------------- preview, inspect, journal


def test_a_preview_tells_what_an_import_does_and_changes_nothing(network: Network) -> None:
    add_family(network.village)
    path = network.export(network.village, network.township).path
    before = dump(network.township)
    shown = exchange.preview_package(network.township, path)
    assert dump(network.township) == before
    done = exchange.import_package(network.township, ME, path, NOW)
    assert shown == done


def test_inspection_shows_what_the_reader_may_know(network: Network) -> None:
    add_family(network.village)
    sent = network.export(network.village, network.township)
    outer = exchange.inspect_package(None, sent.path)
    assert (outer.sender, outer.receiver) == (network.village.device_id, network.township.device_id)
    assert (outer.valid, outer.bytes, outer.segments) == (None, sent.bytes, ())
    inner = exchange.inspect_package(network.township, sent.path)
    assert inner.valid is True
    assert [(s.first, s.last, s.scope) for s in inner.segments] == [(1, 1, VILLAGE)]
    assert inner.changes is not None
    assert inner.changes.households_new == 1
    assert exchange.inspect_package(network.county, sent.path).valid is None
    assert exchange.inspect_package(network.village, sent.path).valid is True
    data = sent.path.read_bytes()
    sent.path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    for store in (None, network.township, network.village):
        broken = exchange.inspect_package(store, sent.path)
        assert broken.valid is False
        assert broken.error is not None


def test_the_kept_lines_are_the_exact_bytes_and_say_what_they_had_seen(network: Network) -> None:
    household = add_family(network.village)
    network.send(network.village, network.township)
    network.send(network.township, network.village)
    set_phone(network.village, household, "3")
    with network.village.read() as session:
        query = text("SELECT line FROM changeset WHERE scope=:s AND number=2")
        line = parse_line(session.execute(query, {"s": VILLAGE}).scalar_one())
    assert {chain.scope for chain in line.seen} == {f"policy:{TOWNSHIP}"}


def test_a_package_holds_nothing_personal_in_the_clear(network: Network) -> None:
    add_family(network.village)
    data = network.export(network.village, network.township).path.read_bytes()
    for word in ("赵德福", "18700000475", "539901198204120359"):
        for encoding in ("utf-8", "utf-16-le", "gbk"):
            assert word.encode(encoding) not in data


def test_a_receipt_counts_by_the_latest_package_not_by_the_highest_number(
    network: Network,
) -> None:
    household = add_family(network.village)
    network.send(network.village, network.township)
    early = network.export(network.township, network.village).path
    set_phone(network.village, household, "2")
    network.send(network.village, network.township)
    network.send(network.township, network.village)
    transactions = network.export(network.village, network.township).transactions
    exchange.import_package(network.village, ME, early, NOW)
    assert network.export(network.village, network.township).transactions == transactions


def test_a_folder_gets_a_file_of_the_usual_name(network: Network) -> None:
    done = exchange.export_package(network.village, ME, "parent", network.stick, NOW)
    assert done.path == network.stick / "上坝村-2025-10-第1号.变更包"
    assert exchange.import_package(network.township, ME, done.path, NOW).number == 1
    assert exchange.file_name('a/b:"c"', "2025-10-31", 3) == "a_b__c_-2025-10-第3号.变更包"


def test_package_numbers_grow_per_receiver(network: Network) -> None:
    assert network.export(network.township, network.village).number == 1
    assert network.export(network.township, network.county).number == 1
    assert network.export(network.township, network.village).number == 2


def test_the_header_of_an_export_is_what_was_asked(network: Network) -> None:
    sent = network.export(network.village, network.township)
    header = package.read_header(sent.path.read_bytes())
    assert (header.sender, header.number) == (network.village.device_id, sent.number)
    assert hashlib.sha256(sent.path.read_bytes()).hexdigest() == sent.sha256


def test_a_receiver_is_named_by_role_only_where_it_is_enrolled_here(network: Network) -> None:
    path = network.stick / "x.变更包"
    for name in ("云岭镇", TOWNSHIP):
        with pytest.raises(UnknownTargetError):
            exchange.export_package(network.village, ME, name, path, NOW)
    assert exchange.export_package(network.village, ME, "parent", path, NOW).number == 1
    assert exchange.export_package(network.township, ME, "上坝村", path, NOW).number == 1
    assert exchange.export_package(network.township, ME, VILLAGE, path, NOW).number == 2
