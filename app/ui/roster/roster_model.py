"""Lines of the roster list: the household with its warnings, its month and its marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from app.domain.labels import label
from app.domain.masking import masked_phone
from app.domain.period import Period
from app.domain.words import money
from app.ops import catalogue, months, roster_marks, roster_view, warnings
from app.ops.months import DueHousehold
from app.ops.roster_marks import HouseholdMarks
from app.ops.roster_view import HouseholdLine
from app.ui.colours import severity_rank, severity_text
from app.ui.page import Store
from app.ui.table_model import Column

UNVISITED, VISITED = "未走访", "已走访"
ANY_FLAG = "any"
_DONE = ("complete", "locked")
_NO_MARKS = HouseholdMarks()


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One row of the list.

    Attributes:
        severity: the worst open warning.
        sheet_state: "" if the household is not due.
        flags: keys of 八必访; only of those who are due.
    """

    household: HouseholdLine
    severity: str
    warnings: int
    sheet_state: str = ""
    flags: tuple[str, ...] = ()
    marks: HouseholdMarks = _NO_MARKS

    def in_month(self, due: DueHousehold | None) -> Self:
        """Return the line with what the month says of it."""
        if due is None:
            return self
        return replace(self, sheet_state=due.sheet_state, flags=due.flags)

    def visited(self) -> str:
        """Return 已走访 or 未走访, "" for who is not due."""
        if not self.sheet_state:
            return ""
        return VISITED if self.sheet_state in _DONE else UNVISITED

    def flags_text(self) -> str:
        """Return the short words of 八必访."""
        return "、".join(
            flag.short for flag in catalogue.visit_flags().flags if flag.key in self.flags
        )

    def month_text(self) -> str:
        """Return the state of this month's sheet in words."""
        return label("sheet_state", self.sheet_state) if self.sheet_state else "不应访"

    def object_text(self) -> str:
        """Return the monitored type, marked where the risk is removed."""
        household = self.household
        if not household.object_type:
            return "—"
        removed = "（已消除）" if household.is_eliminated else ""
        return f"{label('object_type', household.object_type)}{removed}"

    def level_text(self) -> str:
        """Return word, sign and number of the worst level."""
        return f"{severity_text(self.severity)}{self.warnings}" if self.warnings else ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; "" leaves a criterion open. Kept as JSON of its fields."""

    village: str = ""
    group: str = ""
    kind: str = ""
    object_type: str = ""
    management_class: str = ""
    severity: str = ""
    visited: str = ""
    flag: str = ""

    def passes(self, line: RosterLine) -> bool:
        """Tell whether a line stays."""
        household = line.household
        wanted = (
            (self.village, household.village),
            (self.group, household.hamlet_group),
            (self.kind, household.household_kind),
            (self.object_type, household.object_type),
            (self.management_class, line.marks.management_class),
            (self.severity, line.severity),
            (self.visited, line.visited()),
        )
        if self.flag and not (self.flag in line.flags or (self.flag == ANY_FLAG and line.flags)):
            return False
        return all(not want or want == has for want, has in wanted)


def load(store: Store, today: date) -> list[RosterLine]:
    """Return the whole roster with open warnings and marks, without the month."""
    households = roster_view.list_households(store)
    worst: dict[str, list[str]] = {}
    for line in warnings.list_warnings(store, today):
        worst.setdefault(line.household_id, []).append(line.severity)
    marks = roster_marks.household_marks(store)
    return [
        _line(one, worst.get(one.household_id, ()), marks.get(one.household_id, _NO_MARKS))
        for one in households
    ]


def load_month(store: Store, today: date) -> dict[str, DueHousehold]:
    """Return who is due this month; only a village visits. It takes long for a big roster."""
    if store.level != "village":
        return {}
    due = months.due_households(store, Period.of(today), today)
    return {one.household_id: one for one in due}


def in_month(lines: Iterable[RosterLine], month: Mapping[str, DueHousehold]) -> list[RosterLine]:
    """Return the lines with what the month says of them."""
    return [line.in_month(month.get(line.household.household_id)) for line in lines]


def _line(household: HouseholdLine, levels: Iterable[str], marks: HouseholdMarks) -> RosterLine:
    found = list(levels)
    top = max(found, key=severity_rank, default="none")
    return RosterLine(household, top, found.count(top), marks=marks)


def _income(household: HouseholdLine) -> str:
    amount = household.per_capita_income
    return "" if amount is None else money(amount)


def _day(day: date | None) -> str:
    return f"{day:%m-%d}" if day else ""


_COLUMNS = (
    Column("村", lambda line: line.household.village, width=5),
    Column("组", lambda line: line.household.hamlet_group, width=4),
    Column(
        "户号",
        lambda line: line.household.household_no,
        width=4,
        sort_key=lambda line: (len(line.household.household_no), line.household.household_no),
    ),
    Column("户主", lambda line: line.household.head_name, width=5),
    Column(
        "人口",
        lambda line: str(line.household.persons),
        width=2,
        right=True,
        sort_key=lambda line: line.household.persons,
    ),
    Column(
        "户属性",
        lambda line: label("household_kind", line.household.household_kind),
        width=5,
        spare=1,
    ),
    Column("监测类型", RosterLine.object_text),
    Column(
        "管理类别",
        lambda line: (
            label("management_class", line.marks.management_class)
            if line.marks.management_class
            else ""
        ),
        width=6,
        spare=5,
    ),
    Column(
        "人均纯收入",
        lambda line: _income(line.household),
        width=5,
        right=True,
        sort_key=lambda line: line.household.per_capita_income or 0,
        spare=4,
    ),
    Column(
        "级别",
        RosterLine.level_text,
        width=4,
        sort_key=lambda line: -severity_rank(line.severity),
        severity=lambda line: line.severity,
    ),
    Column("本月", RosterLine.month_text, width=5),
    Column("八必访", RosterLine.flags_text, width=7, spare=6),
    Column(
        "上次走访",
        lambda line: _day(line.marks.last_visit),
        width=4,
        sort_key=lambda line: line.marks.last_visit or date.min,
        spare=3,
    ),
    Column(
        "措施",
        lambda line: str(line.marks.measures or ""),
        width=2,
        right=True,
        sort_key=lambda line: line.marks.measures,
        spare=2,
    ),
    Column("联系电话", lambda line: masked_phone(line.household.phone), width=6, spare=7),
)
ALWAYS = frozenset(("户号", "户主"))  # who a row is about
_ORDINARY = (
    "村", "组", "户号", "户主", "人口", "户属性", "监测类型", "级别", "本月", "上次走访", "措施",
)  # fmt: skip
_OF_VILLAGES, _ABOVE = frozenset(("本月", "八必访")), frozenset(("村",))


def offered(level: str) -> tuple[str, ...]:
    """Return the titles that a level may choose from; only a village visits."""
    others = _ABOVE if level == "village" else _OF_VILLAGES
    return tuple(column.title for column in _COLUMNS if column.title not in others)


def columns(level: str, chosen: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns to show, in the order of the list; the ordinary ones without a choice."""
    wanted = (set(chosen) or set(_ORDINARY)) | ALWAYS
    allowed = set(offered(level))
    return tuple(column for column in _COLUMNS if column.title in wanted & allowed)
