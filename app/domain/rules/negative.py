"""N rules: the negative list. Clues that must be checked with proof, never a decision."""

from collections.abc import Callable

from app.domain.household import Finding
from app.domain.rules.run import HouseholdRule, Run
from app.domain.words import joined


def n_01(run: Run) -> Finding | None:
    """Somebody is paid by the state: by flag, or by employment. Source: N-01, K27."""
    names = [m.name for m in run.view.members if m.employment == "public_employee"]
    if not names and "public_employee" not in run.facts.flags:
        return None
    return run.hit("N-01", names=joined(names) or "未注明成员")


def _flagged(code: str, flag: str) -> HouseholdRule:
    """Return the rule that repeats a flag of the negative list as a clue. Source: N-02 to N-07."""

    def rule(run: Run) -> Finding | None:
        return run.hit(code) if flag in run.facts.flags else None

    return rule


NEGATIVE_RULES: tuple[tuple[str, Callable[[Run], Finding | None]], ...] = (
    ("N-01", n_01),
    ("N-02", _flagged("N-02", "car")),
    ("N-03", _flagged("N-03", "business_entity")),
    ("N-04", _flagged("N-04", "large_farm")),
    ("N-05", _flagged("N-05", "extra_house")),
    ("N-06", _flagged("N-06", "machinery")),
    ("N-07", _flagged("N-07", "split_recent")),
)
