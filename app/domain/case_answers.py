"""Answers of a worked case: labels or keys of the catalogue, and the OK value of all others."""

from decimal import Decimal

from app.domain.case_fields import CaseError, Fields, day, listed, mapping, number, text, whole
from app.domain.catalogue import FormDef, Question
from app.domain.household import AnswerKey, AnswerValue, Member
from app.domain.labels import LABELS

SPECIALS = {label: name for name, label in LABELS["special_answer"].items()}
_WITHOUT_OK_VALUE = frozenset(("IN-08", "IN-09", "EM-01", "MD-01", "HS-01"))


def all_answers(
    top: Fields,
    household: object,
    people: list[tuple[Member, dict[str, AnswerValue]]],
    form: FormDef,
) -> dict[AnswerKey, AnswerValue]:
    """Return the given answers, and the OK value of every other question that has one."""
    numbers = {member.number for member, _ in people}
    given = top.take("month", lambda t: typed_answers(t, form, "household", numbers), {})
    house = mapping(household).get("house")
    answers: dict[AnswerKey, AnswerValue] = {}
    for question in form.questions:
        if question.default is None or question.code in _WITHOUT_OK_VALUE:
            continue
        subjects = [m.id for m, _ in people] if question.scope == "member" else [""]
        answers |= {(question.code, subject): question.default for subject in subjects}
    if house:
        answers["HS-01", ""] = _house_answer(form, house)
    answers |= {(code, ""): value for code, value in given.items()}
    if "WT-06" not in given and ("WT-05", "") in answers:
        answers["WT-06", ""] = answers["WT-05", ""]
    for member, own in people:
        answers |= {(code, member.id): value for code, value in own.items()}
    return answers


def _house_answer(form: FormDef, house: object) -> AnswerValue:
    try:
        return _one_answer(form.question("HS-01"), house, set())
    except ValueError as error:
        raise CaseError("household.house", str(error)) from None


def typed_answers(
    table: object, form: FormDef, scope: str, numbers: set[int]
) -> dict[str, AnswerValue]:
    """Return the answers of one ``month`` or ``ans`` by question code.

    Raises:
        CaseError: an unknown question, one of the other scope, or a value that it does not take.
    """
    answers: dict[str, AnswerValue] = {}
    for code, value in mapping(table).items():
        question = form.by_code.get(code)
        if question is None:
            raise CaseError(code, "没有这道题")
        if question.scope != scope:
            raise CaseError(code, "这道题逐人填" if scope == "household" else "这道题按户填")
        if value is None:
            continue
        try:
            answers[code] = _one_answer(question, value, numbers)
        except ValueError as error:
            raise CaseError(code, str(error)) from None
    return answers


def _one_answer(question: Question, value: object, numbers: set[int]) -> AnswerValue:
    if isinstance(value, str) and (value in SPECIALS or value in LABELS["special_answer"]):
        own = {w for option in question.options for w in (option.label, option.key)}
        if value not in own:  # CY-02 has an option 不适用 of its own
            return SPECIALS.get(value, value)
    if question.type == "choice":
        return _option(question, text(value))
    if question.type == "multi":
        empty = {question.empty_label, "", "[]"}
        words = [value] if isinstance(value, str) else listed(value)
        return tuple(_item(question, text(w), numbers) for w in words if w not in empty)
    if question.type == "money":
        return _number_value(value)
    if question.type == "number":
        return whole(value)
    return day(value) if question.type == "date" else text(value)


def _number_value(value: object) -> Decimal:
    amount: Decimal = number(value)
    return amount


def _option(question: Question, word: str) -> str:
    for option in question.options:
        if word in {option.label, option.shown, option.key}:
            return option.key
    labels = "、".join(option.label for option in question.options)
    raise ValueError(f"没有选项“{word}”，可填：{labels}")


def _item(question: Question, word: str, numbers: set[int]) -> str:
    kind, colon, n = word.replace("：", ":").rpartition(":")
    if not colon:
        return _option(question, word)
    if whole(n) not in numbers:
        raise ValueError(f"没有成员 {n}")
    return f"{_option(question, kind)}:{whole(n)}"
