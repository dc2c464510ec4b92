"""一户一策: what a household's plan sheet is made from, and the finished sheet as plain text.

``PlanSource`` knows everything; ``PlanDocument`` holds only what its edition may show. The way
from one to the other is the allow-list in plan_fields.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.household import NOTHING, Member, MonitoredObject


class Edition(StrEnum):
    """The two papers made from the same data."""

    ARCHIVE = "archive_edition"  # 存档版
    WALL = "wall_edition"  # 上墙版


@dataclass(frozen=True, slots=True)
class PlanIncome:
    """Yuan of the twelve months (``window`` in words); None is "not known", never zero."""

    window: str = ""
    wage: Decimal | None = None
    business_net: Decimal | None = None
    property_income: Decimal | None = None
    transfer: Decimal | None = None
    per_capita: Decimal | None = None
    selfpay: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """An open warning of the household."""

    item: str
    severity: str
    opened_on: date
    due_on: date | None = None
    department: str = ""


@dataclass(frozen=True, slots=True)
class PlanMeasure:
    """One measure; ``beneficiary`` is a member's name, "" for the whole household."""

    category: str
    kind: str
    content: str = ""
    beneficiary: str = ""
    department: str = ""
    responsible_person: str = ""
    start_on: date | None = None
    end_on: date | None = None
    amount: Decimal | None = None
    state: str = "planned"
    is_carried_over: bool = False
    done_on: date | None = None
    closed_on: date | None = None  # the warnings that it answers are 销号


@dataclass(frozen=True, slots=True)
class PlanHelper:
    """A responsible person; ``duty`` is the Chinese word (帮扶责任人, 驻村队员, 网格员)."""

    duty: str
    name: str
    organisation: str = ""
    post: str = ""
    phone: str = ""
    is_phone_public: bool = False
    assigned_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanVisit:
    """A visit that took place."""

    visited_on: date
    visitor: str
    way: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class PlanGoals:
    """The year's targets, in the village's words."""

    removal: str = ""
    income: Decimal | None = None
    guarantees: str = ""
    needs: str = ""  # chosen by the village for the wall


@dataclass(frozen=True, slots=True)
class PlanSource:
    """Everything a sheet may be made from, unmasked.

    Attributes:
        area: names of county, township and village, joined.
        guarantees: item (education, medical, housing, water, electricity, tv, income) -> meets
            it or not, at the close of ``guarantees_period``; a missing item was not looked at.
        soft_words: words that a farmer must not read on paper -> what stands there instead.
        reprint: the sentence that says which earlier day the sheet is of, and when it was printed.
        shows_words: somebody looked at the needs in the village's own words and lets them hang.
    """

    area: str
    year: int
    household_no: str
    printed_on: date
    household_id: str = ""
    policy_version: str = ""
    hamlet_group: str = ""
    household_kind: str = ""
    management_class: str = ""
    visit_frequency: str = ""
    phone: str = ""
    bank_account: str = ""
    members: tuple[Member, ...] = ()
    monitored: MonitoredObject | None = None
    guarantees: Mapping[str, bool] = field(default_factory=lambda: NOTHING)
    guarantees_period: str = ""
    income: PlanIncome = PlanIncome()
    warnings: tuple[PlanWarning, ...] = ()
    measures: tuple[PlanMeasure, ...] = ()
    helpers: tuple[PlanHelper, ...] = ()
    goals: PlanGoals = PlanGoals()
    visits: tuple[PlanVisit, ...] = ()  # newest first
    soft_words: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    reprint: str = ""
    shows_words: bool = False

    @property
    def present(self) -> tuple[Member, ...]:
        """The members who count (在户)."""
        return tuple(m for m in self.members if m.member_status == "present")

    @property
    def head_name(self) -> str:
        """The head's name, the first present member's where nobody is head, "" if empty."""
        present = self.present
        heads = (m.name for m in present if m.relation == "户主")
        return next(heads, present[0].name if present else "")


@dataclass(frozen=True, slots=True)
class Item:
    """A label with its value."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the sheet: items, or a table with ``columns`` (key, label) and ``rows``.

    ``blank_rows`` lines are left for handwriting when there are no rows.
    """

    key: str
    title: str
    items: tuple[Item, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    blank_rows: int = 0


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A finished sheet: only text that its edition may show."""

    edition: Edition
    area: str
    title: str
    household_no: str
    head_name: str
    printed_on: date
    policy_version: str
    blocks: tuple[Block, ...]
    signatures: tuple[str, ...]
    note: str
    household_id: str = ""
    reprint: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the sheet says; the date and the page numbers do not count."""
        said = repr((self.edition.value, self.area, self.title, self.household_no, self.blocks))
        return hashlib.sha256(said.encode()).hexdigest()
