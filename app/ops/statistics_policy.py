"""The policy that old figures are counted by."""

from sqlalchemy.orm import Session

from app.domain.period import Period
from app.domain.policy import Policy
from app.ops import catalogue, policies


def policy_of(session: Session, period: Period, area: str = "") -> Policy:
    """Return the policy of a month; before the first one, the first: old figures stay countable.

    ``area``: a village's code, "" for this replica's own area.
    """
    try:
        return policies.policy_for(session, period, area)
    except catalogue.NoPolicyError:
        first = Period.parse(catalogue.packs()[0].valid_from)
        return policies.policy_for(session, first, area)
