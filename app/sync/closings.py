"""What reached a closed month too late: sheets that differ from what the closing had frozen.

A closing covers what it had seen. An edit that was made elsewhere meanwhile stands in the tables
but not in the snapshot; a person takes it back, or makes it a correction of the month.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW
from app.domain.merge import Part, Side
from app.domain.month import CLOSED, MONTH
from app.models.base import journaled_tables, natural_id
from app.models.conflict import LATE, SINCE_CLOSED, OpenConflictRow
from app.models.form import Answer, Sheet
from app.models.journal import ChangeRow
from app.models.register import MonthSnapshot
from app.models.statements import among, chunks
from app.models.step import Step, StepChoice, steps_of
from app.sync.past import Past, Row, causality_of, history_of
from app.sync.trust import Trust
from app.sync.units import UNITS, Conflict, Unit

_FIGURES = ("unvisited_reason", "per_capita")  # of the sheet itself
_STEPS = (Step.__tablename__, StepChoice.__tablename__)


@dataclass(frozen=True, slots=True)
class Late:
    """The sheets looked at, and those with edits that their closing had not seen."""

    sheets: frozenset[str]
    conflicts: tuple[Conflict, ...]


def late_edits(session: Session, touched: Collection[Row], trust: Trust) -> Late:
    """Return what is late of the touched sheets and months."""
    if not any(_has_one(session, column) for column in (MonthSnapshot.id, OpenConflictRow.id)):
        return Late(frozenset(), ())
    found = _sheets(session, touched)
    lines: list[Conflict] = []
    for chunk in chunks(_of_closed_months(session, found)):
        sheets = session.scalars(select(Sheet).where(among(Sheet.id, chunk)).order_by(Sheet.id))
        lines += _of_sheets(session, sheets.all(), trust)
    return Late(found, tuple(lines))


def _has_one(session: Session, column: Any) -> bool:
    return session.scalars(select(column).limit(1)).first() is not None


def _of_closed_months(session: Session, sheets: Collection[str]) -> list[str]:
    """Return those of the sheets whose month is closed."""
    query = select(Sheet.id, Sheet.scope, Sheet.period).where(among(Sheet.id, sheets))
    months: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, scope, period in session.execute(query):
        months[scope, period].append(id_)
    ids = {month: natural_id("period", *month) for month in months}
    steps = steps_of(session, MONTH.subject, list(ids.values())) if ids else {}
    closed = [m for m, id_ in ids.items() if MONTH.state_of(steps.get(id_, [])) == CLOSED]
    return sorted(sheet for month in closed for sheet in months[month])


def _sheets(session: Session, touched: Iterable[Row]) -> frozenset[str]:
    """Return the sheets that rows are of, or whose month they open, close or freeze."""
    ids: dict[str, set[str]] = defaultdict(set)
    for row in touched:
        ids[row.table].add(row.id)
    found = set(ids["sheet"])
    for table in UNITS.keys() - {"sheet"}:
        found |= _of_lines(session, table, ids[table])
    months = set(ids["period"])
    for table in _STEPS:
        made = _made(session, table, ids[table]).values()
        months |= {values["subject_id"] for values in made if values["subject"] == MONTH.subject}
    for values in _made(session, MonthSnapshot.__tablename__, ids["month_snapshot"]).values():
        found.add(natural_id("sheet", values["household_id"], values["period"]))
    return frozenset(found | _of_months(session, months))


def _of_lines(session: Session, table: str, ids: set[str]) -> set[str]:
    """Return the sheets of answers or lines of income, also of those that are gone."""
    columns = journaled_tables()[table].__table__.c
    query = select(columns.id, columns.sheet_id).where(among(columns.id, ids))
    found: dict[str, str] = dict(session.execute(query).all()) if ids else {}
    gone = _made(session, table, ids - found.keys())
    return {*found.values(), *(values["sheet_id"] for values in gone.values())}


def _made(session: Session, table: str, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return rows as the journal made them, whether that holds or not."""
    if not ids:
        return {}
    query = select(ChangeRow.row_id, ChangeRow.new).where(
        ChangeRow.table_name == table, ChangeRow.field == NEW_ROW, among(ChangeRow.row_id, ids)
    )
    made = ((row_id, json.loads(new)) for row_id, new in session.execute(query))
    return {
        row_id: values
        for row_id, values in made
        if isinstance(values, dict) and values.keys() >= _named(table)
    }


def _named(table: str) -> set[str]:
    """Return what a row must say of itself here; what is void may say anything."""
    if table in UNITS:
        return {"sheet_id"}
    return {"subject", "subject_id"} if table in _STEPS else {"household_id", "period"}


