"""What reached a closed month too late: sheets that differ from what the closing had frozen.

A closing covers what it had seen. An edit that was made elsewhere meanwhile stands in the tables
but not in the snapshot; a person takes it back, or makes it a correction of the month.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW
from app.domain.merge import Part, Side
from app.domain.month import CLOSED, MONTH
from app.models.base import journaled_tables, natural_id
from app.models.conflict import LATE, SINCE_CLOSED
from app.models.form import Answer, Sheet
from app.models.journal import ChangeRow
from app.models.register import MonthSnapshot
from app.models.step import Step, StepChoice, steps_of
from app.sync.past import Past, Row, causality_of, chunks, history_of
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
    if session.execute(select(MonthSnapshot.id).limit(1)).first() is None:
        return Late(_sheets(session, touched), ())
    found = _sheets(session, touched)
    lines = []
    closed: dict[str, bool] = {}
    for chunk in chunks(sorted(found)):
        for sheet in session.scalars(select(Sheet).where(Sheet.id.in_(chunk)).order_by(Sheet.id)):
            month = natural_id("period", sheet.scope, sheet.period)
            if month not in closed:
                steps = steps_of(session, MONTH.subject, [month]).get(month, [])
                closed[month] = MONTH.state_of(steps) == CLOSED
            conflict = _of_sheet(session, sheet, trust) if closed[month] else None
            if conflict is not None:
                lines.append(conflict)
    return Late(found, tuple(lines))


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
    found: dict[str, str] = {}
    for chunk in chunks(sorted(ids)):
        query = select(columns.id, columns.sheet_id).where(columns.id.in_(chunk))
        found.update((id_, sheet) for id_, sheet in session.execute(query))
    gone = _made(session, table, ids - found.keys())
    return {*found.values(), *(values["sheet_id"] for values in gone.values())}


def _made(session: Session, table: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return rows as the journal made them, whether that holds or not."""
    found: dict[str, dict[str, Any]] = {}
    for chunk in chunks(sorted(ids)):
        query = select(ChangeRow.row_id, ChangeRow.new).where(
            ChangeRow.table_name == table, ChangeRow.field == NEW_ROW, ChangeRow.row_id.in_(chunk)
        )
        for row_id, new in session.execute(query):
            values = json.loads(new)
            if isinstance(values, dict) and values.keys() >= _named(table):
                found[row_id] = values
    return found


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


def _of_sheet(session: Session, sheet: Sheet, trust: Trust) -> Conflict | None:
    query = select(MonthSnapshot).filter_by(household_id=sheet.household_id, period=sheet.period)
    frozen = session.scalars(query.order_by(MonthSnapshot.version.desc()).limit(1)).first()
    if frozen is None:
        return None
    now = _now(session, sheet)
    then = _then(session, sheet, json.loads(frozen.content))
    parts = [part for part in sorted(now) if now[part] != then.get(part)]
    if not parts:
        return None
    made = history_of(session, {Row(MonthSnapshot.__tablename__, frozen.id)})
    closing = [past for changes in made.values() for past in changes if past.field == NEW_ROW]
    late = _writers(session, {part: now[part] for part in parts})
    if not closing or not late:
        return None
    unit = Unit("sheet", sheet.id, SINCE_CLOSED)
    closed = min(closing, key=_digest)
    sees = causality_of(session, {sheet.scope})
    unseen = [past for past in late if not sees.saw(closed.place, past.place)]  # else a namesake
    sides = (
        _side(closed, {part: then.get(part) for part in parts}, trust),
        _side(min(unseen or late, key=_digest), {part: now[part] for part in parts}, trust),
    )
    return Conflict(unit, sides, LATE)


def _now(session: Session, sheet: Sheet) -> dict[Part, Any]:
    """Return what stands in the sheet."""
    answers = select(Answer.id, Answer.value).filter_by(sheet_id=sheet.id)
    values = {Part("answer", id_, "value"): value for id_, value in session.execute(answers)}
    return values | {Part("sheet", sheet.id, name): getattr(sheet, name) for name in _FIGURES}


def _then(session: Session, sheet: Sheet, content: Mapping[str, Any]) -> dict[Part, Any]:
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
