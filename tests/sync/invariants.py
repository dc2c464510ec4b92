"""The invariants of a world of replicas: what holds after any operations in any order."""

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW, parse_line
from app.domain.merge import Causality, Origin, Place, may_read
from app.models.base import canonical, journaled_tables
from app.models.conflict import OpenConflictRow
from app.models.form import Answer
from app.models.household import Household, Member
from app.models.journal import ACTIVE, ChangeRow, ChangesetRow
from app.models.ownership import bundled
from app.models.store import Store
from app.ops.devices import trust_of
from app.sync import local, rulings
from app.sync.derive import derive
from app.sync.past import Past, Row, causality_of, history_of
from tests.conftest import VILLAGE
from tests.ops.network import LOCAL, dump, journal, rows_of
from tests.sync.replicas import OTHER
from tests.sync.world import World

HOMES = {"a1": VILLAGE, "a2": VILLAGE, "b1": OTHER, "b2": OTHER}
NOT_OF_VILLAGES = ("device", "revocation_cut")

Sets = dict[str, set[tuple[Any, ...]]]


class _UndoneError(Exception):
    """Ends a trial: what it wrote shall not stay."""


def sets_of(store: Store) -> Sets:
    """Return the set of changesets of each scope, with their states."""
    found: Sets = defaultdict(set)
    for row in journal(store):
        if row[6] != "forked":  # named by those who have both, not forwarded
            found[row[2]].add(row)
    return found


def has_news(world: World, sender: str, receiver: str) -> bool:
    """Tell whether a sender has anything that its receiver may read and has not alike."""
    reader = _origin(world.stores[receiver])
    theirs = sets_of(world.stores[receiver])
    return any(
        its - theirs[scope]
        for scope, its in sets_of(world.stores[sender]).items()
        if may_read(scope, reader)
    )


def _origin(store: Store) -> Origin:
    return Origin(store.device_id, store.level, store.area_code)


def check(world: World) -> None:
    """Check what holds whenever all have met."""
    places: dict[tuple[Any, ...], str] = {}
    for name in world.alive():
        store = world.stores[name]
        with store.read() as session:
            _check_authority(session)
        for row in journal(store):
            assert may_read(row[2], _origin(store)), "a foreign scope"
            if row[6] in ("active", "void"):
                assert places.setdefault(row[:4], row[4]) == row[4], "one number, one hash"
    tables = {name: _tables(world.stores[name]) for name in world.alive()}
    sets = {name: sets_of(world.stores[name]) for name in world.alive()}
    for low in (name for name in HOMES if name not in world.revoked):
        for high in "tc":
            assert tables[low][HOMES[low]] == tables[high][HOMES[low]], (low, high)
            assert sets[low][HOMES[low]] == sets[high][HOMES[low]], "the same set"
    _check_rebuild(world.stores["t"])  # whose rows the others have


def _check_authority(session: Session) -> None:
    """Nothing is in force beyond a certificate, the ownership of its level, or a cut."""
    trust = trust_of(session, local.load(session))
    cuts = rulings.cuts_of(session, trust)
    for line, digest in session.execute(
        select(ChangesetRow.line, ChangesetRow.digest).filter_by(state=ACTIVE)
    ):
        changeset = parse_line(line)
        certificate = trust.certificate(changeset.chain.origin)
        if certificate is None:  # its own changesets before it was enrolled
            assert changeset.chain.origin == trust.root_id, digest
            continue
        origin: Origin = certificate.identity.origin
        assert not rulings.is_beyond(Place(changeset.chain, changeset.number), cuts)
        assert not bundled().objections(changeset, origin.level, origin.area_code)


def check_nothing_lost(world: World, name: str) -> None:
    """Where nothing is open, what nobody had seen and replaced is what stands there."""
    lost = []
    with world.stores[name].read() as session:
        causality = causality_of(session, [VILLAGE, OTHER])
        for cls in (Household, Member, Answer):
            rows = {Row(cls.__tablename__, row.id): row for row in session.scalars(select(cls))}
            for row, history in history_of(session, set(rows)).items():
                if getattr(rows[row], "member_status", "") == "joined":
                    continue  # read as another row's
                for field, heads in _heads(history, causality).items():
                    there = canonical(getattr(rows[row], field))
                    if {repr(head.new) for head in heads} != {repr(there)}:
                        lost.append((row, field, there, heads))
    assert not lost, lost


def _heads(history: list[Past], causality: Causality) -> dict[str, list[Past]]:
    """Return for each field what no later change of it had seen; new rows left out."""
    changes: dict[str, list[Past]] = defaultdict(list)
    for past in history:
        if past.field != NEW_ROW:
            changes[past.field].append(past)
    return {
        field: [c for c in its if not any(causality.saw(o.place, c.place) for o in its)]
        for field, its in changes.items()
    }


def _tables(store: Store) -> dict[str, dict[str, list[Any]]]:
    """Return the rows of each village, open conflicts among them."""
    rows = dump(store, *LOCAL, *NOT_OF_VILLAGES, "contested")
    return {
        scope: {
            table: [line for line in lines if f"'{scope}'" in line] for table, lines in rows.items()
        }
        for scope in (VILLAGE, OTHER)
    }


def _check_rebuild(store: Store) -> None:
    """The tables are the journal's: emptied and derived again they are the same."""
    with pytest.raises(_UndoneError), store.absorb() as session:
        before = rows_of(session, *LOCAL)
        trust = trust_of(session, local.load(session))
        for cls in journaled_tables().values():
            session.execute(delete(cls))
        session.execute(delete(OpenConflictRow))
        rows = session.execute(select(ChangeRow.table_name, ChangeRow.row_id).distinct())
        derive(session, [Row(*row) for row in rows], trust)
        session.flush()
        assert rows_of(session, *LOCAL) == before, "tables are the journal's"
        raise _UndoneError
