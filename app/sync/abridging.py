"""Making a base: which rows of the past are left out, and what is left of each changeset."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app.domain.changeset import Chain, Head, parse_line
from app.domain.ownership import POLICY
from app.domain.period import Period
from app.models.form import Answer, Sheet, Visit
from app.models.income import IncomeEntry
from app.models.journal import (
    ACTIVE,
    VOID,
    BaseChainRow,
    ChainHeadRow,
    ChangeRow,
    ChangesetRow,
    HeadSignatureRow,
    SeenRow,
)
from app.models.register import MonthSnapshot
from app.models.statements import among, chunks
from app.sync.base import Base, BaseChain
from app.sync.known import of_chain
from app.sync.trust import Trust

MONTHS_INSIDE = 2  # the newest month's sheets, and those from which its forms are pre-filled


def make_base(session: Session, scope: str, trust: Trust, at: str) -> Base | None:
    """Return the base of a village's scope; None if it is empty or its past is not whole here.

    ``trust``: what the receiver can verify; chains of other devices are left out.
    """
    is_whole = session.scalars(select(BaseChainRow.scope).filter_by(scope=scope)).first() is None
    if scope.startswith(POLICY) or not is_whole:
        return None
    chains = tuple(_chains(session, scope, trust))
    if not chains:
        return None
    since = _since(session, scope)
    ends = {chain.chain: chain.head.number for chain in chains}
    return Base(scope, since, at, chains, tuple(_lines(session, ends, _left_out(scope, since))))


def _chains(session: Session, scope: str, trust: Trust) -> Iterator[BaseChain]:
    """Return each chain up to its last signed place, with the digests of all places."""
    heads = session.scalars(select(ChainHeadRow).filter_by(scope=scope))
    for head in sorted(heads, key=lambda row: (row.origin, row.epoch)):
        chain = Chain(head.origin, head.epoch, head.scope)
        if trust.certificate(chain.origin) is None:
            continue
        query = (
            select(ChangesetRow.digest)
            .where(of_chain(chain))
            .where(ChangesetRow.state.in_([ACTIVE, VOID]), ChangesetRow.number <= head.number)
            .order_by(ChangesetRow.number)
        )
        digests = list(session.scalars(query))
        signed = select(HeadSignatureRow).filter_by(**chain._asdict())
        for row in session.scalars(signed.order_by(HeadSignatureRow.number.desc())):
            if row.number <= len(digests) and digests[row.number - 1] == row.digest:
                places = bytes.fromhex("".join(digests[: row.number]))
                yield BaseChain(chain, Head(row.number, row.digest), row.signature, places)
                break


def _since(session: Session, scope: str) -> str:
    """Return the first month whose sheets stand in a base; "" if there are no older ones."""
    months = select(Sheet.period).filter_by(scope=scope).distinct().order_by(Sheet.period.desc())
    newest = list(session.scalars(months.limit(MONTHS_INSIDE + 1)))
    return newest[MONTHS_INSIDE - 1] if len(newest) > MONTHS_INSIDE else ""


def _left_out(scope: str, since: str) -> Any:
    """Return a query of the ids of whole rows that belong to the past."""
    if not since:
        return select(Sheet.id).where(Sheet.id.is_(None))
    first_day = Period.parse(since).first_day
    sheets = select(Sheet.id).where(Sheet.scope == scope, Sheet.period < since)
    return union_all(
        sheets,
        select(Answer.id).where(Answer.sheet_id.in_(sheets)),
        select(IncomeEntry.id).where(IncomeEntry.sheet_id.in_(sheets)),
        select(MonthSnapshot.id).where(MonthSnapshot.scope == scope, MonthSnapshot.period < since),
        select(Visit.id).where(Visit.scope == scope, Visit.visited_on < first_day),
    )


def _lines(session: Session, ends: dict[Chain, int], left_out: Any) -> Iterator[bytes]:
    """Return the lines, in the order in which they were taken in here."""
    scope = next(iter(ends)).scope
    kept = _counts(session, scope, ChangeRow.row_id.not_in(left_out))
    total = _counts(session, scope, ChangeRow.id.is_not(None))
    with_seen = set(
        session.scalars(
            select(SeenRow.changeset_id)
            .join(ChangesetRow, ChangesetRow.id == SeenRow.changeset_id)
            .where(ChangesetRow.scope == scope)
        )
    )
    places = session.execute(
        select(
            ChangesetRow.id,
            ChangesetRow.origin,
            ChangesetRow.epoch,
            ChangesetRow.number,
            ChangesetRow.state,
        )
        .where(ChangesetRow.scope == scope, ChangesetRow.state.in_([ACTIVE, VOID]))
        .order_by(ChangesetRow.id)
    )
    wanted = [
        (id_, state == ACTIVE and kept.get(id_, 0) == total.get(id_, 0))
        for id_, origin, epoch, number, state in places
        if number <= ends.get(Chain(origin, epoch, scope), 0)
        and (id_ in with_seen or (state == ACTIVE and kept.get(id_)))
    ]
    rest = _kept_rows(session, [i for i, whole in wanted if not whole and kept.get(i)], left_out)
    for chunk in chunks(wanted):
        ids = [id_ for id_, _whole in chunk]
        query = select(ChangesetRow.id, ChangesetRow.line).where(ChangesetRow.id.in_(ids))
        lines = dict(session.execute(query).all())
        for id_, is_whole in chunk:
            yield lines[id_] if is_whole else _abridged(lines[id_], rest.get(id_, set()))


def _counts(session: Session, scope: str, condition: Any) -> dict[int, int]:
    """Return how many changes each changeset in force has that meet a condition."""
    query = (
        select(ChangeRow.changeset_id, func.count())
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(ChangesetRow.scope == scope, ChangesetRow.state == ACTIVE, condition)
        .group_by(ChangeRow.changeset_id)
    )
    return dict(session.execute(query).all())


def _kept_rows(
    session: Session, ids: Iterable[int], left_out: Any
) -> dict[int, set[tuple[str, str]]]:
    """Return the rows that changesets keep, of those that lose some."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    query = select(ChangeRow.changeset_id, ChangeRow.table_name, ChangeRow.row_id)
    query = query.where(among(ChangeRow.changeset_id, ids), ChangeRow.row_id.not_in(left_out))
    for id_, table, row in session.execute(query):
        found[id_].add((table, row))
    return found


def _abridged(line: bytes, kept: set[tuple[str, str]]) -> bytes:
    changeset = parse_line(line)
    changes = tuple(change for change in changeset.changes if change[:2] in kept)
    return replace(changeset, changes=changes).line()
