"""The form of one household and month: what is asked, what is missing, when it is complete."""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.answers import from_text, parse_amount, parse_answer, parse_date, to_text
from app.domain.catalogue import (
    CatalogueError,
    Chapter,
    FollowUp,
    FormDef,
    HeadStrip,
    MenuItem,
    Option,
    Question,
    SpecialAnswer,
)
from app.domain.household import AnswerKey, Answers, AnswerValue, Facts, Finding
from app.domain.policy import Policy
from app.domain.rules.checklist import is_asked, note_option, option_keys
from app.domain.view import HouseholdView, is_special

__all__ = [
    "AnswerKey",
    "AnswerValue",
    "Answers",
    "CatalogueError",
    "Chapter",
    "FollowUp",
    "FormDef",
    "HeadStrip",
    "MenuItem",
    "Option",
    "Question",
    "SpecialAnswer",
    "Visits",
    "asked_questions",
    "completeness",
    "completion_note",
    "from_text",
    "is_blind",
    "is_readable",
    "misplaced",
    "note_option",
    "note_problem",
    "noted",
    "notes_missing",
    "parse_amount",
    "parse_answer",
    "parse_date",
    "pending",
    "problem",
    "required_missing",
    "stands_alone",
    "to_text",
]

NOT_VISITED = ("not_met", "refused")
_HOUSE = frozenset({"HS-01", "HS-02"})
_WAY, _BY_PHONE = ("BF-03", ""), "phone"


@dataclass(frozen=True, slots=True)
class Visits:
    """What earlier visits allow: seen on the spot within three months; last month's way."""

    seen_on_site: bool = False
    last_way: str = ""


def asked_questions(form: FormDef, facts: Facts, policy: Policy) -> list[AnswerKey]:
    """Return the keys of this form: head strip, then chapters; people in roster order."""
    view = HouseholdView(facts, policy)
    keys: list[AnswerKey] = []
    for question in form.questions:
        if question.scope == "household":
            if is_asked(question, view):
                keys.append((question.code, ""))
        else:
            keys.extend((question.code, m.id) for m in view.members if is_asked(question, view, m))
    return keys


def required_missing(
    form: FormDef, facts: Facts, policy: Policy, silent: Collection[AnswerKey] = ()
) -> list[AnswerKey]:
    """Return what must still be answered before the household can be submitted.

    ``silent``: keys whose carried answer stands this month (ask_every, ask_months).
    """
    return [
        key
        for key in asked_questions(form, facts, policy)
        if form.by_code[key[0]].required and key not in facts.answers and key not in silent
    ]


def notes_missing(form: FormDef, facts: Facts, policy: Policy) -> list[AnswerKey]:
    """Return the asked questions with an option that needs words (注明) and has none."""
    silent = {key for key in noted(form, facts.answers) if not facts.notes.get(key, "").strip()}
    return [key for key in asked_questions(form, facts, policy) if key in silent] if silent else []


def noted(form: FormDef, answers: Answers) -> list[AnswerKey]:
    """Return the answers that say nothing without the words beside them."""
    return [
        key
        for key, value in answers.items()
        if key[0] in form.noted and note_option(form.by_code[key[0]], value)
    ]


def note_problem(question: Question, value: AnswerValue) -> str:
    """Return what is wrong with an answer whose words are missing, and what to do."""
    option = note_option(question, value)
    return f"“{question.short}”选了“{option.text}”，要写明是什么事" if option else ""


def pending(form: FormDef, facts: Facts, policy: Policy) -> list[AnswerKey]:
    """Return what was answered 说不清 or 没看成 and is to be found out (待补)."""
    asked = asked_questions(form, facts, policy)
    return [key for key in asked if facts.answers.get(key) in {"_unknown", "_not_seen"}]


def completeness(
    form: FormDef,
    facts: Facts,
    policy: Policy,
    visits: Visits = Visits(),
    silent: Collection[AnswerKey] = (),
) -> str:
    """Return empty, partial or complete, with what special answers and the visit do to it.

    说不清 on the questions of the three guarantees and 没看成 keep it partial; 没看成 by telephone
    does not where somebody was on the spot within three months. 代述 counts, but not twice running.
    """
    if not facts.answers:
        return "empty"
    way = facts.answers.get(("BF-03", ""))
    if way is None or way in NOT_VISITED or (way == "proxy" and visits.last_way == "proxy"):
        return "partial"
    if required_missing(form, facts, policy, silent) or notes_missing(form, facts, policy):
        return "partial"
    for code, member_id in pending(form, facts, policy):
        if facts.answers[code, member_id] == "_not_seen":
            if not (way == "phone" and visits.seen_on_site):
                return "partial"
        elif code in _partial_codes(form):
            return "partial"
    return "complete"


