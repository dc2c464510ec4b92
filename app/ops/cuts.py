"""Cuts of devices that were ended: listed, and moved by two persons.

What lies beyond a cut is kept here without effect. Two persons who have looked into it may let it
hold after all, or take more back; every replica follows when their word arrives.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Changeset, FieldChange, Head
from app.domain.merge import Origin
from app.domain.ownership import POLICY, Actor
from app.errors import AppError
from app.models.journal import ACTIVE, VOID, ChangesetRow
from app.models.ownership import bundled
from app.models.replica import RevocationCut
from app.models.store import Decision, Store
from app.ops import devices, operators
from app.ops.changed import Changed
from app.sync import local, rulings
from app.sync.derive import derive
from app.sync.inbox import Judging
from app.sync.past import Row
from app.sync.subjects import households_of


class UnknownCutError(AppError):
    """No such cut, or a higher level's."""

    code, message = "E370", "没有可移的停用界限：{device}。数据没有变。"
    hint = "请先看 device cuts。上级停用的设备由上级移。"


class SecondPersonError(AppError):
    """One person alone may not move a cut."""

    code, message = "E371", "移停用界限要两个人，“{name}”不行。数据没有变。"
    hint = "第二人须是本机登记的另一位操作员，只读的不行。"


class UnknownPlaceError(AppError):
    """Nobody here has that changeset."""

    code, message = "E372", "本机没有这台设备的第{number}笔，最多到第{last}笔。数据没有变。"
    hint = "请填 0 到 {last} 之间的数。"


@dataclass(frozen=True, slots=True)
class CutLine:
    """A cut: of a chain the last changeset that holds. ``last``: the newest one known here."""

    cut_id: str
    device_id: str
    name: str
    epoch: str
    scope: str
    number: int
    last: int
    reason: str
    revoked_on: date


@dataclass(frozen=True, slots=True)
class CutMoved:
    """``restored``, ``voided``: how many changesets hold from now on, or do not any more."""

    cut: CutLine
    restored: int
    voided: int
    changed: Changed


def list_cuts(store: Store, device_id: str = "") -> list[CutLine]:
    """Return the cuts that this level has set (of one device, or all)."""
    with store.read() as session:
        rows = session.scalars(_own(store, device_id))
        return [_line(session, row) for row in rows]


def move_cut(
    store: Store, actor: Actor, cut_id: str, number: int, second: str, reason: str
) -> CutMoved:
    """Let the chain hold up to another number; two persons of this level answer for it.

    Raises:
        UnknownCutError, SecondPersonError, UnknownPlaceError, OwnershipError: nothing is written.
    """
    _require_second(store, actor, second)
    with store.read() as session:
        row = session.scalars(_own(store).where(RevocationCut.id == cut_id)).one_or_none()
        if row is None:
            raise UnknownCutError(cut_id, device=cut_id)
        head = _head(session, row, number)
        why = f"{reason}（{actor.name}、{second}）"
        values = {"number": head.number, "digest": head.digest, "reason": why}
        changes = tuple(
            FieldChange(RevocationCut.__tablename__, row.id, name, getattr(row, name), value)
            for name, value in values.items()
        )
    decision = Decision("device.cut", actor, why, POLICY + store.area_code, changes)
    with store.decide(decision) as session:
        trust = devices.trust_of(session, local.load(session))
        derive(session, {Row(RevocationCut.__tablename__, cut_id)}, trust)
        before = _states(session, row)
        cuts = rulings.cuts_of(session, trust)
        found = rulings.review(session, trust, Judging(trust, _objections, cuts), cuts)
        homes = set(households_of(session, found.touched).values())  # some go
        derive(session, found.touched, trust)
        homes |= set(households_of(session, found.touched).values())  # some come
        after = _states(session, row)
        line = _line(session, session.get_one(RevocationCut, cut_id))
    return CutMoved(
        line,
        sum(after[d] == ACTIVE != state for d, state in before.items()),
        sum(after[d] == VOID != state for d, state in before.items()),
        Changed(frozenset({"device", *(r.table for r in found.touched)}), frozenset(homes)),
    )


def _own(store: Store, device_id: str = "") -> Select[RevocationCut]:
    query = select(RevocationCut).filter_by(scope=POLICY + store.area_code)
    query = query.order_by(RevocationCut.device_id, RevocationCut.chain_scope, RevocationCut.id)
    return query.filter_by(device_id=device_id) if device_id else query


def _require_second(store: Store, actor: Actor, second: str) -> None:
    known = {one.name: one.role for one in operators.list_operators(store)}
    if second == actor.name or known.get(second, "readonly") == "readonly":
        raise SecondPersonError(name=second)


def _head(session: Session, row: RevocationCut, number: int) -> Head:
    if number == 0:
        return Head(0, "")
    rows = session.execute(_known(row, ChangesetRow.number, ChangesetRow.digest))
    found: dict[int, str] = {row[0]: row[1] for row in rows}
    if number not in found:
        raise UnknownPlaceError(number=number, last=max(found, default=0))
    return Head(number, found[number])


def _line(session: Session, row: RevocationCut) -> CutLine:
    trust = devices.trust_of(session, local.load(session))
    last = session.execute(_known(row, func.max(ChangesetRow.number))).scalar_one()
    return CutLine(
        row.id, row.device_id, trust.name(row.device_id), row.epoch, row.chain_scope, row.number,
        last or 0, row.reason, row.revoked_on,
    )  # fmt: skip


def _states(session: Session, row: RevocationCut) -> dict[str, str]:
    rows = session.execute(_known(row, ChangesetRow.digest, ChangesetRow.state))
    return {row[0]: row[1] for row in rows}


def _known(row: RevocationCut, *columns: Any) -> Select[Any]:
    chain = Chain(row.device_id, row.epoch, row.chain_scope)
    query = select(*columns).filter_by(**chain._asdict())
    return query.where(ChangesetRow.state.in_([ACTIVE, VOID]))


def _objections(changeset: Changeset, origin: Origin) -> list[str]:
    return bundled().objections(changeset, origin.level, origin.area_code)
