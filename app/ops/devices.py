"""Enrolment of devices: request, approval by the superior, acceptance, the list.

Fingerprints are read over the telephone and typed by the other side, in both directions.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head
from app.domain.merge import may_read
from app.domain.ownership import POLICY, Actor
from app.errors import Where
from app.models.base import natural_id
from app.models.journal import ChainHeadRow, ChangesetRow
from app.models.replica import Device, ReplicaRow, RevocationCut
from app.models.store import Store
from app.ops.changed import Changed
from app.sync import epochs, keys, local, root
from app.sync.errors import (
    EnrolmentError,
    FingerprintError,
    FormerRootError,
    NotEnrolledError,
    NotForThisDeviceError,
    NothingOfRootError,
    NotSubordinateError,
    TooLargeError,
    UnknownTargetError,
    UnlistedSelfError,
    UnreadableFileError,
)
from app.sync.files import read_whole, write_whole
from app.sync.keys import Authorization, Certificate, Identity, Request
from app.sync.local import Local
from app.sync.trust import Trust


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A step of an enrolment. ``fingerprint``: of the file that was made or taken in.

    ``state``: requested, approved, accepted. ``is_checked``: a typed fingerprint agreed.
    """

    device_id: str
    name: str
    fingerprint: str
    state: str
    is_checked: bool
    changed: Changed


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device known here. ``relation``: self, superior, root, subordinate, other.

    ``fingerprint``: of its request, where this replica can know it (its own).
    """

    device_id: str
    level: str
    area_code: str
    name: str
    relation: str
    state: str
    fingerprint: str


def request_device(store: Store, path: Path) -> Enrolment:
    """Write the request for enrolment (登记申请); the same file every time.

    Raises:
        StickLostError: it could not be written.
    """
    with store.read() as session:
        me = local.load(session)
        data = _own_request(session, me).signed.file_bytes()
    write_whole(path, data)
    return Enrolment(
        me.keys.device_id,
        me.keys.identity.name,
        keys.fingerprint(data),
        "requested",
        is_checked=False,
        changed=Changed(),
    )


def read_request_file(path: Path) -> tuple[Request, str]:
    """Return the request of a file and its fingerprint, to be compared before approval.

    Raises:
        EnrolmentError: damaged or forged.
    """
    data = _read(path)
    return keys.read_request(data), keys.fingerprint(data)


def approve_device(
    store: Store, actor: Actor, path: Path, fingerprint: str | None, out: Path
) -> Enrolment:
    """Certify a lower device inside one's area and write its authorization (授权书).

    ``fingerprint``: as typed from the telephone; None if nobody read it out. Approving again
    writes a new authorization.

    Raises:
        EnrolmentError, FingerprintError, NotSubordinateError, StickLostError: nothing has changed.
    """
    data = _read(path)
    request = keys.read_request(data)
    _compare(fingerprint, path, data)
    at = stamp(store.clock())
    with store.write("device.approve", actor) as session:
        me = local.load(session)
        if not keys.may_enrol(me.origin, request.identity.origin):
            raise NotSubordinateError(request.identity.device_id, name=request.identity.name)
        above = own_path(session, me, at)
        epochs = _epochs(session, request)
        certificate = keys.certify(me.keys, request.identity, epochs, at)
        local.remember(session, [certificate])
        _enrol(session, certificate, root_id=above[-1].device_id)
        reserve = local.reserve_of(session)
        former = _former(session, me, request.identity)
        own = _own_request(session, me)
        made = keys.authorize(me.keys, own, (certificate, *above), at, reserve, former)
        file = made.signed.file_bytes()
        write_whole(out, file)
    return _enrolment(request.identity, file, "approved", fingerprint)


def accept_device(store: Store, actor: Actor, path: Path, fingerprint: str | None) -> Enrolment:
    """Pin the superior and the root that an authorization names.

    ``fingerprint``: as typed, of the authorization or of the superior's own request (from a
    notice); None if nobody read it out, which another superior or root than before does not allow.

    Raises:
        EnrolmentError, FingerprintError, FormerRootError, NotForThisDeviceError: nothing has
        changed.
    """
    data = _read(path)
    found = keys.read_authorization(data)
    _compare(fingerprint, path, data, found.superior.signed.file_bytes())
    with store.write("device.accept", actor) as session:
        me = local.load(session)
        if found.certificates[0].identity != me.keys.identity:
            raise NotForThisDeviceError("device", name=found.certificates[0].identity.name)
        if fingerprint is None and not _is_pinned(me, found):
            raise FingerprintError("another superior", where=Where(file=path.name))
        if found.certificates[-1].device_id in local.former_roots(session):
            raise FormerRootError("authorization", where=Where(file=path.name))
        if me.epoch not in found.certificates[0].epochs:
            raise NotForThisDeviceError("epoch", name=me.keys.identity.name)
        _pin(session, found)
    return _enrolment(me.keys.identity, data, "accepted", fingerprint)


def revoke_device(store: Store, actor: Actor, device_id: str, reason: str) -> Enrolment:
    """End a lower device: what it wrote beyond what is taken in here is void everywhere.

    Doing it again moves the cut to what is taken in now, for which the first word is void; so a
    second person should look.

    Raises:
        UnknownTargetError, NotSubordinateError, NothingOfRootError: nothing has changed.
    """
    with store.write("device.revoke", actor, reason) as session:
        me = local.load(session)
        certificate = trust_of(session, me).certificate(device_id)
        is_replaced = device_id in local.former_roots(session) and root_of(me) == me.keys.device_id
        if certificate is None and is_replaced:
            raise NothingOfRootError(device_id)
        if certificate is None:
            raise UnknownTargetError(device_id, device=device_id)
        if not is_replaced and not keys.may_enrol(me.origin, certificate.identity.origin):
            raise NotSubordinateError(device_id, name=certificate.identity.name)
        for chain, head in _ends(session, certificate):
            _cut(session, me, chain, head, (reason, store.clock().date()))
        row = session.get(Device, device_id)
        if row is not None and row.scope == POLICY + me.origin.area_code:
            row.state = "revoked"
    return Enrolment(
        device_id,
        certificate.identity.name,
        "",
        "revoked",
        is_checked=True,
        changed=Changed(frozenset({"device"})),
    )


def renew_epoch(store: Store) -> str:
    """Start a new epoch after a restore; work goes on, export waits until it is listed."""
    with store.absorb() as session:
        epoch = epochs.begin_epoch(session)
    store.forget_identity()
    return epoch


def _ends(session: Session, certificate: Certificate) -> list[tuple[Chain, Head]]:
    """Return how far each chain of a device is taken in; one place 0 if there is none at all."""
    heads = session.scalars(select(ChainHeadRow).filter_by(origin=certificate.device_id))
    found = [
        (Chain(row.origin, row.epoch, row.scope), Head(row.number, row.digest)) for row in heads
    ]
    identity = certificate.identity
    none = Chain(certificate.device_id, certificate.epochs[-1], identity.area_code)
    return found or [(none, Head(0, ""))]


def _cut(session: Session, me: Local, chain: Chain, head: Head, why: tuple[str, date]) -> None:
    cut_id = natural_id("revocation_cut", me.origin.area_code, *chain)
    row = session.get(RevocationCut, cut_id)
    if row is None:
        row = RevocationCut(
            id=cut_id,
            scope=POLICY + me.origin.area_code,
            device_id=chain.origin,
            epoch=chain.epoch,
            chain_scope=chain.scope,
        )
        session.add(row)
    row.number, row.digest = head
    row.reason, row.revoked_on = why


def list_devices(store: Store) -> list[DeviceLine]:
    """Return every device that this replica trusts, itself first, higher levels first."""
    with store.read() as session:
        me = local.load(session)
        trust = local.load_trust(session, root_of(me))
        ids = [
            me.superior_id,
            me.root_id,
            *session.scalars(select(Device.id).order_by(Device.name)),
        ]
        found: dict[str, DeviceLine] = {me.keys.device_id: _own_line(session, me)}
        for device_id in ids:
            certificate = trust.certificate(device_id) if device_id else None
            if certificate is not None and device_id not in found:
                line = _line(certificate, me)
                if device_id in trust.revoked:
                    line = replace(line, state="revoked")
                found[certificate.device_id] = line
    return list(found.values())


def root_of(me: Local) -> str | None:
    """Return the pinned root. A county, or a township before it has one, is its own root."""
    if me.root_id is None and me.origin.level != "village":
        return me.keys.device_id
    return me.root_id


def require_enrolled(me: Local) -> str:
    """Return the pinned root's id.

    Raises:
        NotEnrolledError: a village that no superior has enrolled yet.
    """
    root = root_of(me)
    if root is None:
        raise NotEnrolledError("no root")
    return root


def _own_request(session: Session, me: Local) -> Request:
    return keys.make_request(me.keys, me.epoch, _earlier_epochs(session, me))


def _earlier_epochs(session: Session, me: Local) -> tuple[str, ...]:
    """Return the epochs of this device's own chains but the present one, oldest first."""
    began = select(func.min(ChangesetRow.id)).where(
        ChangesetRow.origin == me.keys.device_id, ChangesetRow.epoch == ChainHeadRow.epoch
    )
    query = (
        select(ChainHeadRow.epoch)
        .where(ChainHeadRow.origin == me.keys.device_id, ChainHeadRow.epoch != me.epoch)
        .group_by(ChainHeadRow.epoch)
        .order_by(began.scalar_subquery())
    )
    return tuple(session.scalars(query))


