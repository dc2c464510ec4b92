"""What a step of a case does to its row: the case appears, is removed, rolled back, retyped."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.household import MonitoredCase
from app.models.step import Step
from app.ops.case_rows import LoadedCase
from app.ops.lives import values_of


def apply(session: Session, found: LoadedCase, action: str, step: Step) -> None:
    """Keep the row in step with the life; measures are never touched (脱贫不脱政策)."""
    effect = _EFFECTS.get(action)
    if effect is not None:
        effect(session, found, step)


def _enter(session: Session, found: LoadedCase, _step: Step) -> None:
    """The case's row appears, identified on the day of the county's approval."""
    clue, approved = found.clue, found.thing.last("approve")
    if clue is None or approved is None or found.case is not None:
        return
    decided = values_of(approved)
    query = select(func.max(MonitoredCase.case_no)).filter_by(household_id=clue.household_id)
    session.add(
        MonitoredCase(
            id=clue.id,
            scope=clue.scope,
            household_id=clue.household_id,
            case_no=(session.scalar(query) or 0) + 1,
            object_type=decided["object_type"],
            identified_on=approved.step_on.isoformat(),
            causes=decided["causes"],
            cause_note=decided.get("cause_note", ""),
        )
    )
    session.flush()


def _removed(_session: Session, found: LoadedCase, step: Step) -> None:
    case, request = found.case, found.thing.last("request-removal")
    if case is None:
        return
    case.is_eliminated = True
    case.eliminated_on = step.step_on.isoformat()
    case.eliminated_per_capita = Decimal(values_of(step)["per_capita"])
    case.removal_way = values_of(request)["removal_way"] if request else None


def _rolled_back(_session: Session, found: LoadedCase, _step: Step) -> None:
    case = found.case
    if case is None:
        return
    case.is_eliminated = False
    case.eliminated_on = case.eliminated_per_capita = case.removal_way = None


def _retyped(_session: Session, found: LoadedCase, step: Step) -> None:
    if found.case is not None:
        found.case.object_type = values_of(step)["object_type"]


_EFFECTS = {
    "enter": _enter,
    "removal-approve": _removed,
    "roll-back-approve": _rolled_back,
    "change-type": _retyped,
}
