"""Identities, fingerprints, requests, certificates, authorizations."""

import pytest

from app.sync import keys, records
from app.sync.errors import EnrolmentError, LevelError
from app.sync.keys import (
    authorize,
    fingerprint,
    is_issued_by,
    make_request,
    new_device,
    read_authorization,
    read_request,
    same_fingerprint,
)
from app.sync.records import SignedRecord, canonical_json, parse_json
from app.sync.trust import Former, Trust
from tests.sync.builders import AT, COUNTY, EPOCH, OTHER, TOWNSHIP, VILLAGE, Device, World, certify


def test_a_device_id_is_the_first_half_of_its_identitys_digest() -> None:
    made = new_device("village", VILLAGE, "青石村")
    assert made.device_id == made.identity.digest[:32]
    assert keys.read_identity(made.identity.record) == made.identity
    assert made.encryption_key.startswith("AGE-SECRET-KEY-")
    assert b"SECRET" not in made.identity.record
    assert made.signing_key.hex().encode() not in made.identity.record


@pytest.mark.parametrize(
    ("level", "area"),
    [
        ("town", TOWNSHIP),
        ("county", TOWNSHIP),
        ("township", VILLAGE),
        ("village", "530423"),
        ("village", "53042310120a"),
    ],
)
def test_an_area_code_that_does_not_fit_its_level_is_refused(level: str, area: str) -> None:
    with pytest.raises(LevelError):
        new_device(level, area, "x")


def test_a_fingerprint_is_eight_groups_of_four_digits_of_the_exact_bytes() -> None:
    shown = fingerprint(b"abc")
    number = 0xBA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD
    assert shown.replace(" ", "") == f"{number % 10**32:032d}"
    assert [len(group) for group in shown.split(" ")] == [4] * 8
    assert same_fingerprint(shown, b"abc")
    assert same_fingerprint(shown.replace(" ", "-"), b"abc")
    assert same_fingerprint("".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in shown), b"abc")
    assert not same_fingerprint(shown, b"abd")
    assert not same_fingerprint("", b"abc")


def test_a_request_is_the_same_file_every_time() -> None:
    made = new_device("village", VILLAGE, "青石村")
    first, second = (make_request(made, EPOCH).signed.file_bytes() for _ in range(2))
    assert first == second
    assert read_request(first).identity == made.identity
    assert read_request(first).epoch == EPOCH


def test_every_prefix_and_every_single_byte_change_of_a_request_is_refused() -> None:
    data = make_request(new_device("village", VILLAGE, "青石村"), EPOCH).signed.file_bytes()
    for length in range(len(data)):
        with pytest.raises(EnrolmentError):
            read_request(data[:length])
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x04
        with pytest.raises(EnrolmentError):
            read_request(bytes(changed))


def authorization_of(world: World) -> bytes:
    village, township, county = (world.certificates[n] for n in (2, 1, 0))
    request = make_request(world.township.keys, EPOCH)
    made = authorize(world.township.keys, request, (village, township, county), AT)
    return made.signed.file_bytes()


def test_an_authorization_leads_from_the_device_up_to_the_root() -> None:
    world = World()
    found = read_authorization(authorization_of(world))
    assert [c.identity.name for c in found.certificates] == ["青石村", "云岭镇", "峨山县"]
    assert found.superior.identity == world.township.keys.identity


def test_a_changed_authorization_is_refused_at_every_byte() -> None:
    data = authorization_of(World())
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x04
        with pytest.raises(EnrolmentError):
            read_authorization(bytes(changed))


def test_another_root_cannot_be_slipped_into_an_authorization() -> None:
    world = World()
    fake = Device("county", COUNTY, "峨山县")
    chain = (
        world.certificates[2],
        certify(fake, world.township),
        certify(fake, fake),
    )
    request = make_request(world.township.keys, EPOCH)
    forged = authorize(fake.keys, request, chain, AT)
    with pytest.raises(EnrolmentError):
        read_authorization(forged.signed.file_bytes())


def test_an_authorization_whose_path_breaks_is_refused() -> None:
    world = World()
    request = make_request(world.township.keys, EPOCH)
    county, township, village, other = world.certificates
    for chain in ((village,), (village, county), (township, village), (village, other, county)):
        made = authorize(world.township.keys, request, chain, AT)
        with pytest.raises(EnrolmentError):
            read_authorization(made.signed.file_bytes())


