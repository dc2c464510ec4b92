"""Who a device is: its keys, identity record, request, certificate and authorization.

Private keys are made here and kept by the caller in the encrypted database, nowhere else.
The records are described in FORMAT.md §2.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.merge import RANKS, Origin, is_inside
from app.sync import records
from app.sync.errors import EnrolmentError, LevelError
from app.sync.records import SignedRecord, canonical_json, parse_json

SUITE = 1
RECORD_VERSION = 1
MAX_FILE_BYTES = 64 * 1024
_ZEROS = {"village": 0, "township": 3, "county": 6}  # digits of an area code that are always 0


@dataclass(frozen=True, slots=True)
class Identity:
    """The public half of a device, and the exact bytes that name it."""

    record: bytes
    level: str
    area_code: str
    name: str
    signing_key: str  # Ed25519 public key, hex
    encryption_key: str  # age X25519 recipient

    @property
    def digest(self) -> str:
        """SHA-256 of the record, hex: the identity digest of chains."""
        return hashlib.sha256(self.record).hexdigest()

    @property
    def device_id(self) -> str:
        """The first half of the digest."""
        return self.digest[:32]

    @property
    def origin(self) -> Origin:
        """What the merge needs to know of the device."""
        return Origin(self.device_id, self.level, self.area_code)


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """A new device's identity with its private keys."""

    identity: Identity
    signing_key: bytes
    encryption_key: str

    @property
    def device_id(self) -> str:
        """The device id of the identity."""
        return self.identity.device_id


