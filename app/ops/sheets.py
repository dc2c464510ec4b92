"""A household's sheet: open it, fill it, check all of them. Submitting: ``sheet_submit``.

Pre-filled answers are computed, never stored, until somebody confirms them. A choice becomes an
answer at its key; half-typed text is a local draft until the field is left.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from sqlalchemy import Delete, bindparam, delete, select
from sqlalchemy.orm import Session

from app.domain import form, income_window, open_answer, rules, warning
from app.domain.form import FormDef
from app.domain.household import NOTHING, AnswerKey, Answers, AnswerValue, Facts, Finding
from app.domain.income_line import IncomeLine, income_line
from app.domain.month import CLOSED, CORRECTING, FILLING
from app.domain.open_answer import OpenReply, OpenResult
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.policy import Policy
from app.models.base import natural_id
from app.models.facts import Month
from app.models.form import Answer, Draft, Sheet
from app.models.household import Household
from app.models.store import Store
from app.ops import months, sheet_context, warnings
from app.ops.changed import Changed
from app.ops.errors import AnswerError, NoPeriodError, NotDueError, UnknownHouseholdError
from app.ops.quiet import quiet_gc
from app.ops.sheet_answers import put, put_note, put_visit, require_filling, save
from app.ops.sheet_context import SheetContext, month_of
from app.ops.sheet_submit import Submitted, submit_sheet

__all__ = [
    "Cell",
    "Origin",
    "Remark",
    "SheetData",
    "Submitted",
    "answer_open",
    "check_period",
    "drafts",
    "open_sheet",
    "record_visit",
    "save_answers",
    "save_draft",
    "save_note",
    "submit_sheet",
]

Origin = Literal["empty", "prefilled", "given", "resting"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the form. ``previous``: last month's value, None if there was none."""

    value: AnswerValue | None
    origin: Origin
    previous: AnswerValue | None


@dataclass(frozen=True, slots=True)
class Remark:
    """The township's words on a returned warning, to be shown at the very field."""

    text: str
    by: str
    at: date
    warning_id: str


@dataclass(frozen=True, slots=True)
class SheetData:
    """Everything that the form shows. ``facts.answers`` holds only what is given.

    Attributes:
        is_read_only: another level's, or a month that takes no answers.
        notes, follow_ups: what was noted or asked further beside an answer.
        other_answers: stored texts that this edition of the form has no field for.
        reported: of questions with an open warning, the answer that was the shortfall (P-0).
        income_months: the answers of the months before, for ``income_window.renewed``.
    """

    sheet_id: str
    household_id: str
    period: Period
    sheet_state: str
    form: FormDef
    policy: Policy
    facts: Facts
    cells: Mapping[AnswerKey, Cell]
    spot_check: AnswerKey | None
    open_warnings: frozenset[tuple[str, str]]
    remarks: Mapping[tuple[str, str], Remark]
    is_read_only: bool = False
    notes: Mapping[AnswerKey, str] = field(default_factory=lambda: NOTHING)
    follow_ups: Mapping[AnswerKey, Mapping[str, str]] = field(default_factory=lambda: NOTHING)
    other_answers: Mapping[AnswerKey, str] = field(default_factory=lambda: NOTHING)
    reported: Mapping[AnswerKey, AnswerValue] = field(default_factory=lambda: NOTHING)
    income_months: Mapping[Period, Answers] = field(default_factory=lambda: NOTHING)
    income: IncomeLine | None = None


