"""Who is due this month."""

import pytest

from app.domain.household import Facts
from app.domain.period import Period
from app.domain.scope import is_due
from tests.domain.build import POLICY, facts, monitored


@pytest.mark.parametrize(
    ("household", "month", "expected"),
    [
        (facts(), 2, True),
        (facts(management_class="key"), 2, True),
        (facts(management_class="general"), 2, True),
        (facts(management_class="edge_lifted"), 2, False),
        (facts(management_class="edge_lifted"), 4, True),
        (facts(management_class="edge_lifted", monitored=monitored()), 2, True),
        (facts(household_kind="ordinary"), 4, False),
        (facts(household_kind="ordinary", monitored=monitored(case_state="risk_removed")), 2, True),
        (facts(household_kind="ordinary", monitored=monitored(case_state="cleared_out")), 2, False),
    ],
)
def test_who_is_due(household: Facts, month: int, expected: bool) -> None:
    assert is_due(household, Period(2025, month), POLICY, has_open_warning=False) is expected


def test_an_open_warning_or_a_campaign_makes_anybody_due() -> None:
    household = facts(household_kind="ordinary")
    assert is_due(household, Period(2025, 2), POLICY, has_open_warning=True)
    assert is_due(household, Period(2025, 2), POLICY, has_open_warning=False, in_campaign=True)