def test_a_certificate_for_the_same_or_a_higher_level_or_another_area_is_void() -> None:
    world = World()
    for issuer, subject in (
        (world.village, Device("village", VILLAGE, "第二台")),
        (world.village, Device("township", TOWNSHIP, "云岭镇")),
        (world.township, Device("township", TOWNSHIP, "第二台")),
        (world.township, Device("village", "530423102201", "别镇的村")),
        (world.county, Device("village", "530424101201", "别县的村")),
    ):
        forged = certify(issuer, subject)
        trust = world.trust.extended([forged])
        assert trust.certificate(issuer.id) is not None
        assert trust.certificate(subject.id) is None


def test_a_certificate_signed_by_another_or_for_another_purpose_is_void() -> None:
    world = World()
    good = world.certificates[2]
    issuer = world.certificates[1]
    assert is_issued_by(good, issuer)
    assert not is_issued_by(good, world.certificates[0])
    wrong = records.sign(world.township.keys.signing_key, records.HEAD, good.signed.record)
    forged = keys.read_certificate(SignedRecord(good.signed.record, wrong))
    assert not is_issued_by(forged, issuer)


def test_a_ring_of_certificates_leads_nowhere() -> None:
    one, two = Device("township", TOWNSHIP, "一"), Device("county", COUNTY, "二")
    trust = Trust("0" * 32, [certify(one, two), certify(two, one)])
    assert trust.path(one.id) == ()


def test_without_a_root_nobody_is_trusted_and_a_self_certificate_does_not_help() -> None:
    world = World()
    assert Trust(None, world.certificates).certificate(world.county.id) is None
    fake = Device("county", COUNTY, "假县")
    assert world.trust.extended([certify(fake, fake)]).certificate(fake.id) is None


def test_a_later_certificate_with_more_epochs_replaces_the_earlier_one() -> None:
    world = World()
    later = certify(world.township, world.village, EPOCH, "f" * 32)
    found = world.trust.extended([later]).certificate(world.village.id)
    assert found is not None
    assert found.epochs == (EPOCH, "f" * 32)


def test_names_come_from_certificates() -> None:
    world = World()
    assert world.trust.name(world.other.id) == "大箐村"
    assert "另一台设备" in world.trust.name("0" * 32)


def test_canonical_json_refuses_what_two_readers_could_read_differently() -> None:
    for text in (
        b'{"a":1.5}',
        b"[1e9]",
        b'{"b":1,"a":2}',
        b"[NaN]",
        b"[ 1]",
        b'"\\ud800"',
        b"1" * 5000,
    ):
        with pytest.raises(ValueError):  # noqa: PT011  every kind of refusal
            parse_json(text)
    assert parse_json(canonical_json({"名": [1, None, True]})) == {"名": [1, None, True]}


def test_a_record_for_an_other_suite_is_refused() -> None:
    record = new_device("village", OTHER, "x").identity.record
    with pytest.raises(ValueError, match="suite"):
        keys.read_identity(record.replace(b'"suite":1', b'"suite":2'))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("area_code", "53042310120"),
        ("area_code", "530423101２01"),
        ("area_code", 1),
        ("level", "planet"),
        ("level", ["village"]),
        ("signing_key", "00"),
        ("signing_key", "xx"),
        ("encryption_key", "age1nothing"),
        ("v", 2),
        ("more", "x"),
    ],
)
def test_an_identity_that_means_nothing_is_refused(name: str, value: object) -> None:
    record = parse_json(new_device("village", VILLAGE, "青石村").identity.record) | {name: value}
    with pytest.raises((ValueError, TypeError)):
        keys.read_identity(canonical_json(record))


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", []), ("epochs", "e"), ("epochs", 1), ("kind", "request"), ("identity", None)],
)
def test_a_certificate_that_means_nothing_is_refused(name: str, value: object) -> None:
    signed = World().certificates[2].signed
    record = canonical_json(parse_json(signed.record) | {name: value})
    with pytest.raises(ValueError):  # noqa: PT011  every kind of refusal
        keys.read_certificate(SignedRecord(record, signed.signature))


def test_a_township_vouches_for_what_a_replaced_county_gave_in_its_own_area_alone() -> None:
    world = World()
    new = Device("county", COUNTY, "峨山县")
    lost = Device("township", TOWNSHIP, "云岭镇")
    elsewhere = Device("township", "530423102000", "别的镇")
    old = frozenset({world.county.id})
    known = [certify(new, new), certify(new, world.township), certify(world.county, world.county)]
    trust = Trust(new.id, known, former=Former(old))
    giver = world.township.keys.identity.origin
    assert not trust.is_hearsay(certify(world.county, lost), giver)
    assert not trust.is_hearsay(certify(world.county, world.county), giver)
    assert not trust.is_hearsay(certify(new, elsewhere), giver)
    assert trust.is_hearsay(certify(world.county, elsewhere), giver)
