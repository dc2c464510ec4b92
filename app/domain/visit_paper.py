"""月度走访登记表 as plain text: the form of the screen on paper, in its order and with its digits.

Last month's values stand beside a blank column. Words that a farmer should not read are
replaced by the catalogue's softer ones; only the visitor signs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain import words
from app.domain.catalogue import FormDef, MenuItem, Option, Question
from app.domain.household import NOTHING, AnswerKey, AnswerValue, Member
from app.domain.period import Period
from app.domain.view import HouseholdView, MemberView, is_special

_NO_EVENT = "无"
_GLUE = "\u00a0"  # a digit and its option stay on one line


@dataclass(frozen=True, slots=True)
class VisitSource:
    """What one household's paper is made from.

    Attributes:
        asked: every field of the month with the value that stands before it, None if there is none.
        spot_check: the field whose earlier value must not be shown (抽题).
        carried: field -> month of its last check, for what rests this month.
        unread: stored texts of another edition of the form, printed as they are.
        income: the line of arithmetic about the twelve months.
    """

    area: str
    period: Period
    printed_on: date
    hamlet_group: str
    form: FormDef
    view: HouseholdView
    asked: Mapping[AnswerKey, AnswerValue | None]
    spot_check: AnswerKey | None = None
    carried: Mapping[AnswerKey, str] = field(default_factory=lambda: NOTHING)
    unread: Mapping[AnswerKey, str] = field(default_factory=lambda: NOTHING)
    income: str = ""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One answer to write: of a person (``who``) or of the household, with the value before."""

    who: str
    before: str
    key: AnswerKey = ("", "")


@dataclass(frozen=True, slots=True)
class VisitQuestion:
    """One question with its options and digits; without lines it is not asked this month."""

    code: str
    text: str
    options: str
    lines: tuple[VisitLine, ...]


@dataclass(frozen=True, slots=True)
class VisitChapter:
    """One chapter in the order of the screen."""

    title: str
    questions: tuple[VisitQuestion, ...]


@dataclass(frozen=True, slots=True)
class VisitPaper:
    """A finished paper, ready to be drawn."""

    area: str
    period: Period
    household_no: str
    head_name: str
    hamlet_group: str
    members: tuple[str, ...]
    printed_on: date
    head_strip: str
    chapters: tuple[VisitChapter, ...]
    income: str = ""


def visit_paper(source: VisitSource) -> VisitPaper:
    """Return one household's paper of one month."""
    facts = source.view.facts
    present = [m for m in facts.members if m.member_status == "present"]
    head = next((m.name for m in present if m.relation == "户主"), "")
    return VisitPaper(
        area=source.area,
        period=source.period,
        household_no=facts.household_no,
        head_name=head or (present[0].name if present else ""),
        hamlet_group=source.hamlet_group,
        members=tuple(f"{m.number} {m.name}（{m.relation}）" for m in present),
        printed_on=source.printed_on,
        head_strip=_soft(re.sub(r"(?<=\d) ", _GLUE, source.form.head.keys), source.form),
        chapters=tuple(_chapters(source)),
        income=_soft(source.income, source.form),
    )


def _chapters(source: VisitSource) -> Iterator[VisitChapter]:
    strip = {question.code for question in source.form.head.questions}
    for number, chapter in enumerate(sorted(source.form.chapters, key=lambda c: c.order), 1):
        asked = [q for q in chapter.questions if q.code not in strip and not _is_sum(q, source)]
        questions = tuple(_question(question, source) for question in asked)
        if questions:
            yield VisitChapter(f"{number}. {chapter.label}", questions)
    if source.unread:
        yield VisitChapter("其他版本的题", tuple(_unread(source)))


def _unread(source: VisitSource) -> Iterator[VisitQuestion]:
    names = {m.id: f"{m.number} {m.name}" for m in source.view.facts.members}
    for (code, member_id), text in sorted(source.unread.items()):
        line = VisitLine(names.get(member_id, ""), text, (code, member_id))
        yield VisitQuestion(code, "（本版没有这道题，原样列出）", "", (line,))


def _is_sum(question: Question, source: VisitSource) -> bool:
    """A sum that is known by itself is not asked; one that is not must be written down."""
    return bool(question.sum_of) and source.asked.get((question.code, "")) is not None


