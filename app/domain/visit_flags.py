"""八必访: which households must be visited, computed from roster, income and open warnings.

A flag orders the visit list and filters the roster; it is no finding and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.domain.reader import TableReader
from app.domain.view import WAGE_JOBS, HouseholdView, MemberView

_HIGHER_STAGES = ("upper_secondary", "tertiary", "postgraduate")
_UNSTABLE = frozenset(("EM-01", "EM-02", "EM-03", "R-08", "IN-05"))


@dataclass(frozen=True, slots=True)
class VisitFlag:
    """One of the eight. ``warnings``: open ones of these codes raise it too."""

    key: str
    label: str
    short: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitFlags:
    """The eight in their order, and the numbers that they compare with."""

    flags: tuple[VisitFlag, ...]
    heavy_disability_grade: int
    students: int
    wage_share: Decimal

    def label(self, key: str) -> str:
        """Return the words of a flag; the key itself for one that nobody knows."""
        return next((flag.label for flag in self.flags if flag.key == key), key)


def parse_visit_flags(data: Mapping[str, Any], file: str) -> VisitFlags:
    """Return the flags of a catalogue file.

    Raises:
        CatalogueError: names the file, the flag and the reason.
    """
    top = TableReader(data, file, "表头")
    top.text("valid_from")
    grade, students = top.whole("heavy_disability_grade"), top.whole("students")
    share = top.decimal("wage_share")
    flags = []
    for table in top.tables("flags", lambda t: str(t.get("key"))):
        key = table.one_of("key", tuple(_RULES))
        flags.append(
            VisitFlag(key, table.text("label"), table.text("short"), table.words("warnings"))
        )
        table.finish()
    if share is None:
        top.fail("缺少 wage_share")
    top.finish()
    return VisitFlags(tuple(flags), grade, students, share)


def flags_of(view: HouseholdView, flags: VisitFlags) -> tuple[str, ...]:
    """Return the keys of the flags that a household has, in their order."""
    if view.size == 0:
        return ()
    warned = {warning.code for warning in view.facts.open_warnings}
    return tuple(
        flag.key
        for flag in flags.flags
        if warned & set(flag.warnings) or _RULES[flag.key](view, flags)
    )


def _has_low_income(view: HouseholdView, _flags: VisitFlags) -> bool:
    policy, amount = view.policy, view.per_capita
    if policy.line is None or amount is None:
        return False
    near = Fraction(policy.line) * Fraction(policy.near_line_ratio)
    return view.is_below_line(amount) or amount < near


def _is_ill(view: HouseholdView, _flags: VisitFlags) -> bool:
    if any("serious_illness" in m.health for m in view.members):
        return True
    is_heavy = view.facts.selfpay.medical >= view.policy.selfpay_medical_12m
    return is_heavy and any("chronic" in m.health for m in view.members)


def _is_alone_on_tekun(view: HouseholdView, _flags: VisitFlags) -> bool:
    is_collective = view.answer("HS-02") == "collective"  # 集中供养
    return view.size == 1 and view.members[0].member.has_tekun and not is_collective


def _has_new_dibao(view: HouseholdView, _flags: VisitFlags) -> bool:
    before = view.facts.previous.members
    return any(
        m.member.has_dibao and m.id in before and before[m.id].has_dibao is False
        for m in view.members
    )


def _is_disabled(view: HouseholdView, flags: VisitFlags) -> bool:
    before = view.facts.previous.members

    def is_new(member: MemberView) -> bool:
        known = before.get(member.id)
        return member.is_disabled and known is not None and known.has_disability is False

    return any(
        1 <= m.member.disability_grade <= flags.heavy_disability_grade or is_new(m)
        for m in view.members
    )


def _has_students(view: HouseholdView, flags: VisitFlags) -> bool:
    return sum(m.stage in _HIGHER_STAGES for m in view.members) >= flags.students


def _is_wage_unstable(view: HouseholdView, flags: VisitFlags) -> bool:
    """Live mostly from wages (where twelve months tell), and a job or its pay is in doubt."""
    in_doubt = any(w.code in _UNSTABLE for w in view.facts.open_warnings) or any(
        view.answer("EM-02", m.id) == "may_lose" for m in view.members
    )
    if not in_doubt:
        return False
    sums = view.facts.income
    if sums is None:
        return any(m.employment in WAGE_JOBS for m in view.members)
    earned = sums.wage_t12 + sums.business_t12 + sums.property_t12 + sums.transfer_t12
    return earned > 0 and Fraction(sums.wage_t12) / Fraction(earned) >= Fraction(flags.wage_share)


def _is_struck(view: HouseholdView, _flags: VisitFlags) -> bool:
    return bool(view.answer("EV-01"))


_RULES: Mapping[str, Callable[[HouseholdView, VisitFlags], bool]] = {
    "low_income": _has_low_income,
    "illness": _is_ill,
    "tekun": _is_alone_on_tekun,
    "new_dibao": _has_new_dibao,
    "disability": _is_disabled,
    "students": _has_students,
    "unstable_wage": _is_wage_unstable,
    "disaster": _is_struck,
}
