"""The short words of the form: what a bar says that `+` would confirm."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from app.domain.form import AnswerValue, FormDef, Option, Question
from app.domain.household import Member


def value_text(
    form: FormDef, question: Question, value: AnswerValue, members: Iterable[Member] = ()
) -> str:
    """Return an answer as people read it: ``辍学``, ``4,200元``, ``2025-10-31``."""
    if isinstance(value, tuple):
        if not value:
            return question.empty_label or "无"
        return "、".join(_item_text(question, item, members) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | int):
        return f"{_plain(value)}{question.unit}"
    special = form.special(value)
    option = question.by_key.get(value) or _option(question, value)
    return special.label if special else option.label if option else value


def _plain(number: Decimal | int) -> str:
    """Return 4200.00 as 4,200 and 0.50 as 0.50: yuan without needless zeros."""
    whole = number == int(number)
    return f"{int(number):,}" if whole else f"{number:,.2f}"


def summary(groups: Iterable[tuple[Question, tuple[str, ...]]]) -> str:
    """Join the answers of a chapter into one line; equal answers of members are counted."""
    return " · ".join(_group(question, texts) for question, texts in groups if texts)


def _group(question: Question, texts: tuple[str, ...]) -> str:
    if question.scope != "member":
        return f"{question.short}{texts[0]}"
    counted = {text: texts.count(text) for text in texts}
    parts = (f"{number}人{text}" for text, number in counted.items())
    return f"{question.short}{'、'.join(parts)}"


def _item_text(question: Question, item: str, members: Iterable[Member]) -> str:
    key, _, member_id = item.partition(":")
    option = question.by_key.get(key) or _option(question, key)
    label = option.label if option else key
    name = next((member.name for member in members if member.id == member_id), "")
    return f"{label}：{name}" if name else label


def _option(question: Question, key: str) -> Option | None:
    return next((option for option in question.options if option.key == key), None)
