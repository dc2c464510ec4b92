"""What conditions and rules look at: the facts with ages, stages and sums worked out once.

The names of the condition language (asked_when and so on) stand in condition_names.py.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from app.domain import identity
from app.domain.household import HEAD, AnswerValue, Facts, Member
from app.domain.period import Period, years_between
from app.domain.policy import Policy

LABOR_FULL = ("ordinary", "skilled")
LABOR_ANY = ("ordinary", "skilled", "weak")
NO_LABOR = ("none", "lost")
MIGRANT_JOBS = ("town", "county", "province", "other_province", "abroad")
AWAY_JOBS = ("province", "other_province", "abroad")
WAGE_JOBS = (*MIGRANT_JOBS, "public_post", "workshop", "flexible", "public_employee")
STILL_MONITORED = frozenset(
    [
        "monitoring",
        "removal_deliberation",
        "removal_publicity",
        "removal_pending_township",
        "removal_pending_county",
    ]
)
RISK_REMOVED = frozenset(("risk_removed", "rollback_pending"))
NOT_AN_OBJECT = frozenset(
    [
        "clue",
        "to_verify",
        "to_deliberate",
        "in_publicity",
        "pending_township",
        "pending_county",
        "to_enter",
        "cleared_out",
        "extinct",
        "not_included",
    ]
)
HEALTHY = frozenset(("healthy",))
_UPPER_STAGES = ("upper_secondary", "tertiary", "postgraduate")


def is_special(value: object) -> bool:
    """Whether an answer is one of the special ones (``_unknown`` …), which decide nothing."""
    return isinstance(value, str) and value.startswith("_")


@lru_cache(maxsize=4096)
def school_stage(status: str, stages: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Return the stage of a school status: the first whose word it contains, else ""."""
    if not status:
        return ""
    return next((stage for stage, words in stages if any(w in status for w in words)), "")


@lru_cache(maxsize=512)
def has_junior_education(education: str, words: tuple[str, ...]) -> bool:
    """Whether an education is junior secondary (初中) or higher."""
    return any(word in education for word in words)


class MemberView:
    """One person with what the form already says: employment is EM-01's answer once given.

    Unknown ages and stages are None and "": no comparison with them is true.
    """

    __slots__ = (
        "_identity",
        "age",
        "born",
        "employment",
        "health",
        "home",
        "id",
        "in_school",
        "labor_skill",
        "medical_insurance",
        "member",
        "monthly_wage",
        "name",
        "stage",
    )

    def __init__(self, member: Member, home: "HouseholdView") -> None:
        self.member, self.home = member, home
        self.id, self.name = member.id, member.name
        self._identity: identity.Identity | None = None
        self.labor_skill, self.health = member.labor_skill, member.health
        self.born = member.birth_date or _month_end(member.birth_month) or self.identity.birth_date
        self.age = None if self.born is None else years_between(self.born, home.facts.as_of)
        self.stage = school_stage(member.school_status, home.policy.school_stages)
        self.in_school = self.stage not in {"", "preschool"}
        self.employment: str = home.said("EM-01", member.id, member.employment)
        self.medical_insurance: str = home.said("MD-01", member.id, member.medical_insurance)
        self.monthly_wage: Decimal | None = home.said("EM-04", member.id, member.monthly_wage)

    @property
    def age_days(self) -> int | None:
        """Days since birth."""
        return None if self.born is None else (self.home.facts.as_of - self.born).days

    @property
    def is_disabled(self) -> bool:
        """Whether a disability is registered by kind or grade (``dis`` of the catalogue)."""
        return bool(self.member.disability_kind) or self.member.disability_grade > 0

    @property
    def school_due(self) -> bool:
        """Whether the child had to start school: six by the cut-off day of this school year."""
        return self.born is not None and self.born <= self.home.school_cutoff

    @property
    def junior_done(self) -> bool:
        """Whether nine years of school are done."""
        words = self.home.policy.junior_words
        return self.stage in _UPPER_STAGES or has_junior_education(self.member.education, words)

    @property
    def is_compulsory_age(self) -> bool:
        """Whether the child is of the age of compulsory schooling."""
        return self.school_due and self.age is not None and self.age < 16

    @property
    def pension_due(self) -> bool:
        """Whether the month of the 60th birthday is earlier than the period."""
        period = self.home.facts.period
        return self.born is not None and Period(self.born.year + 60, self.born.month) < period

    @property
    def is_adult_at_home(self) -> bool:
        """Whether an able adult of 18 to 59 lives at home."""
        return (
            self.age is not None
            and 18 <= self.age <= 59
            and self.employment not in AWAY_JOBS
            and self.labor_skill not in NO_LABOR
        )

    @property
    def identity(self) -> identity.Identity:
        """What the identity number says."""
        if self._identity is None:
            self._identity = identity.read(self.member.id_no)
        return self._identity


