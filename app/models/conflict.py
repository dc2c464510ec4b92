"""What a person must decide: open conflicts, kept beside the tables, and rows that decide.

Conflicts are computed whenever rows are derived from the journal; only decisions travel.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Index, Select, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.changeset import NEW_ROW, FieldChange
from app.domain.lifecycle import PROGRAM
from app.errors import AppError
from app.models.base import Base, Journaled, natural_id
from app.models.form import Answer, PeriodRow, Sheet
from app.models.household import Member
from app.models.income import IncomeEntry
from app.models.statements import chunks
from app.models.step import Step, rivals_of

UNIT, REMOVAL, COMPOSITION, LATE = "unit", "removal", "composition", "late"
WHOLE = ""  # the field of a unit that is a whole sheet, or a whole row
SINCE_CLOSED = "closed"  # the field of a sheet that differs from what its closed month froze
_OF_SHEET: dict[str, type[Answer] | type[IncomeEntry]] = {
    cls.__tablename__: cls for cls in (Answer, IncomeEntry)
}


class ContestedError(AppError):
    """A local edit of what two sides have changed and nobody has decided."""

    code, message = "E340", "这一项两边都改过，还没有选定（冲突 {conflict}）。数据没有变。"
    hint = "请先到“数据交换”的冲突里选一个，再改。"


class OpenConflictRow(Base):
    """A unit whose heads differ. Derived like the tables themselves, never sent.

    ``kind``: unit (a field, a row or a whole sheet), removal (asks, blocks no edit), composition
    (of a household), late (reached a closed month; blocks no edit). ``sides``: canonical JSON, the
    side in force first.
    """

    __tablename__ = "open_conflict"
    __table_args__ = (Index("ix_open_conflict_table_name_row_id", "table_name", "row_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(32))
    table_name: Mapped[str] = mapped_column(String(32))
    row_id: Mapped[str] = mapped_column(String(36))
    field: Mapped[str] = mapped_column(String(48))
    sides: Mapped[str]


class ContestedRow(Base):
    """A part of an open conflict: a field of a row that takes no other edit."""

    __tablename__ = "contested"

    conflict_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(32), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
    field: Mapped[str] = mapped_column(String(48), primary_key=True)


class PersonJoin(Journaled):
    """«These are one»: two rows of the same person. ``id`` is natural; nothing is rewritten.

    The smaller id stands for both; the other row's status reads ``joined``. ``is_one`` False:
    somebody found that they are two persons after all.
    """

    __tablename__ = "person_join"

    member_id: Mapped[str] = mapped_column(String(36), index=True)  # the smaller id
    other_id: Mapped[str] = mapped_column(String(36), index=True)
    is_one: Mapped[bool] = mapped_column(default=True)


class _Part(NamedTuple):
    table: str
    row: str
    field: str


def conflict_id(table: str, row_id: str, field: str) -> str:
    """Return a conflict's id: the same on every replica."""
    return natural_id("conflict", table, row_id, field)


def step_conflict_id(subject_id: str, follows: str) -> str:
    """Return the id of «which step came after this one»; also that of its decision."""
    return natural_id("step_choice", subject_id, follows)


def refuse_contested(session: Session, changes: Sequence[FieldChange]) -> None:
    """Refuse a local edit of a unit in conflict; nothing else is blocked.

    Raises:
        ContestedError: names the conflict.
    """
    _refuse_rival_steps(session, changes)
    if session.execute(_any_contested()).first() is None:
        return
    written = list(_parts(session, changes))
    contested = _contested(session, {part.row for part in written})
    for part in written:
        found = contested.get(part) or contested.get(part._replace(field=WHOLE))
        if found is not None:
            raise ContestedError(part.table, conflict=found)


def close_decided(session: Session, changes: Iterable[FieldChange]) -> None:
    """Forget what an ordinary edit has decided, having seen both sides.

    A removal: by ending or keeping the row. Late edits: by the next step of their month, which is
    a correction, or covers them.
    """
    for change in changes:
        is_step = change.table == Step.__tablename__ and change.field == NEW_ROW
        if is_step and change.new["subject"] == PeriodRow.__tablename__:
            _forget_late(session, change.new["subject_id"])
        if change.field in ("removed_on", "member_status"):
            unit = {"table_name": change.table, "row_id": change.row, "field": change.field}
            session.execute(delete(OpenConflictRow).filter_by(kind=REMOVAL, **unit))


def _forget_late(session: Session, period_id: str) -> None:
    month = session.get(PeriodRow, period_id)
    if month is not None:
        of_month = select(Sheet.id).filter_by(scope=month.scope, period=month.period)
        session.execute(
            delete(OpenConflictRow).where(
                OpenConflictRow.kind == LATE, OpenConflictRow.row_id.in_(of_month)
            )
        )


@cache
def _any_contested() -> Select[str]:
    return select(ContestedRow.conflict_id).limit(1)


def _parts(session: Session, changes: Sequence[FieldChange]) -> Iterable[_Part]:
    """Return what the changes write, an answer or a line of income as a part of its sheet."""
    lines: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if change.table in _OF_SHEET and change.field != NEW_ROW:
            lines[change.table].append(change.row)
        elif change.field != NEW_ROW:
            yield _Part(change.table, change.row, change.field)
            for home in _homes(session, change):
                yield _Part("household", home, COMPOSITION)
        elif change.table in _OF_SHEET:
            yield _Part("sheet", change.new["sheet_id"], WHOLE)
        elif change.table == Member.__tablename__ and change.new["relation"] == "户主":
            yield _Part("household", change.new["household_id"], COMPOSITION)
    for table, ids in lines.items():
        cls = _OF_SHEET[table]
        for chunk in chunks(sorted(ids)):
            for sheet in session.scalars(select(cls.sheet_id).where(cls.id.in_(chunk)).distinct()):
                yield _Part("sheet", sheet, WHOLE)


def _homes(session: Session, change: FieldChange) -> tuple[str, ...]:
    """Return the households whose composition a change is of."""
    if change.table != Member.__tablename__:
        return ()
    if change.field == "household_id":
        return change.old, change.new
    return (session.get_one(Member, change.row).household_id,) * (change.field == "relation")


def _contested(session: Session, rows: set[str]) -> dict[_Part, str]:
    found: dict[_Part, str] = {}
    for chunk in chunks(sorted(rows)):
        query = select(ContestedRow).where(ContestedRow.row_id.in_(chunk))
        for row in session.scalars(query):
            found[_Part(row.table_name, row.row_id, row.field)] = row.conflict_id
    return found


def _refuse_rival_steps(session: Session, changes: Sequence[FieldChange]) -> None:
    """A thing whose next step two persons have taken differently takes no further one."""
    subjects: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        is_step = change.table == Step.__tablename__ and change.field == NEW_ROW
        if is_step and change.new["level"] != PROGRAM:
            subjects[change.new["subject"]].add(change.new["subject_id"])
    for subject, ids in subjects.items():
        for chunk in chunks(sorted(ids)):
            for rival in rivals_of(session, subject, chunk):
                named = step_conflict_id(rival.subject_id, rival.follows)
                raise ContestedError(subject, conflict=named)


def sides_json(sides: Any) -> str:
    """Return the sides' canonical text."""
    return json.dumps(sides, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