@dataclass(frozen=True, slots=True)
class Request:
    """A request for enrolment (登记申请), its own signature checked.

    ``earlier``: the epochs in which the device wrote before, oldest first.
    """

    signed: SignedRecord
    identity: Identity
    epoch: str
    earlier: tuple[str, ...] = ()

    @property
    def epochs(self) -> tuple[str, ...]:
        """All that are to be certified, the present one last."""
        return (*self.earlier, self.epoch)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate; only ``Trust`` says whether it is valid."""

    signed: SignedRecord
    identity: Identity
    issuer_id: str
    issued_at: str
    epochs: tuple[str, ...]

    @property
    def device_id(self) -> str:
        """The device that it is for."""
        return self.identity.device_id


@dataclass(frozen=True, slots=True)
class Authorization:
    """An authorization (授权书): certificates from the new device's up to the root's."""

    signed: SignedRecord
    certificates: tuple[Certificate, ...]
    superior: Request
    reserve: SignedRecord | None = None  # the root's word on its reserve key
    former: tuple[Certificate, ...] = ()  # of replaced roots, and what they gave to this area


def new_device(level: str, area_code: str, name: str) -> DeviceKeys:
    """Make the keys and the identity of a new device.

    Raises:
        LevelError: the level is unknown or the area code does not fit it.
    """
    if level not in _ZEROS or not _is_area(level, area_code):
        raise LevelError(detail=f"{level} {area_code}")
    signing = Ed25519PrivateKey.generate()
    age = pyrage.x25519.Identity.generate()
    record = canonical_json(
        {
            "area_code": area_code,
            "encryption_key": str(age.to_public()),
            "level": level,
            "name": name,
            "signing_key": signing.public_key().public_bytes_raw().hex(),
            "suite": SUITE,
            "v": RECORD_VERSION,
        }
    )
    return DeviceKeys(read_identity(record), signing.private_bytes_raw(), str(age))


def read_identity(record: bytes) -> Identity:
    """Return the identity of an exact record.

    Raises:
        ValueError: not an identity record of a known version and suite.
    """
    value = _fields(
        record, {"area_code", "encryption_key", "level", "name", "signing_key"}, "suite"
    )
    if value["suite"] != SUITE or value["level"] not in RANKS:
        raise ValueError("unknown suite or level")
    texts = {key: value[key] for key in value.keys() - {"suite", "v"}}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("not an identity")
    if len(bytes.fromhex(texts["signing_key"])) != 32:
        raise ValueError("not an Ed25519 key")
    if not _is_area(texts["level"], texts["area_code"]):
        raise ValueError("not an area of the level")
    try:
        pyrage.x25519.Recipient.from_str(texts["encryption_key"])
    except pyrage.RecipientError as error:
        raise ValueError("not an age recipient") from error
    return Identity(record, **texts)


def _is_area(level: str, area_code: str) -> bool:
    zeros = _ZEROS[level]
    is_code = len(area_code) == 12 and area_code.isascii() and area_code.isdigit()
    return is_code and area_code.endswith("0" * zeros)


def fingerprint(data: bytes) -> str:
    """Return what people read to each other: eight groups of four digits of the SHA-256."""
    digits = f"{int.from_bytes(hashlib.sha256(data).digest(), 'big') % 10**32:032d}"
    return " ".join(digits[i : i + 4] for i in range(0, 32, 4))


def same_fingerprint(typed: str, data: bytes) -> bool:
    """Compare a typed fingerprint; spaces and hyphens do not matter, full-width digits count."""
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())
    return digits == fingerprint(data).replace(" ", "")


def make_request(keys: DeviceKeys, epoch: str, earlier: tuple[str, ...] = ()) -> Request:
    """Return the device's request for enrolment; the same bytes every time.

    ``earlier``: what a device wrote before it restored a backup can only leave once the superior
    has listed these epochs too.
    """
    value: dict[str, Any] = {
        "epoch": epoch,
        "identity": parse_json(keys.identity.record),
        "kind": "request",
        "v": RECORD_VERSION,
    }
    if earlier:
        value["earlier"] = list(earlier)
    record = canonical_json(value)
    signature = records.sign(keys.signing_key, records.REQUEST, record)
    return Request(SignedRecord(record, signature), keys.identity, epoch, earlier)


def read_request(data: bytes) -> Request:
    """Return the request of a file's bytes, its own signature checked.

    Raises:
        EnrolmentError: damaged, forged or of another kind.
    """
    try:
        return _request(records.from_file(data))
    except (ValueError, KeyError, TypeError) as error:
        raise EnrolmentError("request") from error


def _request(signed: SignedRecord) -> Request:
    has_earlier = "earlier" in parse_json(signed.record)
    names = {"epoch", "identity", *(["earlier"] if has_earlier else [])}
    value = _fields(signed.record, names, "kind")
    identity = read_identity(canonical_json(value["identity"]))
    earlier = tuple(value["earlier"]) if has_earlier else ()
    epochs = (*earlier, value["epoch"])
    if value["kind"] != "request" or not all(map(is_epoch, epochs)):
        raise ValueError("not a request")
    if len(set(epochs)) < len(epochs):
        raise ValueError("an epoch twice")
    if not records.is_signed(
        identity.signing_key, records.REQUEST, signed.record, signed.signature
    ):
        raise ValueError("signature")
    return Request(signed, identity, value["epoch"], earlier)


def certify(issuer: DeviceKeys, subject: Identity, epochs: tuple[str, ...], at: str) -> Certificate:
    """Return a certificate for ``subject``, signed by ``issuer``; a root certifies itself."""
    record = canonical_json(
        {
            "epochs": list(epochs),
            "identity": parse_json(subject.record),
            "issued_at": at,
            "issuer": issuer.device_id,
            "kind": "certificate",
            "v": RECORD_VERSION,
        }
    )
    signature = records.sign(issuer.signing_key, records.CERTIFICATE, record)
    return read_certificate(SignedRecord(record, signature))


def read_certificate(signed: SignedRecord) -> Certificate:
    """Return the certificate of a signed record; the signature is the business of ``Trust``.

    Raises:
        ValueError: not a certificate.
    """
    try:
        value = _fields(signed.record, {"epochs", "identity", "issued_at", "issuer"}, "kind")
        identity = read_identity(canonical_json(value["identity"]))
        epochs = tuple(value["epochs"])
        if value["kind"] != "certificate" or not epochs or not all(map(is_epoch, epochs)):
            raise ValueError("not a certificate")
    except (KeyError, TypeError) as error:
        raise ValueError("not a certificate") from error
    return Certificate(signed, identity, str(value["issuer"]), str(value["issued_at"]), epochs)


def authorize(
    superior: DeviceKeys,
    request: Request,
    certificates: tuple[Certificate, ...],
    at: str,
    reserve: SignedRecord | None = None,
    former: tuple[Certificate, ...] = (),
) -> Authorization:
    """Return the authorization: ``certificates`` from the new device's up to the root's.

    ``request`` is the superior's own, so that its published fingerprint can be typed as well;
    ``reserve``: the root's word on its reserve key, if it has one; ``former``: certificates of
    roots that were replaced, and those that they gave, which old chains are verified with.
    """
    value: dict[str, Any] = {
        "certificates": [certificate.signed.pair() for certificate in certificates],
        "issued_at": at,
        "kind": "authorization",
        "superior": request.signed.pair(),
        "v": RECORD_VERSION,
    }
    if reserve is not None:
        value["reserve"] = reserve.pair()
    if former:
        value["former"] = [certificate.signed.pair() for certificate in former]
    record = canonical_json(value)
    signature = records.sign(superior.signing_key, records.AUTHORIZATION, record)
    signed = SignedRecord(record, signature)
    return Authorization(signed, certificates, request, reserve, former)


def read_authorization(data: bytes) -> Authorization:
    """Return the authorization of a file's bytes, checked from the first certificate to the root.

    Raises:
        EnrolmentError: damaged, forged, or a certificate that its issuer may not give.
    """
    try:
        signed = records.from_file(data)
        further = {"former", "reserve"} & set(parse_json(signed.record))
        value = _fields(signed.record, {"certificates", "issued_at", "superior"} | further, "kind")
        reserve = records.from_pair(value["reserve"]) if "reserve" in further else None
        former = _certificates(value["former"]) if "former" in further else ()
        superior = _request(records.from_pair(value["superior"]))
        chain = _certificates(value["certificates"])
    except (ValueError, KeyError, TypeError) as error:
        raise EnrolmentError("authorization") from error
    if value["kind"] != "authorization" or not records.is_signed(
        superior.identity.signing_key, records.AUTHORIZATION, signed.record, signed.signature
    ):
        raise EnrolmentError("signature")
    if len(chain) < 2 or chain[1].device_id != superior.identity.device_id:
        raise EnrolmentError("chain")
    if not all(
        is_issued_by(c, issuer) for c, issuer in zip(chain, (*chain[1:], chain[-1]), strict=True)
    ):
        raise EnrolmentError("chain")
    if not _are_former(former, chain[-1]):
        raise EnrolmentError("former")
    return Authorization(signed, chain, superior, reserve, former)


def _certificates(pairs: Any) -> tuple[Certificate, ...]:
    return tuple(read_certificate(records.from_pair(pair)) for pair in pairs)


def _are_former(former: tuple[Certificate, ...], root: Certificate) -> bool:
    """Tell whether each was given by a root of the same county that is among them itself."""
    roots = {c.device_id: c for c in former if is_issued_by(c, c)}
    areas = {c.identity.area_code for c in roots.values()}
    is_apart = areas <= {root.identity.area_code} and root.device_id not in roots
    return is_apart and all(
        c.device_id in roots or (c.issuer_id in roots and is_issued_by(c, roots[c.issuer_id]))
        for c in former
    )


def is_issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Tell whether ``issuer`` signed the certificate and may give it.

    A root is its own issuer; else the level must be lower and the area inside the issuer's.
    """
    subject, giver = certificate.identity, issuer.identity
    if certificate.issuer_id != giver.device_id:
        return False
    if certificate.signed != issuer.signed and not may_enrol(giver.origin, subject.origin):
        return False
    return records.is_signed(
        giver.signing_key,
        records.CERTIFICATE,
        certificate.signed.record,
        certificate.signed.signature,
    )


def may_enrol(issuer: Origin, subject: Origin) -> bool:
    """Tell whether a device of the one place may certify one of the other."""
    lower = RANKS[subject.level] < RANKS[issuer.level]
    return lower and is_inside(subject.area_code, issuer)


def is_epoch(text: Any) -> bool:
    """Tell whether it is the 32 hex digits of an epoch (or a device id)."""
    return isinstance(text, str) and len(text) == 32 and set(text) <= set("0123456789abcdef")


def _fields(record: bytes, names: set[str], further: str) -> dict[str, Any]:
    value = parse_json(record)
    if not isinstance(value, dict) or value.keys() != names | {further, "v"}:
        raise ValueError("other fields than expected")
    if value["v"] != RECORD_VERSION:
        raise ValueError("unknown version of a record")
    return value
