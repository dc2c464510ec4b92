"""The journal: changesets in chains, and their changes for queries. Append-only.

``ChangesetRow.line`` holds the exact bytes; the other columns repeat them for queries, and
``doctor`` checks that both agree.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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
