"""Canonical JSON and signed records (FORMAT.md §1–2): bytes that are kept, never re-made."""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_BYTES = 64

# What a signature is for: signed in front of the bytes, so nothing can be replayed as another kind.
PACKAGE = b"zhucun package 1\n"
HEAD = b"zhucun head 1\n"
REQUEST = b"zhucun request 1\n"
CERTIFICATE = b"zhucun certificate 1\n"
AUTHORIZATION = b"zhucun authorization 1\n"
BASE = b"zhucun base 1\n"
RESERVE = b"zhucun reserve 1\n"
ROOT = b"zhucun root 1\n"


def canonical_json(value: Any) -> bytes:
    """Return the one form of a JSON value that is hashed and signed.

    Raises:
        ValueError: NaN, an infinite number or a lone surrogate.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def parse_json(data: bytes) -> Any:
    """Return the value of canonical JSON bytes.

    Raises:
        ValueError: not JSON, too deep, or not in the canonical form (a key twice, spaces, floats).
    """
    try:
        value = json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse)
        if canonical_json(value) != data:
            raise ValueError("not canonical")
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _refuse(text: str) -> Any:
    raise ValueError(f"a number that is not whole ({len(text)} characters)")


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """Exact bytes of a canonical record, and the signature over domain and record."""

    record: bytes
    signature: bytes

    def file_bytes(self) -> bytes:
        """Return the record as the bytes of a file: two lines."""
        return self.record + b"\n" + self.signature.hex().encode() + b"\n"

    def pair(self) -> list[str]:
        """Return the record as it stands inside another record."""
        return [self.record.decode(), self.signature.hex()]


def from_file(data: bytes) -> SignedRecord:
    """Return the signed record of a file's bytes; the signature is not checked here.

    Raises:
        ValueError: not two lines of the right form.
    """
    record, newline, rest = data.partition(b"\n")
    signature = _signature(rest.removesuffix(b"\n").decode("ascii"))
    result = SignedRecord(record, signature)
    if not newline or result.file_bytes() != data:
        raise ValueError("not a signed record")
    return result


def from_pair(pair: Any) -> SignedRecord:
    """Return the signed record that stands inside another one.

    Raises:
        ValueError: not a pair of record and signature.
    """
    if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)):
        raise ValueError("not a pair")
    return SignedRecord(pair[0].encode(), _signature(pair[1]))


def _signature(text: str) -> bytes:
    signature = bytes.fromhex(text)
    if len(signature) != SIGNATURE_BYTES or signature.hex() != text:
        raise ValueError("not a signature")
    return signature


def sign(signing_key: bytes, domain: bytes, data: bytes) -> bytes:
    """Return the Ed25519 signature of ``data`` for the purpose ``domain``."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(domain + data)


def is_signed(public_key: str, domain: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether the holder of the public key (hex) signed ``data`` for this purpose."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            signature, domain + data
        )
    except (InvalidSignature, ValueError):
        return False
    return True
