"""Procedure templates (程序模板) per year: what is applied for, announced and made public.

The 2020 text forbids what the 2021 text demands; so it is data. A county's parameters overrule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Procedure:
    """How households are identified and removed in a year. ``papers``: what lies in the file."""

    label: str
    valid_from: str  # YYYY-MM
    valid_to: str  # "" is open-ended
    apply_on: bool
    announce_on: bool
    publicity_on: bool
    publicity_days: int
    team_min: int
    papers: tuple[str, ...]


def parse_procedure(data: Mapping[str, Any]) -> Procedure:
    """Return the template of a resource file.

    Raises:
        KeyError, TypeError: the file is not as it must be.
    """
    given = dict(data)
    return Procedure(**(given | {"papers": tuple(given["papers"])}))


def procedure_for(templates: Iterable[Procedure], policy: Policy, on: date) -> Procedure:
    """Return the template of a day, with the area's own parameters where the template is current.

    Raises:
        LookupError: no template is valid on that day.
    """
    month = f"{on:%Y-%m}"
    valid = [t for t in templates if t.valid_from <= month <= (t.valid_to or month)]
    if not valid:
        raise LookupError(month)
    found = max(valid, key=lambda template: template.valid_from)
    if found.valid_to:
        return found  # an old text is applied as it was
    process = policy.process
    return replace(
        found,
        publicity_on=bool(process["publicity_on"]),
        publicity_days=int(process["publicity_days"]),
        team_min=int(process["verify_team_min"]),
    )
