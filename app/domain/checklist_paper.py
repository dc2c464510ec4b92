"""What people write in the blank column of the checklist: digits, amounts, words → answers.

The same digits as on screen and paper: two digits for a menu's second step, the person's number
behind a colon where an item speaks of somebody (``4:2``), words behind one where «其他» needs
them (``9:…``), ``+`` for "as before".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.domain.catalogue import Question
from app.domain.form import parse_answer
from app.domain.household import HEAD, AnswerValue, Member
from app.domain.visit_paper import digit_of

_SAME = frozenset("+=√✓") | {"照旧", "同上", "同前", "不变"}
_SEPARATORS = re.compile(r"[,、;\s]+")
_WAYS = {"7": "phone", "8": "proxy", "9": "not_met", "0": "refused"}


@dataclass(frozen=True, slots=True)
class Met:
    """How the household was met, and whom ("" for nobody)."""

    way: str
    member_id: str


def cell_text(value: object) -> str:
    """Return a cell as text: whole numbers without fraction, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return str(value)


def is_same(text: str) -> bool:
    """Tell whether a cell says «as before»."""
    return unicodedata.normalize("NFKC", text).strip() in _SAME


def parse_cell(
    question: Question, text: str, members: Sequence[Member], today: date
) -> AnswerValue | None:
    """Return the answer written in a cell; None for a blank one.

    Raises:
        ValueError: not an answer to this question; the text is a Chinese sentence.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if question.type == "multi" and typed not in {"", question.empty_label, "无"}:
        if typed.startswith(("/", "_")):
            return parse_answer(question, typed, today)
        return _items(question, typed, members, today)
    if question.menu and typed.isdigit():
        return _by_digits(question, typed)
    return parse_answer(question, text, today)


def split_note(question: Question, text: str) -> tuple[str, str]:
    """Return what a cell answers, and the words behind an option that needs them (``9:…``).

    The words go to the end of the cell: they may hold commas and blanks of their own.
    """
    names = [
        re.escape(_narrow(name))
        for option in question.options
        if option.needs_note
        for name in (digit_of(question, option.key), option.label, option.text, option.key)
    ]
    if not names:
        return text, ""
    found = re.search(rf"(?:^|[,、;\s])(?:{'|'.join(names)})(\s*:)", _narrow(text))
    return (text[: found.start(1)], text[found.end() :].strip()) if found else (text, "")


def _narrow(text: str) -> str:
    """Return a text with narrow signs, each at its place: the words keep the wide ones."""
    signs = (unicodedata.normalize("NFKC", sign) for sign in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, signs, strict=True))


def _items(
    question: Question, typed: str, members: Sequence[Member], today: date
) -> tuple[str, ...]:
    items: list[str] = []
    for word in filter(None, _SEPARATORS.split(typed)):
        if word == "0" and question.menu:
            continue  # nothing
        kind, colon, number = word.partition(":")
        items.append(_item(question, kind, number if colon else None, members, today))
    return tuple(dict.fromkeys(items))


def _item(
    question: Question, kind: str, number: str | None, members: Sequence[Member], today: date
) -> str:
    if kind.isdigit() and question.menu:
        key = _by_digits(question, kind)
    else:
        (key,) = _tuple(parse_answer(question, kind, today))
    option = question.by_key[key]
    if number is not None:
        return f"{key}:{_person(number, members).id}"
    if option.direction == "out" and key != "split":
        raise ValueError(f"“{option.text}”要写是几号成员，例如 {digit_of(question, key)}:2")
    return key


def _tuple(value: AnswerValue | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) and value else ("",)


def _person(number: str, members: Sequence[Member]) -> Member:
    found = next((m for m in members if str(m.number) == number), None)
    if found is None:
        raise ValueError(f"没有{number}号成员")
    return found


def _by_digits(question: Question, typed: str) -> str:
    found = next((o.key for o in question.options if digit_of(question, o.key) == typed), None)
    if found is None:
        raise ValueError(f"没有“{typed}”这个选项")
    return found


def parse_met(question: Question, text: str, members: Sequence[Member], today: date) -> Met | None:
    """Return how the household was met: 1–6 a person (6 and two digits beyond), 7 8 9 0 the rest.

    Raises:
        ValueError: neither; the text is a Chinese sentence.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    present = [m for m in members if m.member_status == "present"]
    if typed in _WAYS:
        return Met(_WAYS[typed], "")
    if not typed.isdigit():
        value = parse_answer(question, typed, today)
        return None if value is None else Met(str(value), "")
    place = int(typed[1:]) if len(typed) == 3 and typed[0] == "6" else int(typed)
    if not 1 <= place <= len(present):
        raise ValueError(f"没有{place}号成员")
    person = present[place - 1]
    return Met("onsite" if person.relation == HEAD else "onsite_family", person.id)
