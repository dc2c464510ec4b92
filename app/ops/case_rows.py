"""Cases and clues as loaded: one life, whichever row it has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.case import CASE, CLUE, EXTINCT, start_of_case
from app.models.case import Clue, is_case_kept
from app.models.household import MonitoredCase
from app.models.step import Step, steps_of
from app.ops.errors import UnknownItemError
from app.ops.lives import THE_PROGRAM, Added, Living, StepInput, living, write_step


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case. ``clue``: how it began here; ``case``: its row once it is entered, or imported."""

    clue: Clue | None
    case: MonitoredCase | None
    thing: Living

    @property
    def id(self) -> str:
        """The one id of clue and case."""
        return str(self.thing.row.id)

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.thing.state

    @property
    def first_kind(self) -> str:
        """What the first step of an imported case must remember: the state that it came in."""
        has_begun = bool(self.thing.steps) or self.clue is not None
        return "" if has_begun else self.thing.state


def load(session: Session, household_ids: Iterable[str] | None = None) -> list[LoadedCase]:
    """Return cases and clues of households (None: all), oldest first."""
    clues, cases = select(Clue), select(MonitoredCase).where(is_case_kept())
    if household_ids is not None:
        wanted = list(household_ids)
        clues = clues.where(Clue.household_id.in_(wanted))
        cases = cases.where(MonitoredCase.household_id.in_(wanted))
    by_id: dict[str, tuple[Clue | None, MonitoredCase | None]] = {}
    for case in session.scalars(cases.order_by(MonitoredCase.case_no, MonitoredCase.id)):
        by_id[case.id] = (None, case)
    for clue in session.scalars(clues.order_by(Clue.received_on, Clue.id)):
        by_id[clue.id] = (clue, by_id.get(clue.id, (None, None))[1])
    steps = steps_of(session, CASE.subject, list(by_id))
    return [_loaded(clue, case, steps.get(i, [])) for i, (clue, case) in by_id.items()]


def one(session: Session, case_id: str) -> LoadedCase:
    """Return one case or clue.

    Raises:
        UnknownItemError: neither has this id.
    """
    clue, case = session.get(Clue, case_id), session.get(MonitoredCase, case_id)
    if clue is None and case is None:
        raise UnknownItemError(item_id=case_id, what="线索或监测对象")
    return _loaded(clue, case, steps_of(session, CASE.subject, [case_id]).get(case_id, []))


def newest(found: Sequence[LoadedCase]) -> set[str]:
    """Return the ids that count: of one household only the newest entered case, and clues."""
    entered: dict[str, LoadedCase] = {}
    for one in found:
        if one.case is not None:
            home = one.case.household_id
            if home not in entered or one.case.case_no >= (entered[home].case or one.case).case_no:
                entered[home] = one
    return {one.id for one in entered.values()} | {one.id for one in found if one.case is None}


def extinguish(session: Session, case_id: str, today: date, words: str) -> None:
    """End a case whose household is no more (B18); one that has ended stays as it ended."""
    found = one(session, case_id)
    if found.state == EXTINCT or not found.thing.is_open:
        return
    added = Added(kind=found.first_kind)
    write_step(session, found.thing, "extinguish", THE_PROGRAM, StepInput(words, today), added)


def _loaded(clue: Clue | None, case: MonitoredCase | None, steps: list[Step]) -> LoadedCase:
    if clue is not None:
        return LoadedCase(clue, case, living(clue, steps, CASE, start=CLUE))
    if case is None:
        raise TypeError("a case without a row")
    start = start_of_case(steps, case.is_eliminated)
    return LoadedCase(None, case, living(case, steps, CASE, start=start))
