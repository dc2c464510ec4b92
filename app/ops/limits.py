"""Limits of the life cycles: a parameter counts calendar days, or working days by its unit."""

from datetime import date

from app.domain.deadlines import due_by
from app.domain.policy import Policy
from app.ops.calendars import work_calendar


def limit(policy: Policy, name: str, start: date) -> date:
    """Return the last day that is not overdue. ``name``: a parameter such as ``return_days``."""
    parameter = policy.parameters.get(name)
    unit = parameter.unit if parameter else ""
    return due_by(start, policy.days(name), unit, work_calendar())
