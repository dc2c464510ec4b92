"""Shortfalls of the checklist: answers whose option or condition has a severity.

Source: checklist.yaml (options, severity_when, exempt) and meta.warning_grain.
"""

from decimal import Decimal

from app.domain.catalogue import HeadStrip, Option, Question
from app.domain.household import AnswerValue, Finding
from app.domain.labels import SEVERITY_RANK, label, worst
from app.domain.rules.run import Run
from app.domain.view import HouseholdView, MemberView, is_special
from app.domain.words import joined, money

NO_HEAD = HeadStrip("", "", "")
ASKED_OF_NOBODY = frozenset(("EV-01", "EV-03", "BF-03"))  # asked even when nobody is left


def is_asked(question: Question, view: HouseholdView, member: MemberView | None = None) -> bool:
    """Whether the form of this month has the question (for this person)."""
    if view.size == 0:
        return question.code in ASKED_OF_NOBODY
    return question.always or bool(question.asked_when(view, member, None))


def findings(run: Run) -> list[Finding]:
    """Return the shortfalls in catalogue order, a member question once per person."""
    found = []
    answers = run.facts.answers
    suspects = _suspects(run)
    if not suspects:
        return []
    for question in run.form.judged:
        if question.code not in suspects:
            continue
        people = (None,) if question.scope == "household" else run.view.members
        for member in people:
            value = answers.get((question.code, member.id if member else ""))
            if value is None or value in question.harmless:
                continue
            severity = severity_of(question, run, member, value)
            if severity != "none" and is_asked(question, run.view, member):
                found.append(_finding(question, run, member, value, severity))
    return found


def _suspects(run: Run) -> set[str]:
    """Return the codes of the questions with an answer that may fall short: mostly none."""
    by_code = run.form.by_code
    return {
        code
        for (code, _), value in run.facts.answers.items()
        if (question := by_code.get(code)) is not None and value not in question.harmless
    }


def severity_of(question: Question, run: Run, member: MemberView | None, value: AnswerValue) -> str:
    """Return the severity of an answer: the first true condition, else that of its option(s)."""
    severity = "none"
    for line in question.severity_when:
        if line.when(run.view, member, value):
            severity = line.severity
            break
    else:
        severity = _option_severity(question, value)
    if severity == "none":
        return severity
    if question.exempt is not None and question.exempt(run.view, member, value):
        return "none"
    return severity


def _option_severity(question: Question, value: AnswerValue) -> str:
    if not question.options:
        return "none"
    keys = option_keys(value)
    options = [question.by_key[key] for key in keys if key in question.by_key]
    return worst([o.severity for o in options if o.severity in SEVERITY_RANK])


def option_keys(value: AnswerValue) -> tuple[str, ...]:
    """Return the option keys of an answer; an item ``death:<member id>`` gives ``death``."""
    items = value if isinstance(value, tuple) else (str(value),)
    return tuple(dict.fromkeys(item.partition(":")[0] for item in items))


def note_option(question: Question, value: AnswerValue) -> Option | None:
    """Return the chosen option that says nothing without words beside it, if there is one."""
    chosen = (question.by_key.get(key) for key in option_keys(value))
    return next((option for option in chosen if option and option.needs_note), None)


def answer_words(question: Question, value: AnswerValue) -> str:
    """Return an answer in the words of the catalogue."""
    if is_special(value):
        return label("special_answer", str(value))
    if question.options:
        words = [question.by_key[k].label for k in option_keys(value) if k in question.by_key]
        return joined(words) or question.empty_label or "无"
    if isinstance(value, Decimal):
        return f"{money(value)}{question.unit}"
    return f"{value}{question.unit}"


def _finding(
    question: Question, run: Run, member: MemberView | None, value: AnswerValue, severity: str
) -> Finding:
    words = answer_words(question, value)
    subject = f"{member.name}" if member else ""
    key = (question.code, member.id if member else "")
    note = run.facts.notes.get(key, "").strip() if note_option(question, value) else ""
    line = next((x for x in question.severity_when if x.when(run.view, member, value)), None)
    others = tuple((code, "") for code in (line.fields if line else ()))
    return Finding(
        code=question.code,
        member_id=key[1],
        severity=severity,
        message=f"{subject}{question.short}：{words}{f'（{note}）' if note else ''}",
        values={question.short: words} | _used(run, line.parameters if line else ()),
        fields=(key, *(k for k in others if k != key)),
        basis=f"{question.code} {question.short} · 监测表{run.form.valid_from}版",
        parts=_parts(question, value),
    )


def _parts(question: Question, value: AnswerValue) -> tuple[str, ...]:
    """The chosen options; items keep the person they speak of (``death:<member id>``)."""
    if not question.options:
        return ()
    return value if isinstance(value, tuple) else (str(value),)


def _used(run: Run, parameters: tuple[str, ...]) -> dict[str, str]:
    shown = run.policy.parameters
    return {
        shown[name].label: f"{shown[name].value}{shown[name].unit}"
        for name in parameters
        if name in shown and not isinstance(shown[name].value, list)
    }