def _partial_codes(form: FormDef) -> tuple[str, ...]:
    unknown = form.special("_unknown")
    return unknown.partial_codes if unknown else ()


def misplaced(form: FormDef, facts: Facts, policy: Policy) -> list[Finding]:
    """Return a doubt for each asked question that was answered 不适用, by the question's code.

    They are no findings of the rules: they go to the list of doubts alone.
    """
    names = {member.id: member.name for member in facts.members}
    return [
        Finding(
            code=code,
            member_id=member_id,
            severity="blue",
            message=f"{names.get(member_id, '')}{form.by_code[code].short}：此题不该问本户",
            fields=((code, member_id),),
            basis=f"{code} {form.by_code[code].short} · 监测表{form.valid_from}版",
        )
        for code, member_id in asked_questions(form, facts, policy)
        if facts.answers.get((code, member_id)) == "_na"
    ]


def completion_note(facts: Facts) -> str:
    """Return the word behind 已完成: 电话, 代述 or nothing."""
    return {"phone": "电话", "proxy": "代述"}.get(str(facts.answers.get(("BF-03", ""))), "")


def problem(form: FormDef, facts: Facts, policy: Policy, key: AnswerKey, value: AnswerValue) -> str:
    """Return why an answer cannot stand beside the others, "" if it can.

    Checks what a telephone call cannot see, only_when of the option, the lower bound that another
    answer sets (WT-06 not below WT-05), and house against dwelling (HS-01 with HS-02).
    """
    if stands_alone(form, key, value, facts.answers.get(_WAY)):
        return ""
    question = form.by_code[key[0]]
    if is_blind(form, facts, key) and not is_special(value):
        return "电话核实的看不到，只能答“没看成”"
    view = HouseholdView(facts, policy)
    member = next((m for m in view.members if m.id == key[1]), None)
    option = _option(question, value)
    if option and option.only_when and not option.only_when(view, member, value):
        return f"“{option.text}”只用于{option.only_when_words}"
    if question.min_expr is not None and not isinstance(value, str | tuple):
        least = question.min_expr(view, member, value)
        if isinstance(least, int) and isinstance(value, int) and value < least:
            return f"不能少于{least}{question.unit}"
    return _house_problem(view, key, value)


def stands_alone(
    form: FormDef, key: AnswerKey, value: AnswerValue, way: AnswerValue | None
) -> bool:
    """Tell whether no other answer of the sheet can speak against one (``problem``).

    ``way``: how the household was met (BF-03), None while nobody has said.
    """
    question, seen = form.by_code[key[0]], form.special("_not_seen")
    option = _option(question, value)
    is_conditional = option is not None and option.only_when is not None
    is_bound = question.min_expr is not None or key[0] in _HOUSE
    is_seen = seen is not None and question.chapter in seen.chapters
    may_be_blind = is_seen and way in (None, _BY_PHONE) and not is_special(value)
    return not (is_conditional or is_bound or may_be_blind)


def _option(question: Question, value: AnswerValue) -> Option | None:
    return question.by_key.get(value) if isinstance(value, str) else None


def is_blind(form: FormDef, facts: Facts, key: AnswerKey) -> bool:
    """Tell whether a telephone call leaves only 没看成: what must be seen on the spot."""
    seen = form.special("_not_seen")
    is_by_phone = facts.answers.get(_WAY) == _BY_PHONE
    return is_by_phone and seen is not None and form.by_code[key[0]].chapter in seen.chapters


def is_readable(form: FormDef, code: str, text: str) -> bool:
    """Tell whether a stored answer can be read in this edition; others are shown as stored."""
    question = form.by_code.get(code)
    if question is None:
        return False
    try:
        value = from_text(question, text)
    except ValueError:
        return False
    if is_special(value) or not question.options:
        return True
    return all(key in question.by_key for key in option_keys(value))


def _house_problem(view: HouseholdView, key: AnswerKey, value: AnswerValue) -> str:
    house = value if key[0] == "HS-01" else view.answer("HS-01")
    dwelling = value if key[0] == "HS-02" else view.answer("HS-02")
    if key[0] not in _HOUSE or house is None or dwelling is None:
        return ""
    if dwelling == "still_unsafe" and house in {"A", "B"}:
        return "房屋等级是A、B，却说住的是危房：请先改其中一项"
    if house == "no_own" and dwelling == "own":
        return "没有自家房的，住处不能是自有住房"
    return ""
