"""Natural changes (自然变更) of a household: reported by the village, in force when decided."""

import json
from datetime import date
from typing import Any

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


def details_of(row: NaturalChange) -> dict[str, Any]:
    """Return the further data of a change; a package may bring none."""
    found: dict[str, Any] = json.loads(row.details) if row.details else {}
    return found
