"""The names that conditions of the catalogue may use, as checklist.yaml describes them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.domain.expressions import Name
from app.domain.labels import LABELS
from app.domain.view import (
    AWAY_JOBS,
    LABOR_ANY,
    LABOR_FULL,
    MIGRANT_JOBS,
    NO_LABOR,
    WAGE_JOBS,
)


def _member(kind: str, get: Callable[[Any], Any], choices: Iterable[str] | None = None) -> Name:
    allowed = None if choices is None else frozenset((*choices, ""))
    return Name(lambda _h, m, _v: get(m), kind, member=True, choices=allowed)


def _home(kind: str, get: Callable[[Any], Any], choices: Iterable[str] | None = None) -> Name:
    allowed = None if choices is None else frozenset((*choices, ""))
    return Name(lambda h, _m, _v: get(h), kind, choices=allowed)


def _list(items: tuple[str, ...]) -> Name:
    return Name(lambda _h, _m, _v: items, "texts")


NAMES: Mapping[str, Name] = {
    "age": _member("number", lambda m: m.age),
    "age_days": _member("number", lambda m: m.age_days),
    "sex": _member("text", lambda m: m.member.sex, LABELS["sex"]),
    "rel": _member("text", lambda m: m.member.relation),
    "edu": _member("text", lambda m: m.member.education),
    "school": _member("text", lambda m: m.member.school_status),
    "stage": _member("text", lambda m: m.stage, LABELS["school_stage"]),
    "in_school": _member("flag", lambda m: m.in_school),
    "labor": _member("text", lambda m: m.labor_skill, LABELS["labor_skill"]),
    "emp": _member("text", lambda m: m.employment, LABELS["employment"]),
    "health": _member("texts", lambda m: m.health, LABELS["health"]),
    "dis": _member("flag", lambda m: m.is_disabled),
    "dis_grade": _member("number", lambda m: m.member.disability_grade),
    "dibao": _member("flag", lambda m: m.member.has_dibao),
    "tekun": _member("flag", lambda m: m.member.has_tekun),
    "med": _member("text", lambda m: m.medical_insurance, LABELS["medical_insurance"]),
    "boarding": _member("flag", lambda m: m.member.is_boarding),
    "school_due": _member("flag", lambda m: m.school_due),
    "junior_done": _member("flag", lambda m: m.junior_done),
    "pension_due": _member("flag", lambda m: m.pension_due),
    "size": _home("number", lambda h: h.size),
    "kind": _home("text", lambda h: h.facts.household_kind, LABELS["household_kind"]),
    "object": _home(
        "text", lambda h: h.facts.monitored.object_type if h.is_object else "",
        LABELS["object_type"],
    ),
    "is_object": _home("flag", lambda h: h.is_object),
    "open_object": _home("flag", lambda h: h.is_open_object),
    "house": _home("text", lambda h: h.house_rating, LABELS["house_rating"]),
    "period_month": _home("number", lambda h: h.facts.period.month),
    "any_in_school": _home("flag", lambda h: h.any_in_school),
    "has_measures": _home("flag", lambda h: h.has_open_measures),
    "no_adult_at_home": _home("flag", lambda h: not h.has_adult_at_home),
    "any_dibao": _home("flag", lambda h: h.any_dibao),
    "any_benefit": _home("flag", lambda h: h.any_benefit),
    "any_benefit_or_pension": _home("flag", lambda h: h.any_benefit_or_pension),
    "LABOR_ANY": _list(LABOR_ANY),
    "LABOR_FULL": _list(LABOR_FULL),
    "NO_LABOR": _list(NO_LABOR),
    "MIGRANT_JOBS": _list(MIGRANT_JOBS),
    "AWAY_JOBS": _list(AWAY_JOBS),
    "WAGE_JOBS": _list(WAGE_JOBS),
}  # fmt: skip

NUMBER_PARAMETERS = [
    "near_line_ratio",
    "income_drop",
    "selfpay_medical_12m",
    "transfer_ratio",
    "new_debt",
    "wage_month_min",
    "wage_month_max",
    "outage_days_12m",
    "outage_days_run",
    "loan_due_days",
    "newborn_days",
    "no_measure_months",
    "dev_measure_months",
    "min_elimination_months",
    "short_labor_ratio",
    "parent_age_gap",
    "farmland_max",
    "public_post_max_age",
    "line",
]
LIST_PARAMETERS = ("premium_months", "flood_months", "heating_months")


def parameter_names() -> dict[str, Name]:
    """Return the parameters that conditions may use by name."""
    names = {name: _parameter(name, "number") for name in NUMBER_PARAMETERS}
    return names | {name: _parameter(name, "numbers") for name in LIST_PARAMETERS}


def _parameter(name: str, kind: str) -> Name:
    return Name(lambda h, _m, _v: getattr(h.policy, name), kind)


def answer_name(code: str, kind: str, choices: Iterable[str] | None) -> Name:
    """Return the name (``HS_02``) that stands for this form's answer to a household question."""
    return _home(kind, lambda h: h.answer(code), choices)
