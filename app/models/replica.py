"""This replica and the devices that it knows."""

from datetime import date

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Journaled


class ReplicaRow(Base):
    """The one row that says who this replica is; private keys live only here.

    ``superior_id``, ``root_id``: pinned by typed fingerprint; None before the enrolment.
    ``restored_at``: when this epoch began by restoring a backup; None in the first epoch.
    """

    __tablename__ = "replica"

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(16))  # county, township, village
    area_code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    device_id: Mapped[str] = mapped_column(String(32))
    epoch: Mapped[str] = mapped_column(String(32))
    identity: Mapped[bytes] = mapped_column(LargeBinary)  # canonical identity record
    identity_digest: Mapped[str] = mapped_column(String(64))
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)  # Ed25519 private, 32 bytes
    encryption_key: Mapped[str]  # age X25519 identity
    superior_id: Mapped[str | None] = mapped_column(String(32))
    root_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[str] = mapped_column(String(32))
    restored_at: Mapped[str | None] = mapped_column(String(32))


class OperatorRow(Base):
    """A person who uses this replica; each level keeps its own."""

    __tablename__ = "operator"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))  # entry, leader, reviewer, readonly
    is_default: Mapped[bool] = mapped_column(default=False)


class Device(Journaled):
    """A device that its superior has enrolled; ``id`` is the device id.

    Lives in the superior's policy scope, so that certificates travel as ordinary changesets.
    """

    __tablename__ = "device"

    level: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(String(12), index=True)
    name: Mapped[str]
    issuer_id: Mapped[str] = mapped_column(String(32))
    root_id: Mapped[str] = mapped_column(String(32))
    certificate: Mapped[str]  # record line, signature in hex
    epochs: Mapped[str] = mapped_column(default="")  # in order, joined by ","
    state: Mapped[str] = mapped_column(String(16), default="active")


class RevocationCut(Journaled):
    """The last place of a revoked device's chain that holds; ``id`` is natural (chain).

    What a revoked device wrote beyond its cuts, or in chains without one, is void everywhere.
    """

    __tablename__ = "revocation_cut"

    device_id: Mapped[str] = mapped_column(String(32), index=True)
    epoch: Mapped[str] = mapped_column(String(32))
    chain_scope: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    revoked_on: Mapped[date]


class KnownCertificateRow(Base):
    """A certificate that has been verified up to a confirmed root; kept to verify and forward."""

    __tablename__ = "known_certificate"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(32), index=True)
    issuer_id: Mapped[str] = mapped_column(String(32))
    record: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class ReceiptRow(Base):
    """The latest receipt: ``taken`` from a peer (what it has), or ``given`` to it."""

    __tablename__ = "receipt"

    peer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    direction: Mapped[str] = mapped_column(String(8), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    package_number: Mapped[int]
    content: Mapped[str]  # canonical JSON
    at: Mapped[str] = mapped_column(String(32))


class PackageRow(Base):
    """The log of packages written, taken in and refused; a refusal is noted, nothing else."""

    __tablename__ = "package_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(8))  # out, in
    peer_id: Mapped[str] = mapped_column(String(32))
    epoch: Mapped[str] = mapped_column(String(32))  # of the sender
    number: Mapped[int]
    body_digest: Mapped[str] = mapped_column(String(64), index=True)
    bytes: Mapped[int]
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))  # exported, imported, refused
    code: Mapped[str] = mapped_column(String(8), default="")
    counts: Mapped[str] = mapped_column(default="{}")  # JSON


class QuarantinedContentRow(Base):
    """A content that came in a package and is not what a row here says.

    ``reason``: unnamed (no row names it yet: its bytes wait in ``content``), type or size (other
    than its row says: the bytes were dropped unseen). ``peer_id``: who sent it.
    """

    __tablename__ = "quarantined_content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    peer_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[str] = mapped_column(String(32))
    content: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
