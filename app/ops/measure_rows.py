"""Measures as loaded: the row with its life, and which warnings it answers."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.measure import DONE, EXPIRED, MEASURE, TERMINATE, TERMINATED
from app.models.plan import Measure
from app.models.step import Step, steps_of
from app.ops.errors import UnknownItemError
from app.ops.lives import Living, living


def load(session: Session, household_ids: Iterable[str] | None = None) -> list[Living]:
    """Return the measures of households (None: all), in order of planning."""
    query = select(Measure).order_by(Measure.id)
    if household_ids is not None:
        query = query.where(Measure.household_id.in_(list(household_ids)))
    rows = list(session.scalars(query))
    steps = steps_of(session, MEASURE.subject, [row.id for row in rows])
    return [living(row, steps.get(row.id, []), MEASURE) for row in rows]


def one(session: Session, measure_id: str) -> Living:
    """Return one measure.

    Raises:
        UnknownItemError: no such measure.
    """
    row = session.get(Measure, measure_id)
    if row is None:
        raise UnknownItemError(item_id=measure_id, what="措施")
    steps = steps_of(session, MEASURE.subject, [measure_id]).get(measure_id, [])
    return living(row, steps, MEASURE)


def answering(session: Session, warning_id: str, household_id: str) -> list[Living]:
    """Return the measures that answer a warning; terminated ones answer nothing."""
    return [
        thing
        for thing in load(session, [household_id])
        if warning_id in thing.row.warning_ids.split(",") and thing.state != TERMINATED
    ]


def is_delivered(thing: Living) -> bool:
    """Tell whether it reached its beneficiary: 已落实, or its time ran out after that."""
    return thing.state == DONE or (
        thing.state == EXPIRED and thing.standing.has_taken("finish") and not _lapsed(thing)
    )


def delivered_on(thing: Living) -> date | None:
    """Return the day of «finish», None without it."""
    step = thing.last("finish")
    return step.step_on if step else None


def ending_proposed(thing: Living) -> Step | None:
    """Return the village's proposal to end it (M6, 村→镇) that the township must decide."""
    is_waiting = thing.is_open and thing.standing.has_taken(TERMINATE)
    return thing.last(TERMINATE) if is_waiting else None


def _lapsed(thing: Living) -> bool:
    last = thing.last("lapse", "expire", "finish")
    return last is not None and last.action == "lapse"
