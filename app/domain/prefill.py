"""What the form shows before anybody answers: the six prefill kinds and P-0, and the spot check.

A prefilled value is grey and counts only once it is confirmed. P-0 stands above all kinds: a
question whose warning is still open from an earlier month is never preset.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from app.domain.catalogue import Chapter, FormDef, Question
from app.domain.form import asked_questions
from app.domain.household import (
    NOTHING,
    ZERO,
    AnswerKey,
    Answers,
    AnswerValue,
    Facts,
    Member,
)
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.rules.checklist import is_asked
from app.domain.view import HouseholdView, is_special

MONTHS = 12


@dataclass(frozen=True, slots=True)
class IncomeSource:
    """One source of an amount question in the worksheet.

    ``is_fixed``: 低保, pension, public post or an agreed wage, which carries last month's amount;
    any other source carries 0 only where it brought nothing in the last twelve months.
    """

    name: str
    is_fixed: bool
    last_amount: Decimal | None
    was_zero: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What the months before say beyond last month's answers.

    Attributes:
        verified: in which month a silent question was last asked (ask_every, ask_months).
        outage_days: days without water in the last twelve months, this month included; None
            where the program does not know.
        helper_visited: a helper's visit on the spot this month is on record.
        sources: amount question -> its sources in the worksheet.
        zero_codes: amount questions that were 0 in all of the last twelve months.
    """

    verified: Mapping[AnswerKey, Period] = field(default_factory=lambda: NOTHING)
    outage_days: int | None = None
    helper_visited: bool = False
    sources: Mapping[str, tuple[IncomeSource, ...]] = field(default_factory=lambda: NOTHING)
    zero_codes: frozenset[str] = frozenset()


NO_HISTORY = History()


def history_of(
    period: Period,
    months: Mapping[Period, Answers],
    outage_opening: int = 0,
    helper_visited: bool = False,
) -> History:
    """Return the history of closed months' answers (given ones only, without this month).

    ``outage_opening``: days counted before the program was used, for its first twelve months.
    """
    if not months:
        return History(helper_visited=helper_visited, outage_days=outage_opening or None)
    window = [period.plus(-back) for back in range(1, MONTHS + 1)]
    known = [months[month] for month in window if month in months]
    verified: dict[AnswerKey, Period] = {}
    for month in sorted(months):
        if month < period:
            verified |= dict.fromkeys(months[month], month)
    codes = {code for answers in known for code, _ in answers}
    zero = {
        code
        for code in codes
        if len(known) == MONTHS and all(answers.get((code, "")) == 0 for answers in known)
    }
    eleven = [months[month] for month in window[: MONTHS - 1] if month in months]
    outage = sum(value for a in eleven if isinstance(value := a.get(("WT-06", "")), int))
    opening = outage_opening if len(known) < MONTHS else 0
    return History(
        verified=verified,
        outage_days=outage + opening if known or outage_opening else None,
        helper_visited=helper_visited,
        zero_codes=frozenset(zero),
    )


def prefill(
    form: FormDef,
    facts: Facts,
    policy: Policy,
    last: Answers,
    history: History = NO_HISTORY,
) -> dict[AnswerKey, AnswerValue]:
    """Return the values to show in advance, of asked questions that have one.

    ``last``: the answers of the household's last month; empty in its first month, when carry,
    pattern and look rows stay empty.
    """
    closed = _still_open(facts)
    shown: dict[AnswerKey, AnswerValue] = {}
    asked = asked_questions(form, _with_offered(form, facts, last), policy)
    for key in asked:
        if key in closed:
            continue
        value = _offered(form.by_code[key[0]], key, facts, last, history)
        if value is not None:
            shown[key] = value
    _raise_to_least(form, facts, policy, shown)
    _suggest_loan(facts, policy, last, shown)
    if last and ("IN-01", "") not in closed:
        earners = [key for key in asked if key[0] == "EM-04"]
        _sum_wages(facts, earners, history.sources.get("IN-01", ()), shown)
    return shown


def _raise_to_least(
    form: FormDef, facts: Facts, policy: Policy, shown: dict[AnswerKey, AnswerValue]
) -> None:
    """What another answer makes impossible is not offered: WT-06 is at least WT-05."""
    bounded = [key for key in shown if form.by_code[key[0]].min_expr is not None]
    view = HouseholdView(facts, policy) if bounded else None
    for key in bounded:
        bound = form.by_code[key[0]].min_expr
        least = bound(view, None, shown[key]) if bound else None
        value = shown[key]
        if isinstance(least, int) and isinstance(value, int) and value < least:
            shown[key] = least


def _still_open(facts: Facts) -> set[AnswerKey]:
    """P-0: subjects with a warning from an earlier month; this month's own does not count."""
    now = str(facts.period)
    return {(w.code, w.member_id) for w in facts.open_warnings if w.opened_in != now}


def _with_offered(form: FormDef, facts: Facts, last: Answers) -> Facts:
    """Questions that depend on others are asked as their offered answers would have it."""
    offered = {
        key: value
        for key, value in last.items()
        if key[0] in form.by_code and form.by_code[key[0]].prefill == "carry"
    }
    return replace(facts, answers={**offered, **facts.answers})


def _offered(
    question: Question, key: AnswerKey, facts: Facts, last: Answers, history: History
) -> AnswerValue | None:
    match question.prefill:
        case "event":
            return question.default
        case "carry":
            return _carried(question, last.get(key))
        case "roster":
            return _from_roster(question, key, facts)
        case "rolling":
            return _rolled(question, facts, last, history)
        case "pattern":
            return _patterned(question, last, history)
        case _:
            return None  # look: seen or asked face to face every month


