"""Steps of every life cycle: who led what how far, when and why. One table for all of them."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.lifecycle import in_order
from app.models.base import Journaled

_CHUNK = 500  # bound parameters of one statement


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


def steps_of(
    session: Session, subject: str, ids: Collection[str] | None = None
) -> dict[str, list[Step]]:
    """Return the id of each thing → its steps in force, in order (None: of all things)."""
    found: dict[str, list[Step]] = {}
    for step in _rows(session, subject, ids):
        found.setdefault(step.subject_id, []).append(step)
    return {subject_id: in_order(steps) for subject_id, steps in found.items()}


def _rows(session: Session, subject: str, ids: Collection[str] | None) -> Iterable[Step]:
    query = select(Step).where(Step.subject == subject)
    if ids is None:
        yield from session.scalars(query)
        return
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        yield from session.scalars(query.where(Step.subject_id.in_(chunk)))
