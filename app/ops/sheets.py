"""Months and sheets: open a month, fill a household's sheet, submit it, check them all.

Pre-filled answers are computed, never stored, until somebody confirms them. A choice becomes an
answer at its key; half-typed text is a local draft until the field is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain import form, rules, warning
from app.domain.form import FormDef, Question
from app.domain.household import AnswerKey, AnswerValue, Facts, Finding
from app.domain.lifecycle import PROGRAM
from app.domain.month import CLOSED, FILLING
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.policy import Policy
from app.models.base import natural_id
from app.models.facts import snapshot
from app.models.form import Answer, Draft, Sheet, Visit
from app.models.household import Household, Member
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import catalogue, months, sheet_context, warnings
from app.ops.changed import Changed
from app.ops.errors import AnswerError, NotDueError, SheetStateError
from app.ops.sheet_context import SheetContext, month_of

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
    """Everything that the form shows. ``facts.answers`` holds only what is given."""

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


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of submitting a household: what is missing, or what was found and opened."""

    state: str
    missing: tuple[AnswerKey, ...]
    findings: tuple[Finding, ...]
    opened: tuple[str, ...]
    changed: Changed


def open_sheet(store: Store, household_id: str, period: Period, today: date) -> SheetData:
    """Return a household's sheet of a month, with what last month, roster and records pre-fill.

    Raises:
        NoPeriodError, NotDueError, UnknownHouseholdError: there is no such sheet.
    """
    with store.read() as session:
        months.require_open(session, store.area_code, period)
        sheet = _sheet(session, household_id, period)
        context = sheet_context.one(session, month_of(period, today), household_id)
        is_closed = months.state(session, store.area_code, period) == CLOSED
        return SheetData(
            sheet_id=sheet.id,
            household_id=household_id,
            period=period,
            sheet_state=context.sheet_state(is_closed),
            form=context.form,
            policy=context.policy,
            facts=context.facts,
            cells=_cells(context),
            spot_check=context.spot_check,
            open_warnings=frozenset((w.code, w.member_id) for w in context.facts.open_warnings),
            remarks=_remarks(session, household_id),
        )


