"""Which digits a row offers now: options, two-step menus, special answers, open warnings."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from app.domain.follow_up import Ask
from app.domain.form import AnswerValue, FormDef, Option, Question, SpecialAnswer
from app.domain.household import Member

DIGITS = "1234567890"


class Does(Enum):
    """What a choice does when its digit is pressed."""

    ANSWER = "answer"
    TOGGLE = "toggle"  # multi-choice: stay in the row
    DEEPER = "deeper"  # a second row of digits
    FOLLOW = "follow"  # a reply to what is asked after an answer
    STILL = "still"  # open warning: as last month
    ALL_GOOD = "all_good"  # lead of several people or questions
    LOOK = "look"  # lead: open the chapter, person by person


@dataclass(frozen=True, slots=True)
class Choice:
    """One digit with its word. ``value`` depends on ``does``; ``severity`` colours it."""

    digit: str
    text: str
    does: Does
    value: AnswerValue = ""
    severity: str = "none"


STILL_OPEN = (
    Choice("1", "还在", Does.STILL),
    Choice("2", "加重", Does.DEEPER, "worse"),
    Choice("3", "已解决", Does.DEEPER, "solved"),
)


def option_choices(question: Question, offered: Iterable[Option]) -> tuple[Choice, ...]:
    """Return the plain options in list order: 1 to 9, the tenth 0."""
    does = Does.TOGGLE if question.type == "multi" else Does.ANSWER
    keys = {option.key for option in offered}
    # A printed digit never changes its meaning: an option that is not offered keeps its place.
    return tuple(
        Choice(digit, option.text, does, option.key, _severity(option))
        for digit, option in zip(DIGITS, question.options, strict=False)
        if option.key in keys
    )


def menu_choices(question: Question, opened: str) -> tuple[Choice, ...]:
    """Return the first row of a two-step menu, or the second one that ``opened`` leads to."""
    if opened:
        item = next(entry for entry in question.menu if entry.digit == opened)
        return tuple(
            _menu_choice(question, digit, key, word) for digit, (key, word) in item.keys.items()
        )
    choices = [Choice("0", "都没有", Does.ANSWER, ())] if question.type == "multi" else []
    for item in question.menu:
        if item.key == "none" or (item.digit == "0" and not item.key and not item.keys):
            continue
        if item.keys:
            choices.append(Choice(item.digit, f"{item.say}…", Does.DEEPER, item.digit))
        else:
            choices.append(_menu_choice(question, item.digit, item.key, item.say))
    return tuple(choices)


def special_choices(form: FormDef, question: Question) -> tuple[Choice, ...]:
    """Return the special answers this question may take."""
    if question.code in form.no_special:
        return ()
    return tuple(
        Choice(special.digit, special.label, Does.ANSWER, special.key)
        for special in form.special_answers
        if _allowed(special, question)
    )


def member_choices(members: Iterable[Member], prefix: str) -> tuple[Choice, ...]:
    """Return one choice a person, for answers that name somebody: ``death:<member id>``."""
    return tuple(
        Choice(digit, member.name, Does.TOGGLE, f"{prefix}:{member.id}")
        for digit, member in zip(DIGITS, members, strict=False)
    )


def ask_choices(ask: Ask, members: Iterable[Member]) -> tuple[Choice, ...]:
    """Return the digits of what is asked after an answer: people, or words in their order."""
    pairs = [(m.id, m.name) for m in members] if ask.is_person else list(ask.choices)
    return tuple(
        Choice(stored if stored in DIGITS else digit, word, Does.FOLLOW, stored)
        for digit, (stored, word) in zip(DIGITS, pairs, strict=False)
    )


def find(offered: Iterable[Choice], digit: str) -> Choice | None:
    """Return the choice of a digit."""
    return next((choice for choice in offered if choice.digit == digit), None)


def toggled(value: AnswerValue | None, item: str) -> tuple[str, ...]:
    """Return a multi-choice answer with one item put in or taken out."""
    chosen = value if isinstance(value, tuple) else ()
    if item in chosen:
        return tuple(entry for entry in chosen if entry != item)
    return (*chosen, item)


def _menu_choice(question: Question, digit: str, key: str, word: str) -> Choice:
    option = question.by_key.get(key)
    severity = _severity(option) if option else "none"
    text = word or (option.text if option else key)
    if question.type != "multi":
        return Choice(digit, text, Does.ANSWER, key, severity)
    needs_person = option is not None and option.direction == "out" and key != "split"
    if needs_person:
        return Choice(digit, f"{text}…", Does.DEEPER, f"who:{key}", severity)
    return Choice(digit, text, Does.TOGGLE, key, severity)


def _allowed(special: SpecialAnswer, question: Question) -> bool:
    if not (special.chapters or special.types or special.codes):
        return True
    return (
        question.chapter in special.chapters
        or question.type in special.types
        or question.code in special.codes
    )


def _severity(option: Option) -> str:
    return option.severity if option.severity in ("yellow", "orange", "red") else "none"
