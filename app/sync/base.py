"""A base (底册): a scope's state at named heads, signed by a superior (FORMAT.md §9)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.changeset import Chain, Head, digest, genesis
from app.domain.merge import RANKS, Entry, Origin, Place, is_inside, may_read
from app.domain.ownership import POLICY
from app.sync import records
from app.sync.errors import (
    BaseError,
    BaseSignerError,
    ChainError,
    ForeignScopeError,
    UnknownOriginError,
    UnlistedEpochError,
)
from app.sync.keys import Certificate, DeviceKeys
from app.sync.records import SIGNATURE_BYTES, SignedRecord, canonical_json, parse_json
from app.sync.segments import MAX_LINE_BYTES, MAX_NUMBER, head_record, parse_checked
from app.sync.trust import Trust

DIGEST_BYTES = 32
_KIND, _VERSION = "base", 1
_KEYS = {"chains", "kind", "lines", "made_at", "scope", "sha256", "signer", "since", "v"}


@dataclass(frozen=True, slots=True)
class BaseChain:
    """How far a base goes in one chain; ``digests``: 32 bytes of each number from 1 on."""

    chain: Chain
    head: Head
    signature: bytes
    digests: bytes

    def digest(self, number: int) -> str:
        """Return the digest of a place, which must be inside."""
        return digest_at(self.digests, number)


@dataclass(frozen=True, slots=True)
class Base:
    """What a base says. ``since``: the first month whose sheets are inside, "" if all are."""

    scope: str
    since: str
    made_at: str
    chains: tuple[BaseChain, ...]
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SealedBase:
    """The signed part of a package, and the chains in it."""

    part: bytes
    origins: tuple[str, ...]

    @property
    def chains(self) -> int:
        """How many chains are in it."""
        return len(self.origins)


@dataclass(frozen=True, slots=True)
class BaseLine:
    """A changeset of a base; ``is_abridged``: it has lost changes."""

    entry: Entry
    line: bytes
    is_abridged: bool


@dataclass(frozen=True, slots=True)
class CheckedBase:
    """A base that a superior signed, each line in its place."""

    scope: str
    since: str
    signer: str
    chains: tuple[BaseChain, ...]
    lines: tuple[BaseLine, ...]


def digest_at(digests: bytes, number: int) -> str:
    """Return the digest (hex) of a number among digests from 1 on."""
    return digests[DIGEST_BYTES * (number - 1) : DIGEST_BYTES * number].hex()


def seal_base(keys: DeviceKeys, base: Base) -> SealedBase:
    """Return the part, signed by ``keys``."""
    rest = b"".join((*(c.digests for c in base.chains), *(line + b"\n" for line in base.lines)))
    record = canonical_json(
        {
            "chains": [_written(chain) for chain in base.chains],
            "kind": _KIND,
            "lines": len(base.lines),
            "made_at": base.made_at,
            "scope": base.scope,
            "sha256": hashlib.sha256(rest).hexdigest(),
            "signer": keys.device_id,
            "since": base.since,
            "v": _VERSION,
        }
    )
    signature = records.sign(keys.signing_key, records.BASE, record)
    part = SignedRecord(record, signature).file_bytes() + rest
    return SealedBase(part, tuple(chain.chain.origin for chain in base.chains))


def _written(chain: BaseChain) -> list[Any]:
    return [chain.chain.origin, chain.chain.epoch, *chain.head, chain.signature.hex()]


def read_base(part: bytes, trust: Trust, sender: Origin, receiver: Origin) -> CheckedBase:
    """Return the base of a part, after the checks 16–18, 21 and 22 of FORMAT.md §7.

    Raises:
        BaseError, BaseSignerError, ForeignScopeError, UnknownOriginError, UnlistedEpochError
    """
    try:
        record, rest = _record(part)
        value = parse_json(record.record)
        signer = _signer(value, record, trust)
        _check_signer(value["scope"], signer, trust)
        if not (may_read(value["scope"], sender) and may_read(value["scope"], receiver)):
            raise ForeignScopeError("base")
        if hashlib.sha256(rest).hexdigest() != value["sha256"]:
            raise BaseError("content")
        chains, at = _chains(value, rest, trust)
        lines = tuple(_lines(rest[at:], value["lines"], chains, trust))
    except (ValueError, KeyError, TypeError) as error:
        raise BaseError("form") from error
    return CheckedBase(value["scope"], value["since"], signer.device_id, chains, lines)


def _record(part: bytes) -> tuple[SignedRecord, bytes]:
    end = part.index(b"\n", part.index(b"\n") + 1) + 1
    return records.from_file(part[:end]), part[end:]


def _signer(value: Any, signed: SignedRecord, trust: Trust) -> Certificate:
    """Return whose base it is; the signature holds."""
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise ValueError("other fields than expected")
    texts = (value["made_at"], value["scope"], value["signer"], value["since"], value["sha256"])
    is_known = value["kind"] == _KIND and value["v"] == _VERSION and type(value["lines"]) is int
    if not is_known or not all(isinstance(text, str) for text in texts):
        raise ValueError("unknown version of a base")
    signer = trust.certificate(value["signer"])
    if signer is None:
        raise BaseSignerError("unknown")
    key = signer.identity.signing_key
    if not records.is_signed(key, records.BASE, signed.record, signed.signature):
        raise BaseError("signature")
    return signer


def _check_signer(scope: str, signer: Certificate, trust: Trust) -> None:
    origin = signer.identity.origin
    is_over = RANKS[origin.level] > RANKS["village"] and is_inside(scope, origin)
    if scope.startswith(POLICY) or not is_over or signer.device_id in trust.revoked:
        raise BaseSignerError(origin.level)


def _chains(value: dict[str, Any], rest: bytes, trust: Trust) -> tuple[tuple[BaseChain, ...], int]:
    """Return the chains with the digests of their places, and where the lines begin."""
    chains: list[BaseChain] = []
    at = 0
    for origin, epoch, number, head, signature in value["chains"]:
        if type(number) is not int or not 1 <= number <= MAX_NUMBER:
            raise ValueError("number")
        digests = rest[at : at + DIGEST_BYTES * number]
        at += len(digests)
        found = BaseChain(
            Chain(origin, epoch, value["scope"]),
            Head(number, head),
            bytes.fromhex(signature),
            digests,
        )
        _check_head(found, trust)
        chains.append(found)
    names = [chain.chain for chain in chains]
    if names != sorted(set(names)):
        raise ValueError("order of chains")
    return tuple(chains), at


def _check_head(found: BaseChain, trust: Trust) -> None:
    certificate = trust.certificate(found.chain.origin)
    if certificate is None:
        raise UnknownOriginError("base")
    if found.chain.epoch not in certificate.epochs:
        raise UnlistedEpochError("base", sender=certificate.identity.name)
    is_whole = len(found.digests) == DIGEST_BYTES * found.head.number
    if not is_whole or found.digest(found.head.number) != found.head.digest:
        raise BaseError("places")
    record = head_record(found.chain, *found.head)
    key = certificate.identity.signing_key
    is_long = len(found.signature) == SIGNATURE_BYTES
    if not is_long or not records.is_signed(key, records.HEAD, record, found.signature):
        raise BaseError("head")


def _lines(
    rest: bytes, count: int, chains: tuple[BaseChain, ...], trust: Trust
) -> Iterator[BaseLine]:
    """Return the changesets, each in a place of its own whose digest is known."""
    blocks = rest.split(b"\n")
    if blocks.pop() != b"" or len(blocks) != count:
        raise BaseError("lines")
    by_name = {chain.chain: chain for chain in chains}
    seen: set[Place] = set()
    for block in blocks:
        found = _line(block, by_name, trust)
        if found.entry.place in seen:
            raise BaseError("a place twice")
        seen.add(found.entry.place)
        yield found


def _line(block: bytes, chains: dict[Chain, BaseChain], trust: Trust) -> BaseLine:
    if len(block) > MAX_LINE_BYTES:
        raise BaseError("a line too long")
    try:
        changeset = parse_checked(block)
    except ChainError as error:
        raise BaseError("line") from error
    chain, number = chains.get(changeset.chain), changeset.number
    if chain is None or number > chain.head.number:
        raise BaseError("a line without a place")
    if changeset.previous != _before(chain, number, trust):
        raise BaseError("a line is not linked")
    known = chain.digest(number)
    return BaseLine(Entry(changeset, known), block, is_abridged=digest(block) != known)


def _before(chain: BaseChain, number: int, trust: Trust) -> str:
    if number > 1:
        return chain.digest(number - 1)
    certificate = trust.certificate(chain.chain.origin)
    identity = certificate.identity.digest if certificate else ""
    return genesis(identity, chain.chain.epoch, chain.chain.scope)
