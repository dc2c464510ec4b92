"""Take an import back as one: only if nothing of it has been touched since.

Rows are ended, never deleted: a household that the import made is removed on the day it came, a
person leaves, an income per head becomes empty, a reported change is withdrawn, a case that it
made ends as never having been there.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.case import CASE, UNDO_IMPORT, start_of_case
from app.domain.changeset import NEW_ROW
from app.domain.natural_change import NATURAL_CHANGE
from app.domain.ownership import Actor
from app.errors import AppError
from app.models.base import Journaled, Money, canonical, from_canonical, journaled_tables
from app.models.change import NaturalChange
from app.models.household import AnnualIncome, Household, Member, MonitoredCase
from app.models.imports import ImportRow
from app.models.journal import ChangeRow, ChangesetRow
from app.models.store import Store
from app.ops.changed import Changed
from app.ops.lives import THE_PROGRAM, Added, StepInput, Who, living, write_step
from app.ops.roster_words import field_label

REMOVED = "导入撤销"
_LEFT = "other_out"
_CHUNK = 500
_SHOWN = 5
_KEPT = frozenset(("area",))  # the tree of areas stays: nobody counts it


class UnknownImportError(AppError):
    """There is no such import, or it has been taken back already."""

    code, message = "E218", "没有这次导入，或者已经撤销过了。名册没有变。"
    hint = "请在导入记录里另选一次。"


class UndoRefusedError(AppError):
    """Something of the import has been changed or used since; nothing is taken back."""

    code, message = "E219", "这次导入之后又改过{count}处（{places}），不能整批撤销。名册没有变。"
    hint = "请在户台账里逐项改正，或者先把这些地方改回导入时的样子。"


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What was taken back."""

    import_id: str
    changed: Changed
    rows_ended: int
    fields_restored: int


def undo_import(store: Store, actor: Actor, import_id: str) -> UndoneImport:
    """Take back an import as a whole, in one transaction.

    Raises:
        UnknownImportError: no such import.
        UndoRefusedError: a value is no longer what the import wrote, or something new hangs on a
            row that it made; these are named and nothing is changed.
    """
    with store.write("roster.undo_import", actor) as session:
        noted = session.get(ImportRow, import_id)
        if noted is None or noted.undone_at:
            raise UnknownImportError
        undo = _Undo(session, date.fromisoformat(noted.imported_on), Who(actor, store.level))
        undo.load(noted.operation_id)
        conflicts = [*undo.conflicts()]
        if conflicts:
            places = "、".join(dict.fromkeys(conflicts[:_SHOWN]))
            raise UndoRefusedError(count=len(conflicts), places=places)
        undo.write()
        noted.undone_at = store.clock().astimezone(UTC).isoformat(timespec="seconds")
        changed = Changed(frozenset(undo.tables), frozenset(undo.household_ids))
        return UndoneImport(import_id, changed, len(undo.made), len(undo.changes))


