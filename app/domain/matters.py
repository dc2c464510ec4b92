"""Matters (事项): findings of one fact on one card. Computed, never stored."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.domain.household import Finding
from app.domain.labels import worst
from app.domain.policy import Policy, Topic

_DISASTERS = frozenset(
    ("flood", "geology", "drought", "biological", "weather", "earthquake", "natural_other", "fire")
)
_LOSSES = frozenset(("reduced", "total_loss", "epidemic"))


@dataclass(frozen=True, slots=True)
class Matter:
    """One card.

    Attributes:
        topic: "" for a finding that belongs to no topic and is a card of its own.
        member_id: the person, "" for the household.
        findings: what is counted here; ``references`` stand on another card and are only shown.
        mode: "" card, banner, coverage or todo.
    """

    topic: str
    label: str
    member_id: str
    severity: str
    findings: tuple[Finding, ...]
    references: tuple[Finding, ...] = ()
    mode: str = ""


def group(
    findings: Iterable[Finding],
    policy: Policy,
    dead: Collection[str] = (),
    earlier: Collection[tuple[str, str]] = (),
) -> list[Matter]:
    """Return the cards of one household, in the order in which their first finding stands.

    Each finding is counted once, on the first topic of the policy that fits; where others of its
    options fit another topic that has a card too, it is shown there as a reference.

    Args:
        dead: members who died this month, where only the roster knows it.
        earlier: (code, member id) of what was open before this month: not new in a disaster.
    """
    found = list(findings)
    cards: dict[tuple[str, str], list[Finding]] = {}
    topics = {topic.key: topic for topic in policy.topics}
    homes = [
        _topics_of(finding, found, policy, frozenset(dead), frozenset(earlier)) for finding in found
    ]
    people = _people(found, homes)
    for index, (finding, fitting) in enumerate(zip(found, homes, strict=True)):
        key = _card_key(finding, fitting[0], people) if fitting else ("", str(index))
        cards.setdefault(key, []).append(finding)
    references = _references(found, homes, people, cards)
    return [
        _matter(topics.get(key[0]), key, counted, references.get(key, ()), policy)
        for key, counted in cards.items()
    ]


def _topics_of(
    finding: Finding,
    found: list[Finding],
    policy: Policy,
    dead: frozenset[str],
    earlier: frozenset[tuple[str, str]],
) -> list[Topic]:
    return [
        topic
        for topic in policy.topics
        if _fits(finding, topic) and _holds(finding, topic, found, dead, earlier)
    ]


def _fits(finding: Finding, topic: Topic) -> bool:
    options = {part.partition(":")[0] for part in finding.parts}
    return any(
        code.code == finding.code and (not code.parts or options & set(code.parts))
        for code in topic.codes
    )


def _holds(
    finding: Finding,
    topic: Topic,
    found: list[Finding],
    dead: frozenset[str],
    earlier: frozenset[tuple[str, str]],
) -> bool:
    """Whether the condition of a topic is met in this household."""
    if topic.when == "death":
        lost = dead | _reported_dead(found)
        if finding.code == "R-10":
            return finding.member_id in lost
        return bool(lost) or any("bereavement" in f.parts for f in found if f.code == "EV-01")
    if topic.when == "injury":
        hurt = {f.member_id for f in found if f.code in {"R-09", "R-10"}}
        return bool(hurt) and (not finding.member_id or finding.member_id in hurt)
    if topic.when == "disaster":
        struck = any(_is_disaster(f) for f in found)
        return struck and (finding.code, finding.member_id) not in earlier
    return True


def _reported_dead(found: list[Finding]) -> frozenset[str]:
    items = (part for f in found if f.code == "EV-03" for part in f.parts)
    return frozenset(item.partition(":")[2] for item in items if item.startswith("death:"))


def _is_disaster(finding: Finding) -> bool:
    parts = set(finding.parts)
    if finding.code == "EV-01":
        return bool(parts & _DISASTERS)
    return finding.code == "CY-01" and bool(parts & _LOSSES)


def _people(found: list[Finding], homes: list[list[Topic]]) -> dict[str, str]:
    """Topic → the first person it speaks of: rows of the whole household join that card."""
    people: dict[str, str] = {}
    for finding, fitting in zip(found, homes, strict=True):
        for topic in fitting:
            if topic.person and _person(finding):
                people.setdefault(topic.key, _person(finding))
    return people


def _person(finding: Finding) -> str:
    if finding.member_id or finding.code != "EV-03":
        return finding.member_id
    return next(iter(sorted(_reported_dead([finding]))), "")


def _card_key(finding: Finding, topic: Topic, people: dict[str, str]) -> tuple[str, str]:
    if not topic.person:
        return topic.key, ""
    return topic.key, _person(finding) or people.get(topic.key, "")


def _references(
    found: list[Finding],
    homes: list[list[Topic]],
    people: dict[str, str],
    cards: dict[tuple[str, str], list[Finding]],
) -> dict[tuple[str, str], tuple[Finding, ...]]:
    references: dict[tuple[str, str], tuple[Finding, ...]] = {}
    for finding, fitting in zip(found, homes, strict=True):
        for topic in fitting[1:] if len(finding.parts) > 1 else ():
            key = _card_key(finding, topic, people)
            if key in cards:
                references[key] = (*references.get(key, ()), finding)
    return references


def _matter(
    topic: Topic | None,
    key: tuple[str, str],
    counted: list[Finding],
    references: tuple[Finding, ...],
    policy: Policy,
) -> Matter:
    severity = worst([finding.severity for finding in counted])
    if topic is None:
        first = counted[0]
        rule = policy.rules.get(first.code)
        label = rule.name if rule else first.message
        return Matter("", label, first.member_id, severity, tuple(counted))
    return Matter(topic.key, topic.label, key[1], severity, tuple(counted), references, topic.mode)
