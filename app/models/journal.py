"""The journal: changesets in chains, and their changes for queries. Append-only.

``ChangesetRow.line`` holds the exact bytes; the other columns repeat them for queries, and
``doctor`` checks that both agree. Only lines of a base (``AbridgedRow``) are shorter than what
their digest is of, until the past of their chain has come.
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.changeset import Changeset, FieldChange
from app.models.base import Base

ACTIVE, VOID, WAITING, FORKED = "active", "void", "waiting", "forked"


class ChangesetRow(Base):
    """One changeset. ``state``: active, void (its origin may not), waiting (a gap), forked."""

    __tablename__ = "changeset"
    __table_args__ = (UniqueConstraint("origin", "epoch", "scope", "number", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(32))
    epoch: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    operation: Mapped[str] = mapped_column(String(64))
    operation_id: Mapped[str] = mapped_column(String(36), index=True)
    reason: Mapped[str]
    # The last column: only there can a place for a very long line be kept without filling it.
    line: Mapped[bytes] = mapped_column(LargeBinary, sort_order=1)
    state: Mapped[str] = mapped_column(String(16), default=ACTIVE)
    state_reason: Mapped[str] = mapped_column(default="")


class ChangeRow(Base):
    """One changed field; a new row is one change with field "" and all values as ``new``."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_table_name_row_id", "table_name", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    changeset_id: Mapped[int] = mapped_column(ForeignKey("changeset.id"), index=True)
    table_name: Mapped[str] = mapped_column(String(32))
    row_id: Mapped[str] = mapped_column(String(36))
    field: Mapped[str] = mapped_column(String(48))
    old: Mapped[str]  # JSON text; "null" for no value
    new: Mapped[str]


class SeenRow(Base):
    """A head of another chain that a changeset had newly seen."""

    __tablename__ = "changeset_seen"

    id: Mapped[int] = mapped_column(primary_key=True)
    changeset_id: Mapped[int] = mapped_column(ForeignKey("changeset.id"), index=True)
    origin: Mapped[str] = mapped_column(String(32))
    epoch: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class ChainHeadRow(Base):
    """The newest changeset of each chain that is taken in (active or void), kept for speed."""

    __tablename__ = "chain_head"

    origin: Mapped[str] = mapped_column(String(32), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class HeadSignatureRow(Base):
    """An origin's signature over a place of its chain; forwarded with the segment."""

    __tablename__ = "head_signature"
    __table_args__ = (UniqueConstraint("origin", "epoch", "scope", "number", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(32))
    epoch: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class BaseChainRow(Base):
    """A chain that began here with a base, until its whole past has come.

    ``number``, ``digest``: where the base stands in it. ``first_id``: local ids are kept free from
    there on, one for each number. ``digests``: 32 bytes of each number, as its signer has it.
    """

    __tablename__ = "base_chain"

    origin: Mapped[str] = mapped_column(String(32), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    first_id: Mapped[int]
    digests: Mapped[bytes] = mapped_column(LargeBinary)


class AbridgedRow(Base):
    """Marks a changeset of a base that has lost changes: its line is not what its digest is of."""

    __tablename__ = "abridged"

    changeset_id: Mapped[int] = mapped_column(ForeignKey("changeset.id"), primary_key=True)


def changeset_values(changeset: Changeset, digest: str, state: str, reason: str) -> dict[str, Any]:
    """Return the columns of a changeset but ``id`` and ``line``."""
    return {
        **changeset.chain._asdict(),
        "number": changeset.number,
        "digest": digest,
        "previous": changeset.previous,
        "at": changeset.at,
        "actor": changeset.actor,
        "role": changeset.role,
        "operation": changeset.operation,
        "operation_id": changeset.operation_id,
        "reason": changeset.reason,
        "state": state,
        "state_reason": reason,
    }


def change_values(changeset_id: int, change: FieldChange) -> dict[str, Any]:
    """Return the columns of a change."""
    return {
        "changeset_id": changeset_id,
        "table_name": change.table,
        "row_id": change.row,
        "field": change.field,
        "old": _encode(change.old),
        "new": _encode(change.new),
    }


def seen_values(changeset_id: int, changeset: Changeset) -> Iterator[dict[str, Any]]:
    """Yield the columns of each head that a changeset had newly seen."""
    for chain, head in changeset.seen.items():
        yield {"changeset_id": changeset_id, **chain._asdict(), **head._asdict()}


_dump = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _encode(value: Any) -> str:
    return "null" if value is None else _dump(value)  # most have no old value
