"""The package file: every check refuses by its own name, and nothing slips through."""

import hashlib
from collections.abc import Callable
from typing import Any

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.changeset import Head
from app.errors import AppError
from app.sync import package, records
from app.sync.errors import (
    BodyDigestError,
    ChainError,
    CountError,
    DecryptionError,
    ForeignScopeError,
    HeaderDigestError,
    HeadSignatureError,
    ManifestError,
    NewerFormatError,
    NewerSchemaError,
    NotAPackageError,
    PartError,
    SignatureError,
    SuiteError,
    TooLargeError,
    TruncatedError,
    UnknownDeviceError,
    UnknownOriginError,
    UnlistedEpochError,
    WrongReceiverError,
)
from app.sync.package import HEADER_BYTES, open_package, read_header, seal_plain
from app.sync.records import canonical_json, parse_json
from app.sync.trust import Trust
from tests.sync.builders import EPOCH, OTHER, TOWNSHIP, VILLAGE, Device, World, certify


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def good(world: World) -> bytes:
    return world.package(world.village.segment(world.village.lines(3)))


def opened(world: World, data: bytes) -> package.Opened:
    return open_package(data, world.township.keys, world.trust)


def refused(world: World, data: bytes, error: type[AppError]) -> AppError:
    with pytest.raises(error) as caught:
        opened(world, data)
    assert type(caught.value) is error
    return caught.value


def rehead(world: World, data: bytes, **fields: Any) -> bytes:
    """Return the package with other header fields, digested and signed anew by the village."""
    header = package.Header(
        **{**{n: getattr(read_header(data), n) for n in package.Header.__slots__}, **fields}
    )
    signed = header.signed_bytes()
    signature = records.sign(world.village.keys.signing_key, records.PACKAGE, signed)
    return signed + signature + data[HEADER_BYTES:]


def rebody(
    world: World, data: bytes, change: Callable[[dict[str, Any], list[bytes]], None]
) -> bytes:
    """Return the package with another manifest or other parts, sealed anew by the village."""
    identity = pyrage.x25519.Identity.from_str(world.township.keys.encryption_key)
    plain = pyrage.decrypt(data[HEADER_BYTES:], [identity])
    size = int.from_bytes(plain[:4], "big")
    manifest = parse_json(plain[4 : 4 + size])
    at, parts = 4 + size, []
    for part in manifest["parts"]:
        parts.append(plain[at : at + part["size"]])
        at += part["size"]
    change(manifest, parts)
    text = canonical_json(manifest)
    address = package.Address(EPOCH, world.township.keys.identity, 1)
    return seal_plain(
        world.village.keys, address, b"".join((len(text).to_bytes(4, "big"), text, *parts))
    )


def replace_part(manifest: dict[str, Any], parts: list[bytes], index: int, data: bytes) -> None:
    parts[index] = data
    manifest["parts"][index] |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_a_package_opens_with_what_was_put_in(world: World, good: bytes) -> None:
    found = opened(world, good)
    assert found.sender.identity.name == "青石村"
    assert found.header.number == 1
    assert [len(s.entries) for s in found.segments] == [3]
    assert found.segments[0].segment.lines == tuple(world.village.lines(3))
    assert list(found.receipt.heads) == [world.village.chain()]


def test_the_header_shows_no_name_and_the_body_no_plain_text(good: bytes) -> None:
    for text in ("青石村", "张卫东", VILLAGE):
        assert text.encode() not in good


# ---------------------------------------------------------------- damage


def test_every_prefix_is_refused(world: World, good: bytes) -> None:
    for length in range(len(good)):
        refused(world, good[:length], TruncatedError)


def test_every_single_byte_change_is_refused(world: World, good: bytes) -> None:
    for at in range(len(good)):
        changed = bytearray(good)
        changed[at] ^= 1 << (at % 8)
        with pytest.raises(AppError) as caught:
            opened(world, bytes(changed))
        assert caught.value.exit_code == 3, at


@pytest.mark.parametrize(
    ("at", "error"),
    [
        (0, NotAPackageError),
        (9, HeaderDigestError),
        (11, HeaderDigestError),
        (20, HeaderDigestError),
        (70, HeaderDigestError),
        (120, HeaderDigestError),
        (150, SignatureError),
        (HEADER_BYTES, BodyDigestError),
        (-1, BodyDigestError),
    ],
)
def test_a_damaged_byte_is_named_by_its_place(
    world: World, good: bytes, at: int, error: type[AppError]
) -> None:
    changed = bytearray(good)
    changed[at] ^= 0x01
    refused(world, bytes(changed), error)


def test_bytes_after_the_end_and_two_packages_in_one_are_refused(world: World, good: bytes) -> None:
    refused(world, good + b"\n", TruncatedError)
    refused(world, good + good, TruncatedError)