def _of_months(session: Session, months: set[str]) -> set[str]:
    if not months:
        return set()
    pairs = session.execute(select(Sheet.scope, Sheet.period).distinct())
    wanted = [pair for pair in pairs if natural_id("period", *pair) in months]
    found: set[str] = set()
    for scope, period in wanted:
        found.update(session.scalars(select(Sheet.id).filter_by(scope=scope, period=period)))
    return found


def _of_sheets(session: Session, sheets: Sequence[Sheet], trust: Trust) -> Iterator[Conflict]:
    """Yield what is late of sheets of closed months; most are as they were frozen."""
    frozen = _frozen(session, sheets)
    now = _now(session, sheets)
    for sheet in sheets:
        snapshot = frozen.get((sheet.household_id, sheet.period))
        if snapshot is None:
            continue
        here, then = now[sheet.id], _then(sheet, json.loads(snapshot.content))
        parts = [part for part in sorted(here) if here[part] != then.get(part)]
        if parts:
            sides = {part: (then.get(part), here[part]) for part in parts}
            yield from _conflict(session, sheet, snapshot, sides, trust)


def _frozen(session: Session, sheets: Iterable[Sheet]) -> dict[tuple[str, str], MonthSnapshot]:
    """Return the newest snapshot of each household and month."""
    known = list(sheets)
    query = (
        select(MonthSnapshot)
        .where(among(MonthSnapshot.household_id, {sheet.household_id for sheet in known}))
        .where(MonthSnapshot.period.in_({sheet.period for sheet in known}))
        .order_by(MonthSnapshot.version)
    )
    return {(row.household_id, row.period): row for row in session.scalars(query)}


def _conflict(
    session: Session,
    sheet: Sheet,
    frozen: MonthSnapshot,
    values: Mapping[Part, tuple[Any, Any]],
    trust: Trust,
) -> Iterator[Conflict]:
    """Yield the conflict of a sheet; ``values``: what differs, then and now."""
    then = {part: before for part, (before, _after) in values.items()}
    now = {part: after for part, (_before, after) in values.items()}
    made = history_of(session, {Row(MonthSnapshot.__tablename__, frozen.id)})
    closing = [past for changes in made.values() for past in changes if past.field == NEW_ROW]
    late = _writers(session, now)
    if not closing or not late:
        return
    closed = min(closing, key=_digest)
    sees = causality_of(session, {sheet.scope})
    unseen = [past for past in late if not sees.saw(closed.place, past.place)]  # else a namesake
    sides = (_side(closed, then, trust), _side(min(unseen or late, key=_digest), now, trust))
    yield Conflict(Unit("sheet", sheet.id, SINCE_CLOSED), sides, LATE)


def _now(session: Session, sheets: Sequence[Sheet]) -> dict[str, dict[Part, Any]]:
    """Return what stands in each sheet."""
    found: dict[str, dict[Part, Any]] = {
        sheet.id: {Part("sheet", sheet.id, name): getattr(sheet, name) for name in _FIGURES}
        for sheet in sheets
    }
    query = select(Answer.sheet_id, Answer.id, Answer.value).where(among(Answer.sheet_id, found))
    for sheet_id, id_, value in session.execute(query):
        found[sheet_id][Part("answer", id_, "value")] = value
    return found


def _then(sheet: Sheet, content: Mapping[str, Any]) -> dict[Part, Any]:
    """Return what stood in it at the closing."""
    values = {
        Part("answer", natural_id("answer", sheet.id, *key.split("/")), "value"): value
        for key, value in content["answers"].items()
    }
    reason = content["unvisited_reason"] or None
    figures = {"unvisited_reason": reason, "per_capita": content["per_capita"]}
    return values | {Part("sheet", sheet.id, name): figures[name] for name in _FIGURES}


def _writers(session: Session, values: Mapping[Part, Any]) -> list[Past]:
    """Return the changes that wrote what stands there."""
    history = history_of(session, {Row(part.table, part.row) for part in values})
    return [
        past
        for part, value in values.items()
        for past in history.get(Row(part.table, part.row), ())
        if (past.field == part.field and past.new == value)
        or (past.field == NEW_ROW and past.new.get(part.field) == value)
    ]


def _digest(past: Past) -> str:
    return past.digest


def _side(past: Past, values: Mapping[Part, Any], trust: Trust) -> Side:
    return Side(past.place, past.digest, trust.rank(past.place.chain.origin), values)
