"""Clues (线索): how a household comes to be looked at. Their steps are those of the case."""

from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, ForeignKey, String, exists
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.domain.case import CASE, UNDO_IMPORT
from app.models.base import Journaled
from app.models.household import MonitoredCase
from app.models.step import Step


class Clue(Journaled):
    """A clue, and the case that may come of it: the ``monitored_case`` row then has the same id.

    ``previous_id``: the case that was there before, for 再标注 and 重新提出.
    """

    __tablename__ = "clue"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    clue_source: Mapped[str] = mapped_column(String(16))
    platform_no: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date]
    text: Mapped[str]
    reply_due_on: Mapped[date | None]
    previous_id: Mapped[str] = mapped_column(String(36), default="")


@cache
def is_case_kept() -> ColumnElement[bool]:
    """Return the condition that a case was not taken back together with its import.

    One that somebody elsewhere had already led on is kept: then the steps decide.
    """
    undo, rival = aliased(Step), aliased(Step)
    led_on = exists().where(
        rival.subject == undo.subject,
        rival.subject_id == undo.subject_id,
        rival.follows == undo.follows,
        rival.id != undo.id,
    )
    return ~exists().where(
        undo.subject == CASE.subject,
        undo.subject_id == MonitoredCase.id,
        undo.action == UNDO_IMPORT,
        ~led_on,
    )
