"""Measures to suggest for a household, each with its reason; a person ticks, nothing is added.

Three sources: the causes of the case, the open warnings, and the class of management.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.domain.labels import label
from app.domain.plan_catalogue import MeasureCatalogue, Suggested
from app.domain.view import LABOR_ANY, LABOR_FULL, HouseholdView, MemberView

ANSWER_TO_CLASS = "other"  # a measure must answer something; a class is no cause of its own


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """An open warning as a reason to help."""

    warning_id: str
    code: str
    message: str
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A measure that is there already. ``is_open``: 拟定 or 落实中."""

    measure_id: str
    category: str
    kind: str
    member_id: str
    warning_ids: frozenset[str]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One measure to tick. ``measure_id``: it is there, and only answers further warnings."""

    category: str
    kind: str
    content: str
    member_id: str
    cause: str
    warning_ids: tuple[str, ...]
    reasons: tuple[str, ...]
    measure_id: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two suggestions one."""
        return self.category, self.kind, self.member_id


def suggest(
    view: HouseholdView,
    problems: Collection[OpenProblem],
    planned: Collection[Planned],
    catalogue: MeasureCatalogue,
) -> tuple[Suggestion, ...]:
    """Return the suggestions: those that answer open warnings first, one for each measure."""
    found: dict[tuple[str, str, str], Suggestion] = {}
    for one in _all(view, problems, catalogue):
        known = found.get(one.key)
        found[one.key] = one if known is None else _joined(known, one)
    return tuple(filter(None, (_beside(one, planned) for one in found.values())))


def advice(view: HouseholdView, catalogue: MeasureCatalogue) -> tuple[str, ...]:
    """Return the words that go with the household's class of management."""
    preset = catalogue.presets.get(_level(view))
    return preset.advice if preset else ()


def _all(
    view: HouseholdView, problems: Collection[OpenProblem], catalogue: MeasureCatalogue
) -> Iterator[Suggestion]:
    for problem in problems:
        reason = f"预警：{problem.message}"
        for wanted in catalogue.for_shortfall(problem.code):
            yield Suggestion(
                wanted.category, wanted.kind, wanted.content, problem.member_id, "",
                (problem.warning_id,), (reason,),
            )  # fmt: skip
    monitored = view.facts.monitored
    for cause in monitored.causes if monitored and view.is_open_object else ():
        reason = f"风险原因：{label('risk_cause', cause)}"
        yield from _of(view, catalogue.causes.get(cause, ()), reason, cause)
    preset = catalogue.presets.get(_level(view))
    if preset is not None:
        name = label("management_class", view.facts.management_class)
        yield from _of(view, preset.suggest, f"管理类别：{name}", ANSWER_TO_CLASS)


def _level(view: HouseholdView) -> str:
    """Return high, medium or low; "" for a household that has no class of management."""
    facts, process = view.facts, view.policy.process
    if facts.household_kind not in process["class_scope"]:
        return ""
    return str(process["class_level_map"].get(facts.management_class, ""))


def _of(
    view: HouseholdView, suggested: Iterable[Suggested], reason: str, cause: str
) -> Iterator[Suggestion]:
    for one in suggested:
        if one.when and not HOUSEHOLD[one.when](view):
            continue
        people = [m.id for m in view.members if MEMBER[one.each](m)] if one.each else [""]
        for member_id in people:
            yield Suggestion(one.category, one.kind, one.content, member_id, cause, (), (reason,))


def _joined(first: Suggestion, second: Suggestion) -> Suggestion:
    return replace(
        first,
        cause=first.cause or second.cause,
        warning_ids=tuple(dict.fromkeys(first.warning_ids + second.warning_ids)),
        reasons=tuple(dict.fromkeys(first.reasons + second.reasons)),
    )


def _beside(one: Suggestion, planned: Collection[Planned]) -> Suggestion | None:
    """Return the suggestion as it stands beside the measures; None if they say it already.

    A measure for the whole household or for the same person is the same measure.
    """
    same = [
        p
        for p in planned
        if p.is_open
        and (p.category, p.kind) == (one.category, one.kind)
        and (not p.member_id or not one.member_id or p.member_id == one.member_id)
    ]
    if not same:
        return one
    answered = frozenset().union(*(p.warning_ids for p in same))
    missing = tuple(w for w in one.warning_ids if w not in answered)
    return replace(one, warning_ids=missing, measure_id=same[0].measure_id) if missing else None


def _labor(view: HouseholdView, skills: Collection[str]) -> bool:
    return any(member.labor_skill in skills for member in view.members)


HOUSEHOLD: Mapping[str, Callable[[HouseholdView], bool]] = {
    "labour": lambda view: _labor(view, LABOR_FULL),
    "some_labour": lambda view: _labor(view, LABOR_ANY),
    "weak_labour": lambda view: _labor(view, ("weak",)),
    "no_dibao": lambda view: not view.any_dibao,
    "no_tekun": lambda view: not any(member.member.has_tekun for member in view.members),
}
MEMBER: Mapping[str, Callable[[MemberView], bool]] = {
    "seriously_ill": lambda member: "serious_illness" in member.health,
    "chronically_ill": lambda member: "chronic" in member.health,
    "disabled": lambda member: member.is_disabled,
    "student": lambda member: member.in_school,
    "dropout": lambda member: (
        member.is_compulsory_age and not member.in_school and not member.junior_done
    ),
    "uninsured": lambda member: member.medical_insurance == "uninsured",
}
