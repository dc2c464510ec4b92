"""The village's team (驻村工作队), its money (T27), and cadence tasks that are done (五个一)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class TeamMember(Journaled):
    """A member of a village's team, from–to; ``left_on`` None while at the post."""

    __tablename__ = "team_member"

    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")  # 派出单位
    position: Mapped[str] = mapped_column(default="")  # 队长 …
    phone: Mapped[str | None]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class TeamFund(Journaled):
    """Money that a village's team got for a year. ``id`` is natural (scope, year, source)."""

    __tablename__ = "team_fund"

    year: Mapped[int]
    source: Mapped[str] = mapped_column(default="")
    amount: Mapped[Decimal]


class CadenceMark(Journaled):
    """A cadence task of a month that was done. ``id`` is natural (scope, task, month).

    ``scope``: the village's code, or ``policy:<area code>`` for a township's or county's task.
    """

    __tablename__ = "cadence_mark"

    task: Mapped[str] = mapped_column(String(32))
    period: Mapped[str] = mapped_column(String(7), index=True)
    done_on: Mapped[date | None]  # None: taken back
    done_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
