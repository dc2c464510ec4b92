"""Warnings (预警) and their steps. A warning is where its last step led; that is not stored."""

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
    period: Mapped[str] = mapped_column(String(7), index=True)
    opened_on: Mapped[date]
    is_manual: Mapped[bool] = mapped_column(default=False)


class WarningStep(Journaled):
    """One step (processes a: A1–A18) of one warning, by a person or the program."""

    __tablename__ = "warning_step"

    warning_id: Mapped[str] = mapped_column(ForeignKey("warning.id"), index=True)
    follows: Mapped[str] = mapped_column(String(36), default="")  # "" for the first
    action: Mapped[str] = mapped_column(String(24))
    step_on: Mapped[date]
    actor: Mapped[str]
    level: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    department: Mapped[str] = mapped_column(default="")
    values: Mapped[str] = mapped_column("step_values", default="")  # JSON of further named data
