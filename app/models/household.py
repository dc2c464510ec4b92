"""The roster (户台账): areas, households, members, and what is known of a household.

Names are the glossary's. Rows are ended (``removed_on``), never deleted.
Sets of keys (health, causes, flags) are stored as one text, keys joined by ``,`` in fixed order.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import DERIVED, Journaled


class Area(Journaled):
    """A node of the tree county – township – village – hamlet group; ``id`` is natural."""

    __tablename__ = "area"

    area_code: Mapped[str] = mapped_column(String(12), index=True)  # "" for a hamlet group
    area_level: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    parent_id: Mapped[str | None] = mapped_column(String(36))
    position: Mapped[int] = mapped_column(default=0)  # order among its siblings


class Household(Journaled):
    """A household (户), the unit of everything."""

    __tablename__ = "household"

    household_no: Mapped[str] = mapped_column(String(32), index=True)  # local stable number
    hamlet_group: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)  # order in the roster
    household_kind: Mapped[str] = mapped_column(String(16))  # lifted, ordinary
    management_class: Mapped[str | None] = mapped_column(String(16))
    is_safety_net_household: Mapped[bool] = mapped_column(default=False)
    is_relocated: Mapped[bool] = mapped_column(default=False)
    registered_size: Mapped[int | None]
    house_rating: Mapped[str | None] = mapped_column(String(24))
    has_safe_water: Mapped[bool | None]
    farmland_mu: Mapped[Decimal | None]
    phone: Mapped[str | None]
    bank_account: Mapped[str | None]
    flags: Mapped[str] = mapped_column(default="")  # car, business_entity, split_recent …
    note: Mapped[str] = mapped_column(default="")
    removed_on: Mapped[date | None]
    removed_reason: Mapped[str | None]


class Member(Journaled):
    """A person in a household; leaving sets ``member_status`` and ``left_on``."""

    __tablename__ = "member"
    __table_args__ = (Index("ix_member_id_no", "id_no"),)

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    number: Mapped[int]  # order in the household, from 1, head first
    person_no: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    relation: Mapped[str]  # the Chinese word
    sex: Mapped[str] = mapped_column(String(8), default="")
    birth_date: Mapped[str] = mapped_column(String(10), default="")  # YYYY-MM-DD, YYYY-MM or ""
    id_no: Mapped[str] = mapped_column(String(32), default="")  # as kept
    is_id_no_valid: Mapped[bool] = mapped_column(default=True)  # never match by an invalid one
    disability_cert_no: Mapped[str] = mapped_column(String(32), default="")
    disability_kind: Mapped[str | None] = mapped_column(String(16))
    disability_grade: Mapped[int | None]
    ethnicity: Mapped[str] = mapped_column(default="")
    education: Mapped[str] = mapped_column(default="")
    school_status: Mapped[str] = mapped_column(default="")
    no_school_reason: Mapped[str] = mapped_column(default="")
    health: Mapped[str] = mapped_column(default="healthy")
    labor_skill: Mapped[str] = mapped_column(String(16), default="")
    employment: Mapped[str] = mapped_column(String(24), default="")
    work_place: Mapped[str] = mapped_column(default="")
    work_months: Mapped[int | None]
    work_from: Mapped[str | None] = mapped_column(String(10))
    work_to: Mapped[str | None] = mapped_column(String(10))
    monthly_wage: Mapped[Decimal | None]
    medical_insurance: Mapped[str] = mapped_column(String(16), default="")
    has_pension_insurance: Mapped[bool | None]
    has_dibao: Mapped[bool] = mapped_column(default=False)
    has_tekun: Mapped[bool] = mapped_column(default=False)
    is_boarding: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str | None]
    source_label: Mapped[str] = mapped_column(default="")  # words that were mapped on import
    member_status: Mapped[str] = mapped_column(String(16), default="present")
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    name_pinyin: Mapped[str] = mapped_column(default="", index=True, info=DERIVED)
    name_initials: Mapped[str] = mapped_column(default="", index=True, info=DERIVED)


class Helper(Journaled):
    """A person responsible for households (帮扶责任人)."""

    __tablename__ = "helper"

    name: Mapped[str]
    organisation: Mapped[str] = mapped_column(default="")
    post: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    is_phone_public: Mapped[bool] = mapped_column(default=False)


class HelperAssignment(Journaled):
    """Which helper answers for which household, from–to."""

    __tablename__ = "helper_assignment"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    helper_id: Mapped[str] = mapped_column(ForeignKey("helper.id"))
    assigned_on: Mapped[date]
    ended_on: Mapped[date | None]


class AnnualIncome(Journaled):
    """Income of one year (1 Oct – 30 Sep); from a roster per capita only. ``id`` is natural."""

    __tablename__ = "annual_income"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    year: Mapped[int]  # the year that ended on 30 Sep
    annual_per_capita: Mapped[Decimal | None]  # yuan per person


class MonitoredCase(Journaled):
    """A monitored object (监测对象): one row per identification."""

    __tablename__ = "monitored_case"

    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    case_no: Mapped[int] = mapped_column(default=1)  # nth identification of the household
    object_type: Mapped[str] = mapped_column(String(24))
    identified_on: Mapped[str | None] = mapped_column(String(10))  # date or month
    causes: Mapped[str] = mapped_column(default="")  # keys, main cause first
    cause_note: Mapped[str] = mapped_column(default="")
    is_eliminated: Mapped[bool] = mapped_column(default=False)  # as the source says
    eliminated_on: Mapped[str | None] = mapped_column(String(10))
    eliminated_per_capita: Mapped[Decimal | None]
    removal_way: Mapped[str | None] = mapped_column(String(16))
    source_label: Mapped[str] = mapped_column(default="")
