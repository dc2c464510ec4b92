"""一户一档: one household's papers collected, and printed as one file."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy.orm import Session

from app.domain.dossier import USUAL, Dossier, DossierSource, HistoryLine
from app.domain.dossier import dossier as file_of
from app.domain.household import Answers
from app.domain.labels import label
from app.domain.lifecycle import LEVELS
from app.domain.period import Period
from app.domain.plan import Edition
from app.domain.plan_fields import plan_document
from app.models.store import Store
from app.ops import case_rows, lives, measure_rows, sheet_context, warning_rows
from app.ops.dossier_photos import photos_of
from app.ops.lives import Living
from app.ops.monitoring_papers import measure_listing, warning_listing
from app.ops.names import Names
from app.ops.plan_sources import plan_sources
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, draw
from app.ops.sheet_context import month_of

MONTHS = 3  # of answers that the file shows
_LEVELS = dict(zip(LEVELS, ("村", "镇", "县"), strict=False))


def dossier(
    store: Store, household_id: str, today: date, papers: Collection[str] = USUAL
) -> Dossier:
    """Return a household's file with the chosen papers.

    Raises:
        UnknownHouseholdError: there is none of this id.
    """
    (plan,) = plan_sources(store, [household_id], today)
    photos = tuple(photos_of(store, household_id)) if "photos" in papers else ()
    with store.read() as session:
        context = sheet_context.one(session, month_of(Period.of(today), today), household_id)
        warnings = warning_rows.load(session, [household_id])
        measures = measure_rows.load(session, [household_id])
        names = Names.of(session, {household_id})
        source = DossierSource(
            plan=plan,
            sheet=plan_document(plan, Edition.ARCHIVE),
            form=context.form,
            months=_last(context.loaded.months),
            warnings=warning_listing(warning_rows.lines(session, warnings, today)),
            measures=measure_listing(measures, names),
            history=tuple(_history(session, household_id, warnings, measures)),
            photos=photos,
        )
    return file_of(source, tuple(papers))


def print_dossier(
    store: Store,
    household_id: str,
    printing: Printing,
    papers: Collection[str] = USUAL,
) -> Printed:
    """Print a household's file: cover, contents with page numbers, the chosen papers.

    Raises:
        UnknownHouseholdError: there is none of this id.
        PrintError: nothing was chosen, or the file cannot be written; the path is as it was.
    """
    from app.reports import dossier as paper  # noqa: PLC0415  ReportLab loads when it is needed

    made = dossier(store, household_id, printing.today, papers)
    return draw(store, printing, Noted("一户一档", 1), lambda: paper.render(made, printing.path))


def _last(months: Mapping[Period, Answers]) -> dict[Period, Answers]:
    return {period: months[period] for period in sorted(months)[-MONTHS:]}


def _history(
    session: Session,
    household_id: str,
    warnings: list[warning_rows.Loaded],
    measures: list[Living],
) -> Iterator[HistoryLine]:
    for warned in warnings:
        row = warned.row
        yield HistoryLine(row.opened_on, f"预警：{row.message}", "系统提示", "程序")
        yield from _steps(warned.thing, f"预警：{row.message}")
    for thing in measures:
        category = label("measure_category", thing.row.measure_category)
        yield from _steps(thing, f"措施：{category}·{thing.row.measure_kind}")
    for case in case_rows.load(session, [household_id]):
        yield from _steps(case.thing, "监测对象")


def _steps(thing: Living, what: str) -> Iterator[HistoryLine]:
    for step in lives.history(thing):
        by = f"{step.actor}（{_LEVELS[step.level]}）" if step.level in _LEVELS else step.actor
        yield HistoryLine(step.on, what, step.label, by, step.note)
