"""Natural changes (自然变更) of a household: reported by the village, in force when decided."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class NaturalChange(Journaled):
    """One change. ``id`` is natural for one that an answer to EV-03 made."""

    __tablename__ = "natural_change"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[str] = mapped_column(String(36), default="")
    change_kind: Mapped[str] = mapped_column(String(16))  # increase, decrease, household_split …
    reason: Mapped[str] = mapped_column(String(24), default="")
    effective_on: Mapped[date | None]
    proof: Mapped[str] = mapped_column(default="")
    reported_on: Mapped[date]
    period: Mapped[str] = mapped_column(String(7), default="", index=True)  # of EV-03, "" if not
    details: Mapped[str] = mapped_column(default="")  # JSON: the new member, who goes, relations
