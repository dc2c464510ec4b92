"""Taking in a base, and the past that follows it (FORMAT.md §9)."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, Chain, Head
from app.domain.merge import Entry, Place
from app.models.base import journaled_tables
from app.models.journal import ACTIVE, AbridgedRow, BaseChainRow, ChangeRow, ChangesetRow
from app.models.statements import among
from app.sync import writing
from app.sync.base import BaseChain, CheckedBase
from app.sync.errors import BaseForkError
from app.sync.known import WHOLE, Settled, base_chains, lacking_past, of_chain
from app.sync.past import Row
from app.sync.segments import CheckedSegment
from app.sync.writing import State

Judge = Callable[[Entry], tuple[str, str]]
"""State and reason of an admitted changeset."""


def take_base(session: Session, base: CheckedBase, stored: set[str], judge: Judge) -> list[State]:
    """Add what a base brings and is not here; return the changesets added.

    ``stored``: digests of changesets that are here without effect; they are whole.

    Raises:
        BaseForkError: it knows another changeset in a place that is taken in here.
    """
    settled = Settled(session)
    new = {c.chain: c for c in base.chains if _is_news(c, settled)}
    before = {chain: settled.heads.get(chain, Head(0, "")).number for chain in new}
    first_id = _keep_places(session, new.values())
    states = [
        State(line.entry, line.line, *judge(line.entry), is_abridged=line.is_abridged)
        for line in base.lines
        if line.entry.changeset.chain in new
        and line.entry.place.number > before[line.entry.changeset.chain]
        and line.entry.digest not in stored
    ]
    writing.add(session, enumerate(states, first_id))
    writing.move_heads(session, {chain: c.head for chain, c in new.items()})
    writing.keep_signatures(session, ((c.chain, c.head, c.signature) for c in new.values()))
    return states


def _is_news(chain: BaseChain, settled: Settled) -> bool:
    """Tell whether a base goes further in a chain than what is here."""
    mine = settled.heads.get(chain.chain, Head(0, ""))
    common = min(mine.number, chain.head.number)
    if common and settled(chain.chain, common) != chain.digest(common):
        raise BaseForkError("base")
    return mine.number < chain.head.number


def _keep_places(session: Session, chains: Iterable[BaseChain]) -> int:
    """Keep the digests of all places, and local ids for each; return the first id after them."""
    first_id = writing.next_id(session)
    for chain in chains:
        row = session.get(BaseChainRow, tuple(chain.chain))
        if row is None:
            row = BaseChainRow(**chain.chain._asdict())
            session.add(row)
        row.number, row.digest = chain.head
        row.first_id, row.digests = first_id, chain.digests
        first_id += chain.head.number
    session.flush()
    return first_id


def take_past(
    session: Session,
    segments: Iterable[CheckedSegment],
    stored: Mapping[str, Entry],
    settled: Settled,
    judge: Judge,
) -> tuple[list[State], set[Row]]:
    """Add whole changesets of the past whose digests the base has; return them.

    And the rows that the abridged ones had, which a base may have made up.
    """
    based = base_chains(session)
    if not based:
        return [], set()
    offered = [
        (entry, line)
        for checked in segments
        if checked.segment.chain in based
        for entry, line in zip(checked.entries, checked.segment.lines, strict=True)
        if _is_past(entry, settled)
    ]
    here = _present(session, based, offered)
    states: dict[int, State] = {}
    for entry, line in offered:
        chain, number = entry.place
        id_, is_whole = here.get(entry.place, (based[chain].first_id + number - 1, False))
        if not is_whole and entry.digest not in stored:
            states[id_] = State(entry, line, *judge(entry))
    abridged = {id_ for id_, is_whole in here.values() if not is_whole}
    replaced = _rows_of(session, abridged & states.keys())
    writing.complete(session, ((i, s) for i, s in states.items() if i in abridged))
    writing.add(session, ((i, s) for i, s in states.items() if i not in abridged))
    waited = [
        State(entry, b"", *judge(entry)) for entry in stored.values() if _is_past(entry, settled)
    ]
    writing.restate(session, waited)
    return [*states.values(), *waited], replaced


def _rows_of(session: Session, ids: Iterable[int]) -> set[Row]:
    """Return the rows that changesets have changed, by their local ids."""
    query = select(ChangeRow.table_name, ChangeRow.row_id)
    query = query.where(among(ChangeRow.changeset_id, ids)).distinct()
    return {Row(*row) for row in session.execute(query)}


def _is_past(entry: Entry, settled: Settled) -> bool:
    """Tell whether a base knows exactly this changeset."""
    return settled.is_based(*entry.place) and settled(*entry.place) == entry.digest


def _present(
    session: Session, based: Mapping[Chain, BaseChainRow], offered: list[tuple[Entry, bytes]]
) -> dict[Place, tuple[int, bool]]:
    """Return the local ids of places that are here, and whether the line is whole."""
    found: dict[Place, tuple[int, bool]] = {}
    for chain in {entry.changeset.chain for entry, _line in offered}:
        numbers = [e.place.number for e, _line in offered if e.changeset.chain == chain]
        query = (
            select(ChangesetRow.number, ChangesetRow.id, WHOLE)
            .where(of_chain(chain))
            .where(ChangesetRow.number.between(min(numbers), max(numbers)))
            .where(WHOLE | ChangesetRow.id.in_(select(AbridgedRow.changeset_id)))
        )
        for number, id_, is_whole in session.execute(query):
            if number <= based[chain].number:
                found[Place(chain, number)] = (id_, bool(is_whole))
    return found


def end_of_past(session: Session) -> set[str]:
    """Forget the places of chains whose past is whole; return scopes that lack nothing any more."""
    based = base_chains(session)
    lacking = {gap.chain for gap, _count in lacking_past(session)}
    for chain in based.keys() - lacking:
        session.execute(delete(BaseChainRow).filter_by(**chain._asdict()))
    return {chain.scope for chain in based} - {chain.scope for chain in lacking}


def late_rows(session: Session, scopes: Iterable[str]) -> Iterator[Row]:
    """Yield rows that were begun but are not in their tables: what they hang on came later."""
    for scope in sorted(scopes):
        for table, cls in journaled_tables().items():
            begun = (
                select(ChangeRow.row_id)
                .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
                .where(ChangesetRow.scope == scope, ChangesetRow.state == ACTIVE)
                .where(ChangeRow.table_name == table, ChangeRow.field == NEW_ROW)
                .where(ChangeRow.row_id.not_in(select(cls.id)))
            )
            for id_ in session.scalars(begun.distinct()):
                yield Row(table, id_)
