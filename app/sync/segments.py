"""Segments: runs of a chain up to a head that its origin signed (FORMAT.md §4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.changeset import Chain, Changeset, digest, genesis, parse_line
from app.domain.merge import Entry, Origin, may_read
from app.domain.ownership import POLICY
from app.sync import records
from app.sync.errors import (
    ChainError,
    ForeignScopeError,
    HeadSignatureError,
    UnknownOriginError,
    UnlistedEpochError,
)
from app.sync.keys import Certificate
from app.sync.records import SIGNATURE_BYTES, canonical_json, parse_json
from app.sync.trust import Trust

MAX_SEGMENTS = 100_000
MAX_LINE_BYTES = 48 * 1024 * 1024  # the roster of some 10,000 households, entered at once
MAX_NUMBER = 10**9
_KEYS = {"digest", "epoch", "from", "origin", "scope", "signature", "to"}


@dataclass(frozen=True, slots=True)
class Segment:
    """Exact changeset lines ``first`` … ``last`` of a chain; nothing is checked yet."""

    chain: Chain
    first: int
    last: int
    digest: str
    signature: bytes
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CheckedSegment:
    """A segment that its origin made: signed, whole, in a scope that both ends may read."""

    segment: Segment
    certificate: Certificate
    entries: tuple[Entry, ...]


def sign_head(signing_key: bytes, chain: Chain, number: int, head_digest: str) -> bytes:
    """Return the origin's signature over a place of its own chain."""
    return records.sign(signing_key, records.HEAD, head_record(chain, number, head_digest))


def head_record(chain: Chain, number: int, head_digest: str) -> bytes:
    """Return what an origin signs of a place in its chain."""
    return canonical_json([*chain, number, head_digest])


def encode(segments: Iterable[Segment]) -> bytes:
    """Return the part; policy comes first, a chain in rising order."""
    blocks: list[bytes] = []
    for segment in sorted(
        segments, key=lambda s: (not s.chain.scope.startswith(POLICY), s.chain, s.first)
    ):
        header = {
            "digest": segment.digest,
            "from": segment.first,
            "signature": segment.signature.hex(),
            "to": segment.last,
            **segment.chain._asdict(),
        }
        blocks += (canonical_json(header), *segment.lines)
    return b"".join(block + b"\n" for block in blocks)


def decode(part: bytes) -> tuple[Segment, ...]:
    """Return the segments of a part.

    Raises:
        ChainError: a header is unreadable or lines are missing.
    """
    blocks = part.split(b"\n")
    if blocks.pop() != b"" or any(len(block) > MAX_LINE_BYTES for block in blocks):
        raise ChainError("lines")
    segments: list[Segment] = []
    at = 0
    while at < len(blocks):
        try:
            segment = _read_header(blocks[at], blocks, at + 1)
        except (ValueError, KeyError, TypeError) as error:
            raise ChainError("segment header") from error
        segments.append(segment)
        at += 1 + len(segment.lines)
    if len(segments) > MAX_SEGMENTS:
        raise ChainError("too many segments")
    return tuple(segments)


def _read_header(header: bytes, blocks: list[bytes], start: int) -> Segment:
    value = parse_json(header)
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise ValueError("other fields than expected")
    first, last = value["from"], value["to"]
    numbers = all(isinstance(n, int) and not isinstance(n, bool) for n in (first, last))
    if not numbers or not 1 <= first <= last <= MAX_NUMBER or last - first >= len(blocks) - start:
        raise ValueError("numbers")
    names = [value[key] for key in ("origin", "epoch", "scope", "digest", "signature")]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("names")
    signature = bytes.fromhex(value["signature"])
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError("signature")
    lines = tuple(blocks[start : start + last - first + 1])
    return Segment(Chain(*names[:3]), first, last, value["digest"], signature, lines)


def check(segment: Segment, trust: Trust, sender: Origin, receiver: Origin) -> CheckedSegment:
    """Return the segment with its changesets, after the checks 16–20 of FORMAT.md §7.

    Raises:
        UnknownOriginError, UnlistedEpochError, ForeignScopeError, HeadSignatureError, ChainError
    """
    certificate = trust.certificate(segment.chain.origin)
    if certificate is None:
        raise UnknownOriginError(segment.chain.origin)
    name = certificate.identity.name
    if segment.chain.epoch not in certificate.epochs:
        raise UnlistedEpochError(segment.chain.origin, sender=name)
    scope = segment.chain.scope
    if not (may_read(scope, sender) and may_read(scope, receiver)):
        raise ForeignScopeError("scope")
    if not records.is_signed(
        certificate.identity.signing_key,
        records.HEAD,
        head_record(segment.chain, segment.last, segment.digest),
        segment.signature,
    ):
        raise HeadSignatureError("head")
    return CheckedSegment(segment, certificate, _entries(segment, certificate))


def _entries(segment: Segment, certificate: Certificate) -> tuple[Entry, ...]:
    """Return the changesets, each linked to the one before by its digest."""
    entries: list[Entry] = []
    previous = None
    if segment.first == 1:
        previous = genesis(certificate.identity.digest, segment.chain.epoch, segment.chain.scope)
    for number, line in enumerate(segment.lines, segment.first):
        changeset = parse_checked(line)
        belongs = changeset.chain == segment.chain and changeset.number == number
        if not belongs or previous not in (None, changeset.previous):
            raise ChainError(f"number {number}")
        previous = digest(line)
        entries.append(Entry(changeset, previous))
    if previous != segment.digest:
        raise ChainError("head")
    return tuple(entries)


def parse_checked(line: bytes) -> Changeset:
    """Return the changeset of a foreign line.

    Raises:
        ChainError: not canonical, or of other types than a changeset has.
    """
    try:
        changeset = parse_line(line)
    except ValueError as error:
        raise ChainError("line") from error
    texts = (
        *changeset.chain, changeset.previous, changeset.at, changeset.actor, changeset.role,
        changeset.operation, changeset.operation_id, changeset.reason,
        *(text for chain, head in changeset.seen.items() for text in (*chain, head.digest)),
        *(text for change in changeset.changes for text in change[:3]),
    )  # fmt: skip
    numbers = (changeset.number, *(head.number for head in changeset.seen.values()))
    if not all(isinstance(text, str) for text in texts):
        raise ChainError("types")
    if not all(type(number) is int and 1 <= number <= MAX_NUMBER for number in numbers):
        raise ChainError("numbers")
    return changeset
