"""Exchange by files: export, inspect, preview and import of change packages."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.changeset import Changeset
from app.domain.merge import Origin
from app.domain.ownership import Actor
from app.errors import AppError, Where
from app.models.household import Household
from app.models.ownership import bundled
from app.models.replica import Device, PackageRow, ReceiptRow, ReplicaRow
from app.models.store import Store
from app.ops import (
    after_import,
    conflict_lines,
    conflict_rules,
    devices,
    exchange_lines,
    exchange_log,
    head_record,
)
from app.ops.changed import Changed
from app.ops.exchange_lines import (
    ConflictLine,
    Earlier,
    Exported,
    Imported,
    Inspected,
    QuarantineLine,
    SegmentLine,
)
from app.ops.exchange_log import EXPORTED, IMPORTED, IN, OUT, STARTED
from app.ops.quiet import quiet_gc
from app.ops.warning_rows import CHINA
from app.paths import ReplicaPaths
from app.sync import contents, inbox, kept, local, outbox, package, parcels, rulings
from app.sync.errors import ContentError, RestoredRootError, UnknownTargetError
from app.sync.files import read_whole, require_folder, write_whole
from app.sync.inbox import Effect
from app.sync.keys import Certificate
from app.sync.known import lacking_past
from app.sync.local import Local
from app.sync.package import Address, Content, Header, Opened
from app.sync.parcels import Order, Parcel
from app.sync.parcels import Wish as Wish  # noqa: PLC0414  asked for here
from app.sync.receipt import encode_receipt
from app.sync.subjects import homes_of, households_of, warnings_of
from app.sync.trust import Trust

PARENT = "parent"
Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


def _unseen(_done: int, _total: int) -> None:
    """Nobody looks."""


class _RehearsedError(Exception):
    """Ends a preview: everything was computed, nothing shall stay."""

    def __init__(self, result: Imported) -> None:
        super().__init__("preview")
        self.result = result


def export_package(
    store: Store, actor: Actor, to: str, path: Path, now: datetime, wish: Wish = Wish.NEWS
) -> Exported:
    """Write everything that the receiver has not receipted; with nothing new, the receipt alone.

    ``to``: "parent", or the id, name or area code of an enrolled device. ``path``: the file, or
    a folder for as many as are needed, with their usual names.

    Raises:
        NotEnrolledError, UnlistedSelfError, RestoredRootError, UnknownTargetError,
        MissingFolderError, TooLargeError: nothing is written.
        StickLostError: the file is not there; the number is skipped.
    """
    return export_series(store, actor, Target(to, path, wish), now, _unseen)


def request_package(store: Store, actor: Actor, to: str, path: Path, now: datetime) -> Exported:
    """Write the receipt alone: the other side sends again what is missing here.

    Raises:
        As ``export_package``.
    """
    return export_package(store, actor, to, path, now, Wish.RECEIPT)


class AmbiguousTargetError(UnknownTargetError):
    """Several enrolled devices have this name or area."""

    message = "“{device}”不止一台设备。没有导出，数据没有变。"
    hint = "请写设备号：{ids}。"


@dataclass(frozen=True, slots=True)
class Target:
    """Who gets what, written where; as for ``export_package``."""

    to: str
    path: Path
    wish: Wish = Wish.NEWS


def export_series(
    store: Store, actor: Actor, target: Target, now: datetime, progress: Progress
) -> Exported:
    """Write packages as ``export_package`` does, one transaction each, telling how far it is.

    Raises:
        As ``export_package``; what was written before stays good.
    """
    require_folder(target.path)
    is_series = target.path.is_dir()
    at = devices.stamp(now)
    with store.write("package.export", actor) as session:
        me = local.load(session)
        own = devices.own_path(session, me, at)
        if target.wish is not Wish.RECEIPT:
            _require_subordinates(session, me)
        receiver = _receiver(devices.trust_of(session, me), session, me, target.to)
        outbox.sign_own_heads(session, me, own[0].epochs)
        order = Order(receiver, _their_trust(session, receiver, own), target.wish, at)
        past = parcels.PAST_ROOM if is_series else parcels.ROOM
        packed = parcels.pack(parcels.plan(session, me, order), parcels.ROOM, past)
    written: list[Exported] = []
    for done, parcel in enumerate(packed if is_series else packed[:1]):
        progress(done, len(packed))
        written.append(_write(store, actor, order, parcel, target.path))
    head_record.note(ReplicaPaths(store.path.parent), store.key, now)  # what has left stays known
    left = 0 if is_series else sum(parcel.count() for parcel in packed[1:])
    return replace(written[0], left=left, further=tuple(written[1:]))


def _write(store: Store, actor: Actor, order: Order, parcel: Parcel, path: Path) -> Exported:
    """Write one package and note it."""
    with store.write("package.export", actor) as session:
        me = local.load(session)
        content = _content(session, me, order, parcel)
        number = exchange_log.next_number(session, me, order.peer.device_id)
        address = Address(me.epoch, order.peer.identity, number)
        data = package.seal(me.keys, address, content, order.at)
        counts = exchange_log.counts(session, content.segments)
        header = package.read_header(data)
        row = exchange_log.log_row(header, OUT, order.peer.device_id, actor, order.at)
        row.state, row.counts = STARTED, json.dumps(counts)
        session.add(row)
        if parcel.is_last_news and order.wish is not Wish.RECEIPT:
            given = encode_receipt(content.receipt).decode()
            session.merge(exchange_log.receipt_row(header, outbox.GIVEN, given, order.at))
    if path.is_dir():
        path /= file_name(me.keys.identity.name, order.at, number)
    write_whole(path, data)
    with store.write("package.export", actor) as session:
        session.merge(PackageRow(id=row.id, state=EXPORTED))
    return Exported(
        path,
        order.peer.device_id,
        number,
        counts["transactions"],
        counts["households"],
        counts["warnings"],
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        contents=len(content.contents),
        bases=len(content.bases),
    )


def file_name(sender: str, at: str, number: int) -> str:
    """Return the usual name of a package; nothing personal, nothing that FAT32 refuses."""
    safe = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in sender).strip(" .")
    return f"{safe or '本机'}-{at[:7]}-第{number}号.变更包"


def inspect_package(store: Store | None, path: Path) -> Inspected:
    """Tell what a file is: without a replica the outer header, with the receiver's all of it.

    Raises:
        NotAPackageError, NewerFormatError: not a package of this format at all.
    """
    data = read_whole(path, package.MAX_FILE_BYTES)
    header = package.read_header(data)
    if store is None:
        return exchange_lines.inspected(data, header, Trust(None), valid=_body_error(data, header))
    with store.read() as session:
        me = local.load(session)
        trust = devices.trust_of(session, me)
    if header.receiver != me.keys.device_id:
        return exchange_lines.inspected(
            data, header, trust, valid=_outer_error(data, header, trust)
        )
    try:
        opened = package.open_package(data, me.keys, trust)
        found = _rehearse(store, opened, path)
    except AppError as error:
        return exchange_lines.inspected(data, header, trust, valid=error)
    lines = tuple(
        SegmentLine(*s.segment.chain, first=s.segment.first, last=s.segment.last)
        for s in opened.segments
    )
    return exchange_lines.inspected(
        data, header, opened.trust, valid=True, segments=lines, changes=found
    )


def preview_package(store: Store, path: Path) -> Imported:
    """Return what an import would do; nothing is changed.

    Raises:
        Whatever ``import_package`` refuses, but an unusual amount (see ``unusual``).
    """
    opened = _open(store, path)
    return _rehearse(store, opened, path)


def import_package(
    store: Store, actor: Actor, path: Path, now: datetime, *, confirmed: bool = False
) -> Imported:
    """Check a package and take it in, in one transaction; a gap waits, the rest goes in.

    ``confirmed``: a person has seen that it changes unusually much.

    Raises:
        PackageError and its kin, one for each check; UnusualAmountError: nothing has changed.
    """
    opened = _open(store, path)
    try:
        with quiet_gc(), store.absorb() as session:
            result = _take_in(session, store, opened, actor, devices.stamp(now))
            if result.unusual.needs_confirmation() and not confirmed:
                raise exchange_lines.unusual_error(result.unusual, path)
            _log(session, opened, actor, devices.stamp(now), result)
    except IntegrityError as error:
        raise ContentError(type(error).__name__, where=Where(file=path.name)) from error
    store.forget_identity()  # a lost branch was issued again under a new epoch
    after_import.catch_up(store, actor, result.changed.household_ids, now.astimezone(CHINA).date())
    return result


def _open(store: Store, path: Path) -> Opened:
    data = read_whole(path, package.MAX_FILE_BYTES)
    with store.read() as session:
        me = local.load(session)
        trust = devices.trust_of(session, me)
    try:
        with quiet_gc():
            return package.open_package(data, me.keys, trust)
    except AppError as error:
        error.where = Where(file=path.name)
        raise


def _rehearse(store: Store, opened: Opened, path: Path) -> Imported:
    """Do the import and take it back: the preview cannot differ from the deed."""
    try:
        with quiet_gc(), store.absorb() as session:
            nobody = Actor("", "administrator")
            found = _take_in(session, store, opened, nobody, devices.stamp(store.clock()))
            raise _RehearsedError(found)  # noqa: TRY301  rolls back
    except _RehearsedError as rehearsed:
        return rehearsed.result
    except IntegrityError as error:
        raise ContentError(type(error).__name__, where=Where(file=path.name)) from error


def _take_in(session: Session, store: Store, opened: Opened, actor: Actor, at: str) -> Imported:
    before = set(session.scalars(select(Household.id).where(Household.removed_on.is_(None))))
    earlier = session.scalars(
        select(PackageRow).filter_by(direction=IN, body_digest=opened.header.body_digest)
    ).first()
    me = local.load(session).origin
    effect = inbox.take_in(session, opened, _objections, at)
    if effect.waiting or effect.forked:
        kept.require_room(session, opened)
    for scope in sorted(rulings.unruled(session, me, opened.trust)):
        store.note_seen(session, actor, scope)  # the branch taken in first is the one that holds
    effect = inbox.settle_forks(session, effect, opened.trust, _objections)
    valid = [c for c in opened.certificates if opened.trust.path(c.device_id)]
    local.remember(session, valid)
    session.flush()
    households = frozenset(homes_of(session, effect.derived.about))
    homes = households_of(session, exchange_lines.changed_roster(effect.applied))
    return Imported(
        sender=opened.header.sender,
        sender_name=opened.sender.identity.name,
        number=opened.header.number,
        applied=len(effect.applied),
        already_known=effect.already_known,
        waiting=sum(w.run.last - w.run.first + 1 for w in effect.waiting),
        gaps=tuple(exchange_lines.gap_line(gap, opened.trust) for gap in inbox.missing(effect)),
        void=tuple(exchange_lines.refused(changeset, reason) for changeset, reason in effect.void),
        forked=tuple(
            exchange_lines.refused(c, "该设备数据分叉（可能恢复过备份）") for c in effect.forked
        ),
        conflicts=_conflicts(session, effect, households, opened.trust),
        warnings_changed=len(warnings_of(session, effect.touched)),
        households_new=len(households - before),
        households_changed=len(households & before),
        earlier=Earlier(earlier.at, earlier.actor) if earlier else None,
        unusual=exchange_lines.unusual(effect.applied, homes, before),
        changed=Changed(_tables(effect), households),
        requested=tuple(
            exchange_lines.gap_line(gap, opened.trust) for gap in opened.receipt.missing()
        ),
        contents=len(effect.contents.kept),
        quarantined=tuple(QuarantineLine(*line) for line in effect.contents.quarantined),
        lacking=len(contents.lacking(session, me, me)),
        bases=tuple(sorted(effect.based)),
        past=effect.past,
        past_left=sum(count for _gap, count in lacking_past(session)),
    )


def _tables(effect: Effect) -> frozenset[str]:
    """Return the tables that a screen must read anew."""
    found = {row.table for row in effect.touched}
    return frozenset(found | {"attachment"} if effect.contents.kept else found)


def _conflicts(
    session: Session, effect: Effect, households: frozenset[str], trust: Trust
) -> tuple[ConflictLine, ...]:
    """Return what of the units and households that were touched a person must decide."""
    ids = {conflict.unit.id for conflict in effect.derived.conflicts}
    units = conflict_lines.stored(session, trust, ids)
    return (*units, *conflict_rules.breaches(session, trust, households))


def _objections(changeset: Changeset, origin: Origin) -> list[str]:
    return bundled().objections(changeset, origin.level, origin.area_code)


def _log(session: Session, opened: Opened, actor: Actor, at: str, result: Imported) -> None:
    row = exchange_log.log_row(opened.header, IN, opened.header.sender, actor, at)
    row.state = IMPORTED
    row.counts = json.dumps(
        {
            "transactions": result.applied,
            "households": len(result.changed.household_ids),
            "warnings": result.warnings_changed,
            "waiting": result.waiting,
            "void": len(result.void),
            "conflicts": len(result.conflicts),
        }
    )
    session.add(row)
    if _is_later(session, opened):
        taken = encode_receipt(opened.receipt).decode()
        session.merge(exchange_log.receipt_row(opened.header, outbox.TAKEN, taken, at))


def _is_later(session: Session, opened: Opened) -> bool:
    """Tell whether a receipt counts: the latest by (epoch, package number), not the highest."""
    row = session.get(ReceiptRow, (opened.header.sender, outbox.TAKEN))
    if row is None:
        return True
    # The package itself may bring the certificate that lists a restored sender's epoch.
    epochs = (opened.trust.certificate(opened.header.sender) or opened.sender).epochs
    order = {epoch: at for at, epoch in enumerate(epochs)}
    old = (order.get(row.epoch, -1), row.package_number)
    # A copy of the device uses the same numbers: then what came last is what it has.
    return (order.get(opened.header.epoch, -1), opened.header.number) >= old


def _require_subordinates(session: Session, me: Local) -> None:
    """Let a restored root wait until all whom it knew have sent what it may have lost.

    Raises:
        RestoredRootError: names who has not.
    """
    restored_at = session.scalars(select(ReplicaRow.restored_at)).one()
    if restored_at is None or devices.root_of(me) != me.keys.device_id:
        return
    known = select(ReceiptRow.peer_id).filter_by(direction=outbox.TAKEN)
    heard = select(PackageRow.peer_id).where(
        PackageRow.direction == IN, PackageRow.state == IMPORTED, PackageRow.at >= restored_at
    )
    silent = select(Device.name).where(
        Device.issuer_id == me.keys.device_id,
        Device.state == "active",
        Device.id.in_(known),
        Device.id.not_in(heard),
    )
    names = list(session.scalars(silent.order_by(Device.area_code)))
    if names:
        raise RestoredRootError("subordinates", names="、".join(names))


def _receiver(trust: Trust, session: Session, me: Local, to: str) -> Certificate:
    wanted = me.superior_id if to == PARENT else to
    found = trust.certificate(wanted) if wanted else None
    if found is None and to != PARENT:
        lines = _enrolled(session, trust)
        alike = [
            c
            for c in lines
            if to in (c.identity.name, c.identity.area_code) and c.device_id not in trust.revoked
        ]
        if len(alike) > 1:
            ids = "、".join(c.device_id for c in alike)
            raise AmbiguousTargetError(to, device=to, ids=ids)
        found = alike[0] if alike else None
    if found is None or found.device_id in {me.keys.device_id, *trust.revoked}:
        raise UnknownTargetError(to, device="上级" if to == PARENT else to)
    return found


def _enrolled(session: Session, trust: Trust) -> list[Certificate]:
    ids = session.scalars(select(Device.id))
    return [c for device_id in ids if (c := trust.certificate(device_id))]


def _their_trust(session: Session, receiver: Certificate, own: tuple[Certificate, ...]) -> Trust:
    """Return what the receiver can verify: from the root that it has pinned."""
    row = session.get(Device, receiver.device_id)
    root = row.root_id if row else own[-1].device_id
    return local.load_trust(session, root).extended(own)


def _content(session: Session, me: Local, order: Order, parcel: Parcel) -> Content:
    """Return what goes into one file, with the certificates that check it."""
    segments = parcels.load_segments(session, parcel.runs)
    origins = [origin for base in parcel.bases for origin in base.origins]
    needed = dict.fromkeys([me.keys.device_id, *origins, *(s.chain.origin for s in segments)])
    certificates = {c.signed.record: c for device in needed for c in order.trust.path(device)}
    return Content(
        tuple(certificates.values()),
        segments,
        outbox.make_receipt(session, me.origin, order.peer.identity.origin),
        tuple(parcel.bases),
        contents.load(session, parcel.contents),
    )


def _outer_error(data: bytes, header: Header, trust: Trust) -> AppError | bool | None:
    """Return what is wrong with a package for another device, as far as it can be seen."""
    sender = trust.certificate(header.sender)
    if sender is None:
        return _body_error(data, header)
    try:
        package.check_signature(data, sender)
    except AppError as error:
        return error
    return _body_error(data, header) or True


def _body_error(data: bytes, header: Header) -> AppError | None:
    try:
        package.check_body(data, header)
    except AppError as error:
        return error
    return None
