"""一超六有: the seven-item scorecard of a household in a month that was handed in.

Source: the rule catalogue's ``yi_chao_liu_you``: 一超 = income not below the line; 六有 =
education, medical, housing, water, electricity, radio and television.
"""

from collections.abc import Collection

from app.domain.view import HouseholdView, is_special

ITEMS = ("education", "medical", "housing", "water", "electricity", "tv", "income")

_FINDINGS = {  # item -> codes of which one is enough to miss it
    "education": frozenset({"ED-01"}),
    "medical": frozenset({"MD-01", "MD-02"}),
    "housing": frozenset({"HS-01"}),
    "water": frozenset({"WT-01", "WT-02", "WT-03", "WT-04"}),
}
_MISSED_ANSWER = {"electricity": ("LV-01", "none"), "tv": ("LV-02", "no")}


def one_over_six(view: HouseholdView, found_codes: Collection[str]) -> dict[str, bool]:
    """Return item -> met or not; an item that nobody could answer is left out.

    ``found_codes``: codes of the month's findings. A special answer (说不清, 没看成 …) makes an
    item unknown unless another finding already shows that it is missed.
    """
    scores = {item: _score(item, view, found_codes) for item in ITEMS}
    return {item: score for item, score in scores.items() if score is not None}


def _score(item: str, view: HouseholdView, found_codes: Collection[str]) -> bool | None:
    if item == "income":
        known = view.per_capita is not None and view.policy.line is not None
        return not view.is_below_line(view.per_capita) if known else None
    if item in _MISSED_ANSWER:
        code, missed = _MISSED_ANSWER[item]
        answer = view.answer(code)
        return None if answer is None else answer != missed
    codes = _FINDINGS[item]
    if not codes.isdisjoint(found_codes):
        return False
    unclear = any(code in codes and is_special(v) for (code, _), v in view.answers.items())
    return None if unclear else True
