"""Assistance plans (一户一策) and measures (帮扶措施)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class Plan(Journaled):
    """A household's plan of one year. ``id`` is natural (household, year)."""

    __tablename__ = "plan"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    year: Mapped[int]
    needs: Mapped[str] = mapped_column(default="")  # free text that may hang on the wall
    removal_target: Mapped[str] = mapped_column(default="")
    income_target: Mapped[Decimal | None]
    guarantee_target: Mapped[str] = mapped_column(default="")


class Measure(Journaled):
    """One measure for a household or one member."""

    __tablename__ = "measure"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[str] = mapped_column(String(36), default="")
    measure_category: Mapped[str] = mapped_column(String(24))
    measure_kind: Mapped[str]
    content: Mapped[str] = mapped_column(default="")
    warning_ids: Mapped[str] = mapped_column(default="")  # joined by ","
    department: Mapped[str] = mapped_column(default="")
    responsible_person: Mapped[str] = mapped_column(default="")
    planned_start_on: Mapped[date | None]
    planned_end_on: Mapped[date | None]
    amount: Mapped[Decimal | None]
    measure_level: Mapped[str] = mapped_column(String(16), default="")  # village township county
    cause: Mapped[str] = mapped_column(String(24), default="")  # risk cause that it answers
    continues_id: Mapped[str] = mapped_column(String(36), default="")  # 续: the measure before
    is_carried_over: Mapped[bool] = mapped_column(default=False)
