"""The county's reserve key, and the new county device that it puts in a lost one's place."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ownership import Actor
from app.errors import Where
from app.models.replica import ReplicaRow
from app.models.store import Store
from app.ops.changed import Changed
from app.ops.devices import Enrolment, own_path, root_of, stamp
from app.sync import keys, local, root
from app.sync.errors import (
    EnrolmentError,
    NoReserveError,
    NotSubordinateError,
    ReserveKeyError,
    ReserveMadeError,
    TooLargeError,
    UnreadableFileError,
)
from app.sync.files import read_whole, write_whole
from app.sync.keys import Identity
from app.sync.root import Reserve, Succession


def has_reserve(store: Store) -> bool:
    """Tell whether the root's reserve key is pinned here."""
    with store.read() as session:
        return local.reserve_of(session) is not None


def make_reserve(store: Store, actor: Actor) -> str:
    """Make the root's reserve key and return it as it is written down: once, stored nowhere.

    Devices that are authorized from now on pin it together with the root.

    Raises:
        NotSubordinateError: this replica is not its own root.
        ReserveMadeError: it was made before.
    """
    with store.write("root.reserve", actor) as session:
        me = local.load(session)
        if root_of(me) != me.keys.device_id or me.origin.level != "county":
            raise NotSubordinateError("root", name=me.keys.identity.name)
        if local.reserve_of(session) is not None:
            raise ReserveMadeError
        own_path(session, me, stamp(store.clock()))  # certifies itself at first need
        reserve, written = root.make_reserve(me.keys)
        local.pin_reserve(session, reserve.signed)
    return written


def succeed(store: Store, actor: Actor, written: str, old_id: str, out: Path) -> Enrolment:
    """Put this county device in the place of a lost one and write the file that tells everybody.

    ``written``: the old root's reserve key from its sealed paper; ``old_id``: its device id, which
    stands on the same paper. Its changes hold until ``device revoke`` cuts them.

    Raises:
        NoReserveError: this device has no reserve key of its own yet.
        ReserveKeyError: not a reserve key.
        EnrolmentError: ``old_id`` is no device id.
        StickLostError: the file could not be written; nothing has changed.
    """
    with store.write("root.succeed", actor) as session:
        me = local.load(session)
        reserve = _pinned(session, me.keys.identity)
        (own,) = own_path(session, me, stamp(store.clock()))
        made = root.succeed(written, old_id.strip().lower(), own, reserve)
        local.add_former_root(session, made.old_id)
        data = made.signed.file_bytes()
        write_whole(out, data)
    return _enrolment(made, data, "succeeded")


def take_succession(store: Store, actor: Actor, path: Path) -> Enrolment:
    """Pin the new root that the old one's reserve key has signed; twice is once.

    A replica whose superior was the old root asks the new one for an authorization next.

    Raises:
        NoReserveError: no reserve key is pinned here.
        ReserveKeyError: another key signed it.
        EnrolmentError: damaged, forged, or another county's.
    """
    try:
        data = read_whole(path, keys.MAX_FILE_BYTES)
    except (UnreadableFileError, TooLargeError) as error:
        raise EnrolmentError(type(error).__name__, where=Where(file=path.name)) from error
    found = root.read_succession(data)
    with store.write("root.taken", actor) as session:
        row = session.scalars(select(ReplicaRow)).one()
        if row.root_id != found.root.device_id:
            _replace(session, row, found)
    return _enrolment(found, data, "accepted")


def _replace(session: Session, row: ReplicaRow, found: Succession) -> None:
    old = local.load_trust(session, row.root_id).certificate(row.root_id or "")
    if old is None:
        raise NoReserveError
    if not root.is_signed_by(found, _pinned(session, old.identity)):
        raise ReserveKeyError("signature")
    if found.root.area_code != old.identity.area_code:
        raise EnrolmentError("another county")
    if row.superior_id == row.root_id:
        row.superior_id = found.root.device_id
    row.root_id = found.root.device_id
    local.remember(session, local.enrolled(session))  # what comes later of the old root is late
    local.add_former_root(session, found.old_id)
    local.pin_reserve(session, found.reserve.signed)
    local.remember(session, [found.certificate])


def _pinned(session: Session, identity: Identity) -> Reserve:
    signed = local.reserve_of(session)
    if signed is None:
        raise NoReserveError
    return root.read_reserve(signed, identity)


def _enrolment(made: Succession, file: bytes, state: str) -> Enrolment:
    identity = made.root
    return Enrolment(
        identity.device_id,
        identity.name,
        keys.fingerprint(file),
        state,
        is_checked=True,
        changed=Changed(frozenset({"device"})),
    )
