"""A 交办单 read back: what a department filled in becomes steps, taken in its name.

Each warning is one transaction; a row that cannot be is refused with its cell, and nothing of
its warning is taken then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from app.domain import order_row, warning
from app.domain.measure import PLANNED, RUNNING, WHOLE_HOUSEHOLD
from app.domain.order_row import DONE, MEASURE, PERSON, OrderCellError, OrderEntry
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.roster_values import plain
from app.errors import AppError
from app.excel.department_orders import FilledRow, read_order
from app.excel.fill_sheet import KEY
from app.models.store import Store
from app.ops import department_orders, measure_rows, measures, warning_rows, warning_rules
from app.ops.changed import Changed
from app.ops.checklist_file import CellNote
from app.ops.errors import (
    MeasureRefusedError,
    StepConditionError,
    UnknownItemError,
    UnknownWarningError,
)
from app.ops.lives import Living, StepInput, Who, check, write_step
from app.ops.measures import NewMeasure
from app.ops.plan_catalogue import catalogue_for
from app.ops.warning_rows import Loaded

_TABLES = frozenset({"measure", "warning_step"})


@dataclass
class OrderFilled:
    """What a file brought. ``remedied``: ids of the warnings that are 已补短 now."""

    rows: int = 0
    planned: int = 0
    started: int = 0
    finished: int = 0
    unchanged: int = 0
    remedied: list[str] = field(default_factory=list)
    rejected: list[CellNote] = field(default_factory=list)
    household_ids: set[str] = field(default_factory=set)

    @property
    def changed(self) -> Changed:
        """What has changed, for whoever shows it."""
        homes = frozenset(self.household_ids)
        return Changed(_TABLES if homes else frozenset(), homes)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that could be read, with the measure that it names ("" for a new one)."""

    filled: FilledRow
    entry: OrderEntry
    measure_id: str
    department: str


@dataclass
class _Work:
    """One warning while its rows are taken. ``counts`` reach the result when all is written."""

    loaded: Loaded
    who: Who
    today: date
    counts: OrderFilled = field(default_factory=OrderFilled)

    def named(self, department: str = "") -> dict[str, str]:
        """Return in whose name a step is taken: a department's, else that of the leading one."""
        lead = next(iter(department_orders.departments_of(self.loaded)), "")
        return {"department": department or lead, "contact": self.loaded.thing.value("contact")}


def fill_order(store: Store, actor: Actor, path: Path, today: date) -> OrderFilled:
    """Take what departments filled into a 交办单.

    Raises:
        TableError: the file cannot be read, or is no 交办单.
    """
    result = OrderFilled()
    groups: dict[str, list[_Row]] = {}
    seen: set[str] = set()
    for filled in read_order(path):
        result.rows += 1
        warning_id, measure_id, department = (*filled.key.split("|"), "", "")[:3]
        if not warning_id:
            _refuse(result, filled, KEY, "unknown_row", "这一行没有编号，不知道是哪条预警。")
            continue
        if measure_id and filled.key in seen:
            _refuse(result, filled, MEASURE, "twice", "同一条措施填了两行。")
            continue
        seen.add(filled.key)
        try:
            entry = order_row.read_entry(filled.cells, today)
        except OrderCellError as error:
            _refuse(result, filled, error.heading, error.reason_code, str(error))
            continue
        groups.setdefault(warning_id, []).append(_Row(filled, entry, measure_id, department))
    for warning_id, rows in groups.items():
        _take(store, actor, warning_id, rows, today, result)
    return result


def _refuse(result: OrderFilled, row: FilledRow, heading: str, code: str, message: str) -> None:
    result.rejected.append(CellNote(row.places[heading], code, message))


def _take(
    store: Store,
    actor: Actor,
    warning_id: str,
    rows: list[_Row],
    today: date,
    result: OrderFilled,
) -> None:
    at = rows[0]
    try:
        with store.write("order.fill", actor) as session:
            loaded = warning_rows.one(session, warning_id)
            work = _Work(loaded, Who(actor, store.level), today)
            for at in rows:
                _take_row(session, work, at)
            _remedy(session, work, rows)
    except OrderCellError as error:
        _refuse(result, at.filled, error.heading, error.reason_code, str(error))
    except AppError as error:
        _refuse(result, at.filled, _heading_of(error), error.code, error.sentence())
    else:
        _add(result, work)
        return
    for row in rows:
        if row is not at:
            _refuse(
                result, row.filled, MEASURE, "together", "同一条预警的另一行不能读，一起没有读入。"
            )


def _heading_of(error: AppError) -> str:
    """Return the column to look at."""
    if isinstance(error, UnknownWarningError | UnknownItemError):
        return KEY
    if isinstance(error, MeasureRefusedError):
        return PERSON if "责任人" in str(error.facts.get("reason")) else MEASURE
    return DONE


def _add(result: OrderFilled, work: _Work) -> None:
    done = work.counts
    result.planned += done.planned
    result.started += done.started
    result.finished += done.finished
    result.unchanged += done.unchanged
    result.remedied += done.remedied
    if done.planned or done.started or done.finished or done.remedied:
        result.household_ids.add(work.loaded.row.household_id)


