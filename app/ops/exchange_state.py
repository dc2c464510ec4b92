"""Where everybody stands: per household, per package, per receipt of a peer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.changeset import Chain
from app.domain.merge import RANKS
from app.models.household import Household
from app.models.journal import ACTIVE, ChangeRow, ChangesetRow
from app.models.replica import PackageRow, ReceiptRow
from app.models.step import Step
from app.models.store import Store
from app.ops import devices
from app.sync import local, outbox
from app.sync.past import Row
from app.sync.receipt import Receipt, read_receipt
from app.sync.subjects import households_of

STATE_LABELS = {
    "not_exported": "未导出",
    "exported": "已导出",
    "received": "镇已收到",
    "reviewed": "已审",
    "returned": "已退回",
}


@dataclass(frozen=True, slots=True)
class HouseholdState:
    """How far a household's last change has come. ``state``: a key of ``STATE_LABELS``."""

    household_id: str
    state: str


@dataclass(frozen=True, slots=True)
class PackageLine:
    """One package of the log. ``is_receipted``: the receiver's receipt covers it (only out)."""

    direction: str
    peer_id: str
    peer_name: str
    number: int
    at: str
    actor: str
    state: str
    bytes: int
    counts: dict[str, int]
    is_receipted: bool


@dataclass(frozen=True, slots=True)
class PeerReceipt:
    """The last receipt of a peer: what has no effect there and why, what waits for what."""

    peer_id: str
    peer_name: str
    at: str
    void: tuple[tuple[str, int, str], ...]  # scope, number, reason
    waiting: tuple[tuple[str, int, int], ...]  # scope, first, last
    missing: tuple[tuple[str, str, int, int], ...]  # device, scope, first, last


def household_states(store: Store) -> list[HouseholdState]:
    """Return how far each household's last change has come towards the superior."""
    with store.read() as session:
        me = local.load(session)
        trust = devices.trust_of(session, me)
        given, taken = _receipts(session, me.superior_id or "")
        worst: dict[str, str] = {}
        last: dict[str, tuple[int, str]] = {}
        for home, chain, number, changeset_id in _last_changes(session):
            if trust.rank(chain.origin) > RANKS[me.origin.level]:
                state = "reviewed"
            else:
                state = _sent(chain, number, given, taken)
            if state in ("not_exported", "exported"):
                order = ["not_exported", "exported"]
                worst[home] = min(worst.get(home, state), state, key=order.index)
            if changeset_id > last.get(home, (0, ""))[0]:
                last[home] = (changeset_id, state)
        returned = _returned(session, [i for i, state in last.values() if state == "reviewed"])
        homes = session.scalars(select(Household.id).order_by(Household.position, Household.id))
        return [
            HouseholdState(home, _state(home, worst, last, returned))
            for home in homes
            if home in last
        ]


def _state(
    home: str, worst: dict[str, str], last: dict[str, tuple[int, str]], returned: set[int]
) -> str:
    if home in worst:
        return worst[home]
    changeset_id, state = last[home]
    return "returned" if changeset_id in returned else state


def _sent(chain: Chain, number: int, given: Receipt, taken: Receipt) -> str:
    if chain in taken.heads and taken.heads[chain].number >= number:
        return "received"
    is_out = chain in given.heads and given.heads[chain].number >= number
    return "exported" if is_out else "not_exported"


def _receipts(session: Session, peer_id: str) -> tuple[Receipt, Receipt]:
    """Return what the last package to a peer held, and what the peer says it has."""
    row = session.get(ReceiptRow, (peer_id, outbox.GIVEN))
    given = read_receipt(row.content.encode()) if row else Receipt({}, {})
    return given, outbox.receipt_of(session, peer_id)


def _last_changes(session: Session) -> Iterable[tuple[str, Chain, int, int]]:
    """Yield each household with the last number of each chain that wrote of it."""
    query = (
        select(
            ChangeRow.table_name,
            ChangeRow.row_id,
            ChangesetRow.origin,
            ChangesetRow.epoch,
            ChangesetRow.scope,
            func.max(ChangesetRow.number),
            func.max(ChangesetRow.id),
        )
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(ChangesetRow.state == ACTIVE)
        .group_by(
            ChangeRow.table_name,
            ChangeRow.row_id,
            ChangesetRow.origin,
            ChangesetRow.epoch,
            ChangesetRow.scope,
        )
    )
    found = list(session.execute(query))
    homes = households_of(session, {Row(row[0], row[1]) for row in found})
    for table, row_id, *chain, number, changeset_id in found:
        home = homes.get(Row(table, row_id))
        if home:
            yield home, Chain(*chain), number, changeset_id


def _returned(session: Session, changesets: Iterable[int]) -> set[int]:
    """Return the changesets that brought a step «退回»."""
    wanted = set(changesets)
    query = (
        select(ChangeRow.changeset_id)
        .join(Step, Step.id == ChangeRow.row_id)
        .where(ChangeRow.table_name == Step.__tablename__, Step.action == "return")
    )
    return wanted & set(session.scalars(query))


def package_log(store: Store) -> list[PackageLine]:
    """Return every package written and taken in, the newest first."""
    with store.read() as session:
        trust = devices.trust_of(session, local.load(session))
        heard = {
            row.peer_id: row.at
            for row in session.scalars(select(ReceiptRow).filter_by(direction=outbox.TAKEN))
        }
        rows = session.scalars(select(PackageRow).order_by(PackageRow.id.desc())).all()
        latest = {row.peer_id: row.id for row in reversed(rows) if row.direction == "in"}
        return [
            PackageLine(
                direction=row.direction,
                peer_id=row.peer_id,
                peer_name=trust.name(row.peer_id),
                number=row.number,
                at=row.at,
                actor=row.actor,
                state=row.state,
                bytes=row.bytes,
                counts=json.loads(row.counts),
                is_receipted=row.direction == "out"
                and row.peer_id in heard
                and _covers(session, row.peer_id)
                and row.id < latest.get(row.peer_id, 0),
            )
            for row in rows
        ]


def _covers(session: Session, peer_id: str) -> bool:
    """Tell whether the peer has all that the last package to it held."""
    given, taken = _receipts(session, peer_id)
    return all(
        chain in taken.heads and taken.heads[chain].number >= head.number
        for chain, head in given.heads.items()
    )


def peer_receipts(store: Store) -> list[PeerReceipt]:
    """Return the last receipt of each peer, with what it could not use."""
    with store.read() as session:
        trust = devices.trust_of(session, local.load(session))
        found = []
        for row in session.scalars(select(ReceiptRow).filter_by(direction=outbox.TAKEN)):
            receipt = read_receipt(row.content.encode())
            gaps = {gap for waiting in receipt.waiting for gap in waiting.missing}
            found.append(
                PeerReceipt(
                    row.peer_id,
                    trust.name(row.peer_id),
                    row.at,
                    tuple((p.chain.scope, p.number, why) for p, why in receipt.void.items()),
                    tuple((w.run.chain.scope, w.run.first, w.run.last) for w in receipt.waiting),
                    tuple(
                        (trust.name(g.chain.origin), g.chain.scope, g.first, g.last)
                        for g in sorted(gaps)
                    ),
                )
            )
        return found
