"""Matters (事项) of a report: on which card each warning stands that the report counts."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.statistics import report as reports
from app.domain.statistics.report import Report
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops.warning_rows import Loaded, cards_of

_CHUNK = 500  # bound parameters of one statement


def has_matters(report: Report) -> bool:
    """Tell whether the report's text is T28, which counts cards."""
    return report.kind == reports.MONTHLY or report.level in {"village", reports.HELPER}


def with_matters(store: Store, report: Report) -> Report:
    """Return a report whose text is T28 with the cards of the warnings that T14 counts."""
    if not has_matters(report):
        return report
    wanted = {i for cell in report.table("T14").row("合计").cells for i in cell.ids}
    with store.read() as session:
        cards = cards_of(Loaded(row, []) for row in _rows(session, sorted(wanted)))
    return replace(report, matters={row_id: card.key for row_id, card in cards.items()})


def _rows(session: Session, ids: list[str]) -> list[HouseholdWarning]:
    table = HouseholdWarning
    chunks = (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
    return [r for some in chunks for r in session.scalars(select(table).where(table.id.in_(some)))]
