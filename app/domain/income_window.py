"""The twelve-month window: monthly amounts → the sums that the income rules work with.

Source: rules catalogue, common definition ``t12``: the twelve full months that end with the
period; a month that is missing, or holds a special answer in an income amount, makes it
incomplete. Self-pay and claims are summed over whatever months exist (a lower bound, R-04).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from app.domain.household import ZERO, Answers, Facts, IncomeTotals, SelfPay
from app.domain.period import Period

MONTHS = 12
_INCOME = {  # question → field of the totals
    "IN-01": "wage_t12",
    "IN-02": "business_t12",
    "IN-03": "property_t12",
    "IN-04": "transfer_t12",
    "IN-06": "business_expense_t12",
}
_DIBAO, _MEDICAL, _EDUCATION, _CLAIMS = "IN-07", "MD-05", "IN-08", "IN-09"
AMOUNT_QUESTIONS = (*_INCOME, _DIBAO, _MEDICAL, _EDUCATION, _CLAIMS)


@dataclass(frozen=True, slots=True)
class Figures:
    """``totals`` is None with fewer than twelve complete months."""

    totals: IncomeTotals | None
    selfpay: SelfPay
    claims: Decimal
    complete_months: int
    incomplete: tuple[Period, ...] = ()  # months without all income amounts, oldest first


def figures(period: Period, months: Mapping[Period, Answers]) -> Figures:
    """Return the sums of the twelve months that end with ``period``, in yuan."""
    window = _window(period)
    if not any(months.values()):
        return Figures(None, SelfPay(), ZERO, 0, window)
    known = [months[month] for month in window if month in months]
    complete = [answers for answers in known if is_complete(answers)]
    totals = None
    if len(complete) == MONTHS:
        sums = {field: _sum(complete, question) for question, field in _INCOME.items()}
        totals = IncomeTotals(**sums, dibao_t12=_sum(complete, _DIBAO))
    return Figures(
        totals=totals,
        selfpay=SelfPay(_sum(known, _MEDICAL), _sum(known, _EDUCATION)),
        claims=_sum(known, _CLAIMS),
        complete_months=len(complete),
        incomplete=tuple(m for m in window if m not in months or not is_complete(months[m])),
    )


@lru_cache(maxsize=64)
def _window(period: Period) -> tuple[Period, ...]:
    """Return the twelve months that end with a month, oldest first."""
    return tuple(period.plus(-back) for back in range(MONTHS - 1, -1, -1))


def renewed(facts: Facts, months: Mapping[Period, Answers]) -> tuple[Facts, Figures]:
    """Return facts with the sums of the months before and of the answers that they hold now.

    ``months``: the answers of the months before; for the form, where answers change at each key.
    """
    found = figures(facts.period, {**months, facts.period: facts.answers})
    now = replace(facts, income=found.totals, selfpay=found.selfpay, claims=found.claims)
    return now, found


def is_complete(answers: Answers) -> bool:
    """Tell whether a month has every income amount; a special answer is none."""
    return all(isinstance(answers.get((question, "")), Decimal) for question in _INCOME)


def _sum(months: list[Answers], question: str) -> Decimal:
    amounts = (answers.get((question, "")) for answers in months)
    return sum((a for a in amounts if isinstance(a, Decimal)), Decimal(0))
