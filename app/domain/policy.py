"""Policy: the dated parameters, words and lists that forms and rules work with (政策参数包).

Every number that a rule compares with stands here, never in the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.household import NOTHING
from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class RuleText:
    """What the catalogue says about a computed rule, apart from its formula.

    Attributes:
        life: "" warning, banner (R-13).
        proof: what a negative-list check needs (N rules).
    """

    code: str
    name: str
    scope: str
    severity: str
    message: str
    department: str = ""
    co_department: str = ""
    resolver: str = ""
    life: str = ""
    proof: str = ""
    suggests: str = ""
    parameters: tuple[str, ...] = ()
    basis: str = ""  # words shown with a finding: the parameters, their values and date


@dataclass(frozen=True, slots=True)
class TopicCode:
    """One code of a topic; ``parts`` empty: whatever its options or items are."""

    code: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of matters (事项): findings of these codes are one fact. ``person``: per person."""

    key: str
    label: str
    person: bool
    codes: tuple[TopicCode, ...]
    mode: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as it stands in a pack: text forms are for display."""

    name: str
    value: Any
    label: str = ""
    unit: str = ""
    source: str = ""
    used_by: str = ""
    note: str = ""
    valid_from: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters valid in one area and month, typed; the rest by name in ``process``.

    Attributes:
        line: 监测范围, yuan per person and year; None while the year has none (income rules off).
        line_year: the year that the line was issued for.
        stage_ages: school stage -> (youngest, oldest) completed years, None is open.
        process: the limits named in the life cycles, by parameter name.
    """

    valid_from: str
    line_year: int
    line: Decimal | None
    line_inclusive: bool
    near_line_ratio: Decimal
    income_drop: Decimal
    selfpay_medical_12m: Decimal
    transfer_ratio: Decimal
    new_debt: Decimal
    wage_month_min: Decimal
    wage_month_max: Decimal
    outage_days_12m: int
    outage_days_run: int
    loan_due_days: int
    premium_months: tuple[int, ...]
    flood_months: tuple[int, ...]
    newborn_days: int
    school_cutoff: tuple[int, int]  # month, day
    heating_months: tuple[int, ...]
    no_measure_months: int
    dev_measure_months: int
    min_elimination_months: int
    min_elimination_from: Period
    relapse_items: tuple[str, ...]
    short_labor_ratio: Decimal
    parent_age_gap: int
    farmland_max: Decimal
    public_post_max_age: int
    stage_ages: Mapping[str, tuple[int | None, int | None]]
    school_stages: tuple[tuple[str, tuple[str, ...]], ...] = ()  # stage, words; first match
    junior_words: tuple[str, ...] = ()  # words of an education of 初中 or higher
    cause_measures: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    process: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: NOTHING)
    rules: Mapping[str, RuleText] = field(default_factory=lambda: NOTHING)
    topics: tuple[Topic, ...] = ()

    def days(self, name: str) -> int:
        """Return a limit of the life cycles in days, such as ``village_confirm_days``."""
        return int(self.process[name])
