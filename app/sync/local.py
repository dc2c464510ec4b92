"""This replica's own keys and what it trusts, from the encrypted database."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.merge import Origin
from app.domain.ownership import POLICY
from app.models.local import LocalSettingRow
from app.models.replica import Device, KnownCertificateRow, ReplicaRow, RevocationCut
from app.sync.keys import Certificate, DeviceKeys, read_certificate, read_identity
from app.sync.records import SignedRecord, from_file
from app.sync.trust import Former, Trust

_RESERVE, _FORMER = "root.reserve", "root.former"
_CUTS = select(RevocationCut.scope, RevocationCut.device_id)


@dataclass(frozen=True, slots=True)
class Local:
    """Who we are: keys, epoch, and the devices pinned by typed fingerprints."""

    keys: DeviceKeys
    epoch: str
    superior_id: str | None
    root_id: str | None

    @property
    def origin(self) -> Origin:
        """Level and area of this device."""
        return self.keys.identity.origin


def load(session: Session) -> Local:
    """Return this replica's keys."""
    row = session.scalars(select(ReplicaRow)).one()
    keys = DeviceKeys(read_identity(row.identity), row.signing_key, row.encryption_key)
    return Local(keys, row.epoch, row.superior_id, row.root_id)


def load_trust(session: Session, root_id: str | None) -> Trust:
    """Return the certificates known here, judged from ``root_id`` downwards.

    Those in the policy chains count like any other: only their signatures matter. But what a
    replaced root enrols there counts nowhere: whoever has its keys may go on writing its chain.
    """
    known = [
        read_certificate(SignedRecord(row.record, row.signature))
        for row in session.scalars(select(KnownCertificateRow))
    ]
    cuts = [(scope, device) for scope, device in session.execute(_CUTS)]
    former, listed = former_roots(session), enrolled(session)
    if former:
        old = Trust(root_id, known, cuts, Former(former, former))
        listed = [c for c in listed if not old.is_late(c)]
    return Trust(root_id, [*known, *listed], cuts, Former(former, _closed(session, root_id)))


def enrolled(session: Session) -> list[Certificate]:
    """Return the certificates that stand in the policy chains."""
    texts = session.scalars(select(Device.certificate))
    return [read_certificate(from_file(text.encode())) for text in texts]


def _closed(session: Session, root_id: str | None) -> frozenset[str]:
    """Return the replaced roots whose later certificates count no more.

    Who was there before knows all that counts. The new root itself learns it from those whom it
    has enrolled, which send what they knew with their packages, until it has cut the old one.
    """
    former = former_roots(session)
    me = session.scalars(select(ReplicaRow)).one()
    if me.device_id != root_id:
        return former
    own = select(RevocationCut.device_id).filter_by(scope=POLICY + me.area_code)
    return former & set(session.scalars(own))


def reserve_of(session: Session) -> SignedRecord | None:
    """Return the pinned root's word on its reserve key; None where none is pinned."""
    row = session.get(LocalSettingRow, _RESERVE)
    return from_file(row.value.encode()) if row else None


def pin_reserve(session: Session, reserve: SignedRecord) -> None:
    """Keep the root's word on its reserve key, once its root is pinned."""
    _keep(session, _RESERVE, reserve.file_bytes().decode())


def former_roots(session: Session) -> frozenset[str]:
    """Return the devices that were the root before."""
    row = session.get(LocalSettingRow, _FORMER)
    return frozenset(row.value.split(",")) if row else frozenset()


def add_former_root(session: Session, device_id: str) -> None:
    """Remember a root that was replaced."""
    _keep(session, _FORMER, ",".join(sorted({*former_roots(session), device_id})))


def _keep(session: Session, key: str, value: str) -> None:
    row = session.get(LocalSettingRow, key)
    if row is None:
        session.add(LocalSettingRow(key=key, value=value))
    else:
        row.value = value


def remember(session: Session, certificates: Iterable[Certificate]) -> None:
    """Keep certificates that have been verified, to verify and forward with."""
    for certificate in certificates:
        digest = hashlib.sha256(certificate.signed.file_bytes()).hexdigest()
        if session.get(KnownCertificateRow, digest) is None:
            session.add(
                KnownCertificateRow(
                    digest=digest,
                    device_id=certificate.device_id,
                    issuer_id=certificate.issuer_id,
                    record=certificate.signed.record,
                    signature=certificate.signed.signature,
                )
            )
