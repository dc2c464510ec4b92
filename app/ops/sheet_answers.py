"""Writing answers: what a question takes, what stands beside the others, what follows from it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.domain import form, income_worksheet
from app.domain.form import FormDef, Question
from app.domain.household import AnswerKey, AnswerValue
from app.domain.income_worksheet import EACH_WAGE, LineKey
from app.domain.month import CORRECTING, FILLING
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.view import is_special
from app.models.base import natural_id
from app.models.facts import Month
from app.models.form import Answer, Sheet, Visit
from app.models.household import Household, Member
from app.ops import catalogue, months, sheet_context
from app.ops.errors import AnswerError, SheetStateError
from app.ops.income_lines import put_line
from app.ops.sheet_context import SheetContext

Values = Mapping[AnswerKey, AnswerValue | None]
_WAY = ("BF-03", "")  # how the household was met


class SheetInCheckError(SheetStateError):
    """The month is being checked: it takes answers again after it was given back."""

    message = "{period}正在核对，这次改动没有写入。"
    hint = "要改请先退回填报。"


def require_filling(session: Session, sheet: Sheet, reason: str = "") -> None:
    """Refuse a month that takes no answers: a closed one takes them as 更正 with a reason.

    Raises:
        SheetStateError: nothing is written.
    """
    state = months.state(session, sheet.scope, Period.parse(sheet.period))
    if state == FILLING or (state == CORRECTING and reason.strip()):
        return
    raise (SheetInCheckError if state == "checking" else SheetStateError)(period=sheet.period)


def save(session: Session, sheet: Sheet, month: Month, values: Values) -> bool:
    """Write answers as ``put``; the rest of the sheet is loaded only where it has a say.

    Raises:
        AnswerError: a value that the question does not take; nothing is written.
    """
    if not _stand_alone(session, sheet, month.form, values):
        context = sheet_context.one(session, month, sheet.household_id)
        return put(session, sheet, context, values)
    members = session.scalars(_members_of(), {"household": sheet.household_id}).all()
    _put_each(session, sheet, month.form, members, values)
    return False


def put(session: Session, sheet: Sheet, context: SheetContext, values: Values) -> bool:
    """Write answers with what follows from them; tell whether other amounts changed too.

    Raises:
        AnswerError: a value that the question does not take; nothing is written.
    """
    members = {member.id for member in context.given.members}
    _put_each(session, sheet, context.form, members, values)
    merged = _merged(context, values)
    _check(merged, values)
    return _put_amounts(session, sheet, context, merged, values)


def _stand_alone(session: Session, sheet: Sheet, definition: FormDef, values: Values) -> bool:
    """Tell whether no other answer, no amount and no record has a say in these answers."""
    if _touch_income(values) or any(code not in definition.by_code for code, _ in values):
        return False
    met = natural_id("answer", sheet.id, *_WAY)
    way = values[_WAY] if _WAY in values else session.scalar(_value_of(), {"answer": met})
    given = ((key, value) for key, value in values.items() if value is not None)
    return all(form.stands_alone(definition, key, value, way) for key, value in given)


@cache
def _value_of() -> Select[str | None]:
    return select(Answer.value).where(Answer.id == bindparam("answer"))


@cache
def _members_of() -> Select[str]:
    return select(Member.id).where(Member.household_id == bindparam("household"))


def _put_each(
    session: Session,
    sheet: Sheet,
    definition: FormDef,
    members: Collection[str],
    values: Values,
) -> None:
    for key, value in values.items():
        question = _question(definition, key, members)
        put_answer(session, sheet, key, _text(question, value))
        _write_back(session, sheet, question, key, value)


def put_answer(session: Session, sheet: Sheet, key: AnswerKey, text: str | None) -> Answer | None:
    """Write one answer in canonical text; None clears it."""
    code, member_id = key
    answer_id = natural_id("answer", sheet.id, code, member_id)
    row = session.get(Answer, answer_id)
    if row is not None:
        row.value = text
    elif text is not None:
        row = Answer(
            id=answer_id,
            scope=sheet.scope,
            sheet_id=sheet.id,
            question=code,
            member_id=member_id,
            value=text,
            note="",
            follow_up="",
        )
        session.add(row)
    return row


def put_note(session: Session, sheet: Sheet, key: AnswerKey, note: str) -> None:
    """Keep the words beside an answer; one without value may have some."""
    answer_id = natural_id("answer", sheet.id, *key)
    row = session.get(Answer, answer_id)
    if row is None and note:
        put_answer(session, sheet, key, "")
        row = session.get_one(Answer, answer_id)
        row.value = None
    if row is not None:
        row.note = note


def put_amount(
    session: Session, sheet: Sheet, definition: FormDef, question: str, value: AnswerValue | None
) -> None:
    """Write an amount of the household that follows from others."""
    text = None if value is None else form.to_text(definition.question(question), value)
    put_answer(session, sheet, (question, ""), text)


def put_visit(session: Session, sheet: Sheet, actor: Actor, way: str, today: date) -> Visit:
    """Write how the household was met this month: one visit a sheet."""
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


def _question(definition: FormDef, key: AnswerKey, members: Collection[str]) -> Question:
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


def _write_back(
    session: Session,
    sheet: Sheet,
    question: Question,
    key: AnswerKey,
    value: AnswerValue | None,
) -> None:
    """Keep the roster in step with what was confirmed on the form: nothing is typed twice."""
    if not question.roster_field or value is None or is_special(value):
        return  # a special answer tells nothing that the roster could keep
    target: Member | Household = (
        session.get_one(Member, key[1])
        if key[1]
        else session.get_one(Household, sheet.household_id)
    )
    setattr(target, question.roster_field, value)


def _merged(context: SheetContext, values: Values) -> SheetContext:
    """Return the context as it is with the new answers."""
    answers = {**context.given.answers, **values}
    given = {key: value for key, value in answers.items() if value is not None}
    loaded = replace(context.loaded, facts=replace(context.given, answers=given))
    return replace(context, loaded=loaded)


def _check(merged: SheetContext, values: Values) -> None:
    """Refuse what cannot stand beside the other answers (HS-01 with HS-02, WT-06 below WT-05)."""
    for key, value in values.items():
        if value is None:
            continue
        reason = form.problem(merged.form, merged.facts, merged.policy, key, value)
        if reason:
            raise AnswerError(question=merged.form.question(key[0]).label, reason=f"{reason}。")


def refusals(context: SheetContext, values: Values) -> dict[AnswerKey, str]:
    """Return, one by one in the order given, the answers that cannot be taken, with the reason.

    What is taken before counts beside what comes later; what is not asked with all of them taken
    is refused too. Nothing is written.
    """
    refused: dict[AnswerKey, str] = {}
    taken: dict[AnswerKey, AnswerValue | None] = {}
    for key, value in values.items():
        question = context.form.by_code[key[0]]
        try:
            _text(question, value)
            merged = _merged(context, {**taken, key: value})
            _check(merged, {key: value})
            _enter(context, merged, {key: value})
        except AnswerError as error:
            refused[key] = str(error.facts["reason"])
        else:
            taken[key] = value
    for _ in range(3):  # what is refused may have asked for another
        asked = set(_merged(context, taken).asked)
        for key in [key for key in taken if key not in asked]:
            del taken[key]
            refused[key] = "这个月不问这一题。"
    return refused


def contradictions(context: SheetContext) -> tuple[AnswerKey, ...]:
    """Return the given answers that no longer stand beside later ones: to be answered again."""
    asked = [key for key in context.asked if key in context.given.answers]
    return tuple(
        key
        for key in asked
        if form.problem(
            context.form, context.facts, context.policy, key, context.given.answers[key]
        )
    )


def _put_amounts(
    session: Session, sheet: Sheet, context: SheetContext, merged: SheetContext, values: Values
) -> bool:
    """Keep amounts and worksheet in step with each other."""
    amounts, lines = _enter(context, merged, values)
    for question, amount in amounts.items():
        put_amount(session, sheet, context.form, question, amount)
    for key, line in lines.items():
        put_line(session, sheet, key, line)
    return bool(amounts)


def _enter(
    context: SheetContext, merged: SheetContext, values: Values
) -> tuple[dict[str, Decimal], dict[LineKey, Decimal]]:
    if not _touch_income(values):
        return {}, {}
    worksheet = catalogue.worksheet()
    given = {key: value for key, value in values.items() if value is not None}
    try:
        return income_worksheet.enter(
            worksheet, context.amounts, given, merged.wages, context.offered_lines
        )
    except ValueError as error:
        raise AnswerError(question="收入", reason=f"{error}。") from error


def _touch_income(values: Values) -> bool:
    questions = {*catalogue.worksheet().questions, EACH_WAGE, "EM-01"}
    return any(code in questions for code, _ in values)
