"""Conflicts: what is open, and a person's decision, which travels as a changeset.

A decision has seen every side and writes the unit whole. Until then the unit takes no other edit
and its month does not close; nothing else is blocked.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import FieldChange
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.conflict import COMPOSITION, LATE, REMOVAL, OpenConflictRow
from app.models.form import Sheet
from app.models.store import Decision, Store
from app.ops import conflict_decisions, conflict_lines, conflict_rules, devices
from app.ops.changed import Changed
from app.ops.conflict_decisions import Choice, Given
from app.ops.conflict_rules import CASES, HEADS, PERSON, STEPS
from app.ops.exchange_lines import ConflictLine
from app.sync import local
from app.sync.derive import derive
from app.sync.errors import DecideElsewhereError, UnknownConflictError
from app.sync.past import Row
from app.sync.subjects import households_of
from app.sync.trust import Trust

_REASON, _LATE_REASON = "两边的改动选定", "关账时没有见到的改动"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A decision. ``open``: conflicts that it left or made (differing decisions conflict again)."""

    conflict: ConflictLine
    open: tuple[ConflictLine, ...]
    changed: Changed


def list_conflicts(store: Store, household_id: str = "") -> list[ConflictLine]:
    """Return what a person must decide (of one household, or all), by village and household."""
    with store.read() as session:
        found = open_conflicts(session, _trust(session))
    wanted = [line for line in found if household_id in ("", line.household_id)]
    return sorted(wanted, key=lambda line: (line.scope, line.household_no, line.conflict_id))


def open_conflicts(session: Session, trust: Trust) -> list[ConflictLine]:
    """Return every open conflict, of units and of rules over rows."""
    return [*conflict_lines.stored(session, trust), *conflict_rules.breaches(session, trust)]


def resolve_conflict(
    store: Store, actor: Actor, conflict_id: str, choice: Choice, reason: str = ""
) -> Resolved:
    """Decide: take a side, or set another value; who may write the unit decides.

    A late edit's second side makes it a correction of its month (更正).

    Raises:
        UnknownConflictError, ChoiceError, DecideElsewhereError, OwnershipError, StepRoleError:
            nothing is written.
    """
    with store.read() as session:
        trust = _trust(session)
        line = _one(session, conflict_id, trust)
        row = session.get(OpenConflictRow, conflict_id)
        why = reason or (_LATE_REASON if line.kind == LATE else _REASON)
        given = Given(choice, actor, store.level, store.clock().date(), why)
        changes = _changes(session, line, row, given)
    decision = Decision("conflict.resolve", actor, why, line.scope, tuple(changes))
    with store.decide(decision) as session:
        rows = {Row(change.table, change.row) for change in changes}
        derived = derive(session, rows, trust)
        ids = {conflict.unit.id for conflict in derived.conflicts}
        left = tuple(conflict_lines.stored(session, trust, ids))
        homes = frozenset({*households_of(session, rows).values(), line.household_id} - {""})
    changed = Changed(frozenset(row.table for row in rows), homes)
    return Resolved(line, left, changed)


def blocking_month(session: Session, scope: str, period: Period) -> list[str]:
    """Return in words which open conflicts keep a village's month from closing.

    Those of its sheets, and of the households that are due in it. Removals that are asked about,
    offers of joining and other months' sheets block nothing.
    """
    trust = _trust(session)
    sheets = dict(session.execute(select(Sheet.id, Sheet.period).where(Sheet.scope == scope)).all())
    due = set(
        session.scalars(select(Sheet.household_id).filter_by(scope=scope, period=str(period)))
    )
    return [
        f"{line.household_no}号户的“{line.label}”两边都改过，没有选定"
        for line in open_conflicts(session, trust)
        if line.scope == scope
        and line.household_id in due
        and (line.blocks or line.kind == HEADS)
        and (line.table != "sheet" or sheets.get(line.row_id) == str(period))
    ]


def _trust(session: Session) -> Trust:
    return devices.trust_of(session, local.load(session))


def _one(session: Session, conflict_id: str, trust: Trust) -> ConflictLine:
    found = conflict_lines.stored(session, trust, [conflict_id])
    if not found:
        breaches = conflict_rules.breaches(session, trust)
        found = [line for line in breaches if line.conflict_id == conflict_id]
    if not found:
        raise UnknownConflictError(conflict_id, conflict=conflict_id)
    return found[0]


def _changes(
    session: Session, line: ConflictLine, row: OpenConflictRow | None, given: Given
) -> list[FieldChange]:
    decide, choice = conflict_decisions, given.choice
    if row is not None and line.kind == COMPOSITION:
        return decide.of_composition(session, row, line, choice, given.today)
    if row is not None and line.kind == LATE:
        return decide.of_late(session, row, line, given)
    if row is not None:
        kind = decide.of_removal if line.kind == REMOVAL else decide.of_unit
        return kind(session, row, line, choice)
    rules: dict[str, Callable[[Session, ConflictLine, Choice], list[FieldChange]]] = {
        HEADS: decide.of_heads,
        STEPS: decide.of_steps,
        PERSON: decide.of_person,
    }
    if line.kind == CASES:
        raise DecideElsewhereError("cases")
    return rules[line.kind](session, line, choice)
