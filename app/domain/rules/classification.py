"""C rules: the household's object type, its causes and measures against the facts."""

from collections.abc import Callable
from fractions import Fraction

from app.domain.household import Finding
from app.domain.labels import label
from app.domain.rules.risk import INCOME_FIELDS, by_last_year
from app.domain.rules.run import HouseholdRule, Run
from app.domain.view import LABOR_ANY, LABOR_FULL
from app.domain.words import joined, money

# object types that do not belong to a household kind -> the one that does
_WRONG_TYPE = {
    ("lifted", "edge_prone"): "unstable_lifted",
    ("ordinary", "unstable_lifted"): "edge_prone",
}


def c_01(run: Run) -> Finding | None:
    """An income object that is above the line; strictly, also with line_inclusive.

    Source: C-01, seed S101.
    """
    monitored, amount, line = run.facts.monitored, run.view.per_capita, run.policy.line
    if monitored is None or not run.view.is_open_object or amount is None or line is None:
        return None
    if monitored.object_type not in {"unstable_lifted", "edge_prone"} or amount <= Fraction(line):
        return None
    return run.hit(
        "C-01",
        None,
        INCOME_FIELDS,
        prefix=by_last_year(run),
        object=label("object_type", monitored.object_type),
        per_capita=money(amount),
        line=money(line),
    )


def c_02(run: Run) -> Finding | None:
    """A household in sudden hardship that is strictly below the line. Source: C-02, seed S101."""
    monitored, amount, line = run.facts.monitored, run.view.per_capita, run.policy.line
    if monitored is None or not run.view.is_open_object or amount is None or line is None:
        return None
    if monitored.object_type != "sudden_hardship" or amount >= Fraction(line):
        return None
    return run.hit(
        "C-02",
        None,
        INCOME_FIELDS,
        prefix=by_last_year(run),
        per_capita=money(amount),
        line=money(line),
    )


def c_03(run: Run) -> Finding | None:
    """The object type belongs to the other household kind, removed or not. Source: C-03, K45."""
    monitored = run.facts.monitored
    if monitored is None or not run.view.is_object:
        return None
    suggest = _WRONG_TYPE.get((run.facts.household_kind, monitored.object_type))
    if suggest is None:
        return None
    return run.hit(
        "C-03",
        kind=label("household_kind", run.facts.household_kind),
        object=label("object_type", monitored.object_type),
        suggest=label("object_type", suggest),
    )


def c_04(run: Run) -> Finding | None:
    """A listed cause contradicts the household; one finding lists all. Source: C-04; 5_11_029."""
    monitored = run.facts.monitored
    if monitored is None or not run.view.is_open_object:
        return None
    listed = [words for cause in monitored.causes if (words := _contradiction(run, cause))]
    return run.hit("C-04", list="；".join(listed)) if listed else None


def _contradiction(run: Run, cause: str) -> str:
    """Return in words why a cause does not fit, "" if it does."""
    words, fits = _CAUSE_CHECKS.get(cause, ("", None))
    return "" if fits is None or fits(run) else words


def _has_disabled(run: Run) -> bool:
    return any(m.is_disabled or "disabled" in m.health for m in run.view.members)


def _has_ill(run: Run) -> bool:
    return any({"serious_illness", "chronic"} & m.health for m in run.view.members)


def _has_pupil(run: Run) -> bool:
    return any(m.in_school or m.is_compulsory_age for m in run.view.members)


def _has_some_labor(run: Run) -> bool:
    return any(m.labor_skill in LABOR_ANY for m in run.view.members)


def _lacks_labor(run: Run) -> bool:
    """Strict: with exactly the ratio the household may still lack labour."""
    able = sum(member.labor_skill in LABOR_FULL for member in run.view.members)
    return able <= run.policy.short_labor_ratio * run.view.size


def _is_explained(run: Run) -> bool:
    return bool(run.facts.monitored and run.facts.monitored.cause_note.strip())


# cause -> (what is wrong, what must hold); causes that no roster can contradict are not here
_CAUSE_CHECKS: dict[str, tuple[str, Callable[[Run], bool] | None]] = {
    "disability": ("因残，但没有残疾成员", _has_disabled),
    "illness": ("因病，但没有大病或慢性病成员", _has_ill),
    "schooling": ("因学，但没有在校生或适龄儿童", _has_pupil),
    "unstable_job": ("因务工就业不稳，但没有劳动力", _has_some_labor),
    "labor_shortage": ("缺劳动力，但劳动力不少", _lacks_labor),
    "other": ("其他，但没有写明原因", _is_explained),
}


def c_05(run: Run) -> Finding | None:
    """Some cause has none of the measures that answer it. Source: C-05, seed S104, K35.

    Not without any measure (that is R-14), not for causes whose row is empty.
    """
    monitored = run.facts.monitored
    if monitored is None or not run.view.is_open_object or not run.facts.measures:
        return None
    given = {measure.category for measure in run.facts.measures}
    wanted = run.policy.cause_measures
    missing = [c for c in monitored.causes if wanted.get(c) and not given & set(wanted[c])]
    if not missing:
        return None
    categories = dict.fromkeys(category for cause in missing for category in wanted[cause])
    return run.hit(
        "C-05",
        parts=tuple(missing),
        cause=joined([label("risk_cause", cause) for cause in missing]),
        categories=joined([label("measure_category", category) for category in categories]),
    )


CLASSIFICATION_RULES: tuple[tuple[str, HouseholdRule], ...] = (
    ("C-01", c_01),
    ("C-02", c_02),
    ("C-03", c_03),
    ("C-04", c_04),
    ("C-05", c_05),
)
