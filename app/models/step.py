"""Steps of every life cycle: who led what how far, when and why. One table for all of them."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Index, Select, String, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.lifecycle import PROGRAM, in_order
from app.models.base import Journaled
from app.models.statements import chunks, some

RECEIVED = "received_on"  # named data: when the step before came in where this one was taken


class Step(Journaled):
    """One step of one thing; ``subject``: the name of the life cycle (warning, period …).

    ``kind``: the new severity of a raised or lowered warning; on the first step of a case that
    came with a roster the state that it came in; else "".
    """

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_subject_subject_id", "subject", "subject_id"),)

    subject: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(36))
    household_id: Mapped[str] = mapped_column(String(36), default="", index=True)  # "" if of none
    follows: Mapped[str] = mapped_column(String(36), default="")  # "" for the first
    action: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(24), default="")  # what the thing is from here on
    step_on: Mapped[date]
    actor: Mapped[str]
    level: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    department: Mapped[str] = mapped_column(default="")
    values: Mapped[str] = mapped_column("step_values", default="")  # JSON of further named data


class StepChoice(Journaled):
    """A person's word on which of two concurrent steps holds. ``id`` is natural (thing, follows).

    Rows of their own, because a step is never rewritten.
    """

    __tablename__ = "step_choice"

    subject: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(36), index=True)
    follows: Mapped[str] = mapped_column(String(36), default="")
    step_id: Mapped[str] = mapped_column(String(36))


class Rivals(NamedTuple):
    """Different steps that persons took after the same one, without knowing of each other."""

    subject: str
    subject_id: str
    follows: str
    steps: tuple[Step, ...]


def steps_of(
    session: Session, subject: str, ids: Collection[str] | None = None
) -> dict[str, list[Step]]:
    """Return the id of each thing → its steps in force, in order (None: of all things)."""
    found: dict[str, list[Step]] = {}
    for step in _rows(session, subject, ids):
        found.setdefault(step.subject_id, []).append(step)
    chosen = choices(session) if found else {}
    if chosen:
        found = {subject_id: without_losers(steps, chosen) for subject_id, steps in found.items()}
    return {subject_id: in_order(steps) for subject_id, steps in found.items()}


def choices(session: Session) -> dict[tuple[str, str], str]:
    """Return what was decided between concurrent steps: (thing, step before) → the step."""
    found = session.execute(_choices())
    return {(subject_id, follows): step for subject_id, follows, step in found}


def without_losers(steps: Iterable[Step], chosen: Mapping[tuple[str, str], str]) -> list[Step]:
    """Return the steps without those that a person's choice between rivals has left."""
    known = list(steps)
    ids = {step.id for step in known}

    def holds(step: Step) -> bool:
        choice = chosen.get((step.subject_id, step.follows))
        return choice is None or choice == step.id or choice not in ids

    return [step for step in known if holds(step)]


def rivals_of(
    session: Session, subject: str = "", subject_ids: Collection[str] = ()
) -> Iterator[Rivals]:
    """Yield where persons led a thing differently from the same place, undecided.

    ``subject``, ``subject_ids``: only of these things; "" is everything. The same step twice is
    one; a person's beats the program's without a question.
    """
    query = select(Step.subject_id, Step.follows).where(Step.level != PROGRAM)
    if subject:
        query = query.where(Step.subject == subject, Step.subject_id.in_(subject_ids))
    query = query.group_by(Step.subject_id, Step.follows).having(func.count() > 1)
    places = {(subject_id, follows) for subject_id, follows in session.execute(query)}
    places -= choices(session).keys() if places else set()
    key = attrgetter("subject", "subject_id", "follows")
    rows: list[Step] = []
    for subject_id in sorted({place[0] for place in places}):
        rows += session.scalars(
            select(Step).where(Step.subject_id == subject_id, Step.level != PROGRAM)
        )
    for (about, subject_id, follows), group in groupby(sorted(rows, key=key), key):
        steps = tuple(sorted(group, key=lambda step: step.id))
        deeds = {(s.action, s.kind, s.level, s.department, _said(s)) for s in steps}
        if (subject_id, follows) in places and len(deeds) > 1:
            yield Rivals(about, subject_id, follows, steps)


def _said(step: Step) -> str:
    """Return what a step says; two laptops may have got the same thing on different days."""
    if RECEIVED not in step.values:
        return step.values
    found = {name: value for name, value in json.loads(step.values).items() if name != RECEIVED}
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""


def _rows(session: Session, subject: str, ids: Collection[str] | None) -> Iterator[Step]:
    if ids is None:
        yield from session.scalars(_steps(), {"about": subject})
        return
    for chunk in chunks(sorted(ids)):
        yield from session.scalars(_steps_of_some(), {"about": subject, "ids": chunk})


@cache
def _steps() -> Select[Step]:
    return select(Step).where(Step.subject == bindparam("about"))


@cache
def _steps_of_some() -> Select[Step]:
    return _steps().where(Step.subject_id.in_(some("ids")))


@cache
def _choices() -> Select[str, str, str]:
    return select(StepChoice.subject_id, StepChoice.follows, StepChoice.step_id)