def save_answers(
    store: Store,
    actor: Actor,
    sheet_id: str,
    values: Mapping[AnswerKey, AnswerValue | None],
    today: date,
) -> Changed:
    """Store answers in one transaction, one undo step; None clears. Drafts of the fields end.

    What comes from the roster is written back to it; BF-03 also makes the day's visit.

    Raises:
        SheetStateError: the month is closed.
        AnswerError: a value that the question does not take; nothing is written.
    """
    with store.write("sheet.answer", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        _require_filling(session, store.area_code, sheet)
        definition = catalogue.form_for(Period.parse(sheet.period))
        members = {
            row.id: row
            for row in session.scalars(select(Member).filter_by(household_id=sheet.household_id))
        }
        for key, value in values.items():
            question = _question(definition, key, members)
            text = _text(question, value)
            _put_answer(session, sheet, key, text)
            _write_back(session, sheet, question, key, value, members)
        visit_way = values.get(("BF-03", ""))
        if isinstance(visit_way, str):
            _put_visit(session, sheet, actor, visit_way, today)
        for question_code, member_id in values:
            session.execute(
                delete(Draft).filter_by(
                    sheet_id=sheet_id, question=question_code, member_id=member_id
                )
            )
        return Changed(frozenset({"answer"}), frozenset({sheet.household_id}))


def record_visit(
    store: Store, actor: Actor, sheet_id: str, visit_way: str, met_member_id: str, today: date
) -> Changed:
    """Store how and whom one met (本次走访): the answer BF-03 and the day's visit, together.

    Raises:
        SheetStateError, AnswerError: nothing is written.
    """
    with store.write("visit.record", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        _require_filling(session, store.area_code, sheet)
        definition = catalogue.form_for(Period.parse(sheet.period))
        question = definition.question("BF-03")
        _put_answer(session, sheet, ("BF-03", ""), _text(question, visit_way))
        visit = _put_visit(session, sheet, actor, visit_way, today)
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


def submit_sheet(store: Store, actor: Actor, sheet_id: str, today: date) -> Submitted:
    """Submit a household: evaluate the stored answers again, open and withdraw warnings.

    With required questions unanswered nothing is written and ``missing`` names them.

    Raises:
        SheetStateError: the month is closed.
    """
    with store.write("sheet.submit", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        _require_filling(session, store.area_code, sheet)
        period = Period.parse(sheet.period)
        context = sheet_context.one(session, month_of(period, today), sheet.household_id)
        findings = tuple(rules.evaluate(context.facts, context.form, context.policy))
        if context.missing:
            return Submitted("partial", context.missing, findings, (), Changed())
        _freeze(sheet, actor, context, findings, today)
        opened = _reconcile(session, sheet, findings, context, today)
        changed = Changed(frozenset({"sheet", "warning"}), frozenset({sheet.household_id}))
        return Submitted(context.sheet_state(False), (), findings, opened, changed)


def check_period(store: Store, period: Period, today: date) -> list[tuple[Facts, list[Finding]]]:
    """Run every rule over every household due in the month, in roster order; writes nothing.

    Raises:
        NoPeriodError: the month was never opened.
    """
    with store.read() as session:
        months.require_open(session, store.area_code, period)
        due = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
        found = sheet_context.load(session, month_of(period, today), due)
    return [(c.facts, rules.evaluate(c.facts, c.form, c.policy)) for c in found]


def _sheet(session: Session, household_id: str, period: Period) -> Sheet:
    sheet = session.get(Sheet, natural_id("sheet", household_id, str(period)))
    if sheet is None:
        raise NotDueError(period=str(period))
    return sheet


def _require_filling(session: Session, scope: str, sheet: Sheet) -> None:
    state = months.state(session, scope, Period.parse(sheet.period))
    if state != FILLING:
        raise SheetStateError(period=sheet.period)


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


def _question(definition: FormDef, key: AnswerKey, members: Mapping[str, Member]) -> Question:
    code, member_id = key
    question = definition.by_code.get(code)
    if question is None:
        raise AnswerError(question=code, reason="没有这道题。")
    if (question.scope == "member") != bool(member_id) or (member_id and member_id not in members):
        raise AnswerError(question=question.label, reason="不是本户这个人的题。")
    return question


def _text(question: Question, value: AnswerValue | None) -> str | None:
    if value is None:
        return None
    try:
        return form.to_text(question, value)
    except ValueError as error:
        raise AnswerError(question=question.label, reason=f"{error}。") from error


def _put_answer(session: Session, sheet: Sheet, key: AnswerKey, text: str | None) -> None:
    code, member_id = key
    answer_id = natural_id("answer", sheet.id, code, member_id)
    row = session.get(Answer, answer_id)
    if row is not None:
        row.value = text
    elif text is not None:
        session.add(
            Answer(
                id=answer_id,
                scope=sheet.scope,
                sheet_id=sheet.id,
                question=code,
                member_id=member_id,
                value=text,
            )
        )


def _write_back(
    session: Session,
    sheet: Sheet,
    question: Question,
    key: AnswerKey,
    value: AnswerValue | None,
    members: Mapping[str, Member],
) -> None:
    """Keep the roster in step with what was confirmed on the form: nothing is typed twice."""
    if not question.roster_field or value is None:
        return
    if isinstance(value, str) and value.startswith("_"):
        return  # a special answer tells nothing that the roster could keep
    target: Member | Household = (
        members[key[1]] if key[1] else session.get_one(Household, sheet.household_id)
    )
    setattr(target, question.roster_field, value)


def _put_visit(session: Session, sheet: Sheet, actor: Actor, way: str, today: date) -> Visit:
    visit_id = natural_id("visit", sheet.id)
    visit = session.get(Visit, visit_id)
    if visit is None:
        visit = Visit(
            id=visit_id,
            scope=sheet.scope,
            household_id=sheet.household_id,
            visited_on=today,
            visitor=actor.name,
            visit_way=way,
            is_helper=months.is_helper(session, sheet.household_id, actor.name, today),
        )
        session.add(visit)
        session.flush()
    visit.visit_way = way
    return visit


def _freeze(
    sheet: Sheet,
    actor: Actor,
    context: SheetContext,
    findings: tuple[Finding, ...],
    today: date,
) -> None:
    """Keep with the sheet what its submission said."""
    facts = context.facts
    per_capita = rules.derive(facts, context.policy).per_capita if facts.income else None
    sheet.submitted_on = today
    sheet.submitted_by = actor.name
    sheet.per_capita = None if per_capita is None else str(per_capita)
    sheet.shortfall_codes = ",".join(dict.fromkeys(f.code for f in findings))
    sheet.roster_snapshot = snapshot(facts.members)


def _reconcile(
    session: Session,
    sheet: Sheet,
    findings: tuple[Finding, ...],
    context: SheetContext,
    today: date,
) -> tuple[str, ...]:
    """Open, raise and withdraw warnings; return the ids of the opened ones."""
    loaded = {w.row.id: w for w in warnings.load_all(session, {sheet.household_id})}
    known = [
        warning.Known(
            w.row.id,
            w.row.code,
            w.row.member_id,
            w.row.severity,
            w.state,
            w.row.period,
            w.row.is_manual,
        )
        for w in loaded.values()
    ]
    lasting = [f for f in findings if rules.becomes_warning(f.code, context.form, context.policy)]
    result = warning.reconcile(lasting, known, sheet.period)
    opened = []
    for finding in result.opened:
        occurrence = 1 + sum(
            (k.code, k.member_id) == (finding.code, finding.member_id) for k in known
        )
        row = _warning_row(sheet, finding, occurrence, today)
        session.add(row)
        opened.append(row.id)
    for warning_id, finding in result.raised:
        loaded[warning_id].row.severity = finding.severity
        loaded[warning_id].row.message = finding.message
    for warning_id in result.withdrawn:
        w = loaded[warning_id]
        note = warnings.StepInput(note="答案已更正")
        warnings.add_step(session, w.row, w.steps, "withdraw", PROGRAM, note, "程序", today)
    return tuple(opened)


def _warning_row(sheet: Sheet, finding: Finding, occurrence: int, today: date) -> HouseholdWarning:
    return HouseholdWarning(
        id=natural_id(
            "warning", sheet.household_id, finding.code, finding.member_id, str(occurrence)
        ),
        scope=sheet.scope,
        household_id=sheet.household_id,
        member_id=finding.member_id,
        code=finding.code,
        occurrence=occurrence,
        severity=finding.severity,
        message=finding.message,
        basis=finding.basis,
        values=warnings.values_text(finding.values),
        question=finding.fields[0][0] if finding.fields else "",
        period=sheet.period,
        opened_on=today,
    )
