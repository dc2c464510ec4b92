"""The rows behind a figure of a report: households, people, warnings or whatever it counts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.labels import label
from app.domain.natural_change import KIND_LABELS, reason_label
from app.domain.statistics import table as tables
from app.domain.statistics.table import Cell
from app.models.case import Clue
from app.models.change import NaturalChange
from app.models.form import Sheet
from app.models.household import Household, Member
from app.models.plan import Measure
from app.models.register import DataDoubt
from app.models.store import Store
from app.models.team import TeamFund, TeamMember
from app.models.warning import HouseholdWarning
from app.ops.plan_sources import area_names

_CHUNK = 500  # bound parameters of one statement


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One row behind a figure. ``target_id``: what its page opens; ``text``: the row's own words.

    ``household_id`` is "" where the row belongs to no household.
    """

    kind: str
    target_id: str
    household_id: str
    household_no: str
    head_name: str
    village: str
    text: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """How rows of a table are shown. ``opens_row``: its page shows the row, not the household."""

    table: type[Any]
    words: Callable[[Any], str]
    opens_row: bool = False


def _member(row: Member) -> str:
    return f"{row.name}（{row.relation}）"


def _measure(row: Measure) -> str:
    return f"{label('measure_category', row.measure_category)}·{row.measure_kind}"


def _sheet(row: Sheet) -> str:
    done = "已交" if row.submitted_on else row.unvisited_reason or "没交"
    return f"{row.period} {done}"


def _change(row: NaturalChange) -> str:
    parts = (KIND_LABELS.get(row.change_kind, ""), reason_label(row.change_kind, row.reason))
    return "·".join(filter(None, parts))


def _clue(row: Clue) -> str:
    return f"{label('clue_source', row.clue_source)} {row.text}"


def _team_member(row: TeamMember) -> str:
    return " ".join(filter(None, (row.name, row.unit, row.position)))


def _fund(row: TeamFund) -> str:
    return " ".join(filter(None, (f"{row.year}年", row.source, f"{row.amount}元")))


_KINDS = {
    tables.HOUSEHOLD: _Kind(Household, lambda _row: ""),
    tables.MEMBER: _Kind(Member, _member),
    tables.WARNING: _Kind(HouseholdWarning, lambda row: str(row.message), True),
    tables.MEASURE: _Kind(Measure, _measure),
    tables.SHEET: _Kind(Sheet, _sheet),
    tables.CHANGE: _Kind(NaturalChange, _change),
    tables.CLUE: _Kind(Clue, _clue, True),
    tables.DOUBT: _Kind(DataDoubt, lambda row: str(row.message), True),
    tables.TEAM_MEMBER: _Kind(TeamMember, _team_member),
    tables.TEAM_FUND: _Kind(TeamFund, _fund),
}  # fmt: skip


def drill_down(store: Store, cell: Cell) -> list[DrillLine]:
    """Return the rows behind a figure, in its order; one that counts twice stands twice."""
    kind = _KINDS[cell.of]
    with store.read() as session:
        names = area_names(session, store)
        rows = {row.id: row for row in _by_ids(session, kind.table, kind.table.id, cell.ids)}
        homes = _homes(session, rows.values())
        heads = _heads(session, homes)
        return [
            _line(cell.of, rows[i], homes.get(_home_of(rows[i])), heads, names)
            for i in cell.ids
            if i in rows
        ]


def _line(
    of: str, row: Any, home: Household | None, heads: dict[str, str], names: dict[str, str]
) -> DrillLine:
    kind, home_id = _KINDS[of], home.id if home else ""
    return DrillLine(
        of,
        row.id if kind.opens_row else home_id,
        home_id,
        home.household_no if home else "",
        heads.get(home_id, ""),
        names.get(row.scope, row.scope),
        kind.words(row),
    )


def _home_of(row: Any) -> str:
    return str(row.id if isinstance(row, Household) else getattr(row, "household_id", ""))


def _homes(session: Session, rows: Iterable[Any]) -> dict[str, Household]:
    wanted = tuple(dict.fromkeys(filter(None, (_home_of(row) for row in rows))))
    return {home.id: home for home in _by_ids(session, Household, Household.id, wanted)}


def _heads(session: Session, homes: Iterable[str]) -> dict[str, str]:
    found = _by_ids(session, Member, Member.household_id, tuple(homes))
    heads: dict[str, str] = {}
    for member in sorted(found, key=lambda m: (m.relation != "户主", m.number)):
        heads.setdefault(member.household_id, member.name)
    return heads


def _by_ids(session: Session, table: type[Any], column: Any, ids: Sequence[str]) -> list[Any]:
    wanted = list(dict.fromkeys(ids))
    found: list[Any] = []
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        found += session.scalars(select(table).where(column.in_(part)))
    return found
