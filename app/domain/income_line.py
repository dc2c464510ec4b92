"""The one line of arithmetic: how twelve months become per capita income, in exact numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.household import Facts, IncomeTotals
from app.domain.income_window import MONTHS, Figures
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.view import HouseholdView
from app.domain.words import money, rounded


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """The figures of the line and its sentence, for form and paper.

    Attributes:
        first, last: the twelve months.
        basis: "t12", "annual" (last year's figure, while months are missing) or "" (not judged).
        per_capita, ref_per_capita: two decimals, half to even; None where there is none.
        line: 监测范围, None while the year has none.
        missing: months without all income amounts, oldest first.
    """

    first: Period
    last: Period
    complete_months: int
    missing: tuple[Period, ...]
    basis: str
    counted_members: int
    totals: IncomeTotals | None
    per_capita: Decimal | None
    ref_per_capita: Decimal | None
    line: Decimal | None
    sentence: str

    @property
    def is_complete(self) -> bool:
        """Whether all twelve months count."""
        return self.totals is not None


def income_line(facts: Facts, policy: Policy, figures: Figures) -> IncomeLine:
    """Return the line of a household: ``facts`` hold its people, ``figures`` the months' sums."""
    view = HouseholdView(facts, policy)
    per_capita, ref = rounded(view.per_capita), rounded(view.ref_per_capita)
    basis = "t12" if facts.income is not None else "annual"
    return IncomeLine(
        first=facts.period.plus(1 - MONTHS),
        last=facts.period,
        complete_months=figures.complete_months,
        missing=figures.incomplete,
        basis="" if per_capita is None else basis,
        counted_members=view.size,
        totals=facts.income,
        per_capita=per_capita,
        ref_per_capita=ref,
        line=policy.line,
        sentence=_sentence(facts, policy, figures, view),
    )


def _sentence(facts: Facts, policy: Policy, figures: Figures, view: HouseholdView) -> str:
    if view.size == 0:
        return "在户0人，不计算人均收入"
    if facts.income is None:
        return _incomplete(view, figures)
    sums = facts.income
    months = f"近12个月（{facts.period.plus(1 - MONTHS)}—{facts.period}）："
    earned = (
        f"工资{money(sums.wage_t12)}+经营{money(sums.business_t12)}"
        f"+财产{money(sums.property_t12)}+转移{money(sums.transfer_t12)}"
        f"−成本{money(sums.business_expense_t12)}={money(sums.net_income_t12)}元"
    )
    each = f"÷{view.size}人=人均{money(view.per_capita)}元"
    paid = money(facts.selfpay.medical + facts.selfpay.education)
    reference = f"扣自付{paid}、加赔付{money(facts.claims)}，参考人均{money(view.ref_per_capita)}元"
    return f"{months}{earned}{each}；{reference}；{_against(view, policy)}"


def _against(view: HouseholdView, policy: Policy) -> str:
    if policy.line is None:
        return "本年度监测范围未下发，收入类规则未判定"
    side = "低于" if view.is_below_line(view.per_capita) else "不低于"
    return f"{side}监测范围{money(policy.line)}元"


def _incomplete(view: HouseholdView, figures: Figures) -> str:
    have = f"收入资料只有{figures.complete_months}个月（{figures.complete_months}/{MONTHS}）"
    if view.per_capita is None:
        return f"{have}，收入资料不足，未判定；请补{spans(figures.incomplete)}，或填上年全年收入"
    return f"{have}，按上年度收入：人均{money(view.per_capita)}元；{_against(view, view.policy)}"


def spans(months: Sequence[Period]) -> str:
    """Return months as runs: ``2025-03—2025-06、2025-08``."""
    runs: list[list[Period]] = []
    for month in months:
        if runs and runs[-1][-1].next() == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return "、".join(f"{r[0]}—{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
