"""Fill the journal from the session, inside the same transaction.

Flushes collect what changed; just before the commit one changeset per scope is written, its
canonical line made and kept. What comes back to its old value within the transaction is no change.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Insert, func, insert, inspect
from sqlalchemy.orm import Session, UOWTransaction

from app.domain.changeset import (
    NEW_ROW,
    Chain,
    Changeset,
    FieldChange,
    Head,
    digest,
    genesis,
)
from app.domain.labels import label
from app.domain.lifecycle import LEVELS
from app.domain.ownership import Actor, Ownership
from app.models import bulk, conflict, guard, heads
from app.models.base import Base, Journaled, canonical, journaled_columns
from app.models.errors import OwnershipError
from app.models.journal import (
    ACTIVE,
    VOID,
    ChangeRow,
    ChangesetRow,
    SeenRow,
    change_values,
    changeset_values,
    seen_values,
)

_INFO = "intent"
_LEVEL_LABELS = {"village": "村", "township": "镇", "county": "县"}


@dataclass(slots=True)
class Intent:
    """Why a session writes: what the changesets will say beside the changes."""

    operation: str
    actor: Actor
    reason: str
    at: str
    level: str
    origin: str
    epoch: str
    identity_digest: str
    ownership: Ownership
    # (scope, table, row, field) -> change; new rows have all their values in one change
    changes: dict[tuple[str, str, str, str], FieldChange] = field(default_factory=dict)
    new_rows: dict[str, bulk.NewRows] = field(
        default_factory=dict
    )  # scope -> rows inserted at once
    operation_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def begin(session: Session, intent: Intent) -> None:
    """Make a session a writing one."""
    session.info[_INFO] = intent


def operation_id(session: Session) -> str:
    """Return the id that the changesets of this writing session will have."""
    return _intent(session).operation_id


def bulk_insert(
    session: Session, cls: type[Journaled], scope: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert new rows of one scope at once; each enters the journal like any other new row.

    Raises:
        TypeError: a table with steps, a value that cannot stand in the journal, a derived value
            that is missing.
        OwnershipError: level or role may not originate rows of this table.
    """
    intent = _intent(session)
    table = cls.__tablename__
    rule = intent.ownership.tables.get(table)
    if rule is not None and rule.has_steps:
        raise TypeError(f"{table}: a step is judged by its content, one by one")
    _refuse_foreign(intent, (FieldChange(table, "", NEW_ROW, None, {}),))
    session.flush()  # rows that these refer to
    noted = intent.new_rows.setdefault(scope, bulk.NewRows())
    with guard.lifted(session.connection()):
        bulk.insert_rows(session.connection(), cls, scope, rows, noted)


def write_decision(
    session: Session, intent: Intent, scope: str, changes: tuple[FieldChange, ...]
) -> None:
    """Write one changeset of exactly these changes, also where a value stays as it was.

    ``session`` is that of ``Store.absorb``; the caller derives the rows from the journal.

    Raises:
        OwnershipError: level or role may not originate one of the changes.
    """
    _refuse_foreign(intent, changes)
    _write(session, intent, scope, changes)


def after_flush(session: Session, _context: UOWTransaction) -> None:
    """Collect one change per new row and per changed field of this flush."""
    for obj in session.new:
        if isinstance(obj, Journaled):
            _collect_new(_intent(session), obj)
    for obj in session.dirty:
        if isinstance(obj, Journaled):
            _collect_changed(_intent(session), obj)


def before_commit(session: Session) -> None:
    """Write the changesets; called once, after the last flush of the operation."""
    if _INFO not in session.info:
        return
    session.flush()
    intent = _intent(session)
    scopes = dict.fromkeys([*intent.new_rows, *(key[0] for key in intent.changes)])
    for scope in scopes:
        changes = tuple(c for key, c in intent.changes.items() if key[0] == scope)
        _refuse_foreign(intent, changes)
        conflict.refuse_contested(session, changes)
        conflict.close_decided(session, changes)
        with guard.lifted(session.connection()):
            _write(session, intent, scope, changes)
    intent.changes.clear()
    intent.new_rows.clear()


def _intent(session: Session) -> Intent:
    if _INFO not in session.info:
        raise TypeError("a write outside Store.write(): the journal would not know who and why")
    intent: Intent = session.info[_INFO]
    return intent


def _collect_new(intent: Intent, obj: Journaled) -> None:
    table = obj.__tablename__
    values = {
        name: canonical(getattr(obj, name)) for name in journaled_columns(type(obj)) if name != "id"
    }
    key = (obj.scope, table, obj.id, NEW_ROW)
    intent.changes[key] = FieldChange(table, obj.id, NEW_ROW, None, values)


def _collect_changed(intent: Intent, obj: Journaled) -> None:
    for name in journaled_columns(type(obj)):
        history = inspect(obj).attrs[name].history
        if not history.has_changes():
            continue
        if name in ("id", "scope"):
            raise TypeError(f"{obj.__tablename__}.{name} never changes")
        if not history.deleted:
            raise TypeError(f"{obj.__tablename__}.{name}: old value unknown, load it first")
        (old,), (new,) = list(history.deleted), list(history.added)
        _merge(intent, obj, name, canonical(old), canonical(new))