def open_sheet(store: Store, household_id: str, period: Period, today: date) -> SheetData:
    """Return a household's sheet of a month, with what last month, roster and records pre-fill.

    Raises:
        NoPeriodError, NotDueError, UnknownHouseholdError: there is no such sheet.
    """
    with store.read() as session:
        household = session.get(Household, household_id)
        if household is None:
            raise UnknownHouseholdError(text=household_id)
        months.require_open(session, household.scope, period)
        sheet = _sheet(session, household_id, period)
        context = sheet_context.one(session, month_of(period, today), household_id)
        state = months.state(session, household.scope, period)
        answers = list(session.scalars(select(Answer).filter_by(sheet_id=sheet.id)))
        now, figures = income_window.renewed(context.facts, context.loaded.months)
        return SheetData(
            sheet_id=sheet.id,
            household_id=household_id,
            period=period,
            sheet_state=context.sheet_state(state in (CLOSED, CORRECTING)),
            form=context.form,
            policy=context.policy,
            facts=context.facts,
            cells=_cells(context),
            spot_check=context.spot_check,
            open_warnings=frozenset((w.code, w.member_id) for w in context.facts.open_warnings),
            remarks=_remarks(session, household_id),
            is_read_only=store.level != "village" or state != FILLING,
            notes={_key(row): row.note for row in answers if row.note},
            follow_ups={_key(row): json.loads(row.follow_up) for row in answers if row.follow_up},
            other_answers=_other_answers(answers, context.form),
            reported=_reported(context),
            income_months=context.loaded.months,
            income=income_line(now, context.policy, figures),
        )


def _reported(context: SheetContext) -> dict[AnswerKey, AnswerValue]:
    keys = ((w.code, w.member_id) for w in context.given.open_warnings)
    found = {key: context.reported(key) for key in keys if key[0] in context.form.by_code}
    return {key: value for key, value in found.items() if value is not None}


def _key(row: Answer) -> AnswerKey:
    return row.question, row.member_id


def _other_answers(answers: Iterable[Answer], definition: FormDef) -> dict[AnswerKey, str]:
    """Return what was stored under another edition and cannot be read in this one: as it is."""
    return {
        _key(row): row.value
        for row in answers
        if row.value is not None and not form.is_readable(definition, row.question, row.value)
    }


def save_answers(
    store: Store,
    actor: Actor,
    sheet_id: str,
    values: Mapping[AnswerKey, AnswerValue | None],
    today: date,
    reason: str = "",
) -> Changed:
    """Store answers in one transaction, one undo step; None clears. Drafts of the fields end.

    What comes from the roster is written back to it; BF-03 also makes the day's visit; amounts
    keep in step with the worksheet: then ``changed.tables`` holds ``income_entry`` and the form
    reloads its cells. ``reason``: of a correction in a closed month.

    Raises:
        SheetStateError: the month takes no answers.
        AnswerError: a value that the question does not take, or that contradicts another;
            nothing is written.
    """
    operation = "sheet.correct" if reason else "sheet.answer"
    with store.write(operation, actor, reason) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet, reason)
        moved = save(session, sheet, _month(sheet, today), values)
        visit_way = values.get(("BF-03", ""))
        if isinstance(visit_way, str):
            put_visit(session, sheet, actor, visit_way, today)
        _end_drafts(session, sheet_id, values)
        tables = {"answer", "income_entry"} if moved else {"answer"}
        return Changed(frozenset(tables), frozenset({sheet.household_id}))


def answer_open(
    store: Store, actor: Actor, sheet_id: str, key: AnswerKey, reply: OpenReply, today: date
) -> tuple[OpenResult, Changed]:
    """Answer a question whose warning is still open: 1还在 2加重 3已解决, with its note.

    Raises:
        AnswerError: the reply lacks what it must bring; nothing is written.
        SheetStateError: the month takes no answers.
    """
    with store.write("sheet.answer", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet)
        context = sheet_context.one(session, _month(sheet, today), sheet.household_id)
        question = context.form.question(key[0])
        reported = context.reported(key)
        if reported is None:
            raise AnswerError(question=question.label, reason="上月没有答案，请直接答。")
        try:
            result = open_answer.resolve(question, reported, reply)
        except ValueError as error:
            raise AnswerError(question=question.label, reason=f"{error}。") from error
        put(session, sheet, context, {key: result.value})
        session.flush()
        if result.note:
            put_note(session, sheet, key, result.note)
        _end_drafts(session, sheet_id, [key])
        changed = Changed(frozenset({"answer"}), frozenset({sheet.household_id}))
    return result, changed


