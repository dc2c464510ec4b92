"""Answers as text: what people type, and the one canonical form that is stored."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from app.domain.catalogue import Question
from app.domain.household import AnswerValue
from app.domain.labels import LABELS
from app.domain.view import is_special
from app.domain.words import plain

_UNITS = {"": 1, "百": 100, "千": 1000, "万": 10000}
_TERM = re.compile(r"((?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?)([百千万]?)")
_DATE = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?")
_DAYS = {"今天": 0, "昨天": -1, "前天": -2, "明天": 1}
_SPECIAL_DIGITS = {"1": "_unknown", "2": "_refused", "3": "_not_seen", "4": "_na"}
_MAX_DIGITS = 20
_MAX_MONEY = Decimal(10) ** 9  # a household of a village: more is a slip of the finger
_ITEM_SEPARATORS = re.compile(r"[,、;\s]+")


def parse_answer(question: Question, text: str, today: date) -> AnswerValue | None:
    """Return the answer that somebody typed; None for empty text.

    Takes full-width characters, ``1.2万``, ``3,500``, ``300+200``, dates as ``20240501``,
    ``2024.5.1`` or ``今天``, an option's number or words, special answers as ``/1`` or words.

    Raises:
        ValueError: not an answer to this question; the text is a Chinese sentence for the field.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed:
        return None
    special = _special(question, typed)
    if special:
        return special
    if question.type == "date":
        return parse_date(typed, today)
    if question.type == "text":
        return _checked_text(question, unicodedata.normalize("NFC", text).strip())
    if question.options:
        return _option(question, typed) if question.type == "choice" else _items(question, typed)
    return _amount(question, typed)


def _amount(question: Question, typed: str) -> Decimal | int:
    amount = parse_amount(typed.removesuffix(question.unit))
    if question.type == "number":
        return int(_in_bounds(question, _whole(amount)))
    return _in_bounds(question, amount)


def _special(question: Question, typed: str) -> str:
    key = _SPECIAL_DIGITS.get(typed[1:]) if typed.startswith("/") else None
    if key is None and typed not in question.by_key:
        words = {label: name for name, label in LABELS["special_answer"].items()}
        labels = {option.label for option in question.options}
        key = typed if typed in LABELS["special_answer"] else None
        key = key or (words.get(typed) if typed not in labels else None)
    if key is None:
        if typed.startswith("/"):
            raise ValueError("特殊回答只有：/1说不清 /2不愿说 /3没看成 /4不适用")
        return ""
    if key not in question.specials:
        raise ValueError(f"这道题不能答“{LABELS['special_answer'][key]}”")
    return key


def _option(question: Question, typed: str) -> str:
    found = next(
        (o.key for o in question.options if typed in {o.label, o.shown, o.key}),
        None,
    ) or _by_words(question, typed)
    if found is None and typed.isdigit() and not question.menu:
        place = 10 if typed == "0" else int(typed)
        if len(typed) == 1 and place <= len(question.options):
            found = question.options[place - 1].key
    if found is None:
        raise ValueError(f"请选：{'、'.join(o.text for o in question.options)}")
    return found


def _by_words(question: Question, typed: str) -> str | None:
    """Labels compared in one width: 自然灾害(洪涝) and 自然灾害（洪涝） are the same words."""
    for option in question.options:
        words = {unicodedata.normalize("NFKC", word) for word in (option.label, option.shown)}
        if typed in words - {""}:
            return option.key
    return None


def _items(question: Question, typed: str) -> tuple[str, ...]:
    if typed in {question.empty_label, "0", "无"}:
        return ()
    items = []
    for word in _ITEM_SEPARATORS.split(typed):
        kind, colon, member_id = word.partition(":")
        items.append(_option(question, kind) + (f":{member_id}" if colon else ""))
    return tuple(dict.fromkeys(items))


def parse_amount(text: str) -> Decimal:
    """Return an amount or a sum of amounts; at most two decimals, exact.

    Raises:
        ValueError: not an amount; the text is a Chinese sentence.
    """
    typed = unicodedata.normalize("NFKC", text).strip().removesuffix("元").replace(" ", "")
    total = sum((_term(term) for term in typed.split("+")), Decimal(0))
    if total > _MAX_MONEY:
        raise ValueError("数太大，请核对")
    if total != round(total, 2):
        raise ValueError("金额最多两位小数")
    return total


def _term(text: str) -> Decimal:
    match = _TERM.fullmatch(text.removesuffix("元"))
    if match is None:
        raise ValueError("请填数字，例如 3500、3,500、1.2万、300+200")
    if len(match[1]) > _MAX_DIGITS:
        raise ValueError("数太大，请核对")
    return Decimal(match[1].replace(",", "")) * _UNITS[match[2]]


def _whole(amount: Decimal) -> Decimal:
    if amount != int(amount):
        raise ValueError("请填整数")
    return amount


def _in_bounds(question: Question, amount: Decimal) -> Decimal:
    if question.min is not None and amount < question.min:
        raise ValueError(f"不能小于{plain(question.min)}")
    if question.max is not None and amount > question.max:
        raise ValueError(f"不能大于{plain(question.max)}")
    return amount


def parse_date(text: str, today: date) -> date:
    """Return a day as typed: ``20240501``, ``2024.5.1``, ``2024年5月1日``, ``今天``.

    Raises:
        ValueError: no such day; the text is a Chinese sentence.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if typed in _DAYS:
        return today + timedelta(days=_DAYS[typed])
    if re.fullmatch(r"[0-9]{8}", typed):
        typed = f"{typed[:4]}-{typed[4:6]}-{typed[6:]}"
    match = _DATE.fullmatch(typed)
    if match is None:
        raise ValueError("日期请写成 20240501、2024-5-1 或 今天")
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError("没有这一天，请核对") from None


def _checked_text(question: Question, text: str) -> str:
    if question.max_length and len(text) > question.max_length:
        raise ValueError(f"最多{question.max_length}个字，现在{len(text)}个")
    return text


def to_text(question: Question, value: AnswerValue) -> str:
    """Return the canonical text of an answer, as it is stored and sent.

    Raises:
        ValueError: the question does not take this value; the text is a Chinese sentence.
    """
    if is_special(value):
        if value not in question.specials:
            raise ValueError("这道题不能这样答")
        return str(value)
    if question.type == "multi":
        return ",".join(_known_item(question, item) for item in _as_tuple(value))
    if question.type == "choice":
        return _known_item(question, str(value))
    if question.type == "date" and isinstance(value, date):
        return value.isoformat()
    if question.type == "text" and isinstance(value, str):
        return _checked_text(question, value)
    if question.type in {"money", "number"} and isinstance(value, int | Decimal):
        return plain(_in_bounds(question, Decimal(value)))
    raise ValueError("这道题不能这样答")


def _as_tuple(value: AnswerValue) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise ValueError("这道题可以选几项")  # noqa: TRY004  bad data, told at the field
    return value


def _known_item(question: Question, item: str) -> str:
    if item.partition(":")[0] not in question.by_key or "," in item:
        raise ValueError("没有这个选项")
    return item


def from_text(question: Question, text: str) -> AnswerValue:
    """Return the answer of its canonical text; options of other editions are kept as they are.

    Raises:
        ValueError: a damaged text of a number or a date.
    """
    if text.startswith("_") and question.type != "text":
        return text
    if question.type == "multi":
        return tuple(text.split(",")) if text else ()
    if question.type == "money":
        return _decimal(text)
    if question.type == "number":
        return int(text)
    return date.fromisoformat(text) if question.type == "date" else text


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not the canonical text of an amount") from error
