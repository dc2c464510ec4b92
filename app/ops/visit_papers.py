"""月度走访登记表: the month's papers of households as values, and printed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from app.domain import income_window
from app.domain.income_line import income_line
from app.domain.period import Period
from app.domain.view import HouseholdView
from app.domain.visit_paper import VisitPaper, VisitSource, visit_paper
from app.models.form import Sheet
from app.models.store import Store
from app.ops import months, sheet_context
from app.ops.errors import NotDueError
from app.ops.plan_sources import area_names, area_text
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, draw
from app.ops.sheet_context import SheetContext, month_of


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
        due = set(session.scalars(select(Sheet.household_id).filter_by(period=str(period))))
        wanted = due if household_ids is None else set(household_ids)
        if wanted - due:
            raise NotDueError(period=str(period))
        found = sheet_context.load(session, month_of(period, today), wanted)
        areas = area_names(session, store)
        return [paper_of(context, areas, today) for context in found]


def print_visits(
    store: Store, household_ids: Collection[str] | None, period: Period, printing: Printing
) -> Printed:
    """Print the month's papers into one PDF.

    Raises:
        NoPeriodError, NotDueError: as ``visit_papers``.
        PrintError: nothing to print, or the file cannot be written; the path is as it was.
    """
    from app.reports import visit  # noqa: PLC0415  ReportLab loads only when something is printed

    papers = visit_papers(store, household_ids, period, printing.today)
    return draw(
        store,
        printing,
        Noted(f"月度走访登记表（{period}）", len(papers)),
        lambda: visit.render(papers, printing.path, printing.progress, printing.cancelled),
    )


def paper_of(context: SheetContext, areas: Mapping[str, str], today: date) -> VisitPaper:
    """Return the paper of a loaded sheet."""
    household = context.loaded.household
    before = {**context.last, **context.prefilled, **context.facts.answers}
    verified = context.history.verified
    source = VisitSource(
        area=area_text(household.scope, areas),
        period=context.given.period,
        printed_on=today,
        hamlet_group=household.hamlet_group,
        form=context.form,
        view=HouseholdView(context.facts, context.policy),
        asked={key: before.get(key) for key in context.asked},
        spot_check=context.spot_check,
        unread=context.loaded.unread,
        carried={key: str(verified[key]) for key in context.resting if key in verified},
        income=_income(context),
    )
    return visit_paper(source)


def _income(context: SheetContext) -> str:
    """Return the line of the twelve months: until this month's amounts are there, to the last."""
    facts, months = context.facts, context.loaded.months
    if not income_window.is_complete(facts.answers):
        before = facts.period.plus(-1)
        facts = replace(facts, period=before, answers=months.get(before, {}))
    now, figures = income_window.renewed(facts, months)
    return income_line(now, context.policy, figures).sentence
