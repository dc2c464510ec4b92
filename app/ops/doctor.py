"""Is everything sound: the file, the journal line by line, the tables against it, fonts, disk."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head, digest, genesis, parse_line
from app.models.base import journaled_tables
from app.models.journal import (
    ACTIVE,
    FORKED,
    VOID,
    WAITING,
    AbridgedRow,
    ChainHeadRow,
    ChangeRow,
    ChangesetRow,
    HeadSignatureRow,
    SeenRow,
)
from app.models.store import Store
from app.ops import attachments, devices
from app.paths import RESOURCES
from app.sync import local, records
from app.sync.derive import derive
from app.sync.known import Settled, base_chains, lacking_past
from app.sync.past import Row
from app.sync.segments import head_record

_SPARE = 200 * 1024 * 1024  # bytes that should be free beside a second copy of the database
_SHOWN = 5  # faults named in one sentence


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``detail``: what was counted, or the first faults; nothing personal."""

    check: str
    label: str
    ok: bool
    detail: str


class _Rehearsed(Exception):  # noqa: N818  no error: it ends the rehearsal
    """Takes everything back."""


def examine(store: Store) -> list[Check]:
    """Return every check; nothing is changed."""
    with store.read() as session:
        journal = [*_lines(session), *_heads(session)]
        signatures = list(_signatures(session))
        damaged = attachments.damaged(session)
        count = session.execute(text("SELECT count(*) FROM changeset")).scalar_one()
        to_come = sum(lacking for _gap, lacking in lacking_past(session))
    return [
        _check("database", "数据库完整", _database(store), "通过"),
        _check("journal", "变更记录前后相接", journal, f"{count}条"),
        Check("history", "历史记录", True, f"历史待补{to_come}条" if to_come else "齐全"),
        _check("signatures", "签名", signatures, "通过"),
        _check("tables", "各表与变更记录一致", _tables(store), "通过"),
        _check("attachments", "照片和扫描件", damaged, attachments.totals(store).text()),
        _check("fonts", "字体", _fonts(), "齐全"),
        _disk(store),
    ]


def _check(name: str, label: str, faults: list[str], fine: str) -> Check:
    more = f"，共{len(faults)}处" if len(faults) > _SHOWN else ""
    return Check(name, label, not faults, "；".join(faults[:_SHOWN]) + more if faults else fine)


def _database(store: Store) -> list[str]:
    connection = store.raw()
    try:
        pages = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
        whole = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        loose = connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    faults = pages + [line for line in whole if line != "ok"]
    return faults + ([f"{len(loose)}行指向不存在的行"] if loose else [])


def _lines(session: Session) -> Iterator[str]:
    """Check each line: its digest, its columns, its changes, what it had seen, its link."""
    identities = {
        c.device_id: c.identity.digest
        for c in devices.trust_of(session, local.load(session)).all_certificates()
    }
    digests = {
        (row.origin, row.epoch, row.scope, row.number, row.digest): row.state
        for row in session.execute(
            select(
                ChangesetRow.origin,
                ChangesetRow.epoch,
                ChangesetRow.scope,
                ChangesetRow.number,
                ChangesetRow.digest,
                ChangesetRow.state,
            )
        )
    }
    settled = Settled(session)
    abridged = set(session.scalars(select(AbridgedRow.changeset_id)))
    for row in session.scalars(select(ChangesetRow).execution_options(yield_per=200)):
        fault = _fault(session, row, row.digest if row.id in abridged else "")
        if not fault and _is_of_base(settled, row):
            fault = "" if settled(_chain(row), row.number) == row.digest else "和底册不符"
        elif not fault and row.state != WAITING:
            before = (row.origin, row.epoch, row.scope, row.number - 1, row.previous)
            own = identities.get(row.origin)
            start = genesis(own, row.epoch, row.scope) if own else row.previous
            linked = before in digests if row.number > 1 else row.previous == start
            linked = linked or settled(_chain(row), row.number - 1) == row.previous
            fault = "" if linked else "和前一条接不上"
        if fault:
            yield f"{row.scope} 第{row.number}号：{fault}"


def _chain(row: ChangesetRow) -> Chain:
    return Chain(row.origin, row.epoch, row.scope)


def _is_of_base(settled: Settled, row: ChangesetRow) -> bool:
    return row.state in (ACTIVE, VOID) and settled.is_based(_chain(row), row.number)


