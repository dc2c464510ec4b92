"""月度走访登记表: the month's papers of households as values, and printed."""

import time
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

from app.domain.period import Period
from app.domain.view import HouseholdView
from app.domain.visit_paper import VisitPaper, VisitSource, visit_paper
from app.models.household import Household
from app.models.store import Store
from app.ops import months, sheets
from app.ops.plan_sources import area_text
from app.ops.plans import Printed, unknown_warnings

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


def visit_papers(
    store: Store, household_ids: Collection[str] | None, period: Period, today: date
) -> list[VisitPaper]:
    """Return the papers of the given households (None: all that are due), in roster order.

    Raises:
        NoPeriodError: the month was never opened.
        NotDueError: a household is not due this month.
    """
    with store.read() as session:
        months.require_open(session, store.area_code, period)
    due = months.due_households(store, period, today)
    wanted = None if household_ids is None else set(household_ids)
    ids = [d.household_id for d in due if wanted is None or d.household_id in wanted]
    for household_id in wanted or ():
        if household_id not in ids:
            ids.append(household_id)  # opening it says why there is no paper
    return [_paper(store, household_id, period, today) for household_id in ids]


def print_visits(
    store: Store,
    household_ids: Collection[str] | None,
    period: Period,
    path: Path,
    today: date,
    progress: Progress = lambda _done, _total: None,
) -> Printed:
    """Print the month's papers into one PDF.

    Raises:
        NoPeriodError, NotDueError: as ``visit_papers``.
        PrintError: nothing to print, or the file cannot be written; ``path`` is as it was.
    """
    from app.reports import visit  # noqa: PLC0415  ReportLab loads only when something is printed

    start = time.perf_counter()
    papers = visit_papers(store, household_ids, period, today)
    printed = visit.render(papers, path, progress)
    seconds = time.perf_counter() - start
    return Printed(printed.pages, printed.households, seconds, unknown_warnings(printed.unknown))


def _paper(store: Store, household_id: str, period: Period, today: date) -> VisitPaper:
    data = sheets.open_sheet(store, household_id, period, today)
    with store.read() as session:
        household = session.get_one(Household, household_id)
        area, group = area_text(session, store, household.scope), household.hamlet_group
    asked = {
        key: cell.previous if cell.value is None else cell.value for key, cell in data.cells.items()
    }
    source = VisitSource(
        area=area,
        period=period,
        printed_on=today,
        hamlet_group=group,
        form=data.form,
        view=HouseholdView(data.facts, data.policy),
        asked=asked,
        spot_check=data.spot_check,
    )
    return visit_paper(source)
