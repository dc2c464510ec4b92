"""The root's reserve key (备用密钥), and how it puts a new root in the place of a lost one.

The reserve key signs one thing only: a succession. Its public half is vouched for by the root's
daily key, travels in every authorization and is pinned together with the root (FORMAT.md §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain import written_key
from app.sync import keys, records
from app.sync.errors import EnrolmentError, ReserveKeyError
from app.sync.keys import Certificate, DeviceKeys, Identity
from app.sync.records import RESERVE, ROOT, SignedRecord, canonical_json, parse_json


@dataclass(frozen=True, slots=True)
class Reserve:
    """A root's word on its reserve key. ``key``: Ed25519 public key, hex."""

    signed: SignedRecord
    root_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Succession:
    """A new root in the place of an old one, signed by the old one's reserve key."""

    signed: SignedRecord
    old_id: str
    certificate: Certificate
    reserve: Reserve

    @property
    def root(self) -> Identity:
        """The new root, which certifies itself."""
        return self.certificate.identity


def make_reserve(root: DeviceKeys) -> tuple[Reserve, str]:
    """Return the root's word on a new reserve key, and the key as it is written down once."""
    secret = written_key.new_secret()
    public = _private(secret).public_key().public_bytes_raw().hex()
    record = canonical_json({"key": public, "kind": "reserve", "root": root.device_id, "v": 1})
    signed = SignedRecord(record, records.sign(root.signing_key, RESERVE, record))
    return read_reserve(signed, root.identity), written_key.write_key(secret)


def read_reserve(signed: SignedRecord, root: Identity) -> Reserve:
    """Return the reserve key that a root vouches for.

    Raises:
        EnrolmentError: damaged, forged or another root's.
    """
    value = _value(signed.record, {"key", "kind", "root", "v"}, "reserve")
    if value["root"] != root.device_id or not records.is_signed(
        root.signing_key, RESERVE, signed.record, signed.signature
    ):
        raise EnrolmentError("reserve")
    return Reserve(signed, root.device_id, str(value["key"]))


def succeed(written: str, old_id: str, certificate: Certificate, reserve: Reserve) -> Succession:
    """Return the succession of an old root by the device that the certificate is for.

    ``written``: the old root's reserve key from its sealed paper; ``reserve``: the new root's own.

    Raises:
        ReserveKeyError: not a reserve key.
    """
    try:
        private = _private(written_key.read_key(written))
    except ValueError as error:
        raise ReserveKeyError("unreadable") from error
    record = canonical_json(
        {
            "certificate": certificate.signed.pair(),
            "kind": "root",
            "old": old_id,
            "reserve": reserve.signed.pair(),
            "v": 1,
        }
    )
    signed = SignedRecord(record, private.sign(ROOT + record))
    return _succession(signed)


def read_succession(data: bytes) -> Succession:
    """Return the succession of a file's bytes; whether the old reserve key signed is asked later.

    Raises:
        EnrolmentError: damaged, or another kind of file.
    """
    try:
        return _succession(records.from_file(data))
    except ValueError as error:
        raise EnrolmentError("succession") from error


def is_signed_by(succession: Succession, reserve: Reserve) -> bool:
    """Tell whether a pinned reserve key signed the succession of its own root."""
    signed = succession.signed
    return succession.old_id == reserve.root_id and records.is_signed(
        reserve.key, ROOT, signed.record, signed.signature
    )


def _succession(signed: SignedRecord) -> Succession:
    value = _value(signed.record, {"certificate", "kind", "old", "reserve", "v"}, "root")
    try:
        certificate = keys.read_certificate(_pair(value["certificate"]))
    except ValueError as error:
        raise EnrolmentError("certificate") from error
    is_root = keys.is_issued_by(certificate, certificate)
    if not is_root or certificate.identity.level != "county" or not keys.is_epoch(value["old"]):
        raise EnrolmentError("succession")
    reserve = read_reserve(_pair(value["reserve"]), certificate.identity)
    return Succession(signed, value["old"], certificate, reserve)


def _pair(value: Any) -> SignedRecord:
    try:
        return records.from_pair(value)
    except ValueError as error:
        raise EnrolmentError("pair") from error


def _value(record: bytes, names: set[str], kind: str) -> Mapping[str, Any]:
    try:
        value = parse_json(record)
    except ValueError as error:
        raise EnrolmentError(kind) from error
    if not isinstance(value, dict) or value.keys() != names:
        raise EnrolmentError(kind)
    if (value["kind"], value["v"]) != (kind, 1):
        raise EnrolmentError(kind)
    return value


def _private(secret: bytes) -> Ed25519PrivateKey:
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"zhucun reserve 1").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)
