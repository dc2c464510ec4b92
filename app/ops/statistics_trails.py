"""Steps of every life cycle → steps of the statistics, each with the state that it led to."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.lifecycle import EVERY, STAY, Lifecycle, Standing, in_order
from app.domain.statistics import records as plain
from app.models.step import RECEIVED, Step, choices

_DETAILS = {
    "clear-out": "reason", "change-type": "object_type", "exclude": "told_on", "tell": "told_on",
}  # fmt: skip


class LightStep(NamedTuple):
    """The columns of a step that the statistics need: a county has hundreds of thousands."""

    id: str
    follows: str
    action: str
    level: str
    kind: str
    step_on: date
    due_on: date | None
    department: str
    values: str


Steps = Mapping[str, Sequence[LightStep]]  # id of a thing → its steps in force, in order


def steps_by_subject(session: Session, area: str, only: str = "") -> dict[str, Steps]:
    """Return the name of each life cycle (or of ``only`` one) → the steps of its things here."""
    query = select(
        Step.subject, Step.subject_id, Step.id, Step.follows, Step.action, Step.level, Step.kind,
        Step.step_on, Step.due_on, Step.department, Step.values,
    ).where(Step.scope.startswith(area))  # fmt: skip
    if only:
        query = query.where(Step.subject == only)
    groups: dict[str, dict[str, list[LightStep]]] = defaultdict(lambda: defaultdict(list))
    for subject, subject_id, *columns in session.execute(query):
        groups[subject][subject_id].append(LightStep(*columns))
    chosen = choices(session)
    return {
        subject: {
            key: in_order(_holding(key, steps, chosen) if chosen else steps)
            for key, steps in things.items()
        }
        for subject, things in groups.items()
    }


def _holding(
    subject_id: str, steps: Sequence[LightStep], chosen: Mapping[tuple[str, str], str]
) -> list[LightStep]:
    """Return the steps without those that a person's choice between rivals has left."""
    ids = {step.id for step in steps}
    return [
        step
        for step in steps
        if chosen.get((subject_id, step.follows), step.id) == step.id
        or chosen[subject_id, step.follows] not in ids
    ]


def day_of(text: str | None) -> date | None:
    """Return the day of ``2021-06-18``; the first of the month of ``2021-06``; None of nothing."""
    if not text:
        return None
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return None


def trail(
    life: Lifecycle, steps: Sequence[LightStep], kind: str = EVERY, start: str = ""
) -> tuple[plain.StateStep, ...]:
    """Return the steps in force, each with the state that it led to."""
    if not steps:
        return ()
    return trail_of(life.standing(steps, kind, start), kind, start or life.initial)


def trail_of(standing: Standing, kind: str, state: str) -> tuple[plain.StateStep, ...]:
    """Return the same of a thing whose standing is known; ``state``: before any step."""
    found: list[plain.StateStep] = []
    mover = -1  # the last step that led somewhere: a step here says when that one came in
    for step, row in standing.taken:
        if not isinstance(step, LightStep):
            raise TypeError("only light steps have a day here")
        said = _values(step.values)
        received = day_of(said.get(RECEIVED))
        if received is not None and mover >= 0 and found[mover].clock_from is None:
            found[mover] = replace(found[mover], clock_from=received)
        if row.target(kind) != STAY:
            mover = len(found)
        state = row.leads(state, kind)
        kind = step.kind if row.turns else kind
        detail = said.get(_DETAILS.get(step.action, ""), "")
        found.append(plain.StateStep(step.step_on, step.action, state, detail))
    return tuple(found)


def _values(text: str) -> dict[str, str]:
    found = json.loads(text) if text else {}
    return {key: str(value) for key, value in found.items() if value is not None}