def _merge(intent: Intent, obj: Journaled, name: str, old: Any, new: Any) -> None:
    """Fold a change into what this transaction did before: one line per field, none for A→B→A."""
    table = obj.__tablename__
    created = intent.changes.get((obj.scope, table, obj.id, NEW_ROW))
    if created is not None:
        created.new[name] = new
        return
    key = (obj.scope, table, obj.id, name)
    earlier = intent.changes.get(key)
    first = earlier.old if earlier else old
    if first == new:
        intent.changes.pop(key, None)
    elif any(obj.id in rows.ids for rows in intent.new_rows.values()):
        raise TypeError(f"{table}: a row that was inserted in bulk stays as it is until the commit")
    else:
        intent.changes[key] = FieldChange(table, obj.id, name, first, new)


def _refuse_foreign(intent: Intent, changes: tuple[FieldChange, ...]) -> None:
    refused = intent.ownership.refusals(intent.level, intent.actor.role, intent.reason, changes)
    if refused:
        change = next(
            c
            for c in changes
            if intent.ownership.refusals(intent.level, intent.actor.role, intent.reason, [c])
        )
        raise OwnershipError(
            f"{intent.level} {intent.actor.role} {change.table}.{change.field}",
            role=f"{_LEVEL_LABELS[intent.level]}·{_role(intent.actor.role)}",
            what=refused[0],
            owner=_owner(intent, change),
        )


def _owner(intent: Intent, change: FieldChange) -> str:
    """Return in words who may: the roles of this level, where it may at all, else the levels."""
    roles = intent.ownership.roles(change.table, change.field)
    own = sorted(roles.get(intent.level, frozenset()) - {intent.actor.role})
    if own:
        return "、".join(map(_role, own))
    return "、".join(_LEVEL_LABELS[level] for level in LEVELS if roles.get(level)) or "上级"


def _role(key: str) -> str:
    return "管理员" if key == "administrator" else label("operator_role", key)


def _write(
    session: Session,
    intent: Intent,
    scope: str,
    changes: tuple[FieldChange, ...],
) -> None:
    chain = Chain(intent.origin, intent.epoch, scope)
    head = heads.head_of(session, chain)
    changeset = Changeset(
        chain=chain,
        number=head.number + 1 if head else 1,
        previous=head.digest if head else genesis(intent.identity_digest, intent.epoch, scope),
        at=intent.at,
        actor=intent.actor.name,
        role=intent.actor.role,
        operation=intent.operation,
        operation_id=intent.operation_id,
        reason=intent.reason,
        seen=heads.newly_seen(session, chain),
        changes=changes,
    )
    noted = intent.new_rows.get(scope)
    if noted is None:
        add_changeset(session, changeset, changeset.line(), ACTIVE)
    else:
        _add_bulk(session, changeset, noted)


def _add_bulk(session: Session, changeset: Changeset, noted: bulk.NewRows) -> None:
    """Insert a changeset whose line is too long to be held more than once."""
    line = noted.line(changeset.line())
    values = changeset_values(changeset, line.digest, ACTIVE, "")
    place = _insert(ChangesetRow).values(line=func.zeroblob(line.size))
    changeset_id = _inserted(session, place, values)
    bulk.write_line(session.connection(), changeset_id, line)
    bulk.insert_changes(session.connection(), changeset_id, noted)
    _insert_parts(session, changeset_id, changeset)
    heads.advance(session, changeset.chain, Head(changeset.number, line.digest))


def add_changeset(
    session: Session, changeset: Changeset, line: bytes, state: str, state_reason: str = ""
) -> int:
    """Insert a changeset with its changes and what it had seen; return its local id.

    The caller holds the guard lifted: this is the journal's own door, used here for one's own
    and by the import of packages for foreign changesets.
    """
    line_digest = digest(line)
    values = changeset_values(changeset, line_digest, state, state_reason)
    changeset_id = _inserted(session, _insert(ChangesetRow), {**values, "line": line})
    _insert_parts(session, changeset_id, changeset)
    if state in (ACTIVE, VOID):
        heads.advance(session, changeset.chain, Head(changeset.number, line_digest))
    return changeset_id


def _inserted(session: Session, statement: Insert, values: Mapping[str, Any]) -> int:
    found = session.connection().execute(statement, values).inserted_primary_key
    changeset_id: int = found[0]  # type: ignore[index]
    return changeset_id


def _insert_parts(session: Session, changeset_id: int, changeset: Changeset) -> None:
    """Insert the changes of a changeset and what it had seen."""
    _insert_all(session, ChangeRow, (change_values(changeset_id, c) for c in changeset.changes))
    _insert_all(session, SeenRow, seen_values(changeset_id, changeset))


def _insert_all(
    session: Session, table: type[ChangeRow | SeenRow], rows: Iterable[dict[str, Any]]
) -> None:
    values = list(rows)
    if values:
        session.connection().execute(_insert(table), values)


@cache
def _insert(table: type[Base]) -> Insert:
    return insert(table)
