"""Clues (线索): how a household comes to be looked at. Their steps are those of the case."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


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
