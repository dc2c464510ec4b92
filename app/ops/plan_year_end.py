"""The year's end of all plans: which measures go over into the next year, ticked by a person."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.labels import label
from app.domain.measure import PLANNED
from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import measure_rows, measures
from app.ops.lives import Living
from app.ops.measures import CarriedOver
from app.ops.names import Names

_FIRST_MONTH = 11  # from here on the coming year is meant


@dataclass(frozen=True, slots=True)
class CarryLine:
    """One measure in the list."""

    measure_id: str
    household_no: str
    head_name: str
    text: str
    state: str
    planned_end_on: date | None


@dataclass(frozen=True, slots=True)
class YearEnd:
    """What goes over into ``year``, and the 拟定 ones that somebody must begin or end."""

    year: int
    to_carry: tuple[CarryLine, ...]
    to_decide: tuple[CarryLine, ...]


def year_of(today: date) -> int:
    """Return the year that measures go over into now."""
    return today.year + (today.month >= _FIRST_MONTH)


def year_end(store: Store, today: date) -> YearEnd:
    """Return the measures of all households that go over, by household."""
    year = year_of(today)
    with store.read() as session:
        found = measure_rows.load(session)
        names = Names.of(session, {thing.row.household_id for thing in found})
        return YearEnd(
            year,
            _lines((thing for thing in found if measures.goes_over(thing, year)), names),
            _lines((thing for thing in found if thing.state == PLANNED), names),
        )


def carry_over(store: Store, actor: Actor, ticked: Collection[str], today: date) -> CarriedOver:
    """Carry the ticked measures over (结转); one that does not go over any more is left out."""
    with store.write("measure.carry-over", actor) as session:
        return measures.carry_over_in(session, year_of(today), today, set(ticked))


def _lines(found: Iterable[Living], names: Names) -> tuple[CarryLine, ...]:
    lines = (_line(thing, names) for thing in found)
    return tuple(sorted(lines, key=lambda line: (line.household_no, line.measure_id)))


def _line(thing: Living, names: Names) -> CarryLine:
    row = thing.row
    return CarryLine(
        row.id,
        names.number(row.household_id),
        names.head(row.household_id),
        f"{label('measure_category', row.measure_category)}·{row.measure_kind}",
        label("measure_state", thing.state),
        row.planned_end_on,
    )