def test_other_files_are_no_packages(world: World) -> None:
    for data in (b"PK\x03\x04", "姓名,电话".encode(), b"\x00" * 500):
        refused(world, data, NotAPackageError)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_noise_behind_the_magic_is_refused_without_a_trace(noise: bytes) -> None:
    with pytest.raises((TruncatedError, HeaderDigestError)):
        read_header(package.MAGIC + noise)


def test_a_forged_length_is_refused_before_anything_is_allocated(world: World, good: bytes) -> None:
    refused(world, rehead(world, good, body_length=2**63), TooLargeError)
    refused(world, rehead(world, good, body_length=64 * 1024 * 1024), TooLargeError)
    refused(world, rehead(world, good, body_length=1), TruncatedError)


# ---------------------------------------------------------------- who, for whom, which version


def test_a_package_for_another_device_is_refused(world: World) -> None:
    data = world.package(receiver=world.other)
    error = refused(world, data, WrongReceiverError)
    assert "大箐村" in error.user_text()


def test_an_unknown_sender_is_refused_before_decryption(world: World) -> None:
    stranger = Device("village", OTHER, "假村")
    error = refused(world, world.package(sender=stranger), UnknownDeviceError)
    assert stranger.id in error.user_text()
    with pytest.raises(UnknownDeviceError):
        open_package(world.package(), world.township.keys, Trust(None, world.certificates))


def test_a_package_signed_by_another_known_device_is_refused(world: World, good: bytes) -> None:
    header = good[:144]
    forged = records.sign(world.other.keys.signing_key, records.PACKAGE, header)
    refused(world, header + forged + good[HEADER_BYTES:], SignatureError)


def test_a_signature_made_for_another_purpose_is_refused(world: World, good: bytes) -> None:
    header = good[:144]
    for domain in (records.HEAD, records.REQUEST, records.CERTIFICATE, records.AUTHORIZATION, b""):
        forged = records.sign(world.village.keys.signing_key, domain, header)
        refused(world, header + forged + good[HEADER_BYTES:], SignatureError)


def test_nobody_can_sign_anothers_body_as_his_own(world: World, good: bytes) -> None:
    header = package.Header(
        **{n: getattr(read_header(good), n) for n in package.Header.__slots__}
        | {"sender": world.other.id}
    ).signed_bytes()
    signature = records.sign(world.other.keys.signing_key, records.PACKAGE, header)
    refused(world, header + signature + good[HEADER_BYTES:], ManifestError)


def test_a_body_under_another_number_is_refused(world: World, good: bytes) -> None:
    refused(world, rehead(world, good, number=2), ManifestError)


def test_a_newer_format_is_told_apart_from_damage(world: World, good: bytes) -> None:
    error = refused(world, rehead(world, good, version=2, needs=(3, 4)), NewerFormatError)
    assert "≥ 3.4" in error.user_text()


def test_another_suite_is_refused(world: World, good: bytes) -> None:
    refused(world, rehead(world, good, suite=2), SuiteError)


def test_a_body_for_another_key_is_refused(world: World, good: bytes) -> None:
    other = pyrage.x25519.Recipient.from_str(world.other.keys.identity.encryption_key)
    body = pyrage.encrypt(b"x", [other])
    changed = rehead(
        world,
        good,
        body_length=len(body),
        body_digest=hashlib.sha256(body).hexdigest(),
    )
    refused(world, changed[:HEADER_BYTES] + body, DecryptionError)


# ---------------------------------------------------------------- manifest and parts


