"""D rules about the household: doubts about the data, all blue; nobody but the village decides."""

from app.domain.household import HEAD, Finding
from app.domain.rules.risk import INCOME_FIELDS
from app.domain.rules.run import HouseholdRule, Run
from app.domain.view import WAGE_JOBS
from app.domain.words import joined, money, plain


def d_05(run: Run) -> Finding | None:
    """Not exactly one head among those present. Source: D-05, K23, K46."""
    heads = sum(member.member.relation == HEAD for member in run.view.members)
    return None if heads == 1 else run.hit("D-05", n=str(heads))


def d_06(run: Run) -> Finding | None:
    """A spouse has the sex of the first listed head, or there are several. Source: D-06."""
    spouses = [m for m in run.view.members if m.member.relation == "配偶"]
    head = run.view.head
    if len(spouses) > 1:
        return run.hit("D-06", reason=f"在户成员中配偶{len(spouses)}人")
    same = head and head.member.sex and any(s.member.sex == head.member.sex for s in spouses)
    return run.hit("D-06", reason="配偶与户主性别相同") if same else None


def d_16(run: Run) -> Finding | None:
    """Income from business without any cost in twelve full months. Source: D-16."""
    income = run.facts.income
    if income is None or income.business_t12 <= 0 or income.business_expense_t12 != 0:
        return None
    return run.hit("D-16", None, INCOME_FIELDS, business=money(income.business_t12))


def d_17(run: Run) -> Finding | None:
    """Somebody works for wages, yet twelve full months brought none. Source: D-17."""
    income = run.facts.income
    if income is None or income.wage_t12 != 0:
        return None
    names = [m.name for m in run.view.members if m.employment in WAGE_JOBS]
    return run.hit("D-17", None, (("IN-01", ""),), names=joined(names)) if names else None


def d_18(run: Run) -> Finding | None:
    """Money of 低保, but nobody present has it. Source: D-18."""
    income = run.facts.income
    if income is None or income.dibao_t12 <= 0 or run.view.any_dibao:
        return None
    return run.hit("D-18", None, (("IN-07", ""),), amount=money(income.dibao_t12))


def d_20(run: Run) -> Finding | None:
    """Farmland below nothing or above farmland_max; the limit itself is fine. Source: 5_14."""
    land, most = run.facts.farmland_mu, run.policy.farmland_max
    if land is None or 0 <= land <= most:
        return None
    return run.hit("D-20", farmland=plain(land), max=plain(most))


def d_29(run: Run) -> Finding | None:
    """The registered size differs from those present; also with nobody left. Source: D-29."""
    registered = run.facts.registered_size
    if registered is None or registered == run.view.size:
        return None
    return run.hit("D-29", registered=str(registered), counted=str(run.view.size))


HOUSEHOLD_DATA_RULES: dict[str, HouseholdRule] = {
    "D-05": d_05,
    "D-06": d_06,
    "D-16": d_16,
    "D-17": d_17,
    "D-18": d_18,
    "D-20": d_20,
    "D-29": d_29,
}
