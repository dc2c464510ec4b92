"""Warnings (预警). A warning is where its last step led; that is not stored."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class HouseholdWarning(Journaled):
    """A finding that became a warning. ``id``: natural (household, code, member, how many before).

    The program's own step «detect» needs no row: a warning without steps is 系统提示.
    """

    __tablename__ = "warning"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[str] = mapped_column(String(36), default="")
    code: Mapped[str] = mapped_column(String(16), index=True)
    occurrence: Mapped[int] = mapped_column(default=1)  # 1 = first of this code and subject
    severity: Mapped[str] = mapped_column(String(8))
    message: Mapped[str]
    basis: Mapped[str] = mapped_column(default="")  # rule, parameter and its date, in words
    values: Mapped[str] = mapped_column("finding_values", default="")  # JSON of what was used
    question: Mapped[str] = mapped_column(String(16), default="")  # the field to mark, "" if none
    parts: Mapped[str] = mapped_column(default="")  # option keys or item codes, joined by ","
    period: Mapped[str] = mapped_column(String(7), index=True)
    opened_on: Mapped[date]
    is_manual: Mapped[bool] = mapped_column(default=False)
