"""Campaigns, issues, doubts, negative-list checks, and the frozen state of a closed month."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class ReviewCampaign(Journaled):
    """A campaign (回头看, 大排查 …) over a chosen set of households of one village."""

    __tablename__ = "review_campaign"

    campaign_kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    content: Mapped[str] = mapped_column(default="")
    household_ids: Mapped[str] = mapped_column(default="")  # joined by ","; "" is everybody


class CampaignResult(Journaled):
    """What a campaign found in one household. ``id`` is natural (campaign, household)."""

    __tablename__ = "campaign_result"
    __table_args__ = (UniqueConstraint("campaign_id", "household_id"),)

    campaign_id: Mapped[str] = mapped_column(ForeignKey("review_campaign.id"), index=True)
    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    campaign_result: Mapped[str] = mapped_column(String(16))  # fine, problem, not_checked
    note: Mapped[str] = mapped_column(default="")
    checked_on: Mapped[date]
    checked_by: Mapped[str]


class Issue(Journaled):
    """A problem to set right (问题), from a campaign, an inspection or a letter."""

    __tablename__ = "issue"

    household_id: Mapped[str] = mapped_column(String(36), default="", index=True)  # "": village
    campaign_id: Mapped[str] = mapped_column(String(36), default="")
    source: Mapped[str]
    text: Mapped[str]
    found_on: Mapped[date]
    due_on: Mapped[date | None]


class DataDoubt(Journaled):
    """A D finding to look into (疑点). ``id`` is natural (household, code, member, month)."""

    __tablename__ = "data_doubt"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[str] = mapped_column(String(36), default="")
    code: Mapped[str] = mapped_column(String(16), index=True)
    severity: Mapped[str] = mapped_column(String(8))
    message: Mapped[str]
    period: Mapped[str] = mapped_column(String(7), index=True)
    opened_on: Mapped[date]


class NegativeCheck(Journaled):
    """An N finding to look into (负面清单核查). ``id`` is natural, as of a doubt."""

    __tablename__ = "negative_check"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[str] = mapped_column(String(36), default="")
    code: Mapped[str] = mapped_column(String(16), index=True)
    severity: Mapped[str] = mapped_column(String(8))
    message: Mapped[str]
    period: Mapped[str] = mapped_column(String(7), index=True)
    opened_on: Mapped[date]


class MonthSnapshot(Journaled):
    """A household as a month was closed: answers, roster, findings. Never rewritten.

    ``id`` is natural (household, month, version); a correction makes the next version.
    """

    __tablename__ = "month_snapshot"
    __table_args__ = (UniqueConstraint("household_id", "period", "version"),)

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    period: Mapped[str] = mapped_column(String(7), index=True)
    version: Mapped[int] = mapped_column(default=1)
    policy_version: Mapped[str] = mapped_column(String(32))
    content: Mapped[str]  # JSON
    frozen_on: Mapped[date]
