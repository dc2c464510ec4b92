"""Facts about one household in one month, as form and rules see them: plain values, no database.

Enum values are the glossary's keys (``lifted``, ``present``, ``resident``); relation, education,
school status and ethnicity are the Chinese words themselves. Money is Decimal yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.domain.period import Period

AnswerKey = tuple[str, str]  # (question code, member id), "" for the household's own questions
AnswerValue = str | int | Decimal | date | tuple[str, ...]
Answers = Mapping[AnswerKey, AnswerValue]

HEAD = "户主"
NOTHING: Mapping[Any, Any] = MappingProxyType({})
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the roster.

    Attributes:
        number: the person's number within the household, as shown and spoken.
        birth_month: ``1985-05`` where the source knows only the month, else "".
        disability_grade: 1 (gravest) to 4, 0 for none.
        monthly_wage: None is "not given", never zero.
        phone: "" is blank; None is "known to be fine" and is not judged (worked cases only).
    """

    id: str
    number: int
    name: str
    relation: str = ""
    sex: str = ""
    birth_date: date | None = None
    birth_month: str = ""
    id_no: str = ""
    disability_cert_no: str = ""
    ethnicity: str = ""
    education: str = ""
    school_status: str = ""
    no_school_reason: str = ""
    labor_skill: str = ""
    employment: str = ""
    monthly_wage: Decimal | None = None
    health: frozenset[str] = frozenset()
    disability_kind: str = ""
    disability_grade: int = 0
    has_dibao: bool = False
    has_tekun: bool = False
    medical_insurance: str = ""
    has_pension_insurance: bool | None = None
    is_boarding: bool = False
    member_status: str = "present"
    phone: str | None = ""


@dataclass(frozen=True, slots=True)
class MonitoredObject:
    """The household's newest case as a monitored object (监测对象), living or removed.

    ``identified_on`` and ``eliminated_on`` are a Period where only the month is known.
    ``causes`` keeps the order of the case: the first is the main one.
    """

    object_type: str
    case_state: str = "monitoring"  # monitoring 未消除, risk_removed 已消除
    identified_on: date | Period | None = None
    eliminated_on: date | Period | None = None
    eliminated_per_capita: Decimal | None = None
    removal_way: str = ""
    causes: tuple[str, ...] = ()
    cause_note: str = ""


@dataclass(frozen=True, slots=True)
class MeasureFact:
    """One help measure that is open or finished; terminated ones are not facts of the rules."""

    category: str
    kind: str = ""
    state: str = "running"  # planned running done expired


@dataclass(frozen=True, slots=True)
class IncomeTotals:
    """The sums of twelve full months that end with the period; dibao is part of transfer."""

    wage_t12: Decimal = ZERO
    business_t12: Decimal = ZERO
    property_t12: Decimal = ZERO
    transfer_t12: Decimal = ZERO
    business_expense_t12: Decimal = ZERO
    dibao_t12: Decimal = ZERO

    @property
    def net_income_t12(self) -> Decimal:
        """Net income (纯收入) of the household; may be negative."""
        earned = self.wage_t12 + self.business_t12 + self.property_t12 + self.transfer_t12
        return earned - self.business_expense_t12


@dataclass(frozen=True, slots=True)
class SelfPay:
    """What the household itself paid in twelve months, as far as the months exist."""

    medical: Decimal = ZERO
    education: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PreviousMember:
    """A member's last closed month; None is "unknown" everywhere and is never read as good."""

    ed_01: str | None = None
    health: frozenset[str] | None = None
    has_disability: bool | None = None
    employment: str | None = None
    labor_skill: str | None = None
    has_dibao: bool | None = None


@dataclass(frozen=True, slots=True)
class LeftReport:
    """An earlier EV-03 entry that reported a member as gone and was not withdrawn."""

    period: str = ""
    kind: str = ""  # Chinese word: 婚出, 死亡 …


@dataclass(frozen=True, slots=True)
class OpenWarning:
    """A warning that is neither closed nor cancelled nor a false alarm."""

    code: str
    due_on: date | None = None
    member_id: str = ""
    severity: str = ""
    opened_in: str = ""  # period, "" if unknown


@dataclass(frozen=True, slots=True)
class Previous:
    """The closed answers of the household's previous due month; empty where there is none."""

    members: Mapping[str, PreviousMember] = field(default_factory=lambda: NOTHING)
    per_capita_12m_ago: Decimal | None = None
    left_reported: Mapping[str, LeftReport] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that form and rules know of one household in one month.

    Attributes:
        members: the whole roster in roster order, also those who left.
        flags: negative-list flags: public_employee car business_entity large_farm extra_house
            machinery split_recent.
        measures: all measures that are not terminated.
        had_measures: some measure was open at last month's close.
        income: None while the twelve months are incomplete.
        answers: only what was given or confirmed; a missing key is "not answered".
        notes: the words beside answers whose option needs them.
        other_ids: normalised identity numbers of other households -> words that name the household.
        other_phones: the same for telephone numbers.
    """

    period: Period
    as_of: date
    household_id: str = ""
    household_no: str = ""
    household_kind: str = ""
    management_class: str = ""
    house_rating: str = ""
    farmland_mu: Decimal | None = None
    registered_size: int | None = None
    flags: frozenset[str] = frozenset()
    monitored: MonitoredObject | None = None
    measures: tuple[MeasureFact, ...] = ()
    had_measures: bool = False
    members: tuple[Member, ...] = ()
    income: IncomeTotals | None = None
    annual_per_capita: Decimal | None = None
    selfpay: SelfPay = SelfPay()
    claims: Decimal = ZERO
    answers: Answers = field(default_factory=lambda: NOTHING)
    notes: Mapping[AnswerKey, str] = field(default_factory=lambda: NOTHING)
    previous: Previous = Previous()
    open_warnings: tuple[OpenWarning, ...] = ()
    other_ids: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    other_phones: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a checklist question or rule, not yet a warning.

    Attributes:
        member_id: "" for the household.
        severity: blue yellow orange red.
        values: what was used, label -> text, in the order of display.
        fields: the answers to mark in the form.
        basis: rule or question, parameters with their value, and the date they hold from.
        parts: option keys (checklist) or item codes (R-16) listed by this one finding.
    """

    code: str
    member_id: str
    severity: str
    message: str
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    fields: tuple[AnswerKey, ...] = ()
    basis: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """Figures computed from the facts; ``suggest_object`` is only ever shown, never stored."""

    per_capita: Decimal | None
    ref_per_capita: Decimal | None
    counted_members: int
    suggest_object: str