def own_path(session: Session, me: Local, at: str) -> tuple[Certificate, ...]:
    """Return this device's certificates up to the root; a root certifies itself at first need.

    Raises:
        NotEnrolledError: no superior has enrolled it yet.
        UnlistedSelfError: the superior has not listed this epoch yet.
    """
    path = local.load_trust(session, require_enrolled(me)).path(me.keys.device_id)
    is_listed = bool(path) and me.epoch in path[0].epochs
    if not is_listed and root_of(me) == me.keys.device_id:
        known = path[0].epochs if path else _earlier_epochs(session, me)
        own = keys.certify(me.keys, me.keys.identity, (*known, me.epoch), at)
        local.remember(session, [own])
        return (own,)
    if not path:
        raise NotEnrolledError("no certificate")
    if not is_listed:
        raise UnlistedSelfError("epoch")
    return path


def _epochs(session: Session, request: Request) -> tuple[str, ...]:
    """Return the epochs to certify: those known, and the request's present one as the latest."""
    row = session.get(Device, request.identity.device_id)
    known = [epoch for epoch in row.epochs.split(",") if epoch] if row else []
    return tuple(dict.fromkeys([*known, *request.epochs]))


def _enrol(session: Session, certificate: Certificate, root_id: str) -> None:
    """Write the device into the own policy scope, so that the certificate travels."""
    giver = local.load(session).origin
    values = {
        "certificate": certificate.signed.file_bytes().decode(),
        "epochs": ",".join(certificate.epochs),
        "issuer_id": certificate.issuer_id,
        "root_id": root_id,
        "state": "active",
    }
    row = session.get(Device, certificate.device_id)
    if row is None:
        identity = certificate.identity
        session.add(
            Device(
                id=certificate.device_id,
                scope=POLICY + giver.area_code,
                level=identity.level,
                area_code=identity.area_code,
                name=identity.name,
                **values,
            )
        )
        return
    for name, value in values.items():
        setattr(row, name, value)