def _carried(question: Question, value: AnswerValue | None) -> AnswerValue | None:
    """Special answers tell nothing to carry; an option of an older edition is not offered."""
    if value is None or is_special(value):
        return None
    if question.options and isinstance(value, str) and value not in question.by_key:
        return None
    return value


def _from_roster(question: Question, key: AnswerKey, facts: Facts) -> AnswerValue | None:
    owner: Facts | Member | None = (
        next((m for m in facts.members if m.id == key[1]), None) if key[1] else facts
    )
    value = getattr(owner, question.roster_field, None)
    return value if value in question.by_key else None


def _rolled(
    question: Question, facts: Facts, last: Answers, history: History
) -> AnswerValue | None:
    if question.type == "choice":
        return question.default if history.helper_visited else None
    if history.outage_days is None:
        return _carried(question, last.get((question.code, "")))
    this_month = facts.answers.get(("WT-06", ""), 0)
    return history.outage_days + (this_month if isinstance(this_month, int) else 0)


def _patterned(question: Question, last: Answers, history: History) -> AnswerValue | None:
    if not last:
        return None
    sources = history.sources.get(question.code)
    if sources:
        amounts = [_source_amount(source) for source in sources]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, ZERO) if len(known) == len(amounts) else None
    return ZERO if question.code in history.zero_codes else None


def _source_amount(source: IncomeSource) -> Decimal | None:
    if source.is_fixed:
        return source.last_amount
    return ZERO if source.was_zero else None


def _suggest_loan(
    facts: Facts, policy: Policy, last: Answers, shown: dict[AnswerKey, AnswerValue]
) -> None:
    """With a known due day the form suggests 30天内到期 (the limit included) or 逾期."""
    due = last.get(("CY-04", ""))
    if shown.get(("CY-03", "")) not in {"normal", "due_soon"} or not isinstance(due, date):
        return
    left = (due - facts.as_of).days
    if left < 0:
        shown["CY-03", ""] = "overdue"
    elif left <= policy.loan_due_days:
        shown["CY-03", ""] = "due_soon"
    else:
        shown["CY-03", ""] = "normal"


def _sum_wages(
    facts: Facts,
    earners: list[AnswerKey],
    sources: tuple[IncomeSource, ...],
    shown: dict[AnswerKey, AnswerValue],
) -> None:
    """IN-01 is the sum of the wages (EM-04) and wage lines, once each of them has an amount."""
    if not earners:
        return
    amounts = [facts.answers.get(key, shown.get(key)) for key in earners]
    amounts += [_source_amount(source) for source in sources]
    known = [amount for amount in amounts if isinstance(amount, Decimal)]
    if len(known) == len(amounts):
        shown["IN-01", ""] = sum(known, ZERO)
    else:
        shown.pop(("IN-01", ""), None)


def silent(
    form: FormDef, facts: Facts, policy: Policy, last: Answers, history: History
) -> dict[AnswerKey, AnswerValue]:
    """Return the carried answers that stand this month without being asked again.

    They count for findings, are printed as 沿用, and are not missing. New members, the first month
    and open warnings are asked as usual.
    """
    offered = {code for code, _ in last}
    able = [q for q in form.questions if (q.ask_every or q.ask_months) and q.code in offered]
    stands: dict[AnswerKey, AnswerValue] = {}
    if not able:
        return stands
    closed, view = _still_open(facts), HouseholdView(facts, policy)
    for question in able:
        people = (None,) if question.scope == "household" else view.members
        for person in people:
            key = (question.code, person.id if person else "")
            value = _carried(question, last.get(key))
            if value is None or key in closed or not _rests(question, key, facts, history):
                continue
            if is_asked(question, view, person):
                stands[key] = value
    return stands


def _rests(question: Question, key: AnswerKey, facts: Facts, history: History) -> bool:
    if question.ask_months:
        return facts.period.month not in question.ask_months
    verified = history.verified.get(key)
    if not question.ask_every or verified is None:
        return False
    since = (facts.period.year - verified.year) * MONTHS + facts.period.month - verified.month
    return since < question.ask_every


def takes_plus(chapter: Chapter, asked: Collection[AnswerKey]) -> bool:
    """Whether `+` confirms the chapter this month: no lead, or a lead that is asked of nobody."""
    codes = {code for code, _ in asked}
    if chapter.key == "lead":
        return not codes & set(chapter.lead)
    return chapter.key == "plus"


def spot_check(
    form: FormDef, facts: Facts, policy: Policy, resting: Collection[AnswerKey] = ()
) -> AnswerKey | None:
    """Return the carried question that is shown without last month's value (抽题).

    The same for a household and month after every restart: it depends on nothing that is answered
    this month. None where no question is eligible.
    """
    asked = asked_questions(form, replace(facts, answers=NOTHING), policy)
    closed = _still_open(facts)
    chapters = {chapter.code for chapter in form.chapters if takes_plus(chapter, asked)}
    eligible = [
        key
        for key in asked
        if form.by_code[key[0]].prefill == "carry"
        and form.by_code[key[0]].chapter in chapters
        and key not in closed
        and key not in resting
    ]
    if not eligible:
        return None
    seed = hashlib.sha256(f"{facts.household_no}|{facts.period}".encode()).digest()
    return eligible[int.from_bytes(seed[:8], "big") % len(eligible)]