def _fault(session: Session, row: ChangesetRow, abridged: str) -> str:
    """Return what is wrong with a line; ``abridged``: the digest of the whole one."""
    line = _as_bytes(row.line)
    if row.digest not in (digest(line), abridged):
        return "内容被改过"
    try:
        changeset = parse_line(line)
    except ValueError:
        return "读不出"
    columns = (
        _chain(row), row.number, row.previous, row.at, row.actor,
        row.role, row.operation, row.operation_id, row.reason,
    )  # fmt: skip
    said = (
        changeset.chain, changeset.number, changeset.previous, changeset.at, changeset.actor,
        changeset.role, changeset.operation, changeset.operation_id, changeset.reason,
    )  # fmt: skip
    if columns != said:
        return "登记项被改过"
    changes = select(
        ChangeRow.table_name, ChangeRow.row_id, ChangeRow.field, ChangeRow.old, ChangeRow.new
    ).filter_by(changeset_id=row.id)
    kept = [
        (*c[:3], json.loads(c[3]), json.loads(c[4]))
        for c in session.execute(changes.order_by(ChangeRow.id))
    ]
    if kept != [tuple(change) for change in changeset.changes]:
        return "变动明细被改过"
    query = select(SeenRow).filter_by(changeset_id=row.id)
    seen = {
        Chain(s.origin, s.epoch, s.scope): Head(s.number, s.digest) for s in session.scalars(query)
    }
    return "" if seen == dict(changeset.seen) else "见到的记录被改过"


def _as_bytes(stored: object) -> bytes:
    """Return what stands in the column, also where somebody made text of it."""
    return stored if isinstance(stored, bytes) else str(stored).encode()


def _heads(session: Session) -> Iterator[str]:
    """Check that each chain ends where it says, without a hole after its base, if it has one."""
    based = base_chains(session)
    for head in session.scalars(select(ChainHeadRow)):
        chain = {"origin": head.origin, "epoch": head.epoch, "scope": head.scope}
        base = based.get(Chain(head.origin, head.epoch, head.scope))
        begin = (base.number, base.digest) if base else (0, "")
        query = select(ChangesetRow.number, ChangesetRow.digest).filter_by(**chain)
        query = query.where(ChangesetRow.state.in_([ACTIVE, VOID])).order_by(ChangesetRow.number)
        rows = [tuple(row) for row in session.execute(query.where(ChangesetRow.number > begin[0]))]
        numbers = [number for number, _digest in rows]
        last = (rows or [begin])[-1]
        is_whole = numbers == list(range(begin[0] + 1, head.number + 1))
        if not is_whole or last != (head.number, head.digest):
            yield f"{head.scope}：缺记录，或末尾被截掉"


def _signatures(session: Session) -> Iterator[str]:
    trust = devices.trust_of(session, local.load(session))
    settled = Settled(session)
    for row in session.scalars(select(HeadSignatureRow)):
        chain = Chain(row.origin, row.epoch, row.scope)
        certificate = trust.certificate(row.origin)
        if certificate is None:
            continue
        record = head_record(chain, row.number, row.digest)
        key = certificate.identity.signing_key
        if not records.is_signed(key, records.HEAD, record, row.signature):
            yield f"{row.scope} 第{row.number}号：签名不对"
            continue
        known = select(ChangesetRow.state).filter_by(**chain._asdict(), number=row.number)
        states = set(session.scalars(known.where(ChangesetRow.digest == row.digest)))
        is_past = settled.is_based(chain, row.number)
        if not states and not is_past and not _has_fork(session, chain):
            yield f"{row.scope} 第{row.number}号：签过名的记录不在了"


def _has_fork(session: Session, chain: Chain) -> bool:
    query = select(ChangesetRow.id).filter_by(**chain._asdict(), state=FORKED)
    return session.scalars(query).first() is not None


def _tables(store: Store) -> list[str]:
    """Derive every row from the journal again and compare; then take it back."""
    faults: list[str] = []
    try:
        with store.absorb() as session:
            before = {name: _dump(session, name) for name in journaled_tables()}
            trust = devices.trust_of(session, local.load(session))
            rows = session.execute(select(ChangeRow.table_name, ChangeRow.row_id).distinct())
            derive(session, [Row(*row) for row in rows if row[0] in before], trust)
            session.flush()
            for name, old in before.items():
                differing = old ^ _dump(session, name)
                if differing:
                    faults.append(f"{name}：{len(differing)}行不一致")
            raise _Rehearsed  # noqa: TRY301
    except _Rehearsed:
        return faults


def _dump(session: Session, table: str) -> set[str]:
    return set(map(repr, session.execute(text(f"SELECT * FROM {table}"))))  # noqa: S608  own name


def _fonts() -> list[str]:
    found = {path.suffix for path in (RESOURCES / "fonts").glob("*") if path.stat().st_size > 1000}
    return [] if found & {".ttf", ".otf"} else ["缺字体文件"]


def _disk(store: Store) -> Check:
    free = shutil.disk_usage(store.path.parent).free
    needed = 2 * store.path.stat().st_size + _SPARE
    detail = f"可用{free // 1024**2}MB，应留{needed // 1024**2}MB"
    return Check("disk", "磁盘空间", free >= needed, detail)
