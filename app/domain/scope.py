"""Who is due this month (本月应访, monthly_scope)."""

from app.domain.household import Facts
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.view import HouseholdView

_QUARTER_STARTS = (1, 4, 7, 10)


def is_due(
    facts: Facts,
    period: Period,
    policy: Policy,
    has_open_warning: bool,
    in_campaign: bool = False,
) -> bool:
    """Whether the household gets a form this month; an open warning makes any household due.

    Monitored objects (removed ones too) every month; 脱贫户 by their class, every month without
    one; others only in a campaign or on a clue. Quarterly is the first month of a quarter.
    """
    if has_open_warning or in_campaign:
        return True
    rhythm = policy.process["monthly_scope"][_group(facts, policy)]
    if rhythm == "monthly":
        return True
    return bool(rhythm == "quarterly" and period.month in _QUARTER_STARTS)


def _group(facts: Facts, policy: Policy) -> str:
    if HouseholdView(facts, policy).is_object:
        return "object"
    if facts.household_kind != "lifted":
        return "ordinary"
    level = policy.process["class_level_map"].get(facts.management_class, "high")
    return f"lifted_{level}"
