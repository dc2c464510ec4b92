"""What is asked after an answer (从何时、为什么、哪一位…), and what it proposes to the roster.

A proposal is shown before it is made; the form never changes the roster by itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.catalogue import FollowUp, Question
from app.domain.household import AnswerValue, Member
from app.domain.labels import LABELS
from app.domain.rules.checklist import option_keys

_KEYS = {"从何时": "since", "为什么": "why", "哪一位": "who", "哪一项": "which"}
_CHOICE = re.compile(r"([0-9])([^0-9\s]+)")
_REASONS = {
    "1": "unwilling",
    "2": "working",
    "3": "poverty",
    "4": "ill",
    "5": "early_marriage",
    "6": "other",
}
_LEFT_SCHOOL = frozenset(("dropout", "never_enrolled"))
_FIELD_WORDS = {
    "school_status": "在校生状况",
    "no_school_reason": "未上学原因",
    "education": "文化程度",
    "health": "健康状况",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask. ``key`` is stable; choices are (stored value, word).

    ``option``: the chosen option that it belongs to, "" for the whole answer; ``is_person``: the
    value is a member id, to be chosen among those present.
    """

    key: str
    label: str
    choices: tuple[tuple[str, str], ...]
    option: str = ""
    is_person: bool = False

    @property
    def name(self) -> str:
        """The name under which the reply is kept with the answer."""
        return f"{self.option}.{self.key}" if self.option else self.key


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the roster that an answer suggests. ``old`` and ``new`` as stored."""

    question: str
    member_id: str
    field: str
    old: str
    new: str

    @property
    def label(self) -> str:
        """The Chinese name of the field."""
        return _FIELD_WORDS[self.field]


def asks_of(question: Question, value: AnswerValue | None) -> tuple[Ask, ...]:
    """Return what is asked after an answer, nothing after most."""
    if value is None:
        return ()
    return tuple(_asks(question, option_keys(value)))


def _asks(question: Question, chosen: tuple[str, ...]) -> Iterator[Ask]:
    follow_up = question.follow_up
    if follow_up and (not follow_up.when or set(follow_up.when) & set(chosen)):
        yield from (_ask(text, follow_up) for text in follow_up.asks)
    for key in chosen:
        option = question.by_key.get(key)
        if option and option.follow_up:
            yield from (_ask(text, option.follow_up, key) for text in option.follow_up.asks)


def _ask(text: str, follow_up: FollowUp, option: str = "") -> Ask:
    label, _, rest = text.partition("：")
    choices = tuple((m[1], m[2]) for m in _CHOICE.finditer(rest))
    if not choices:
        choices = tuple((word, word) for word in follow_up.department_by)
    key = _KEYS.get(label, label)
    return Ask(key, label, choices, option, is_person=key == "who")


def problem(ask: Ask, value: str, members: tuple[Member, ...]) -> str:
    """Return why a reply cannot be taken, "" if it can."""
    if ask.is_person:
        present = {m.id for m in members if m.member_status == "present"}
        return "" if value in present else f"{ask.label}：请选在户的人"
    allowed = {stored for stored, _ in ask.choices}
    if allowed and value not in allowed:
        return f"{ask.label}：请选 {'、'.join(f'{s}{w}' for s, w in ask.choices)}"
    return ""


def department(question: Question, replies: Mapping[str, str]) -> str:
    """Return who must remedy by what was replied (哪一项), "" where that does not decide."""
    found = question.follow_up.department_by if question.follow_up else {}
    return found.get(replies.get("which", ""), "")


def proposals(
    question: Question,
    member_id: str,
    value: AnswerValue | None,
    replies: Mapping[str, str],
    members: tuple[Member, ...],
) -> tuple[Proposal, ...]:
    """Return what an answer suggests to change in the roster, without what it says already."""
    people = {member.id: member for member in members}
    found = _suggested(question, member_id, value, replies)
    changes = (
        Proposal(question.code, who, field, _stored(people[who], field, new)[0], stored)
        for who, field, new in found
        if who in people and (stored := _stored(people[who], field, new)[1]) is not None
    )
    return tuple(change for change in changes if change.old != change.new)


def _suggested(
    question: Question, member_id: str, value: AnswerValue | None, replies: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield (member id, field, new value)."""
    if question.code == "ED-01" and isinstance(value, str):
        if value in _LEFT_SCHOOL:
            yield member_id, "school_status", ""
        if replies.get("why") in _REASONS and value in {*_LEFT_SCHOOL, "suspected_dropout"}:
            yield member_id, "no_school_reason", _REASONS[replies["why"]]
        if value == "graduated":
            yield member_id, "school_status", ""
            yield member_id, "education", "初中"
    if question.code == "EV-01" and isinstance(value, tuple) and "illness" in value:
        yield replies.get("illness.who", ""), "health", "serious_illness"


def _stored(member: Member, field: str, new: str) -> tuple[str, str]:
    """Return the field's text now and with the proposal; health is a set that grows."""
    if field != "health":
        return str(getattr(member, field)), new
    grown = (member.health - {"healthy"}) | {new}
    return _joined(member.health), _joined(grown)


def _joined(health: frozenset[str]) -> str:
    return ",".join(key for key in LABELS["health"] if key in health)