class HouseholdView:
    """One household's facts with the figures that conditions and rules share."""

    def __init__(self, facts: Facts, policy: Policy) -> None:
        self.facts, self.policy = facts, policy
        self.answers = facts.answers
        self.everybody = tuple(MemberView(member, self) for member in facts.members)
        self.members = tuple(m for m in self.everybody if m.member.member_status == "present")
        self.size = len(self.members)
        self.house_rating: str = self.said("HS-01", "", facts.house_rating)

    def answer(self, code: str, member_id: str = "") -> AnswerValue | None:
        """Return a given answer; None if there is none or only a special one."""
        value = self.answers.get((code, member_id))
        return None if is_special(value) else value

    def said(self, code: str, member_id: str, roster: Any) -> Any:
        """Return the answer once there is one, else the roster's; a special one says nothing."""
        value = self.answers.get((code, member_id))
        if value is None:
            return roster
        if is_special(value):
            return "" if isinstance(roster, str) else None
        return value

    @cached_property
    def school_cutoff(self) -> date:
        """The last birthday of those who had to start school by this school year."""
        period = self.facts.period
        year = period.year if period.month >= 9 else period.year - 1
        return date(year - 6, *self.policy.school_cutoff)

    @cached_property
    def head(self) -> MemberView | None:
        """The first listed head who is present."""
        return next((m for m in self.members if m.member.relation == HEAD), None)

    @property
    def is_object(self) -> bool:
        """Whether the household is a monitored object, living or removed."""
        monitored = self.facts.monitored
        return bool(
            monitored and monitored.object_type and monitored.case_state not in NOT_AN_OBJECT
        )

    @property
    def is_open_object(self) -> bool:
        """Whether it is an object whose risk is not removed (未消除)."""
        monitored = self.facts.monitored
        return self.is_object and bool(monitored and monitored.case_state in STILL_MONITORED)

    @property
    def is_removed_object(self) -> bool:
        """Whether it is an object whose risk counts as removed (已消除)."""
        monitored = self.facts.monitored
        return self.is_object and bool(monitored and monitored.case_state in RISK_REMOVED)

    @property
    def has_open_measures(self) -> bool:
        """Whether measures are planned or running, or were open at last month's close."""
        states = (measure.state for measure in self.facts.measures)
        return self.facts.had_measures or any(s in {"planned", "running"} for s in states)

    @cached_property
    def has_adult_at_home(self) -> bool:
        """Whether an able adult lives at home."""
        return any(member.is_adult_at_home for member in self.members)

    @cached_property
    def has_full_labor(self) -> bool:
        """Whether somebody has full labour."""
        return any(member.labor_skill in LABOR_FULL for member in self.members)

    @property
    def is_no_labor(self) -> bool:
        """Whether nobody of at least one person can work (整户无劳动力)."""
        return self.size > 0 and all(m.labor_skill in NO_LABOR for m in self.members)

    @property
    def any_in_school(self) -> bool:
        """Whether somebody goes to school, college included."""
        return any(member.in_school for member in self.members)

    @property
    def any_dibao(self) -> bool:
        """Whether somebody has 低保."""
        return any(member.member.has_dibao for member in self.members)

    @property
    def any_benefit(self) -> bool:
        """Whether somebody has 低保 or 特困."""
        return any(m.member.has_dibao or m.member.has_tekun for m in self.members)

    @property
    def any_benefit_or_pension(self) -> bool:
        """Whether some money of benefits, disability or pension is due to somebody."""
        return self.any_benefit or any(
            m.is_disabled or "disabled" in m.health or m.pension_due for m in self.members
        )

    @cached_property
    def per_capita(self) -> Fraction | None:
        """Net income of each person, exact; last year's figure while twelve months are not full."""
        if self.size == 0:
            return None
        if self.facts.income is not None:
            return Fraction(self.facts.income.net_income_t12) / self.size
        annual = self.facts.annual_per_capita
        return None if annual is None else Fraction(annual)

    @cached_property
    def ref_per_capita(self) -> Fraction | None:
        """The same after self-paid costs and with claims, exact; None while months are missing."""
        if self.size == 0 or self.facts.income is None:
            return None
        paid = self.facts.selfpay.medical + self.facts.selfpay.education
        return Fraction(self.facts.income.net_income_t12 + self.facts.claims - paid) / self.size

    def is_below_line(self, amount: Fraction | None) -> bool:
        """Whether an amount is below the line (or on it, where the area counts that)."""
        if amount is None or self.policy.line is None:
            return False
        line = _fraction(self.policy.line)
        return amount < line or (self.policy.line_inclusive and amount == line)


@lru_cache(maxsize=256)
def _fraction(number: Decimal) -> Fraction:
    """Return a parameter exactly; the same few come again for every household."""
    return Fraction(number)


def _month_end(birth_month: str) -> date | None:
    """Where only the month of birth is known, a year counts as complete at that month's end."""
    if not birth_month:
        return None
    try:
        return Period.parse(birth_month).last_day
    except ValueError:
        return None
