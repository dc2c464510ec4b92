"""The income worksheet (收入明细): one amount per month, source and person."""

from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class IncomeEntry(Journaled):
    """One line of a month's worksheet. ``id`` is natural (sheet, source, member)."""

    __tablename__ = "income_entry"
    __table_args__ = (UniqueConstraint("sheet_id", "source", "member_id"),)

    sheet_id: Mapped[str] = mapped_column(ForeignKey("sheet.id"), index=True)
    source: Mapped[str] = mapped_column(String(24))
    member_id: Mapped[str] = mapped_column(String(36), default="")  # "" for the household
    amount: Mapped[Decimal | None]  # yuan; None is a line that was taken back
    evidence: Mapped[str] = mapped_column(default="")  # where the figure comes from: 存折, 口述 …
