"""The signed part of a base: whole, in its places, from a superior; else refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.changeset import Changeset, Head, digest, parse_line
from app.domain.merge import Origin
from app.errors import AppError
from app.sync import records
from app.sync.base import Base, CheckedBase, read_base, seal_base
from app.sync.errors import (
    BaseError,
    BaseSignerError,
    ForeignScopeError,
    UnknownOriginError,
    UnlistedEpochError,
)
from app.sync.package import Address, Content, open_package, seal
from app.sync.receipt import Receipt
from app.sync.records import SignedRecord, canonical_json, parse_json
from tests.sync.builders import AT, EPOCH, OTHER, VILLAGE, Device, World, certify

Change = Callable[[Base], Base]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def read(world: World, part: bytes, receiver: Origin | None = None) -> CheckedBase:
    sender = world.township.keys.identity.origin
    return read_base(part, world.trust, sender, receiver or world.village.keys.identity.origin)


def sealed(world: World, base: Base, signer: Device | None = None) -> bytes:
    return seal_base((signer or world.township).keys, base).part


def refused(world: World, part: bytes, error: type[AppError]) -> None:
    with pytest.raises(error) as caught:
        read(world, part)
    assert type(caught.value) is error


def test_a_base_opens_with_its_places_and_lines(world: World) -> None:
    base = world.base()
    found = read(world, sealed(world, base))
    assert (found.scope, found.since, found.signer) == (VILLAGE, "2025-09", world.township.id)
    assert [(line.entry.place.number, line.is_abridged) for line in found.lines] == [
        (2, True), (3, False), (4, False),
    ]  # fmt: skip
    lines = world.village.lines(4)
    assert [line.entry.digest for line in found.lines] == [digest(line) for line in lines[1:]]
    assert found.chains[0].digest(1) == digest(lines[0])


def test_a_county_may_sign_one_for_a_township(world: World) -> None:
    sender, receiver = (d.keys.identity.origin for d in (world.county, world.township))
    part = sealed(world, world.base(), world.county)
    assert read_base(part, world.trust, sender, receiver).signer == world.county.id


@pytest.mark.parametrize("name", ["village", "other"])
def test_a_base_that_no_superior_signed_is_refused(world: World, name: str) -> None:
    refused(world, sealed(world, world.base(), getattr(world, name)), BaseSignerError)


def test_a_base_of_a_stranger_or_of_a_revoked_superior_is_refused(world: World) -> None:
    stranger = Device("township", "530423102000", "别镇")
    refused(world, sealed(world, world.base(), stranger), BaseSignerError)
    cut = (f"policy:{world.county.area}", world.township.id)
    trust = type(world.trust)(world.county.id, world.certificates, [cut])
    ends = (world.township.keys.identity.origin, world.village.keys.identity.origin)
    with pytest.raises(BaseSignerError):
        read_base(sealed(world, world.base()), trust, *ends)


def test_a_township_next_door_stands_over_no_foreign_village(world: World) -> None:
    next_door = Device("township", "530423102000", "别镇")
    trust = world.trust.extended([certify(world.county, next_door)])
    ends = (world.county.keys.identity.origin, world.village.keys.identity.origin)
    with pytest.raises(BaseSignerError):
        read_base(sealed(world, world.base(), next_door), trust, *ends)


def test_every_prefix_and_every_byte_of_a_base_is_refused(world: World) -> None:
    part = sealed(world, world.base())
    for length in range(len(part)):
        with pytest.raises((BaseError, BaseSignerError)):
            read(world, part[:length])
    for at in range(len(part)):
        changed = bytearray(part)
        changed[at] ^= 1 << (at % 8)
        with pytest.raises((BaseError, BaseSignerError)):
            read(world, bytes(changed))
    refused(world, part + b"\n", BaseError)


def test_a_base_of_another_village_is_refused(world: World) -> None:
    part = sealed(world, world.base())
    with pytest.raises(ForeignScopeError):
        read(world, part, world.other.keys.identity.origin)


def with_chain(**fields: object) -> Change:
    return lambda base: replace(base, chains=(replace(base.chains[0], **fields),))  # type: ignore[arg-type]


def other_line(change: Callable[[Changeset], Changeset]) -> Change:
    """Return a base whose abridged line says something else of its place."""
    return lambda base: replace(
        base, lines=(change(parse_line(base.lines[0])).line(), *base.lines[1:])
    )


FAULTS: dict[str, Change] = {
    "a head without its origin's signature": with_chain(signature=bytes(64)),
    "a head of another digest": with_chain(head=Head(4, "0" * 64)),
    "places that are too few": lambda base: with_chain(digests=base.chains[0].digests[32:])(base),
    "a chain twice": lambda base: replace(base, chains=base.chains * 2),
    "a line twice": lambda base: replace(base, lines=(*base.lines, base.lines[-1])),
    "a line of another chain": other_line(
        lambda c: replace(c, chain=c.chain._replace(epoch="f" * 32))
    ),
    "a line beyond the head": other_line(lambda c: replace(c, number=5)),
    "a line that is not linked": other_line(lambda c: replace(c, previous="0" * 64)),
    "a line that is none": lambda base: replace(base, lines=(b"{}", *base.lines[1:])),
    "a line of wrong types": other_line(lambda c: replace(c, actor=7)),  # type: ignore[arg-type]
    "a huge number": with_chain(head=Head(2**63, "0" * 64)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_base_that_its_signer_made_wrong_is_refused(world: World, name: str) -> None:
    refused(world, sealed(world, FAULTS[name](world.base())), BaseError)


def test_chains_of_unknown_devices_and_unlisted_epochs_are_refused(world: World) -> None:
    stranger = Device("village", VILLAGE, "假村")
    chain = stranger.chain()
    refused(world, sealed(world, with_chain(chain=chain)(world.base())), UnknownOriginError)
    later = world.village.chain()._replace(epoch="f" * 32)
    refused(world, sealed(world, with_chain(chain=later)(world.base())), UnlistedEpochError)


@pytest.mark.parametrize(
    "fields",
    [{"v": 2}, {"kind": "segment"}, {"lines": True}, {"lines": 2}, {"since": None}, {"more": 1}],
)
def test_a_record_of_another_form_is_refused_although_it_is_signed(
    world: World, fields: dict[str, object]
) -> None:
    part = sealed(world, world.base())
    end = part.index(b"\n", part.index(b"\n") + 1) + 1
    value = parse_json(records.from_file(part[:end]).record) | fields
    record = canonical_json(value)
    signature = records.sign(world.township.keys.signing_key, records.BASE, record)
    refused(world, SignedRecord(record, signature).file_bytes() + part[end:], BaseError)


def test_a_signature_for_another_purpose_is_none_for_a_base(world: World) -> None:
    part = sealed(world, world.base())
    end = part.index(b"\n", part.index(b"\n") + 1) + 1
    record = records.from_file(part[:end]).record
    for domain in (records.PACKAGE, records.HEAD, records.CERTIFICATE, records.AUTHORIZATION):
        signature = records.sign(world.township.keys.signing_key, domain, record)
        refused(world, SignedRecord(record, signature).file_bytes() + part[end:], BaseError)


def test_a_package_with_base_and_content_is_refused_when_any_byte_is_missing_or_changed(
    world: World,
) -> None:
    base = seal_base(world.township.keys, world.base())
    address = Address(EPOCH, world.village.keys.identity, 1)
    content = Content(world.certificates, (), Receipt({}, {}), (base,), (b"\xff\xd8\xffphoto",))
    data = seal(world.township.keys, address, content, AT)
    opened = open_package(data, world.village.keys, world.trust)
    assert [base.scope for base in opened.bases] == [VILLAGE]
    assert opened.contents == (b"\xff\xd8\xffphoto",)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ (1 << (at % 8))]) + data[at + 1 :]
        for bad in (data[:at], changed):
            with pytest.raises(AppError) as caught:
                open_package(bad, world.village.keys, world.trust)
            assert caught.value.exit_code == 3
    assert OTHER not in data.decode("latin-1")
