"""A household's months: what was answered in each, what fell short, and one month in full."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.answers import from_text
from app.domain.catalogue import Question
from app.domain.form import FormDef, is_readable
from app.domain.labels import label
from app.domain.period import Period
from app.models.form import Answer, Sheet
from app.models.household import AnnualIncome, Member
from app.models.store import Store
from app.ops import catalogue, income
from app.ops.conflict_words import said
from app.ops.income import WorksheetPage
from app.ops.names import Names

MONTHS = 36  # that a household's page reaches back
_MET = "BF-03"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One month. ``answers``: how many questions are answered; ``visit``: whom one met, in words.

    ``shortfalls``: what its submission found, answers and computed rules, each in words.
    """

    sheet_id: str
    period: Period
    submitted_on: date | None
    submitted_by: str
    answers: int
    visit: str
    shortfalls: tuple[str, ...]
    per_capita: Decimal | None
    unvisited_reason: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of a sheet as people read it. ``member``: "" for the household."""

    chapter: str
    question: str
    member: str
    text: str
    note: str
    falls_short: bool


@dataclass(frozen=True, slots=True)
class IncomeHistory:
    """What is known of a household's income. ``page`` None: no month was opened for it yet.

    ``annual``: year (it ended on 30 September) and yuan per person, the newest first.
    """

    page: WorksheetPage | None
    annual: tuple[tuple[int, Decimal], ...]


def sheet_history(store: Store, household_id: str, today: date) -> list[SheetLine]:
    """Return the household's months of the last three years, the newest first."""
    first = Period.of(today).plus(1 - MONTHS)
    query = (
        select(Sheet)
        .where(Sheet.household_id == household_id, Sheet.period >= str(first))
        .order_by(Sheet.period.desc())
    )
    with store.read() as session:
        sheets = list(session.scalars(query))
        counts = _counts(session, sheets)
        named = _named_answers(session, sheets)
        names = Names.of(session, {household_id})
        return [_line(row, counts.get(row.id, 0), named[row.id], names) for row in sheets]


def sheet_answers(store: Store, sheet_id: str) -> list[AnswerLine]:
    """Return the answers of one month, in the order of its form."""
    with store.read() as session:
        sheet = session.get_one(Sheet, sheet_id)
        rows = session.scalars(select(Answer).filter_by(sheet_id=sheet_id)).all()
        names = Names.of(session, {sheet.household_id})
        form = catalogue.form_for(Period.parse(sheet.period))
        short = set(sheet.shortfall_codes.split(","))
        ranks = select(Member.id, Member.number).filter_by(household_id=sheet.household_id)
        rank = {row.id: row.number for row in session.execute(ranks)}
        ordered = sorted(rows, key=lambda row: rank.get(row.member_id, 0))
        return list(_answers(form, ordered, names, short))


def income_history(store: Store, household_id: str, today: date) -> IncomeHistory:
    """Return the twelve months up to the household's newest sheet, and its yearly incomes."""
    newest = (
        select(Sheet.id)
        .where(Sheet.household_id == household_id, Sheet.period <= str(Period.of(today)))
        .order_by(Sheet.period.desc())
        .limit(1)
    )
    yearly = (
        select(AnnualIncome.year, AnnualIncome.annual_per_capita)
        .where(AnnualIncome.household_id == household_id)
        .order_by(AnnualIncome.year.desc())
    )
    with store.read() as session:
        sheet_id = session.scalar(newest)
        annual = tuple((year, amount) for year, amount in session.execute(yearly) if amount)
    page = income.worksheet_page(store, sheet_id, today) if sheet_id else None
    return IncomeHistory(page, annual)


def _counts(session: Session, sheets: Iterable[Sheet]) -> dict[str, int]:
    query = (
        select(Answer.sheet_id, func.count().label("answers"))
        .where(Answer.sheet_id.in_([row.id for row in sheets]), Answer.value.is_not(None))
        .group_by(Answer.sheet_id)
    )
    return {row.sheet_id: row.answers for row in session.execute(query)}


def _named_answers(session: Session, sheets: Iterable[Sheet]) -> dict[str, list[Answer]]:
    """Return what the lines tell in words: whom one met, and the answers that fell short."""
    by_id = {row.id: row for row in sheets}
    codes = {code for row in by_id.values() for code in row.shortfall_codes.split(",")}
    query = select(Answer).where(Answer.sheet_id.in_(by_id), Answer.question.in_({_MET, *codes}))
    found: dict[str, list[Answer]] = defaultdict(list)
    for row in session.scalars(query):
        if row.question in {_MET, *by_id[row.sheet_id].shortfall_codes.split(",")}:
            found[row.sheet_id].append(row)
    return found


def _line(sheet: Sheet, count: int, named: list[Answer], names: Names) -> SheetLine:
    way = next((row.value for row in named if row.question == _MET and row.value), "")
    return SheetLine(
        sheet_id=sheet.id,
        period=Period.parse(sheet.period),
        submitted_on=sheet.submitted_on,
        submitted_by=sheet.submitted_by or "",
        answers=count,
        visit=label("visit_way", way) if way else "",
        shortfalls=tuple(_shortfalls(sheet, named, names)),
        per_capita=Decimal(sheet.per_capita) if sheet.per_capita else None,
        unvisited_reason=sheet.unvisited_reason or "",
    )


def _shortfalls(sheet: Sheet, named: Iterable[Answer], names: Names) -> Iterator[str]:
    form = catalogue.form_for(Period.parse(sheet.period))
    rows = list(named)
    for code in filter(None, sheet.shortfall_codes.split(",")):
        question = form.by_code.get(code)
        if question is None:
            rule = catalogue.rule_texts().get(code)
            yield rule.name if rule is not None else code
            continue
        given = [row for row in rows if row.question == code]
        bad = [row for row in given if _is_bad(form, question, row)] or given
        who = [f"{names.member(row.member_id)}{said(question, row.value or '')}" for row in bad]
        yield f"{question.short}：{'、'.join(who)}" if who else question.short


def _is_bad(form: FormDef, question: Question, row: Answer) -> bool:
    """Tell whether an answer alone can be why its question is among the shortfalls."""
    if not row.value or not is_readable(form, question.code, row.value):
        return False
    return from_text(question, row.value) not in question.harmless


def _answers(
    form: FormDef, rows: Iterable[Answer], names: Names, short: set[str]
) -> Iterator[AnswerLine]:
    order = {question.code: place for place, question in enumerate(form.questions)}
    chapters = {chapter.code: chapter.label for chapter in form.chapters}
    known = [row for row in rows if row.value is not None and row.question in order]
    for row in sorted(known, key=lambda row: order[row.question]):
        question = form.question(row.question)
        yield AnswerLine(
            chapter=chapters.get(question.chapter, "本次走访"),
            question=question.short or question.label,
            member=names.member(row.member_id),
            text=said(question, row.value or ""),
            note=row.note,
            falls_short=row.question in short and _is_bad(form, question, row),
        )
