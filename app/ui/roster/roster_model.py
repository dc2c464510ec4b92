"""Lines of the roster list: the household with its warnings and its month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.labels import label
from app.domain.period import Period
from app.domain.words import money
from app.ops import months, roster_view, warnings
from app.ops.roster_view import HouseholdLine
from app.ui.colours import severity_rank, severity_text
from app.ui.page import Store
from app.ui.table_model import Column

UNVISITED, VISITED = "未走访", "已走访"
_DONE = ("complete", "locked")


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One row of the list. ``severity``: the worst open warning; ``sheet_state`` "" if not due."""

    household: HouseholdLine
    severity: str
    warnings: int
    sheet_state: str

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
    """What the list is narrowed to; "" leaves a criterion open."""

    group: str = ""
    kind: str = ""
    object_type: str = ""
    severity: str = ""
    visited: str = ""

    def passes(self, line: RosterLine) -> bool:
        household = line.household
        done = line.sheet_state in _DONE
        wanted = (
            (self.group, household.hamlet_group),
            (self.kind, household.household_kind),
            (self.object_type, household.object_type),
            (self.severity, line.severity),
            (self.visited, VISITED if done else UNVISITED if line.sheet_state else ""),
        )
        return all(not want or want == has for want, has in wanted)


def load(store: Store, today: date) -> list[RosterLine]:
    """Return the whole roster with open warnings and this month's sheets."""
    households = roster_view.list_households(store)
    worst: dict[str, list[str]] = {}
    for line in warnings.list_warnings(store, today):
        worst.setdefault(line.household_id, []).append(line.severity)
    states = _states(store, today)
    return [_line(one, worst.get(one.household_id, ()), states) for one in households]


def _states(store: Store, today: date) -> dict[str, str]:
    if store.level != "village":
        return {}
    due = months.due_households(store, Period.of(today), today)
    return {one.household_id: one.sheet_state for one in due}


def _line(household: HouseholdLine, levels: Iterable[str], states: Mapping[str, str]) -> RosterLine:
    found = list(levels)
    top = max(found, key=severity_rank, default="none")
    return RosterLine(household, top, found.count(top), states.get(household.household_id, ""))


def _income(household: HouseholdLine) -> str:
    amount = household.per_capita_income
    return "" if amount is None else money(amount)


_COLUMNS = (
    Column("组", lambda line: line.household.hamlet_group, width=4),
    Column(
        "户号",
        lambda line: line.household.household_no,
        width=4,
        sort_key=lambda line: (len(line.household.household_no), line.household.household_no),
    ),
    Column("户主", lambda line: line.household.head_name, width=8),
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
        "人均纯收入",
        lambda line: _income(line.household),
        width=5,
        right=True,
        sort_key=lambda line: line.household.per_capita_income or 0,
        spare=2,
    ),
    Column(
        "级别",
        RosterLine.level_text,
        width=4,
        sort_key=lambda line: -severity_rank(line.severity),
        severity=lambda line: line.severity,
    ),
    Column("本月", RosterLine.month_text, width=5),
)


def columns(level: str) -> tuple[Column, ...]:
    """Return the columns of a level; only a village visits."""
    return _COLUMNS if level == "village" else _COLUMNS[:-1]
