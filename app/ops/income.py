"""The income worksheet of a household and month: shown, filled, and the twelve months behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from app.domain import income_window, income_worksheet
from app.domain.form import parse_amount
from app.domain.household import AnswerKey, AnswerValue, Member
from app.domain.income_line import IncomeLine, income_line
from app.domain.income_worksheet import EACH_WAGE, WAGES, Jump, LineKey, Source
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.form import Sheet
from app.models.store import Store
from app.ops import catalogue, sheet_context
from app.ops.changed import Changed
from app.ops.errors import AnswerError
from app.ops.income_lines import put_line
from app.ops.sheet_answers import put_amount, require_filling
from app.ops.sheet_context import SheetContext, month_of


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the worksheet. ``origin``: given, prefilled, empty, or answer (EM-04).

    ``key``: to save it with; the answer's key for a wage, which is changed at its question.
    """

    question: str
    key: LineKey
    label: str
    member_name: str
    value: Decimal | None
    origin: str
    previous: Decimal | None


@dataclass(frozen=True, slots=True)
class AmountRow:
    """One amount with its lines. ``rest``: what the amount says beyond them."""

    question: str
    label: str
    value: AnswerValue | None
    previous: AnswerValue | None
    explained: Decimal
    rest: Decimal
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One of the twelve months: its amounts, and whether it counts as complete."""

    period: Period
    amounts: Mapping[str, AnswerValue]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class WorksheetPage:
    """The whole worksheet. ``income`` is the one line of arithmetic."""

    sheet_id: str
    period: Period
    amounts: tuple[AmountRow, ...]
    months: tuple[MonthRow, ...]
    income: IncomeLine
    jumps: tuple[Jump, ...]


def worksheet_page(store: Store, sheet_id: str, today: date) -> WorksheetPage:
    """Return the worksheet of a sheet, with last month beside and the twelve months below."""
    with store.read() as session:
        context = _context(session, session.get_one(Sheet, sheet_id), today)
        facts, figures = income_window.renewed(context.facts, context.loaded.months)
        worksheet = catalogue.worksheet()
        asked = {code for code, member_id in context.asked if not member_id}
        questions = [q for q in worksheet.questions if q in asked]
        return WorksheetPage(
            sheet_id=sheet_id,
            period=facts.period,
            amounts=tuple(_amount(context, question) for question in questions),
            months=tuple(_months(context)),
            income=income_line(facts, context.policy, figures),
            jumps=income_worksheet.jumps(worksheet, questions, context.last, context.facts.answers),
        )


def save_lines(
    store: Store,
    actor: Actor,
    sheet_id: str,
    lines: Mapping[LineKey, Decimal | None],
    today: date,
    reason: str = "",
) -> Changed:
    """Store worksheet lines in one transaction, one undo step; None takes a line back.

    The amounts follow: an amount that was not given is given by its lines (but for the wages).

    Raises:
        SheetStateError: the month takes no answers.
        AnswerError: an unknown source, another household's person, or no amount of money.
    """
    operation = "income.correct" if reason else "income.lines"
    with store.write(operation, actor, reason) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet, reason)
        context = _context(session, sheet, today)
        before = context.amounts  # read now: the book is lazy
        for key, amount in lines.items():
            _check(context, key, amount)
            put_line(session, sheet, key, amount)
        moved = income_worksheet.broken_down(catalogue.worksheet(), before, lines)
        asked = {code for code, _ in context.asked}
        for question, value in moved.items():
            if question in asked:
                put_amount(session, sheet, context.form, question, value)
        return Changed(frozenset({"income_entry", "answer"}), frozenset({sheet.household_id}))


def parse_line(text: str) -> Decimal | None:
    """Return the amount that somebody typed into a line; None for empty text.

    Raises:
        ValueError: not an amount; the text is a Chinese sentence for the field.
    """
    return parse_amount(text) if text.strip() else None


def _context(session: Session, sheet: Sheet, today: date) -> SheetContext:
    period = Period.parse(sheet.period)
    return sheet_context.one(session, month_of(period, today), sheet.household_id)


def _check(context: SheetContext, key: LineKey, amount: Decimal | None) -> None:
    source = catalogue.worksheet().source(key[0])
    if source is None:
        raise AnswerError(question="收入明细", reason="没有这个来源。")
    people = {member.id for member in context.given.members}
    if (key[1] in people) != source.is_personal or (key[1] and key[1] not in people):
        raise AnswerError(question=source.label, reason="不是本户这个人的收入。")
    if amount is not None and (amount < 0 or amount != round(amount, 2)):
        raise AnswerError(question=source.label, reason="应是金额，不能小于0，最多两位小数。")


def _amount(context: SheetContext, question: str) -> AmountRow:
    key: AnswerKey = (question, "")
    value = context.given.answers.get(key, context.prefilled.get(key))
    explained = context.explained(question)
    rest = value - explained if isinstance(value, Decimal) else Decimal(0)
    return AmountRow(
        question=question,
        label=context.form.question(question).short,
        value=value,
        previous=context.last.get(key),
        explained=explained,
        rest=max(rest, Decimal(0)),
        lines=tuple(_lines(context, question)),
    )


def _lines(context: SheetContext, question: str) -> list[LineRow]:
    rows = _wages(context) if question == WAGES else []
    present = [m for m in context.given.members if m.member_status == "present"]
    for source in catalogue.worksheet().of(question):
        people: list[Member | None] = [*present] if source.is_personal else [None]
        rows += [_line(context, question, source, person) for person in people]
    return rows


def _wages(context: SheetContext) -> list[LineRow]:
    names = {member.id: member.name for member in context.given.members}
    rows = []
    for key in context.asked:
        if key[0] != EACH_WAGE:
            continue
        given, shown = context.given.answers.get(key), context.prefilled.get(key)
        value = given if given is not None else shown
        rows.append(
            LineRow(
                question=WAGES,
                key=key,
                label=context.form.question(EACH_WAGE).short,
                member_name=names[key[1]],
                value=value if isinstance(value, Decimal) else None,
                origin="answer",
                previous=_money(context.last.get(key)),
            )
        )
    return rows


def _line(context: SheetContext, question: str, source: Source, person: Member | None) -> LineRow:
    key = (source.key, person.id if person else "")
    given, offered = context.lines.get(key), context.offered_lines.get(key)
    before = max(context.line_months, default=None)
    last = context.line_months[before].get(key) if before else None
    origin = "given" if given is not None else "empty" if offered is None else "prefilled"
    return LineRow(
        question=question,
        key=key,
        label=source.label,
        member_name=person.name if person else "",
        value=given if given is not None else offered,
        origin=origin,
        previous=last,
    )


def _money(value: AnswerValue | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _months(context: SheetContext) -> list[MonthRow]:
    """Return the twelve months of the window, oldest first; a missing one is empty."""
    period = context.given.period
    known = {**context.loaded.months, period: context.facts.answers}
    rows = []
    for back in range(income_window.MONTHS - 1, -1, -1):
        month = period.plus(-back)
        answers = known.get(month, {})
        amounts = {
            code: answers[code, ""]
            for code in income_window.AMOUNT_QUESTIONS
            if (code, "") in answers
        }
        rows.append(MonthRow(month, amounts, income_window.is_complete(answers)))
    return rows
