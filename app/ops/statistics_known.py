"""What a report knows: of a closed month what was known when it was closed, and its corrections.

What somebody writes later about an earlier day stands in the first month that was still open.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.month import CLOSED, CORRECTING, MONTH
from app.domain.period import Period
from app.domain.statistics.context import Window
from app.models import as_of
from app.models.as_of import FOREVER, Gap, Instant
from app.models.form import PeriodRow
from app.models.journal import ChangeRow, ChangesetRow
from app.models.step import Step, steps_of
from app.models.store import Store

_CHUNK = 500  # bound parameters of one statement
_TABLES = (
    "household", "member", "annual_income", "monitored_case", "step", "step_choice", "warning",
    "measure", "visit", "natural_change", "clue", "review_campaign", "campaign_result", "issue",
    "data_doubt", "negative_check", "team_member", "team_fund",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VillageMonth:
    """A village's month that is here. ``corrections``: how often one was approved."""

    village: str
    period: str
    is_closed: bool
    corrections: int
    closed_at: Instant | None = None
    corrected: tuple[tuple[Instant, Instant], ...] = ()  # from 更正 to 同意更正


def village_months(session: Session, area: str, window: Window) -> list[VillageMonth]:
    """Return the months of the window that are here, of the villages of an area."""
    first, last = str(Period.of(window.start)), str(Period.of(window.end))
    query = select(PeriodRow).where(PeriodRow.scope.startswith(area))
    rows = session.scalars(query.where(PeriodRow.period >= first, PeriodRow.period <= last)).all()
    steps = steps_of(session, MONTH.subject, {row.id for row in rows})
    written = _written(session, [step.id for found in steps.values() for step in found])
    return [_month(row, steps.get(row.id, []), written) for row in rows]


def _month(row: PeriodRow, steps: Sequence[Step], written: Mapping[str, Instant]) -> VillageMonth:
    state = MONTH.state_of(steps)
    closed_at = None
    begun: Instant | None = None
    corrected = []
    for step in steps:
        at = written.get(step.id)
        if at is None:
            continue
        if step.action == "close":
            closed_at = at
        elif step.action == "correct":
            begun = at
        elif step.action == "approve-correction" and begun is not None:
            corrected.append((begun, at))
    approved = sum(step.action == "approve-correction" for step in steps)
    is_frozen = state in (CLOSED, CORRECTING)
    return VillageMonth(
        row.scope,
        row.period,
        state == CLOSED,
        approved,
        closed_at if is_frozen else None,
        tuple(corrected),
    )


def _written(session: Session, step_ids: Sequence[str]) -> dict[str, Instant]:
    """Return step → when its changeset was written, and its place in this journal."""
    found: dict[str, Instant] = {}
    for start in range(0, len(step_ids), _CHUNK):
        query = (
            select(ChangeRow.row_id, ChangesetRow.at, ChangesetRow.id)
            .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
            .where(ChangeRow.table_name == "step", ChangeRow.field == "")
            .where(ChangeRow.row_id.in_(step_ids[start : start + _CHUNK]))
        )
        found |= {row_id: (at, number) for row_id, at, number in session.execute(query)}
    return found


def gaps(months: Sequence[VillageMonth], window: Window) -> list[Gap]:
    """Return what the report of a window must not know: village by village, what came later.

    A village's last month of the window decides; what was written while any month of the window
    was being corrected counts, once the correction was approved.
    """
    last = str(Period.of(window.end))
    corrected: dict[str, list[tuple[Instant, Instant]]] = defaultdict(list)
    for month in months:
        corrected[month.village] += month.corrected
    found = []
    for month in months:
        if month.period == last and month.closed_at is not None:
            found += list(_between(month.village, month.closed_at, corrected[month.village]))
    return found


def _between(
    village: str, since: Instant, known: Sequence[tuple[Instant, Instant]]
) -> Iterator[Gap]:
    for begun, approved in sorted(known):
        if approved > since:
            if begun > since:
                yield Gap(village, since, begun)
            since = approved
    yield Gap(village, since, FOREVER)


@contextmanager
def known_store(store: Store, months: Sequence[VillageMonth], window: Window) -> Iterator[Store]:
    """Yield the store as the report of a window may know it."""
    with as_of.without(store, gaps(months, window), _TABLES) as known:
        yield known