def _pin(session: Session, found: Authorization) -> None:
    row = session.scalars(select(ReplicaRow)).one()
    above = found.certificates[-1].identity
    if found.reserve is not None:
        root.read_reserve(found.reserve, above)
        known = local.reserve_of(session)
        if row.root_id == above.device_id and known not in (None, found.reserve):
            raise EnrolmentError("another reserve key of the same root")
        local.pin_reserve(session, found.reserve)
    if row.root_id != above.device_id:
        local.remember(session, found.former)
        for certificate in found.former:
            if certificate.issuer_id == certificate.device_id:
                local.add_former_root(session, certificate.device_id)
    row.superior_id = found.superior.identity.device_id
    row.root_id = above.device_id
    local.remember(session, found.certificates)


def _is_pinned(me: Local, found: Authorization) -> bool:
    """Tell whether an authorization names the superior and the root that were typed before."""
    superior, above = found.superior.identity.device_id, found.certificates[-1].device_id
    return me.superior_id in (None, superior) and me.root_id in (None, above)


def _former(session: Session, me: Local, subject: Identity) -> tuple[Certificate, ...]:
    """Return what replaced roots have given to themselves and to the places around a device."""
    roots = local.former_roots(session)
    known = trust_of(session, me).all_certificates()
    return tuple(
        c
        for c in known
        if c.device_id in roots
        or (c.issuer_id in roots and may_read(POLICY + c.identity.area_code, subject.origin))
    )


def _compare(typed: str | None, path: Path, *files: bytes) -> None:
    if typed is not None and not any(keys.same_fingerprint(typed, data) for data in files):
        raise FingerprintError("typed", where=Where(file=path.name))


def _read(path: Path) -> bytes:
    try:
        return read_whole(path, keys.MAX_FILE_BYTES)
    except (UnreadableFileError, TooLargeError) as error:
        raise EnrolmentError(type(error).__name__, where=Where(file=path.name)) from error


def _enrolment(identity: Identity, file: bytes, state: str, typed: str | None) -> Enrolment:
    return Enrolment(
        identity.device_id,
        identity.name,
        keys.fingerprint(file),
        state,
        is_checked=typed is not None,
        changed=Changed(frozenset({"device"})),
    )


def _own_line(session: Session, me: Local) -> DeviceLine:
    identity = me.keys.identity
    return DeviceLine(
        identity.device_id,
        identity.level,
        identity.area_code,
        identity.name,
        relation="self",
        state="active" if root_of(me) else "not_enrolled",
        fingerprint=keys.fingerprint(_own_request(session, me).signed.file_bytes()),
    )


def _line(certificate: Certificate, me: Local) -> DeviceLine:
    relations = {me.root_id: "root", me.superior_id: "superior"}
    is_own = certificate.issuer_id == me.keys.device_id
    relation = relations.get(certificate.device_id, "subordinate" if is_own else "other")
    identity = certificate.identity
    return DeviceLine(
        identity.device_id,
        identity.level,
        identity.area_code,
        identity.name,
        relation=relation,
        state="active",
        fingerprint="",
    )


def stamp(now: datetime) -> str:
    """Return a time as it stands in records: UTC, with seconds."""
    return now.astimezone(UTC).isoformat(timespec="seconds")


def trust_of(session: Session, me: Local) -> Trust:
    """Return what this replica trusts now."""
    return local.load_trust(session, root_of(me))
