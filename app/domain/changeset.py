"""Changesets: what one operation changed in one scope, and their exact bytes.

The canonical line (UTF-8 JSON, keys sorted, no spaces) is made once, by the origin, kept as
bytes, hashed, signed and forwarded unchanged; nothing is ever re-made from parsed values.
Source: change-packages.md «Words»; the format is described in app/sync/FORMAT.md.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LINE_VERSION = 1
NEW_ROW = ""  # the field name of a change that brings a whole new row


class Chain(NamedTuple):
    """The sequence of one device's changesets in one scope: numbered from 1.

    ``scope`` is a village's area code, or ``policy:<area code>`` of a superior.
    """

    origin: str
    epoch: str
    scope: str


class Head(NamedTuple):
    """A place in a chain: its number and the SHA-256 (hex) of that changeset's bytes."""

    number: int
    digest: str


class FieldChange(NamedTuple):
    """One changed field; a new row is one change with field "" and all its values."""

    table: str
    row: str
    field: str
    old: Any  # JSON value: str, int, bool or None; a dict of them for a new row's ``new``
    new: Any


@dataclass(frozen=True, slots=True)
class Changeset:
    """One operation in one scope. ``seen``: other chains' heads taken in since the last one."""

    chain: Chain
    number: int
    previous: str  # digest of the changeset before it; of number 1: ``genesis(…)``
    at: str  # UTC, ISO 8601 with seconds; for display, never for order
    actor: str
    role: str
    operation: str
    operation_id: str  # the same in every scope that the operation touched
    reason: str
    seen: Mapping[Chain, Head] = field(default_factory=dict)
    changes: tuple[FieldChange, ...] = ()

    def line(self) -> bytes:
        """Return the canonical bytes; only the origin calls this, once, before commit."""
        record = {
            "actor": self.actor,
            "at": self.at,
            "changes": [list(change) for change in self.changes],
            "epoch": self.chain.epoch,
            "number": self.number,
            "operation": self.operation,
            "operation_id": self.operation_id,
            "origin": self.chain.origin,
            "previous": self.previous,
            "reason": self.reason,
            "role": self.role,
            "scope": self.chain.scope,
            "seen": [[*chain, *head] for chain, head in sorted(self.seen.items())],
            "v": LINE_VERSION,
        }
        return json.dumps(
            record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()


def parse_line(line: bytes) -> Changeset:
    """Return the changeset of canonical bytes.

    Raises:
        ValueError: not UTF-8 JSON of the known version and shape, or not canonical.
    """
    try:
        record = json.loads(line.decode())
        if record["v"] != LINE_VERSION:
            raise ValueError("unknown version of a changeset line")
        changeset = Changeset(
            chain=Chain(record["origin"], record["epoch"], record["scope"]),
            number=record["number"],
            previous=record["previous"],
            at=record["at"],
            actor=record["actor"],
            role=record["role"],
            operation=record["operation"],
            operation_id=record["operation_id"],
            reason=record["reason"],
            seen={Chain(*s[:3]): Head(*s[3:]) for s in record["seen"]},
            changes=tuple(FieldChange(*change) for change in record["changes"]),
        )
        if changeset.line() != line:  # also where a key stands twice
            raise ValueError("not the canonical form of a changeset line")
    except (KeyError, TypeError, RecursionError, UnicodeError, OverflowError) as error:
        raise ValueError("not a changeset line") from error
    return changeset


def digest(line: bytes) -> str:
    """Return the SHA-256 of a canonical line as hex."""
    return hashlib.sha256(line).hexdigest()


def genesis(identity_digest: str, epoch: str, scope: str) -> str:
    """Return what stands as ``previous`` in the first changeset of a chain.

    ``identity_digest`` is the SHA-256 (hex) of the device's identity record, which its
    certificate repeats: so a chain cannot be carried over to another device or scope.
    """
    return hashlib.sha256(
        f"zhucun chain 1\n{identity_digest}\n{epoch}\n{scope}".encode()
    ).hexdigest()
