"""Steps of a life cycle → steps of the statistics, each with the state that it led to."""

import json
from collections.abc import Sequence
from datetime import date

from app.domain.lifecycle import EVERY, Lifecycle
from app.domain.statistics import records as plain
from app.models.step import Step


def day_of(text: str | None) -> date | None:
    """Return the day of ``2021-06-18``; the first of the month of ``2021-06``; None of nothing."""
    if not text:
        return None
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return None


def trail(
    life: Lifecycle, steps: Sequence[Step], kind: str = EVERY, start: str = ""
) -> tuple[plain.StateStep, ...]:
    """Return the steps in force, each with the state that it led to."""
    state, found = start or life.initial, []
    for step, row in life.walk(steps, kind, start):
        state = row.leads(state, kind)
        kind = step.kind if row.turns else kind
        values = _values(step.values)
        arrived = day_of(values.get("clock_from"))
        detail = values.get(_DETAILS.get(step.action, ""), "")
        found.append(plain.StateStep(step.step_on, step.action, state, detail, arrived))
    return tuple(found)


_DETAILS = {"clear-out": "reason", "change-type": "object_type", "exclude": "told_on"}


def _values(text: str) -> dict[str, str]:
    found = json.loads(text) if text else {}
    return {key: str(value) for key, value in found.items() if value is not None}
