"""What one side of a conflict says, in the words of the forms and the roster."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.domain import labels
from app.domain.answers import from_text
from app.domain.catalogue import Question
from app.domain.merge import Part
from app.domain.period import Period
from app.domain.rules.checklist import answer_words
from app.models.form import Answer, Sheet
from app.models.household import Household, Member
from app.models.income import IncomeEntry
from app.ops import catalogue
from app.ops.roster_words import field_label

_EMPTY = "（空）"
_FLAGS = {True: "是", False: "否"}


def side_text(session: Session, parts: Sequence[Part], values: Mapping[Part, Any]) -> str:
    """Return what a side says of the parts on which the sides differ."""
    if len(parts) == 1 and parts[0].table not in ("answer", "income_entry"):
        part = parts[0]
        is_move = part.table == "member" and part.field == "household_id"
        found = values.get(part)
        return _member(session, part, found) if is_move else _value(part.field, found)
    words = [_words(session, part, values.get(part)) for part in parts if part in values]
    return "；".join(text for text in words if text) or _EMPTY


def _words(session: Session, part: Part, value: Any) -> str:
    if part.table == "answer":
        return _answer(session, part, value)
    if part.table == "income_entry":
        return _income(session, part, value)
    if part.table == "member" and part.field in ("household_id", "relation"):
        return _member(session, part, value)
    return f"{field_label(part.field)}：{_value(part.field, value)}"


def _answer(session: Session, part: Part, value: Any) -> str:
    """Return an answer with its question; a note or reply beside it only where there is one."""
    row = session.get(Answer, part.row)
    sheet = session.get(Sheet, row.sheet_id) if row is not None else None
    if row is None or sheet is None:
        return ""
    question = catalogue.form_for(Period.parse(sheet.period)).by_code.get(row.question)
    if question is None:
        return ""
    who = f"{_name(session, row.member_id)}{question.label.rstrip('？')}"
    if part.field == "note":
        return f"{who}（说明）：{value}" if value else ""
    if part.field != "value":
        return ""
    return f"{who}：{said(question, value) if value else _EMPTY}"


def said(question: Question, text: str) -> str:
    """Return a stored answer in the words of the catalogue."""
    try:
        return answer_words(question, from_text(question, text))
    except ValueError:
        return text  # of another edition of the form, or damaged: shown as it is


def _income(session: Session, part: Part, value: Any) -> str:
    row = session.get(IncomeEntry, part.row)
    if row is None or part.field != "amount":
        return ""
    source = catalogue.worksheet().source(row.source)
    label = source.label if source is not None else "收入"
    amount = _EMPTY if value is None else f"{value}元"
    return f"{_name(session, row.member_id)}{label}：{amount}"


def _member(session: Session, part: Part, value: Any) -> str:
    name = _name(session, part.row) or "成员"
    if part.field == "relation":
        return f"{name}为{value or _EMPTY}"
    home = session.get(Household, value) if value else None
    return f"{name}在{home.household_no}号户" if home is not None else f"{name}在另一户"


def _name(session: Session, member_id: str) -> str:
    member = session.get(Member, member_id) if member_id else None
    return member.name if member is not None else ""


def _value(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return _FLAGS[value]
    if value in (None, ""):
        return _EMPTY
    return labels.label(field, str(value)) if field in labels.LABELS else str(value)