def test_a_manifest_that_is_no_canonical_json_is_refused(world: World) -> None:
    address = package.Address(EPOCH, world.township.keys.identity, 1)
    deep = b"[" * 60_000
    for text in (b"{}", b"[]", b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a": 1}', b"\xff", deep, b""):
        plain = len(text).to_bytes(4, "big") + text
        refused(world, seal_plain(world.village.keys, address, plain), ManifestError)
    for plain in (b"", b"\x00\x00", b"\xff\xff\xff\xff{}"):
        refused(world, seal_plain(world.village.keys, address, plain), ManifestError)


def test_a_missing_an_extra_and_a_swapped_part_are_refused(world: World, good: bytes) -> None:
    def missing(_manifest: dict[str, Any], parts: list[bytes]) -> None:
        parts.pop()

    def extra(_manifest: dict[str, Any], parts: list[bytes]) -> None:
        parts.append(b"x")

    def swapped(_manifest: dict[str, Any], parts: list[bytes]) -> None:
        parts[0], parts[1] = parts[1], parts[0]

    def unlisted(manifest: dict[str, Any], parts: list[bytes]) -> None:
        parts.pop(0)
        manifest["parts"].pop(0)

    def negative(manifest: dict[str, Any], _parts: list[bytes]) -> None:
        manifest["parts"][0]["size"] = -1

    for change in (missing, extra, swapped, unlisted, negative):
        refused(world, rebody(world, good, change), PartError)


def test_a_newer_schema_and_a_part_of_the_future_ask_for_an_upgrade(
    world: World, good: bytes
) -> None:
    def newer(manifest: dict[str, Any], _parts: list[bytes]) -> None:
        manifest |= {"schema": 99, "program": "9.9"}

    def future(manifest: dict[str, Any], _parts: list[bytes]) -> None:
        manifest["parts"][0]["kind"] = "film"

    assert "≥ 9.9" in refused(world, rebody(world, good, newer), NewerSchemaError).user_text()
    refused(world, rebody(world, good, future), NewerSchemaError)


def test_wrong_counts_are_refused(world: World, good: bytes) -> None:
    def counts(manifest: dict[str, Any], _parts: list[bytes]) -> None:
        manifest["counts"]["changesets"] = 4

    def part_count(manifest: dict[str, Any], _parts: list[bytes]) -> None:
        manifest["parts"][2]["count"] = 0

    refused(world, rebody(world, good, counts), CountError)
    refused(world, rebody(world, good, part_count), CountError)


@pytest.mark.parametrize(
    "receipt",
    [
        b"{}",
        b'{"heads":[["a"]],"v":1,"void":[],"waiting":[]}',
        b'{"heads":[["a","b","c",-1,"d"]],"v":1,"void":[],"waiting":[]}',
        b'{"heads":[],"v":2,"void":[],"waiting":[]}',
        b'{"heads":[],"v":1,"void":[],"waiting":[[1]]}',
    ],
)
def test_an_unreadable_receipt_is_refused(world: World, good: bytes, receipt: bytes) -> None:
    data = rebody(world, good, lambda m, p: replace_part(m, p, 2, receipt))
    refused(world, data, CountError)


@pytest.mark.parametrize("part", [b"{}", b"[[]]", b'[["a","b"]]', b"[1]", b"", b'[["{}","00"]]'])
def test_unreadable_certificates_are_refused(world: World, good: bytes, part: bytes) -> None:
    data = rebody(world, good, lambda m, p: replace_part(m, p, 0, part))
    refused(world, data, UnknownOriginError)


# ---------------------------------------------------------------- segments


def test_a_segment_of_an_uncertified_device_is_refused(world: World) -> None:
    stranger = Device("village", VILLAGE, "假村")
    refused(world, world.package(stranger.segment(stranger.lines(1))), UnknownOriginError)


def test_a_certificate_of_a_foreign_root_vouches_for_nothing(world: World) -> None:
    county = Device("county", "530423000000", "峨山县")
    stranger = Device("village", VILLAGE, "假村")
    attacker = World(
        county=county, township=Device("township", TOWNSHIP, "云岭镇"), village=stranger
    )
    forged = attacker.package(stranger.segment(stranger.lines(1)), receiver=world.township)
    refused(world, forged, UnknownDeviceError)
    mixed = World(world.county, world.township, world.village, world.other)
    mixed.certificates = (*world.certificates, *attacker.certificates)
    refused(world, mixed.package(stranger.segment(stranger.lines(1))), UnknownOriginError)


def test_an_epoch_that_is_not_listed_is_refused(world: World) -> None:
    unlisted = World(world.county, world.township, world.village, world.other)
    unlisted.certificates = (
        *world.certificates[:2],
        certify(world.township, world.village, "f" * 32),
    )
    trust = Trust(world.county.id, unlisted.certificates)
    data = unlisted.package(world.village.segment(world.village.lines(1)))
    with pytest.raises(UnlistedEpochError):
        open_package(data, world.township.keys, trust)


def test_another_villages_rows_are_refused(world: World) -> None:
    lines = world.village.lines(1, OTHER)
    refused(world, world.package(world.village.segment(lines, scope=OTHER)), ForeignScopeError)


def test_a_head_that_its_origin_did_not_sign_is_refused(world: World) -> None:
    ours = world.village.segment(world.village.lines(2))
    theirs = world.other.segment(world.village.lines(2))
    forged = type(ours)(ours.chain, 1, 2, ours.digest, theirs.signature, ours.lines)
    refused(world, world.package(forged), HeadSignatureError)


def test_a_line_changed_dropped_swapped_or_of_another_chain_is_refused(world: World) -> None:
    lines = world.village.lines(4)
    good = world.village.segment(lines)

    def with_lines(*changed: bytes, last: int = 4) -> bytes:
        segment = type(good)(good.chain, 1, last, good.digest, good.signature, changed)
        return world.package(segment)

    other = world.village.lines(4, reason="x")
    for data in (
        with_lines(lines[0], lines[2], lines[1], lines[3]),
        with_lines(lines[0], other[1], lines[2], lines[3]),
        with_lines(*lines[:3], b"{}"),
        with_lines(*lines[:3], b"no json"),
        with_lines(*lines[:3], lines[3].replace(b'"v":1', b'"v": 1')),
        with_lines(*other),
    ):
        refused(world, data, ChainError)


def test_lines_fewer_or_more_than_the_segment_says_are_refused(world: World) -> None:
    lines = world.village.lines(2)
    head = world.village.segment(lines)
    signature = head.signature
    for segment in (
        type(head)(head.chain, 1, 2, head.digest, signature, tuple(lines[:1])),
        type(head)(head.chain, 1, 2, head.digest, signature, (*lines, lines[0])),
        type(head)(head.chain, 2, 1, head.digest, signature, tuple(lines)),
        type(head)(head.chain, 1, 10**9, head.digest, signature, tuple(lines)),
    ):
        refused(world, world.package(segment), (ChainError))


def test_the_first_line_hangs_on_the_devices_certificate(world: World) -> None:
    lines = world.village.lines(1, previous="0" * 64)
    refused(world, world.package(world.village.segment(lines)), ChainError)


def test_a_segment_may_begin_after_what_is_known(world: World) -> None:
    lines = world.village.lines(5)
    found = opened(world, world.package(world.village.segment(lines[2:], first=3)))
    assert [e.changeset.number for e in found.segments[0].entries] == [3, 4, 5]


def test_policy_stands_before_everything_else(world: World) -> None:
    scope = f"policy:{TOWNSHIP}"
    policy = world.township.segment(world.township.lines(1, scope), scope=scope)
    village = world.village.segment(world.village.lines(1))
    found = opened(world, world.package(village, policy))
    assert [s.segment.chain.scope for s in found.segments] == [scope, VILLAGE]


SEGMENT = {"digest": "d", "epoch": EPOCH, "from": 1, "origin": "o", "scope": VILLAGE, "to": 1}
SIGNED = {"signature": "0" * 128}


@pytest.mark.parametrize(
    "part",
    [
        b"{}",
        b"{}\n",
        b"\n",
        canonical_json(SEGMENT) + b"\n\n",
        canonical_json(SEGMENT | SIGNED) + b"\n",
        canonical_json(SEGMENT | SIGNED) + b"\n{}",
        canonical_json(SEGMENT | {"signature": "00"}) + b"\n{}\n",
        canonical_json(SEGMENT | {"signature": 1}) + b"\n{}\n",
        canonical_json(SEGMENT | SIGNED | {"from": 0}) + b"\n{}\n{}\n",
        canonical_json(SEGMENT | SIGNED | {"from": True}) + b"\n{}\n",
        canonical_json(SEGMENT | SIGNED | {"to": 10**10}) + b"\n{}\n",
        canonical_json(SEGMENT | SIGNED | {"origin": None}) + b"\n{}\n",
        b"[" * 50_000 + b"\n",
    ],
)
def test_unreadable_segments_are_refused(world: World, good: bytes, part: bytes) -> None:
    data = rebody(world, good, lambda m, p: replace_part(m, p, 1, part))
    refused(world, data, ChainError)


def test_an_endless_line_and_endless_segments_are_refused(
    world: World, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.segments.MAX_LINE_BYTES", 100)
    refused(world, good, ChainError)
    monkeypatch.undo()
    monkeypatch.setattr("app.sync.segments.MAX_SEGMENTS", 0)
    refused(world, good, ChainError)


def test_a_seen_number_beyond_all_measure_is_refused(world: World) -> None:
    for number in (0, 10**9 + 1, True):
        seen = {world.township.chain(): Head(number, "d")}
        lines = world.village.lines(1, seen=seen)
        refused(world, world.package(world.village.segment(lines)), ChainError)


def test_more_than_a_package_may_hold_is_not_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.package.MAX_FILE_BYTES", 1_000)
    with pytest.raises(TooLargeError):
        world.package(world.village.segment(world.village.lines(3)))


def test_too_many_certificates_or_too_large_a_receipt_are_refused(
    world: World, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.package.MAX_CERTIFICATES", 3)
    refused(world, good, UnknownOriginError)
    monkeypatch.undo()
    monkeypatch.setattr("app.sync.package.MAX_SMALL_PART_BYTES", 3)
    refused(world, good, UnknownOriginError)
    monkeypatch.undo()
    monkeypatch.setattr("app.sync.receipt.MAX_BYTES", 3)
    refused(world, good, CountError)


def test_line_values_of_the_wrong_type_are_refused(world: World) -> None:
    wrong: list[dict[str, Any]] = [{"actor": 1}, {"reason": None}, {"at": []}]
    for values in wrong:
        lines = world.village.lines(1, **values)
        refused(world, world.package(world.village.segment(lines)), ChainError)