class _Undo:
    """The changes of one operation and the rows they are about."""

    def __init__(self, session: Session, on: date, who: Who) -> None:
        self._session, self._on, self._who = session, on, who
        self._classes = journaled_tables()
        self._operation_id = ""
        self.made: list[tuple[ChangeRow, Any]] = []
        self.changes: list[tuple[ChangeRow, Any]] = []
        self.tables: set[str] = set()
        self.household_ids: set[str] = set()

    def load(self, operation_id: str) -> None:
        """Load what the operation did, with the rows as they are now."""
        query = (
            select(ChangeRow)
            .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
            .where(ChangesetRow.operation_id == operation_id)
            .order_by(ChangeRow.id)
        )
        self._operation_id = operation_id
        changes = self._session.scalars(query).all() if operation_id else []
        ids: dict[str, list[str]] = {}
        for change in changes:
            ids.setdefault(change.table_name, []).append(change.row_id)
        rows = {
            (table, row.id): row
            for table, wanted in ids.items()
            for row in self._rows(self._classes[table], wanted)
        }
        for change in changes:
            if change.table_name in _KEPT:
                continue
            row = rows[change.table_name, change.row_id]
            (self.made if change.field == NEW_ROW else self.changes).append((change, row))

    def conflicts(self) -> Iterator[str]:
        """Yield, in words, every place that is no longer as the import left it."""
        for change, row in self.made:
            for name, value in json.loads(change.new).items():
                if canonical(getattr(row, name)) != value:
                    yield self._place(row, name)
        for change, row in self.changes:
            if canonical(getattr(row, change.field)) != json.loads(change.new):
                yield self._place(row, change.field)
        yield from self._hangers_on()

    def write(self) -> None:
        """Restore fields and end rows."""
        for change, row in self.changes:
            old = json.loads(change.old)
            setattr(row, change.field, _value(type(row), change.field, old))
            self._touch(row)
        ends: dict[type[Any], Callable[[Any], None]] = {
            Household: self._end_household,
            Member: self._end_member,
            AnnualIncome: self._empty_income,
            NaturalChange: self._withdraw,
            MonitoredCase: self._end_case,
        }
        for _, row in self.made:
            end = ends.get(type(row))
            if end is not None:
                end(row)
                self._touch(row)

    def _end_household(self, row: Household) -> None:
        row.removed_on, row.removed_reason = self._on, REMOVED

    def _end_member(self, row: Member) -> None:
        row.member_status, row.left_on = _LEFT, self._on

    @staticmethod
    def _empty_income(row: AnnualIncome) -> None:
        row.annual_per_capita = None

    def _withdraw(self, row: NaturalChange) -> None:
        thing = living(row, [], NATURAL_CHANGE, row.change_kind)
        write_step(self._session, thing, "withdraw", self._who, StepInput(REMOVED, self._on))

    def _end_case(self, row: MonitoredCase) -> None:
        kind = start_of_case([], row.is_eliminated)
        thing = living(row, [], CASE, start=kind)
        given = StepInput(REMOVED, self._on)
        write_step(self._session, thing, UNDO_IMPORT, THE_PROGRAM, given, Added(kind=kind))

    def _hangers_on(self) -> Iterator[str]:
        """Yield what was written since about households and people that the import made."""
        own = (
            select(ChangeRow.row_id)
            .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
            .where(ChangesetRow.operation_id == self._operation_id)
        )
        made = own.where(ChangeRow.field == NEW_ROW)
        for table, cls in self._classes.items():
            for name, wanted in (
                ("household_id", made.where(ChangeRow.table_name == "household")),
                ("member_id", made.where(ChangeRow.table_name == "member")),
                ("subject_id", own),
            ):
                if hasattr(cls, name):
                    later = select(cls.id).where(getattr(cls, name).in_(wanted), cls.id.not_in(own))
                    for _ in self._session.scalars(later):
                        yield f"已有{field_label(table)}"

    def _rows(self, cls: type[Journaled], ids: list[str]) -> Iterator[Any]:
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), _CHUNK):
            yield from self._session.scalars(
                select(cls).where(cls.id.in_(wanted[start : start + _CHUNK]))
            )

    def _place(self, row: Any, name: str) -> str:
        return f"{self._number(_household_id(row))}户的{field_label(name)}"

    def _number(self, household_id: str) -> str:
        home = self._session.get(Household, household_id)
        return home.household_no if home is not None else ""

    def _touch(self, row: Any) -> None:
        self.tables.add(row.__tablename__)
        self.household_ids.add(_household_id(row))


def _household_id(row: Any) -> str:
    found: str = row.id if isinstance(row, Household) else row.household_id
    return found


def _value(cls: type[Journaled], name: str, value: Any) -> Any:
    """Return the column value of a JSON value of our own journal."""
    if isinstance(cls.__mapper__.columns[name].type, Money):
        return None if value is None else Decimal(value)
    return from_canonical(cls, name, value)
