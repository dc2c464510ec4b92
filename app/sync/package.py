"""The file format of change packages (FORMAT.md §3–§5, §7): seal and open, in memory only."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

import pyrage

from app.sync import records, segments
from app.sync.base import CheckedBase, SealedBase, read_base
from app.sync.errors import (
    BodyDigestError,
    CountError,
    DecryptionError,
    HeaderDigestError,
    ManifestError,
    NewerFormatError,
    NewerSchemaError,
    NotAPackageError,
    PartError,
    RevokedDeviceError,
    SignatureError,
    SuiteError,
    TooLargeError,
    TruncatedError,
    UnknownDeviceError,
    UnknownOriginError,
    WrongReceiverError,
)
from app.sync.keys import SUITE, Certificate, DeviceKeys, Identity, read_certificate
from app.sync.receipt import Receipt, encode_receipt, read_receipt
from app.sync.records import canonical_json, from_pair, parse_json
from app.sync.segments import CheckedSegment, Segment
from app.sync.trust import Trust

MAGIC = b"\x89ZHC\r\n\x1a\n"
FORMAT = 1
SCHEMA = 2
PROGRAM = "0.2"  # the release that this code belongs to
NEEDS = (0, 2)  # oldest program, major and minor, that reads what this one writes
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_MANIFEST_BYTES = 64 * 1024
MAX_SMALL_PART_BYTES = 4 * 1024 * 1024  # certificates, receipt
MAX_CERTIFICATES = 4_096
MAX_BASES = 64
MAX_CONTENTS = 300

_FIXED = struct.Struct(">8sHHHH16s16s16sQQ32s")
_DIGEST_AT = _FIXED.size
_SIGNED_BYTES = _DIGEST_AT + 32
HEADER_BYTES = _SIGNED_BYTES + records.SIGNATURE_BYTES
CERTIFICATES, BASE, SEGMENTS, RECEIPT, ATTACHMENTS = _ORDER = (
    "certificates", "base", "segments", "receipt", "attachments",
)  # fmt: skip
_SINGLE = (CERTIFICATES, SEGMENTS, RECEIPT)  # each once; the others as often as needed


@dataclass(frozen=True, slots=True)
class Header:
    """The public header. ``needs``: the oldest program that can read the file."""

    version: int
    suite: int
    needs: tuple[int, int]
    sender: str
    epoch: str
    receiver: str
    number: int
    body_length: int
    body_digest: str

    def signed_bytes(self) -> bytes:
        """Return bytes 0–143: the fields and their digest."""
        fixed = _FIXED.pack(
            MAGIC,
            self.version,
            self.suite,
            *self.needs,
            bytes.fromhex(self.sender),
            bytes.fromhex(self.epoch),
            bytes.fromhex(self.receiver),
            self.number,
            self.body_length,
            bytes.fromhex(self.body_digest),
        )
        return fixed + hashlib.sha256(fixed).digest()


@dataclass(frozen=True, slots=True)
class Address:
    """Who sends to whom: the parts of the header that the sender chooses."""

    epoch: str
    receiver: Identity
    number: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a package carries. ``bases``: parts; ``contents``: of attachments."""

    certificates: tuple[Certificate, ...]
    segments: tuple[Segment, ...]
    receipt: Receipt
    bases: tuple[SealedBase, ...] = ()
    contents: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A package that passed every check. ``trust`` includes its certificates."""

    header: Header
    sender: Certificate
    trust: Trust
    segments: tuple[CheckedSegment, ...]
    receipt: Receipt
    certificates: tuple[Certificate, ...]
    bases: tuple[CheckedBase, ...] = ()
    contents: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    count: int
    data: bytes


def seal(keys: DeviceKeys, address: Address, content: Content, made_at: str) -> bytes:
    """Return the whole file, signed by ``keys`` and readable by the receiver alone.

    Raises:
        TooLargeError: more than a package may hold.
    """
    parts = _parts(content)
    manifest = canonical_json(
        {
            "counts": {
                "changesets": sum(len(s.lines) for s in content.segments),
                "segments": len(content.segments),
            },
            "epoch": address.epoch,
            "format": FORMAT,
            "made_at": made_at,
            "number": address.number,
            "parts": [
                {"count": p.count, "kind": p.kind, "sha256": _sha256(p.data), "size": len(p.data)}
                for p in parts
            ],
            "program": PROGRAM,
            "receiver": address.receiver.device_id,
            "schema": SCHEMA,
            "sender": keys.device_id,
            "suite": SUITE,
            "v": 1,
        }
    )
    data = (part.data for part in parts)
    plain = b"".join((len(manifest).to_bytes(4, "big"), manifest, *data))
    return seal_plain(keys, address, plain)


def _parts(content: Content) -> list[_Part]:
    certificates = canonical_json([c.signed.pair() for c in content.certificates])
    return [
        _Part(CERTIFICATES, len(content.certificates), certificates),
        *(_Part(BASE, base.chains, base.part) for base in content.bases),
        _Part(SEGMENTS, len(content.segments), segments.encode(content.segments)),
        _Part(RECEIPT, len(content.receipt.heads), encode_receipt(content.receipt)),
        *(_Part(ATTACHMENTS, 1, data) for data in content.contents),
    ]


def seal_plain(keys: DeviceKeys, address: Address, plain: bytes) -> bytes:
    """Return the file around a body's plain bytes.

    Raises:
        TooLargeError: over the limit of a file.
    """
    recipient = pyrage.x25519.Recipient.from_str(address.receiver.encryption_key)
    body: bytes = pyrage.encrypt(plain, [recipient])
    if HEADER_BYTES + len(body) > MAX_FILE_BYTES:
        raise TooLargeError("to be written")
    header = Header(
        version=FORMAT,
        suite=SUITE,
        needs=NEEDS,
        sender=keys.device_id,
        epoch=address.epoch,
        receiver=address.receiver.device_id,
        number=address.number,
        body_length=len(body),
        body_digest=_sha256(body),
    ).signed_bytes()
    return header + records.sign(keys.signing_key, records.PACKAGE, header) + body


def read_header(data: bytes) -> Header:
    """Return the header of a file's bytes after the checks 1–6: all that needs no keys.

    Raises:
        NotAPackageError, TruncatedError, NewerFormatError, HeaderDigestError, SuiteError,
        TooLargeError
    """
    if not data.startswith(MAGIC[: len(data)]):
        raise NotAPackageError("magic")
    if len(data) < HEADER_BYTES:
        raise TruncatedError("header", expected=HEADER_BYTES, actual=len(data))
    _magic, version, suite, major, minor, sender, epoch, receiver, number, length, body = (
        _FIXED.unpack(data[:_DIGEST_AT])
    )
    is_whole = hashlib.sha256(data[:_DIGEST_AT]).digest() == data[_DIGEST_AT:_SIGNED_BYTES]
    if version != FORMAT and is_whole:
        raise NewerFormatError(f"format {version}", needs=f"{major}.{minor}", version=PROGRAM)
    if not is_whole:
        raise HeaderDigestError("header")
    if suite != SUITE:
        raise SuiteError(f"suite {suite}", suite=suite)
    if HEADER_BYTES + length > MAX_FILE_BYTES or len(data) > MAX_FILE_BYTES:
        raise TooLargeError("length")
    if len(data) != HEADER_BYTES + length:
        raise TruncatedError("length", expected=HEADER_BYTES + length, actual=len(data))
    return Header(
        version=version,
        suite=suite,
        needs=(major, minor),
        sender=sender.hex(),
        epoch=epoch.hex(),
        receiver=receiver.hex(),
        number=number,
        body_length=length,
        body_digest=body.hex(),
    )


def open_package(data: bytes, me: DeviceKeys, trust: Trust) -> Opened:
    """Return what a package holds, after every check of FORMAT.md §7 in that order.

    Nothing is parsed beyond the header before signature and digest hold; plain text stays in
    memory.

    Raises:
        One class of ``app.sync.errors`` for each check.
    """
    header = read_header(data)
    sender = check_envelope(data, header, me, trust)
    body = check_body(data, header)
    counts, parts = _read_body(_decrypt(body, me), header)
    return _read_parts(header, sender, me, trust, (counts, parts))


def check_envelope(data: bytes, header: Header, me: DeviceKeys, trust: Trust) -> Certificate:
    """Return the sender's certificate after the checks of receiver, sender and signature.

    Raises:
        WrongReceiverError, UnknownDeviceError, RevokedDeviceError, SignatureError
    """
    if header.receiver != me.device_id:
        raise WrongReceiverError(
            "receiver", receiver=trust.name(header.receiver), sender=trust.name(header.sender)
        )
    sender = trust.certificate(header.sender)
    if sender is None:
        raise UnknownDeviceError(header.sender, device_id=header.sender)
    if header.sender in trust.revoked:
        raise RevokedDeviceError(header.sender, sender=sender.identity.name)
    check_signature(data, sender)
    return sender


def check_signature(data: bytes, sender: Certificate) -> None:
    """Check the sender's signature over the header.

    Raises:
        SignatureError: it does not hold.
    """
    if not records.is_signed(
        sender.identity.signing_key,
        records.PACKAGE,
        data[:_SIGNED_BYTES],
        data[_SIGNED_BYTES:HEADER_BYTES],
    ):
        raise SignatureError("package", sender=sender.identity.name)


def check_body(data: bytes, header: Header) -> bytes:
    """Return the body, which is the one that the header names.

    Raises:
        BodyDigestError: it is another one.
    """
    body = data[HEADER_BYTES:]
    if _sha256(body) != header.body_digest:
        raise BodyDigestError("body")
    return body


def _decrypt(body: bytes, me: DeviceKeys) -> bytes:
    try:
        plain: bytes = pyrage.decrypt(body, [pyrage.x25519.Identity.from_str(me.encryption_key)])
    except (pyrage.DecryptError, OSError) as error:
        raise DecryptionError(type(error).__name__) from error
    return plain


def _read_body(plain: bytes, header: Header) -> tuple[Any, list[_Part]]:
    """Return the counts of the manifest, and the parts (checks 13–15)."""
    size = int.from_bytes(plain[:4], "big")
    if len(plain) < 4 + size or size > MAX_MANIFEST_BYTES:
        raise ManifestError("size")
    try:
        manifest = parse_json(plain[4 : 4 + size])
        repeated = (
            manifest["sender"], manifest["receiver"], manifest["epoch"], manifest["number"],
            manifest["suite"], manifest["format"],
        )  # fmt: skip
        listed = [(p["kind"], p["size"], p["sha256"], p["count"]) for p in manifest["parts"]]
        schema, program = manifest["schema"], manifest["program"]
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestError("manifest") from error
    ours = (
        header.sender, header.receiver, header.epoch, header.number, header.suite, header.version,
    )  # fmt: skip
    if repeated != ours or not isinstance(schema, int):
        raise ManifestError("not the header's")
    if not 1 <= header.number <= segments.MAX_NUMBER:
        raise ManifestError("number")
    parts = _cut(plain, 4 + size, listed)
    kinds = [part.kind for part in parts]
    if schema > SCHEMA or set(kinds) - set(_ORDER):
        raise NewerSchemaError(f"schema {schema}", needs=program, version=PROGRAM)
    if kinds != sorted(kinds, key=_ORDER.index) or any(kinds.count(k) != 1 for k in _SINGLE):
        raise PartError("kinds")
    if kinds.count(BASE) > MAX_BASES or kinds.count(ATTACHMENTS) > MAX_CONTENTS:
        raise PartError("too many parts")
    return manifest.get("counts"), parts


def _cut(plain: bytes, at: int, listed: list[tuple[Any, Any, Any, Any]]) -> list[_Part]:
    """Return the parts as the manifest lists them; each of the right size and digest."""
    parts: list[_Part] = []
    for kind, size, sha256, count in listed:
        if not isinstance(kind, str) or not isinstance(size, int) or size < 0:
            raise PartError("list")
        data = plain[at : at + size]
        if len(data) != size or _sha256(data) != sha256:
            raise PartError(kind)
        parts.append(_Part(kind, count, data))
        at += size
    if at != len(plain):
        raise PartError("more than the list says")
    return parts


def _read_parts(
    header: Header,
    sender: Certificate,
    me: DeviceKeys,
    trust: Trust,
    body: tuple[Any, list[_Part]],
) -> Opened:
    """Read the parts that are now known to be the sender's (checks 16–23)."""
    counts, parts = body
    of = {part.kind: part.data for part in parts}
    certificates = _read_certificates(of[CERTIFICATES])
    ends = (sender.identity.origin, me.identity.origin)
    wider = trust.extended(c for c in certificates if not trust.is_hearsay(c, ends[0]))
    found = segments.decode(of[SEGMENTS])
    checked = tuple(segments.check(segment, wider, *ends) for segment in found)
    bases = tuple(read_base(p.data, wider, *ends) for p in parts if p.kind == BASE)
    receipt = read_receipt(of[RECEIPT])
    counted = {"changesets": sum(len(s.lines) for s in found), "segments": len(found)}
    sizes = {CERTIFICATES: [len(certificates)], BASE: [len(base.chains) for base in bases]}
    sizes |= {SEGMENTS: [len(found)], RECEIPT: [len(receipt.heads)]}
    sizes |= {ATTACHMENTS: [1 for part in parts if part.kind == ATTACHMENTS]}
    if counts != counted or [p.count for p in parts] != [n for k in _ORDER for n in sizes[k]]:
        raise CountError("counts")
    contents = tuple(part.data for part in parts if part.kind == ATTACHMENTS)
    return Opened(header, sender, wider, checked, receipt, certificates, bases, contents)


def _read_certificates(part: bytes) -> tuple[Certificate, ...]:
    try:
        if len(part) > MAX_SMALL_PART_BYTES:
            raise ValueError("size")  # noqa: TRY301  one handler for all faults
        pairs = parse_json(part)
        if not isinstance(pairs, list) or len(pairs) > MAX_CERTIFICATES:
            raise ValueError("count")  # noqa: TRY301
        return tuple(read_certificate(from_pair(pair)) for pair in pairs)
    except ValueError as error:
        raise UnknownOriginError("certificates") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