def _take_row(session: Session, work: _Work, row: _Row) -> None:
    before = (work.counts.planned, work.counts.started, work.counts.finished)
    entry, named = row.entry, work.named(row.department)
    thing = _measure(session, work, row)
    on = entry.done_on or work.today
    if thing.state == PLANNED and (entry.done_on or work.counts.planned > before[0]
                                   or entry.person != thing.row.responsible_person):  # fmt: skip
        thing.row.responsible_person = entry.person
        given = StepInput("", on, named | {"responsible_person": entry.person})
        measures.act_in(session, thing.row.id, "start", work.who, given, work.today)
        thing = measure_rows.one(session, thing.row.id)
        work.counts.started += 1
    elif entry.person != thing.row.responsible_person:
        raise OrderCellError(PERSON, "changed", "措施已经开始落实，责任人请在程序里改。")
    if thing.state != PLANNED:
        _start(session, work, entry.person, on)
    if entry.done_on is not None:
        _finish(session, work, thing, row)
    if before == (work.counts.planned, work.counts.started, work.counts.finished):
        work.counts.unchanged += 1


def _measure(session: Session, work: _Work, row: _Row) -> Living:
    """Return the measure of a row: the one that it names, one alike, or a new one."""
    loaded, entry = work.loaded, row.entry
    known = measure_rows.answering(session, loaded.row.id, loaded.row.household_id)
    if row.measure_id:
        thing = next((one for one in known if one.row.id == row.measure_id), None)
        if thing is None:
            raise OrderCellError(MEASURE, "unknown_row", "这条措施已经终止，或者不是这条预警的。")
        if _text(thing) != plain(entry.measure):
            raise OrderCellError(MEASURE, "changed", "措施已经登记，要改请在程序里改。")
        return thing
    alike = next((one for one in known if _text(one) == plain(entry.measure)), None)
    return alike or _planned(session, work, row)


def _planned(session: Session, work: _Work, row: _Row) -> Living:
    loaded, entry = work.loaded, row.entry
    if loaded.state not in department_orders.ORDERED:
        raise StepConditionError(
            action="登记措施", reason="这条预警不在补短", way_out="请看看它现在办到哪一步。"
        )
    known = order_row.known_measure(entry.measure, catalogue_for(Period.of(work.today)))
    new = NewMeasure(
        household_id=loaded.row.household_id,
        measure_category=known.category,
        measure_kind=known.kind,
        responsible_person=entry.person,
        content=known.content,
        member_id=loaded.row.member_id,
        warning_ids=(loaded.row.id,),
        department=work.named(row.department)["department"],
        measure_level="county",
        planned_start_on=entry.done_on or work.today,
        planned_end_on=_end(loaded, entry, work.today),
    )
    measure_id = measures.plan_in(session, new, work.today)
    work.counts.planned += 1
    return measure_rows.one(session, measure_id)


def _end(loaded: Loaded, entry: OrderEntry, today: date) -> date | None:
    """Return the warning's day, if that is not before the measure's own start."""
    due = warning_rows.remedy_due(loaded)[0]
    start = entry.done_on or today
    return due if due is not None and due >= start else None


def _text(thing: Living) -> str:
    """Return a measure as the 交办单 says it."""
    return plain("：".join(filter(None, (thing.row.measure_kind, thing.row.content))))


def _start(session: Session, work: _Work, person: str, on: date) -> None:
    """Let the warning go into 补短 with its first measure."""
    if work.loaded.state == warning.ASSIGNED:
        _step(
            session, work, "start", StepInput("", on, work.named() | {"responsible_person": person})
        )


def _finish(session: Session, work: _Work, thing: Living, row: _Row) -> None:
    entry = row.entry
    if measure_rows.is_delivered(thing):
        step = thing.last("finish")
        if step is None or (step.step_on, plain(step.note)) != (entry.done_on, entry.result):
            raise OrderCellError(
                DONE, "changed", "这条措施已经登记为已落实，日期或结果和表里不同。"
            )
        return
    if thing.state != RUNNING:
        raise OrderCellError(DONE, "state", "这条措施已经到期或终止，请先在程序里延期。")
    who_gets = thing.row.member_id or work.loaded.row.member_id or WHOLE_HOUSEHOLD
    named = work.named(row.department)
    given = StepInput(entry.result, entry.done_on, named | {"beneficiary": who_gets})
    measures.act_in(session, thing.row.id, "finish", work.who, given, work.today)
    work.counts.finished += 1


def _remedy(session: Session, work: _Work, rows: Iterable[_Row]) -> None:
    """Call the warning 已补短 when the last of its measures is delivered."""
    loaded = work.loaded
    if loaded.state != warning.REMEDYING:
        return
    known = measure_rows.answering(session, loaded.row.id, loaded.row.household_id)
    days = [measure_rows.delivered_on(one) for one in known if measure_rows.is_delivered(one)]
    delivered = [one for one in days if one is not None]
    if not known or len(delivered) < len(known):
        return
    results = dict.fromkeys(row.entry.result for row in rows if row.entry.result)
    named = work.named() | {"photo": "见交办单"}  # the department's words are its proof
    given = StepInput("；".join(results), max(delivered), named)
    _step(session, work, "done", given)
    work.counts.remedied.append(loaded.row.id)


def _step(session: Session, work: _Work, action: str, given: StepInput) -> None:
    """Take one step with the warning, by the same checks as everywhere."""
    loaded = work.loaded
    on = given.on or work.today
    extra = warning_rules.extra_needs(session, loaded)
    check(loaded.thing, action, work.who, given, on, extra)
    added = warning_rules.prepare(session, loaded, action, work.who, given, on)
    write_step(session, loaded.thing, action, work.who, given, added)
    work.loaded = loaded.again()
