"""Months, monthly checklists (月度检查表), their answers, and visits."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Journaled


class PeriodRow(Journaled):
    """A village's month with its frozen parameter and form version. ``id`` is natural."""

    __tablename__ = "period"
    __table_args__ = (UniqueConstraint("scope", "period"),)

    period: Mapped[str] = mapped_column(String(7), index=True)
    form_version: Mapped[str] = mapped_column(String(32))
    policy_version: Mapped[str] = mapped_column(String(32))
    opened_on: Mapped[date]


class Sheet(Journaled):
    """One household's checklist of one month. ``id`` is natural (household, period)."""

    __tablename__ = "sheet"
    __table_args__ = (UniqueConstraint("household_id", "period"),)

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    period: Mapped[str] = mapped_column(String(7), index=True)
    form_version: Mapped[str] = mapped_column(String(32))
    submitted_on: Mapped[date | None]
    submitted_by: Mapped[str | None]
    unvisited_reason: Mapped[str | None]
    per_capita: Mapped[str | None]  # as computed at submission, yuan
    shortfall_codes: Mapped[str] = mapped_column(default="")  # as computed at submission
    roster_snapshot: Mapped[str] = mapped_column(default="")  # JSON, for the next month


class Answer(Journaled):
    """One confirmed answer in canonical text (app/domain/form.py). ``id`` is natural."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("sheet_id", "question", "member_id"),)

    sheet_id: Mapped[str] = mapped_column(ForeignKey("sheet.id"), index=True)
    question: Mapped[str] = mapped_column(String(16), index=True)
    member_id: Mapped[str] = mapped_column(String(36), default="")  # "" for the household
    value: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")  # JSON of replies (app/domain/follow_up.py)


class Visit(Journaled):
    """A visit (走访): who, when, how, whom they met."""

    __tablename__ = "visit"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    visited_on: Mapped[date] = mapped_column(index=True)
    visitor: Mapped[str]
    visit_way: Mapped[str] = mapped_column(String(16))
    met_member_id: Mapped[str] = mapped_column(String(36), default="")
    is_helper: Mapped[bool] = mapped_column(default=False)  # the visitor answers for the household
    purpose: Mapped[str] = mapped_column(default="monthly")
    content: Mapped[str] = mapped_column(default="")


class Draft(Base):
    """Half-typed text of a field, at each key press: local, not journaled, gone when answered."""

    __tablename__ = "draft"

    sheet_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    question: Mapped[str] = mapped_column(String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    text: Mapped[str]
