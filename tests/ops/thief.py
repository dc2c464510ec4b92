"""Whoever has an enrolled device and its keys, and writes packages by hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.domain.changeset import Chain, Changeset, FieldChange, Head, digest, genesis
from app.models.journal import ChainHeadRow, ChangesetRow
from app.models.store import Store
from app.ops import devices, exchange
from app.ops.exchange_lines import Imported
from app.sync import keys, local, package
from app.sync.package import Address, Content
from app.sync.receipt import Receipt
from app.sync.segments import Segment, sign_head
from tests.conftest import NOW, VILLAGE
from tests.ops.network import ME


@dataclass
class Thief:
    """Has a replica's keys and writes packages by hand; its next numbers go on from the journal."""

    store: Store
    folder: Path

    def own(self) -> local.Local:
        with self.store.read() as session:
            return local.load(session)

    def line(self, changes: list[FieldChange], scope: str = VILLAGE, **others: Any) -> Segment:
        """Return a signed changeset that follows the last one of the scope."""
        me = self.own()
        chain = Chain(me.keys.device_id, me.epoch, scope)
        with self.store.read() as session:
            row = session.get(ChainHeadRow, tuple(chain))
            last = Head(row.number, row.digest) if row else Head(0, "")
        previous = last.digest or genesis(me.keys.identity.digest, me.epoch, scope)
        values: dict[str, Any] = {
            "at": "2025-10-20T02:00:00+00:00", "actor": "张卫东", "role": "entry",
            "operation": "edit", "operation_id": "op", "reason": "核实",
        }  # fmt: skip
        made = Changeset(
            chain, last.number + 1, previous, **values | others, changes=tuple(changes)
        )
        line = made.line()
        signature = sign_head(me.keys.signing_key, chain, made.number, digest(line))
        return Segment(chain, made.number, made.number, digest(line), signature, (line,))

    def run(self, first: int, last: int, scope: str = VILLAGE) -> Segment:
        """Return a piece of one's own chain, signed at its end."""
        me = self.own()
        chain = Chain(me.keys.device_id, me.epoch, scope)
        query = select(ChangesetRow.line).filter_by(**chain._asdict())
        query = query.where(ChangesetRow.number.between(first, last))
        with self.store.read() as session:
            lines = tuple(session.scalars(query.order_by(ChangesetRow.number)))
        head = Head(last, digest(lines[-1]))
        signature = sign_head(me.keys.signing_key, chain, *head)
        return Segment(chain, first, last, head.digest, signature, lines)

    def package(self, receiver: Store, content: Content, number: int = 900) -> Path:
        """Seal content as one's own package."""
        me = self.own()
        with receiver.read() as session:
            identity = local.load(session).keys.identity
        data = package.seal(
            me.keys, Address(me.epoch, identity, number), content, devices.stamp(NOW)
        )
        path = self.folder / f"{number}-{receiver.device_id[:4]}.变更包"
        path.write_bytes(data)
        return path

    def certificates(self) -> tuple[keys.Certificate, ...]:
        with self.store.read() as session:
            me = local.load(session)
            return devices.trust_of(session, me).path(me.keys.device_id)

    def send(self, receiver: Store, *segments: Segment, **others: Any) -> Imported:
        values: dict[str, Any] = {"receipt": Receipt({}, {}), **others}
        path = self.package(receiver, Content(self.certificates(), segments, **values))
        return exchange.import_package(receiver, ME, path, NOW)