def _question(question: Question, source: VisitSource) -> VisitQuestion:
    lines = tuple(_lines(question, source))
    return VisitQuestion(
        question.code,
        _soft(question.label, source.form),
        _soft(_options(question, source), source.form) if lines else "",
        lines,
    )


def _lines(question: Question, source: VisitSource) -> Iterator[VisitLine]:
    if question.scope == "household":
        if (question.code, "") in source.asked:
            yield VisitLine("", _before(question, "", source), (question.code, ""))
        return
    for member in source.view.facts.members:
        if (question.code, member.id) in source.asked:
            who, before = f"{member.number} {member.name}", _before(question, member.id, source)
            yield VisitLine(who, before, (question.code, member.id))


def _before(question: Question, member_id: str, source: VisitSource) -> str:
    key = (question.code, member_id)
    value = source.asked[key]
    if value is None or key == source.spot_check:
        return ""
    text = answer_text(question, value, source.form, source.view.facts.members)
    carried = f"（沿用{source.carried[key]}核实）" if key in source.carried else ""
    return _soft(text + carried, source.form)


def answer_text(
    question: Question, value: AnswerValue, form: FormDef, members: tuple[Member, ...] = ()
) -> str:
    """Return an answer as it stands on paper, a choice with its digit."""
    if is_special(value):
        special = form.special(str(value))
        return special.label if special is not None else str(value)
    if isinstance(value, tuple):
        names = {member.id: member.name for member in members}
        return "、".join(_item(question, item, names) for item in value) or _NO_EVENT
    if isinstance(value, Decimal):
        return f"{words.money(value)} 元"
    if isinstance(value, int):
        return f"{value} {question.unit}".strip()
    if question.type == "choice":
        return _choice(question, str(value))
    return value.isoformat() if isinstance(value, date) else value


def _item(question: Question, item: str, names: Mapping[str, str]) -> str:
    key, _, member_id = item.partition(":")
    name = names.get(member_id, "")
    return f"{_choice(question, key)}（{name}）" if name else _choice(question, key)


def _choice(question: Question, key: str) -> str:
    option = question.by_key.get(key)
    text = option.text if option is not None else key
    return f"{digit_of(question, key)}{_GLUE}{text}".strip()


def digit_of(question: Question, key: str) -> str:
    """Return the digits that choose an option; "" for an option without any."""
    if question.menu:
        found = (item.digit + sub for item in question.menu for sub in _sub_digits(item, key))
        return next(found, "")
    keys = [option.key for option in question.options]
    place = keys.index(key) + 1 if key in keys else 99
    return str(place % 10) if place <= 10 else ""


def _sub_digits(item: MenuItem, key: str) -> Iterator[str]:
    if item.key == key:
        yield ""
    for digit, (sub_key, _) in item.keys.items():
        if sub_key == key:
            yield digit


def _options(question: Question, source: VisitSource) -> str:
    if question.menu:
        return "　".join(_menu_text(item) for item in question.menu)
    if question.options:
        offered = (o for o in question.options if _is_offered(o, question, source))
        texts = (f"{digit_of(question, o.key)}{_GLUE}{o.text}" for o in offered)
        return "　".join(texts) + ("（可多选）" if question.type == "multi" else "")
    unit = "元" if question.type == "money" else question.unit
    return f"（{unit}）" if unit else ""


def _menu_text(item: MenuItem) -> str:
    below = "，".join(f"{item.digit}{digit}{_GLUE}{say}" for digit, (_, say) in item.keys.items())
    return f"{item.say}（{below}）" if below else f"{item.digit}{_GLUE}{item.say}"


def _is_offered(option: Option, question: Question, source: VisitSource) -> bool:
    """Return whether an option is offered to the household, or to somebody who is asked."""
    condition = option.only_when
    if condition is None:
        return True
    view = source.view
    persons: list[MemberView | None] = [None]
    if question.scope == "member":
        persons = [m for m in view.members if (question.code, m.id) in source.asked]
    return any(condition(view, person, None) for person in persons)


def _soft(text: str, form: FormDef) -> str:
    for hard, mild in form.not_read_aloud.items():
        text = text.replace(hard, mild)
    return text