def save_note(
    store: Store, actor: Actor, sheet_id: str, key: AnswerKey, note: str, reason: str = ""
) -> Changed:
    """Keep a note beside an answer (备注); an answer without value may have one.

    Raises:
        SheetStateError: the month takes no answers.
    """
    with store.write("sheet.note", actor, reason) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet, reason)
        put_note(session, sheet, key, note)
        return Changed(frozenset({"answer"}), frozenset({sheet.household_id}))


def _month(sheet: Sheet, today: date) -> Month:
    return month_of(Period.parse(sheet.period), today)


def _end_drafts(session: Session, sheet_id: str, keys: Iterable[AnswerKey]) -> None:
    ended = [{"sheet": sheet_id, "question": q, "member": member} for q, member in keys]
    if ended:
        session.connection().execute(_ending_drafts(), ended)


@cache
def _ending_drafts() -> Delete:
    return delete(Draft).where(
        Draft.sheet_id == bindparam("sheet"),
        Draft.question == bindparam("question"),
        Draft.member_id == bindparam("member"),
    )


def record_visit(
    store: Store, actor: Actor, sheet_id: str, visit_way: str, met_member_id: str, today: date
) -> Changed:
    """Store how and whom one met (本次走访): the answer BF-03 and the day's visit, together.

    Raises:
        SheetStateError, AnswerError: nothing is written.
    """
    with store.write("visit.record", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet)
        save(session, sheet, _month(sheet, today), {("BF-03", ""): visit_way})
        visit = put_visit(session, sheet, actor, visit_way, today)
        visit.met_member_id = met_member_id
        household_id = sheet.household_id
    return Changed(frozenset({"answer", "visit"}), frozenset({household_id}))


def save_draft(store: Store, sheet_id: str, key: AnswerKey, text: str) -> None:
    """Keep half-typed text at each key press; local, not journaled, safe against a kill."""
    with store.write("draft", Actor("", "readonly")) as session:
        session.merge(Draft(sheet_id=sheet_id, question=key[0], member_id=key[1], text=text))


def drafts(store: Store, sheet_id: str) -> dict[AnswerKey, str]:
    """Return the half-typed texts of a sheet."""
    with store.read() as session:
        found = session.scalars(select(Draft).filter_by(sheet_id=sheet_id))
        return {(row.question, row.member_id): row.text for row in found}


@quiet_gc()
def check_period(store: Store, period: Period, today: date) -> list[tuple[Facts, list[Finding]]]:
    """Run every rule over every household due in the month, in roster order; writes nothing.

    Raises:
        NoPeriodError: the month was never opened.
    """
    with store.read() as session:
        due = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
        if store.level == "village":
            months.require_open(session, store.area_code, period)
        elif not due:
            raise NoPeriodError(period=str(period))
        found = sheet_context.load(session, month_of(period, today), due)
    return [(c.facts, rules.evaluate(c.facts, c.form, c.policy)) for c in found]


def _sheet(session: Session, household_id: str, period: Period) -> Sheet:
    sheet = session.get(Sheet, natural_id("sheet", household_id, str(period)))
    if sheet is None:
        raise NotDueError(period=str(period))
    return sheet


def _cells(context: SheetContext) -> dict[AnswerKey, Cell]:
    given, resting, shown = context.given.answers, context.resting, context.prefilled
    cells: dict[AnswerKey, Cell] = {}
    for key in context.asked:
        previous = context.last.get(key)
        if key in given:
            cells[key] = Cell(given[key], "given", previous)
        elif key in resting:
            cells[key] = Cell(resting[key], "resting", previous)
        elif key in shown:
            cells[key] = Cell(shown[key], "prefilled", previous)
        else:
            cells[key] = Cell(None, "empty", previous)
    return cells


def _remarks(session: Session, household_id: str) -> dict[tuple[str, str], Remark]:
    found: dict[tuple[str, str], Remark] = {}
    for loaded in warnings.open_states(session, {household_id}):
        if loaded.state == warning.RETURNED:
            step = loaded.steps[-1]
            key = (loaded.row.question or loaded.row.code, loaded.row.member_id)
            found[key] = Remark(step.note, step.actor, step.step_on, loaded.row.id)
    return found
